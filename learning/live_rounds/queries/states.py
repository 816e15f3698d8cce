"""The state of a room: the fold of its log, kept in the process and carried on from there.

A poll costs one indexed read of the room's newest number; only when that has moved are the new
entries read and folded. Nothing kept here is ever the truth: the log is.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.live_rounds.models import LiveEntry, LiveVote
from learning.live_rounds.queries.rooms import Frame
from learning.live_rounds.rules import Act, Entry, State, begin, carry_on, fold

STATES_KEPT = 200
_NEWEST = {
    "sqlite": "SELECT seq FROM live_rooms WHERE public_id = ? AND state = 'open'",
    "postgresql": "SELECT seq FROM live_rooms WHERE public_id = %s AND state = 'open'",
}
_states: dict[str, State] = {}


def find_newest(connection: Any, dialect_name: str, public_id: str) -> int:
    """Return the newest number of an open room's log by one statement; raise NotFound."""
    cursor = connection.cursor()
    try:
        cursor.execute(_NEWEST[dialect_name], (public_id,))
        row = cursor.fetchone()
    finally:
        cursor.close()
    if row is None:
        raise NotFound("room")
    return int(row[0])


def list_entries(session: Session, room_id: int, *, after: int = 0) -> list[Entry]:
    """Return the entries of a log after a number, in order."""
    rows = session.execute(
        select(LiveEntry.seq, LiveEntry.received_at, LiveEntry.actor, LiveEntry.act, LiveEntry.data)
        .where(LiveEntry.room_id == room_id, LiveEntry.seq > after)
        .order_by(LiveEntry.seq)
    )
    return [
        Entry(row.seq, row.received_at, row.actor, Act(row.act), json.loads(row.data))
        for row in rows
    ]


def get_state(session: Session, frame: Frame) -> State:
    """Return the state after all entries that this transaction sees."""
    held = _states.get(frame.public_id) or begin(frame.rules, frame.teams)
    new = list_entries(session, frame.id, after=held.seq)
    if not new:
        return held
    state = carry_on(frame.rules, held, new)
    if state is None:
        state = fold(frame.rules, frame.teams, list_entries(session, frame.id))
    if len(_states) >= STATES_KEPT:
        _states.clear()
    _states[frame.public_id] = state
    return state


def forget_states() -> None:
    """Forget what is kept: after work that was rolled back a number may mean another entry."""
    _states.clear()


def count_votes(session: Session, room_id: int, item: int) -> Mapping[str, int]:
    """Return how many of the audience gave which answer to an item."""
    rows = session.execute(
        select(LiveVote.response, func.count())
        .where(LiveVote.room_id == room_id, LiveVote.item == item)
        .group_by(LiveVote.response)
    )
    return {row[0]: row[1] for row in rows}
