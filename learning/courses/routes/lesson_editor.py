"""Writing a file of a course: the editor, its live preview and its figures.

Saving works as a plain form post; scripts ask the same endpoints for JSON. The preview is made by
what makes lessons (`loader`, `presentation`), so that what is seen is what will be read.
"""

import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from markupsafe import Markup
from sqlalchemy.orm import Session

from learning.courses import services
from learning.courses.loader import (
    MAX_TEXT_BYTES,
    SETTINGS,
    Asset,
    LessonContext,
    Source,
    is_kept_apart,
    lesson_paths,
    read_settings,
    sketch_lesson,
)
from learning.courses.models import AuthoredCourse
from learning.courses.presentation import preview_lesson
from learning.courses.queries import authoring as queries
from learning.courses.queries.media import known_media
from learning.courses.routes.authoring_words import _, problem_lines, script_words
from learning.courses.routes.blueprint import authoring_bp as bp
from learning.courses.routes.desk import READ, WRITE, posted_revision
from learning.courses.routes.public import ASSET_POLICY
from learning.courses.rules import LessonDocument
from learning.courses.words import check_words, deck_words, downloads, level_words
from learning.kernel.clock import utc_now
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.markdown import render_inline
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply, wants_json
from learning.web.transaction import db_session, reading

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}
_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/<raw_code>/edit")
@requires(WRITE)
def edit(raw_code: str) -> ResponseReturnValue:
    """Show a lesson or the settings for writing."""
    session = db_session()
    authored = queries.get_authored(session, current_actor(), WRITE, raw_code, utc_now())
    path = request.args.get("path", SETTINGS)
    text, revision = _stored(session, authored, path)
    return _page(session, authored, path, text, revision)


@bp.post("/<raw_code>/edit")
@requires(WRITE)
def save(raw_code: str) -> ResponseReturnValue:
    """Save a text; a save that meets somebody else's changes nothing and says whose."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, WRITE, raw_code, now)
    path, text = request.form.get("path", ""), request.form.get("text", "")
    if request.form.get("act") == "theirs":
        return _theirs(session, authored, path)
    try:
        revision = services.save_text(session, actor, authored, path, text, posted_revision(), now)
    except Conflict as conflict:
        if conflict.code != "file_changed":
            raise
        return _conflict(session, authored, path, text, conflict)
    if wants_json():
        at = str(format_datetime(now, "HH:mm"))
        # What is wrong is told by the preview: it is not worked out while the database is held.
        return json_reply({"revision": revision, "at": at, "labels": {}})
    flash(_("草稿已保存。"), "pass")
    return redirect(url_for("authoring.edit", raw_code=raw_code, path=path), 303)


@bp.post("/<raw_code>/preview")
@requires(WRITE)
def preview(raw_code: str) -> ResponseReturnValue:
    """Draw what is posted as learners would see it, and say what is wrong; stores nothing."""
    path, text = request.form.get("path", ""), request.form.get("text", "")
    if len(text) > MAX_TEXT_BYTES:
        raise Invalid([Problem(path, None, "text", "text", "text")])
    with reading() as session:
        authored = queries.get_authored(session, current_actor(), WRITE, raw_code, utc_now())
        html, problems = _previewed(session, authored, path, text)
    return json_reply({"html": html, "findings": _findings(problems)})


@bp.get("/<raw_code>/shown")
@requires(READ)
def shown(raw_code: str) -> ResponseReturnValue:
    """Show a stored lesson as learners would see it, to who reviews it, too; no settings."""
    session = db_session()
    authored = queries.get_authored(session, current_actor(), READ, raw_code, utc_now())
    path = request.args.get("path", "")
    if lesson_paths([path]) != [path]:
        raise NotFound("file")
    html, problems = _previewed(session, authored, path, _stored(session, authored, path)[0])
    return render_template(
        "courses/authoring/shown.html",
        course=authored,
        path=path,
        preview=Markup(html),  # noqa: S704 - made by our own template of sanitised parts
        findings=problem_lines(problems),
    )


@bp.post("/<raw_code>/figures")
@requires(WRITE)
def add_figure(raw_code: str) -> ResponseReturnValue:
    """Store a figure for a lesson; raises Invalid for what is no PNG, JPEG or plain SVG."""
    session, actor, now = db_session(), current_actor(), utc_now()
    authored = queries.get_authored(session, actor, WRITE, raw_code, now)
    file = request.files.get("picture")
    if file is None:
        raise Invalid([Problem("", None, "picture", "picture", "picture")])
    content = file.stream.read(services.MAX_FIGURE_BYTES + 1)
    name = file.filename or ""
    address = services.add_figure(session, actor, authored, name, content, now)
    return json_reply({"url": address})


@bp.get("/<raw_code>/figures/<raw_sha256>")
@requires(READ)
def figure(raw_code: str, raw_sha256: str) -> Response:
    """Serve a figure of a draft to those who see the draft; it can do nothing."""
    if not _SHA256.fullmatch(raw_sha256):
        raise NotFound("figure")
    session = db_session()
    authored = queries.get_authored(session, current_actor(), READ, raw_code, utc_now())
    path, content = queries.get_figure(session, authored, raw_sha256)
    response = Response(content, content_type=MEDIA_TYPES[path.rpartition(".")[2]])
    response.headers["Content-Security-Policy"] = ASSET_POLICY
    response.headers["Cache-Control"] = "private, max-age=3600, immutable"
    response.headers["Content-Disposition"] = "inline"
    return response


def _text_file(session: Session, authored: AuthoredCourse, raw_path: str) -> queries.WorkingFile:
    if raw_path.startswith("assets/"):
        raise NotFound("file")
    return queries.get_file(session, authored, raw_path)


def _stored(session: Session, authored: AuthoredCourse, path: str) -> tuple[str, int]:
    """Return the stored text of a file and its revision."""
    file = _text_file(session, authored, path)
    raw = queries.get_contents(session, [file.sha256])[file.sha256]
    return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n"), file.revision


def _page(
    session: Session,
    authored: AuthoredCourse,
    path: str,
    text: str,
    revision: int,
    *,
    notice: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    html, problems = _previewed(session, authored, path, text)
    page = render_template(
        "courses/authoring/edit.html",
        course=authored,
        path=path,
        text=text,
        revision=revision,
        is_lesson=path.endswith(".md") and path != "README.md",
        has_head=lesson_paths([path]) == [path],
        is_in_review=authored.state == "review",
        preview=Markup(html),  # noqa: S704 - made by our own template of sanitised parts
        findings=problem_lines(problems),
        notice=notice,
        words=script_words(),
    )
    return page, status


def _theirs(session: Session, authored: AuthoredCourse, path: str) -> ResponseReturnValue:
    """Return the stored text, for who gives way to somebody else's."""
    file = _text_file(session, authored, path)
    raw = queries.get_contents(session, [file.sha256])[file.sha256]
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return json_reply({"html": text, "revision": file.revision})


