"""Notes over HTTP: JSON for the lesson page, a list with a search, an export; one's own alone."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from learning.courses import queries, services
from learning.courses.models import LessonNote
from learning.courses.presentation import plain_text_of
from learning.courses.queries import NoteLine
from learning.courses.routes.blueprint import bp
from learning.courses.rules.notes import (
    MAX_NOTE,
    Noted,
    is_held,
    parse_note,
    parse_text,
    to_markdown,
)
from learning.courses.words import note_words
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session

MAX_BYTES = 32 * 1024


@bp.get("/<raw_course>/lessons/<raw_lesson>/notes")
@requires(Permission.SELF_COURSE_LEARN)
def lesson_notes(raw_course: str, raw_lesson: str) -> Response:
    """Give the page one's own notes of a lesson, and the sentences that its script needs."""
    session, actor = db_session(), current_actor()
    queries.get_place(session, raw_course, raw_lesson, reader=actor.user_id)
    held = queries.list_lesson_notes(session, actor.user_id, raw_course, raw_lesson)
    return json_reply({"notes": [_shown(note) for note in held], "words": note_words()})


@bp.post("/<raw_course>/lessons/<raw_lesson>/notes")
@requires(Permission.SELF_COURSE_LEARN)
def add_note(raw_course: str, raw_lesson: str) -> Response:
    """Make a note or a highlight."""
    draft = parse_note(_json())
    note = services.add_note(
        db_session(), current_actor(), raw_course, raw_lesson, draft, now=utc_now()
    )
    return json_reply({"note": _shown(note)})


@bp.post("/notes/<raw_public_id>")
@requires(Permission.SELF_COURSE_LEARN)
def change_note(raw_public_id: str) -> ResponseReturnValue:
    """Change the text of a note: JSON from a lesson, a form from the list."""
    session, actor, now = db_session(), current_actor(), utc_now()
    if request.is_json:
        text = parse_text(_json())
        note = services.change_note(session, actor, raw_public_id, text, now=now)
        return json_reply({"note": _shown(note)})
    refuse_repeated(request.form)
    text = parse_text({"text": request.form.get("text", "")})
    services.change_note(session, actor, raw_public_id, text, now=now)
    flash(_("笔记已保存。"), "success")
    return redirect(url_for("courses.notes"), 303)


@bp.post("/notes/<raw_public_id>/delete")
@requires(Permission.SELF_COURSE_LEARN)
def remove_note(raw_public_id: str) -> ResponseReturnValue:
    """Take a note away: asked by a lesson (JSON) or by the list."""
    services.remove_note(db_session(), current_actor(), raw_public_id)
    if request.is_json:
        return json_reply({"removed": True})
    flash(_("笔记已删除。"), "success")
    return redirect(url_for("courses.notes"), 303)


@bp.get("/notes")
@requires(Permission.SELF_COURSE_LEARN)
def notes() -> ResponseReturnValue:
    """List one's own notes, newest first; words are looked for in quotes and texts."""
    session, actor = db_session(), current_actor()
    page, words = page_number(request.args), request.args.get("q", "").strip()
    lines, total = queries.search_notes(session, actor.user_id, words, page=page)
    moved = {
        current
        for line in lines
        if (current := line.current_version_id) is not None and current != line.version_id
    }
    documents = queries.get_documents(session, moved)
    said = {version: plain_text_of(document) for version, document in documents.items()}
    return render_template(
        "courses/notes.html",
        rows=[(line, _standing(line, said)) for line in lines],
        query=words[: queries.MAX_NOTES_QUERY],
        most=MAX_NOTE,
        page=page,
        pages=max(1, -(-total // queries.NOTES_A_PAGE)),
        total=total,
        page_url=lambda number: url_for("courses.notes", q=words or None, page=number),
    )


@bp.get("/notes.md")
@requires(Permission.SELF_COURSE_LEARN)
def export_notes() -> Response:
    """Give all of one's own notes as a Markdown file."""
    lines = queries.list_all_notes(db_session(), current_actor().user_id)
    noted = [Noted(n.course_title, n.lesson_title, n.quote, n.text, n.changed_at) for n in lines]
    at = {n.at: str(format_datetime(n.at, "yyyy-MM-dd HH:mm")) for n in noted}
    response = Response(to_markdown(_("我的笔记"), noted, zone_at=at))
    response.content_type = "text/markdown; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="notes.md"'
    return response


def _json() -> Any:
    if (request.content_length or 0) > MAX_BYTES:
        raise RequestEntityTooLarge
    return request.get_json(silent=True)


def _shown(note: LessonNote) -> dict[str, str]:
    return {
        "id": note.public_id,
        "quote": note.quote,
        "prefix": note.prefix,
        "suffix": note.suffix,
        "heading": note.heading,
        "text": note.text,
        "url": url_for("courses.change_note", raw_public_id=note.public_id),
        "remove_url": url_for("courses.remove_note", raw_public_id=note.public_id),
    }


def _standing(line: NoteLine, said: dict[int, str]) -> str:
    """Return whether a note still stands in its lesson: "", detached, or gone with the lesson."""
    if line.current_version_id is None:
        return "gone"
    text = said.get(line.current_version_id)
    return "detached" if text is not None and not is_held(line.quote, text) else ""
