"""Recordings, documents and decks of lessons: sent in pieces, to whoever may open the lesson."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable, RequestEntityTooLarge

from learning.courses import services
from learning.courses.queries import media as queries
from learning.courses.routes.blueprint import bp
from learning.courses.rules.media import MAX_ANSWER_BYTES, byte_range, parse_report
from learning.kernel.clock import utc_now
from learning.kernel.decks import draw_page
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.responses import json_reply
from learning.web.transaction import apart, database, db_session

# What a file may do when its address is opened by itself: play, and nothing else.
FILE_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
FILE_CACHE = "private, max-age=86400"
MAX_REPORT_BYTES = 4096
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAYED = ("video/", "audio/", "text/vtt")


@bp.get("/<raw_course>/lessons/<raw_lesson>/files/<raw_sha256>")
@public
def lesson_file(raw_course: str, raw_lesson: str, raw_sha256: str) -> Response:
    """Send a file of a lesson: a recording in ranges, a document as a download."""
    return send(_found(raw_course, raw_lesson, raw_sha256))


@bp.get("/<raw_course>/lessons/<raw_lesson>/files/<raw_sha256>/pages/<int:number>")
@public
def deck_page(raw_course: str, raw_lesson: str, raw_sha256: str, number: int) -> Response:
    """Send a page of a lesson's deck as a picture."""
    return send_page(_found(raw_course, raw_lesson, raw_sha256), number)


@bp.post("/<raw_course>/lessons/<raw_lesson>/watched")
@requires(Permission.SELF_COURSE_LEARN)
def watched(raw_course: str, raw_lesson: str) -> Response:
    """Take a report of what was played; answer with what was seen of the recording.

    `left` are the stretches that time does not allow yet: the page keeps them.
    """
    if (request.content_length or 0) > MAX_REPORT_BYTES:
        raise RequestEntityTooLarge
    report = parse_report(request.get_json(silent=True))
    view, percent, left = services.record_watching(
        db_session(), current_actor(), raw_course, raw_lesson, report=report, now=utc_now()
    )
    return json_reply(
        {"percent": percent, "watched_ms": view.watched_ms, "left": left},
    )


def _found(raw_course: str, raw_lesson: str, raw_sha256: str) -> queries.FileView:
    if not _SHA256.fullmatch(raw_sha256):
        raise NotFound("file")
    actor = find_current_actor()
    reader = actor.user_id if actor else None
    return queries.get_lesson_file(db_session(), raw_course, raw_lesson, raw_sha256, reader=reader)


def send(file: queries.FileView) -> Response:
    """Return a file: not again to who has it, a range to who asks for one, else all of it."""
    response = Response(content_type=_content_type(file))
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = FILE_CACHE
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = _disposition(file)
    response.set_etag(file.sha256)
    if file.sha256 in request.if_none_match:
        response.status_code = 304
        return response
    asked = None if _is_stale(file) else request.headers.get("Range")
    try:
        wanted = byte_range(asked, file.size)
    except ValueError as error:
        raise RequestedRangeNotSatisfiable(file.size) from error
    if wanted is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {wanted[0]}-{wanted[1] - 1}/{file.size}"
    elif file.size <= MAX_ANSWER_BYTES:
        wanted = (0, file.size)
    if wanted is not None:
        response.set_data(queries.read_range(db_session(), file.sha256, wanted))
    elif request.method == "HEAD":
        response.content_length = file.size
    else:
        response.response = _pieces(file)
        response.content_length = file.size
    return response


def _is_stale(file: queries.FileView) -> bool:
    """Tell whether a range is asked of another version of the file than this one."""
    known = request.if_range
    return bool(known.date) or (known.etag is not None and known.etag != file.sha256)


def _pieces(file: queries.FileView) -> Iterator[bytes]:
    """Yield a file piece by piece, each read by itself: nobody's slow line holds the database."""
    store = database()

    def read() -> Iterator[bytes]:
        for wanted in queries.pieces_of(file.size):
            with store.session(write=False) as session:
                piece = queries.read_range(session, file.sha256, wanted)
            yield piece

    return read()


def _content_type(file: queries.FileView) -> str:
    is_text = file.media_type.startswith("text/vtt")
    return f"{file.media_type}; charset=utf-8" if is_text else file.media_type


def _disposition(file: queries.FileView) -> str:
    if file.media_type.startswith(_PLAYED):
        return "inline"
    return f"attachment; filename=\"{file.name}\"; filename*=UTF-8''{quote(file.name)}"


def send_page(file: queries.FileView, number: int) -> Response:
    """Return a page of a PDF as a PNG, drawn when first asked for, then by the worker.

    Raises NotFound beyond the end and for one that cannot be drawn, Unavailable while others are.
    """
    if not 1 <= number <= file.pages:
        raise NotFound("page")
    drawn = queries.find_page(db_session(), file.sha256, number)
    if drawn is None:
        drawn = draw_page(queries.read_whole(db_session(), file.sha256), number)
        with apart(database()) as session:
            services.keep_page(session, file.sha256, number, drawn)
    if not drawn:
        raise NotFound("page")
    response = Response(drawn, content_type="image/png")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = FILE_CACHE
    response.headers["Content-Disposition"] = "inline"
    return response