def _conflict(
    session: Session, authored: AuthoredCourse, path: str, text: str, conflict: Conflict
) -> ResponseReturnValue:
    """Say who saved meanwhile; nothing was changed, and what was posted stays on the page."""
    who, at = conflict.data["who"], str(format_datetime(conflict.data["at"], "HH:mm"))
    revision = conflict.data["revision"]
    if wants_json():
        body = {"error": "draft_changed", "revision": revision, "who": who, "at": at}
        return json_reply(body, 409)
    notice = _("%(who)s在 %(at)s 改过这个文件。再按一次保存，会用您的覆盖对方的。", who=who, at=at)
    return _page(session, authored, path, text, revision, notice=notice, status=409)


def _findings(problems: list[Problem]) -> list[dict[str, object]]:
    return [{"line": each.line, "message": each.message} for each in problems]


def _previewed(
    session: Session, authored: AuthoredCourse, path: str, text: str
) -> tuple[str, list[Problem]]:
    """Return a lesson as learners would see it and what is wrong with it; settings show nothing."""
    problems = ProblemList()
    plain = text.replace("\r\n", "\n")
    files = queries.list_files(session, authored)
    hashes = {name: file.sha256 for name, file in files.items()}
    held = queries.get_contents(session, [files[SETTINGS].sha256])[files[SETTINGS].sha256]
    settings_text = plain.encode() if path == SETTINGS else held
    source = Source(authored.code, "", {SETTINGS: settings_text, path: plain.encode()})
    banks = queries.banks_for(session, current_actor(), source, utc_now())
    unheard = problems if path == SETTINGS else ProblemList()
    settings = read_settings(source, unheard, banks)
    if path == SETTINGS or not path.endswith(".md") or path == "README.md":
        return "", list(problems)
    context = LessonContext(
        assets={
            **{
                name.removeprefix("assets/"): _known(name, file.sha256)
                for name, file in files.items()
                if name.startswith("assets/") and not is_kept_apart(name)
            },
            **{asset.name: asset for asset in known_media(session, hashes).values()},
        },
        find_item=banks.get(settings.bank),
        bank=settings.bank,
        pool=settings.pool,
        places={},
    )
    document = sketch_lesson(plain, problems.at(path), context)
    return ("" if document is None else _drawn(authored, document)), list(problems)


def _known(path: str, sha256: str) -> Asset:
    """Return a figure by its hash alone: it was judged when it was stored."""
    return Asset(path.removeprefix("assets/"), b"", "", sha256)


def _drawn(authored: AuthoredCourse, document: LessonDocument) -> str:
    address = url_for("authoring.figure", raw_code=authored.code, raw_sha256="x")[:-1]
    files = url_for("authoring.file", raw_code=authored.code, raw_sha256="x")[:-1]
    return render_template(
        "courses/authoring/preview.html",
        document=document,
        html=preview_lesson(document, address, files, deck_words()),
        downloads=downloads(document, files),
        inline=render_inline,
        level_words=level_words,
        check_words=check_words(len(document.check_items)),
    )
