"""Recordings and documents of a course being written: brought on the desk, shown to who writes."""

import re
from functools import partial
from typing import cast

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from learning.courses import services
from learning.courses.drafts import page_lines
from learning.courses.queries import authoring as queries
from learning.courses.queries.media import FileView, get_draft_file
from learning.courses.routes.authoring_words import _
from learning.courses.routes.blueprint import authoring_bp as bp
from learning.courses.routes.desk import READ, WRITE, refused
from learning.courses.routes.files import send, send_page
from learning.courses.services.files import Upload
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.settings import Settings
from learning.web.guards import current_actor, requires
from learning.web.transaction import apart, database, db_session, reading

FILE_ENDPOINTS = ("authoring.add_file", "authoring.add_deck")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.post("/<raw_code>/media")
@requires(WRITE)
def add_file(raw_code: str) -> ResponseReturnValue:
    """Store a recording, captions or a document; one of the same name is replaced."""
    try:
        upload = _brought(raw_code)
        _keep_ahead(upload)
        session, actor, now = db_session(), current_actor(), utc_now()
        authored = queries.get_authored(session, actor, WRITE, raw_code, now)
        path = services.add_file(session, actor, authored, upload, now)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error)
    flash(_("已上传 %(path)s，还没有发布。", path=path), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code, _anchor="media"), 303)


@bp.post("/<raw_code>/decks")
@requires(WRITE)
def add_deck(raw_code: str) -> ResponseReturnValue:
    """Make a lesson of a PDF, whose pages learners see one after the other."""
    names = ("deck_code", "deck_title", "deck_title_en", "deck_minutes", "deck_texts")
    typed = {name: request.form.get(name, "").rstrip() for name in names}
    try:
        upload = _brought(raw_code)
        _keep_ahead(upload)
        session, actor, now = db_session(), current_actor(), utc_now()
        authored = queries.get_authored(session, actor, WRITE, raw_code, now)
        texts = page_lines(request.form.get("deck_texts"))
        lesson = services.DeckLesson(
            code=typed["deck_code"],
            title=typed["deck_title"],
            title_en=typed["deck_title_en"],
            raw_minutes=typed["deck_minutes"],
            page_texts=texts,
        )
        services.add_deck_lesson(session, actor, authored, lesson, upload, now)
    except (Invalid, Conflict) as error:
        return refused(raw_code, error, **typed)
    flash(_("已加一课，共 %(n)s 页，还没有发布。", n=upload.asset.pages), "pass")
    return redirect(url_for("authoring.desk", raw_code=raw_code, _anchor="lessons"), 303)


@bp.get("/<raw_code>/media/<raw_sha256>")
@requires(READ)
def file(raw_code: str, raw_sha256: str) -> Response:
    """Send a file of a draft to those who see the draft."""
    return send(_found(raw_code, raw_sha256))


@bp.get("/<raw_code>/media/<raw_sha256>/pages/<int:number>")
@requires(READ)
def file_page(raw_code: str, raw_sha256: str, number: int) -> Response:
    """Send a page of a draft's PDF as a picture."""
    return send_page(_found(raw_code, raw_sha256), number)


def _found(raw_code: str, raw_sha256: str) -> FileView:
    if not _SHA256.fullmatch(raw_sha256):
        raise NotFound("file")
    session = db_session()
    authored = queries.get_authored(session, current_actor(), READ, raw_code, utc_now())
    return get_draft_file(session, authored.id, raw_sha256)


def _brought(raw_code: str) -> Upload:
    """Return the file of a form, judged while no database is held; raise Invalid for none."""
    with reading() as session:
        queries.get_authored(session, current_actor(), WRITE, raw_code, utc_now())
    settings = cast("Settings", current_app.extensions["settings"])
    given = request.files.get("file")
    name = (given.filename if given else "") or ""
    content = b""
    if given is not None:
        content = given.stream.read(settings.lesson_file_mb * 1024 * 1024 + 1)
        given.close()  # a large one lies on disk until then
    return services.judge_upload(name, content, settings.lesson_file_mb)


def _keep_ahead(upload: Upload) -> None:
    """Store a file piece by piece: no save of a candidate waits for all of it."""
    turn = partial(apart, database())
    services.keep_ahead(turn, upload.asset, lambda: upload.content, utc_now())
