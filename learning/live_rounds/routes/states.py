"""The one document that screen, phones and console ask for several times a second.

"Nothing has changed" (304) costs at most one indexed read, shared by all who ask within a twentieth
of a second; a change is drawn once per process. The time of the server goes with every reply, so
that clocks on phones need not be right.
"""

import time
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
from learning.web.responses import JsonReply, json_reply
from learning.web.transaction import database, db_session, single_read

FRESH_S = 0.05
MOST_KEPT = 200
_newest: dict[str, tuple[float, int]] = {}
_drawn: dict[str, tuple[int, dict[str, Any]]] = {}


@bp.get("/<raw_public_id>/state")
@public
def state(raw_public_id: str) -> Response:
    """Tell whoever has the address where the room stands; no key before the host shows it."""
    public_id = queries.checked_id(raw_public_id)
    if _is_known(find_newest(public_id)):
        return _unchanged()
    session = db_session()
    frame = queries.find_frame(session, public_id)
    return _reply(draw(frame, queries.get_state(session, frame)))


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
    return _reply(presentation.host_document(frame, found, draw(frame, found)))


def find_newest(public_id: str) -> int:
    """Return the newest number of a room's log, at most a twentieth of a second old."""
    now = time.monotonic()
    kept = _newest.get(public_id)
    if kept is not None and now - kept[0] < FRESH_S:
        return kept[1]
    dialect = database().dialect_name
    newest = single_read(lambda cursor: queries.find_newest(cursor, dialect, public_id))
    if len(_newest) >= MOST_KEPT:
        _newest.clear()
    _newest[public_id] = (now, newest)
    return newest


def draw(frame: Frame, found: State) -> dict[str, Any]:
    """Return the document of everybody for a state, made once per process and state."""
    kept = _drawn.get(frame.public_id)
    if kept is not None and kept[0] == found.seq:
        return kept[1]
    session, asked = db_session(), found.asked
    version_id = frame.versions[asked.number] if asked else 0
    drawn = presentation.room_document(
        frame,
        found,
        get_documents(session, [version_id]).get(version_id) if asked else None,
        get_keys(session, [version_id])[version_id] if asked and asked.is_key_shown else None,
        queries.count_votes(session, frame.id, asked.number) if asked else {},
    )
    if len(_drawn) >= MOST_KEPT:
        _drawn.clear()
    _drawn[frame.public_id] = (found.seq, drawn)
    return drawn


def _is_known(newest: int) -> bool:
    return request.headers.get("If-None-Match") == _tag(newest)


def _tag(seq: int) -> str:
    return f'"{seq}"'


def _unchanged() -> Response:
    reply = JsonReply(b"", 304, content_type="application/json; charset=utf-8")
    return _timed(reply)


def _reply(document: dict[str, Any]) -> Response:
    reply = _timed(json_reply(document))
    reply.headers["ETag"] = _tag(document["seq"])
    return reply


def _timed(reply: Response) -> Response:
    reply.headers["X-Now-Ms"] = str(to_ms(utc_now()))
    return reply
