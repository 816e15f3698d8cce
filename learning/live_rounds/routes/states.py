"""The one document that screen, phones and console ask for several times a second.

"Nothing has changed" (304) costs at most one indexed read, shared by all who ask within a twentieth
of a second; a change is drawn once per process. The time of the server goes with every reply, so
that clocks on phones need not be right.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from learning.kernel.clock import to_ms, utc_now
from learning.kernel.permissions import Permission
from learning.live_rounds import presentation, queries
from learning.live_rounds.queries import Frame
from learning.live_rounds.routes.blueprint import bp
from learning.live_rounds.rules import State
from learning.question_bank.queries import get_documents, get_keys
from learning.web.guards import current_actor, public, requires
from learning.web.responses import JSON_HEADERS, JsonReply
from learning.web.transaction import database, db_session, single_read

FRESH_S = 0.05
MOST_KEPT = 200
_newest: dict[str, tuple[float, int]] = {}
_drawn: dict[str, "Drawn"] = {}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The document of everybody after an entry, and the same as the bytes that are sent."""

    seq: int
    document: dict[str, Any]
    body: bytes


@bp.get("/<raw_public_id>/state")
@public
def state(raw_public_id: str) -> Response:
    """Tell whoever has the address where the room stands; no key before the host shows it."""
    public_id = queries.checked_id(raw_public_id)
    newest = find_newest(public_id)
    if _is_known(newest):
        return _unchanged()
    drawn = _drawn.get(public_id)
    if drawn is None or drawn.seq != newest:
        session = db_session()
        frame = queries.find_frame(session, public_id)
        drawn = draw(frame, queries.get_state(session, frame))
    return _reply(drawn.seq, drawn.body)


@bp.get("/<raw_public_id>/console/state")
@requires(Permission.COMPETITION_MANAGE)
def console_state(raw_public_id: str) -> Response:
    """Tell the host where the room stands, what teams answered and what can be gone back on."""
    session = db_session()
    room = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    if _is_known(room.seq):
        return _unchanged()
    frame = queries.find_frame(session, room.public_id)
    found = queries.get_state(session, frame)
    document = presentation.host_document(frame, found, draw(frame, found).document)
    return _reply(found.seq, json.dumps(document, ensure_ascii=False).encode())


def find_newest(public_id: str) -> int:
    """Return the newest number of a room's log, at most a twentieth of a second old."""
    now = time.monotonic()
    kept = _newest.get(public_id)
    if kept is not None and now - kept[0] < FRESH_S:
        return kept[1]
    dialect = database().dialect_name
    newest = single_read(lambda connection: queries.find_newest(connection, dialect, public_id))
    if len(_newest) >= MOST_KEPT:
        _newest.clear()
    _newest[public_id] = (now, newest)
    return newest


def draw(frame: Frame, found: State) -> Drawn:
    """Return the document of everybody for a state, made once per process and state."""
    kept = _drawn.get(frame.public_id)
    if kept is not None and kept.seq == found.seq:
        return kept
    session, asked = db_session(), found.asked
    version_id = frame.versions[asked.number] if asked else 0
    document = presentation.room_document(
        frame,
        found,
        get_documents(session, [version_id]).get(version_id) if asked else None,
        get_keys(session, [version_id])[version_id] if asked and asked.is_key_shown else None,
        queries.count_votes(session, frame.id, asked.number) if asked else {},
    )
    if len(_drawn) >= MOST_KEPT:
        _drawn.clear()
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    drawn = _drawn[frame.public_id] = Drawn(found.seq, document, body)
    return drawn


def _is_known(newest: int) -> bool:
    return request.headers.get("If-None-Match") == _tag(newest)


def _tag(seq: int) -> str:
    return f'"{seq}"'


def _unchanged() -> Response:
    return _timed(JsonReply(b"", 304, headers=JSON_HEADERS))


def _reply(seq: int, body: bytes) -> Response:
    reply = _timed(JsonReply(body, headers=JSON_HEADERS))
    reply.headers["ETag"] = _tag(seq)
    return reply


def _timed(reply: Response) -> Response:
    reply.headers["X-Now-Ms"] = str(to_ms(utc_now()))
    return reply
