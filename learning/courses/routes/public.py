"""Pages anybody may read: catalogue, course, lesson; and the figures of lessons."""

import re
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.courses import queries, words
from learning.courses.presentation import render_lesson
from learning.courses.queries.media import WatchView, list_watchings
from learning.courses.routes.blueprint import bp, files_url, lesson_url
from learning.courses.rules import FileUse, LessonDocument
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.markdown import render_inline
from learning.kernel.permissions import Actor
from learning.web.forms import page_number
from learning.web.guards import find_current_actor, public
from learning.web.transaction import db_session

# What a figure may do when its address is opened by itself: be drawn.
ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
ASSET_CACHE = "public, max-age=31536000, immutable"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """List all courses, with one's own progress when logged in."""
    session, actor = db_session(), find_current_actor()
    page = page_number(request.args)
    lines, total = queries.list_courses(session, page=page)
    ids = [line.id for line in lines]
    done = queries.list_done(session, actor.user_id, ids) if actor else {}
    return render_template(
        "courses/index.html",
        rows=[words.course_row(line, done.get(line.id, set())) for line in lines],
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda number: url_for("courses.index", page=number),
    )


@bp.get("/search")
@public
def search() -> ResponseReturnValue:
    """Find lessons by words; no words ask for some."""
    page, words_given = page_number(request.args), request.args.get("q", "").strip()
    find_current_actor()  # the frame around the page is the reader's own
    found, total = queries.search_lessons(db_session(), words_given, page=page)
    return render_template(
        "courses/search.html",
        query=words_given[: queries.MAX_QUERY],
        found=found,
        page=page,
        pages=max(1, -(-total // queries.FOUND_SIZE)),
        total=total,
        page_url=lambda number: url_for("courses.search", q=words_given, page=number),
    )


@bp.get("/<raw_course>")
@public
def detail(raw_course: str) -> ResponseReturnValue:
    """Show one course: its lessons with what each teaches, and where to go on."""
    session, actor = db_session(), find_current_actor()
    course = queries.get_course(session, raw_course, reader=actor.user_id if actor else None)
    progress = queries.list_progress(session, actor.user_id, course.id) if actor else {}
    rows = words.lesson_rows(course.lessons, progress)
    documents = queries.get_documents(session, [line.version_id for line in course.lessons])
    done = sum(row.state == "done" for row in rows)
    return render_template(
        "courses/detail.html",
        course=course,
        document=course.document,
        rows=rows,
        documents=documents,
        trace=words.course_trace(rows),
        done=done,
        progress_words=words.progress_words(done, len(rows)),
        has_begun=bool(progress),
        next_line=words.go_on(course, progress),
        level_words=words.level_words,
        inline=render_inline,
        login_url=url_for("accounts.login", next=request.path),
    )


@bp.get("/<raw_course>/lessons/<raw_lesson>")
@public
def lesson(raw_course: str, raw_lesson: str) -> ResponseReturnValue:
    """Show one lesson for reading; with progress, resume and self-check when logged in."""
    session, actor = db_session(), find_current_actor()
    course = queries.get_course(session, raw_course, reader=actor.user_id if actor else None)
    line = course.get_lesson(raw_lesson)
    document = queries.get_document(session, line)
    assets_url = url_for("courses.asset", raw_sha256="x")[:-1]
    before = course.lessons[line.position - 2] if line.position > 1 else None
    after = course.lessons[line.position] if line.position < len(course.lessons) else None
    return render_template(
        "courses/lesson.html",
        course=course,
        line=line,
        document=document,
        html=render_lesson(
            document, assets_url, files_url(raw_course, raw_lesson), words.deck_words()
        ),
        downloads=words.downloads(document, files_url(raw_course, raw_lesson)),
        previous=before,
        following=after,
        level_words=words.level_words,
        unwatched_words=words.unwatched_words,
        check_words=words.check_words(len(document.check_items)),
        inline=render_inline,
        login_url="" if actor else url_for("accounts.login", next=request.path),
        **_own(session, actor, course, line, document),
    )


def _own(
    session: Session,
    actor: Actor | None,
    course: queries.CourseView,
    line: queries.LessonLine,
    document: LessonDocument,
) -> dict[str, Any]:
    """Return the part of a lesson page that depends on who reads it."""
    if actor is None:
        return {
            "rows": words.lesson_rows(course.lessons, {}),
            "progress": None,
            "check": None,
            "config": None,
        }
    progress = queries.list_progress(session, actor.user_id, course.id)
    mine = progress.get(line.code)
    check = None
    if line.assessment_id is not None:
        check = queries.get_check(session, actor.user_id, course.id, line.code, line.assessment_id)
    watched: dict[str, WatchView] = {}
    need = 0
    if document.used_as(FileUse.PLAYED):
        watched, need = list_watchings(session, actor.user_id, course.id, line.code, utc_now())
    played = words.watched_files(document, watched, need)
    url = lesson_url(course.document.code, line.code)
    return {
        "rows": words.lesson_rows(course.lessons, progress),
        "progress": mine,
        "check": check,
        "config": {
            **words.lesson_state(mine, check),
            "url": url + "/progress",
            "revision_url": url + "/revision",
            "watched_url": url + "/watched",
            "reader": actor.public_id,
            "watched": played,
            "unwatched": words.count_unwatched(played),
            "version": line.version_id,
            "words": words.script_words(need),
        },
    }


@bp.get("/assets/<raw_sha256>")
@public
def asset(raw_sha256: str) -> Response:
    """Serve a figure by the hash of its content: it never changes, and it can do nothing."""
    if not _SHA256.fullmatch(raw_sha256):
        raise NotFound("asset")
    found = queries.get_asset(db_session(), raw_sha256)
    response = Response(found.content, content_type=found.media_type)
    response.headers["Content-Security-Policy"] = ASSET_POLICY
    response.headers["Cache-Control"] = ASSET_CACHE
    response.headers["Content-Disposition"] = "inline"
    return response
