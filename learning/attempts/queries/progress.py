"""How far attempts have come and what their rooms told, many at once, for who watches over them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from learning.attempts.models import ResponseRow, RoomEventRow


@dataclass(frozen=True, slots=True)
class Progress:
    """How many positions of an attempt have an answer now, and when the last save came.

    `late` are positions whose answer came after the end, when nothing is saved any more.
    """

    answered: int
    saved_at: datetime | None
    late: int


@dataclass(frozen=True, slots=True)
class RoomTally:
    """What a room told, as counts by kind, and when it told something last."""

    counts: dict[str, int]
    told_at: datetime


def list_progress(session: Session, attempt_ids: Sequence[int]) -> dict[int, Progress]:
    """Return the progress of attempts, by row id; who has saved nothing is left out.

    The newest save of a position counts, as in folding. It reads every save of the attempts: ask
    for a page of them, not for thousands.
    """
    newest = func.row_number().over(
        partition_by=(ResponseRow.attempt_id, ResponseRow.position, ResponseRow.after_submit),
        order_by=(ResponseRow.epoch.desc(), ResponseRow.seq.desc()),
    )
    saves = (
        select(
            ResponseRow.attempt_id,
            ResponseRow.answer,
            ResponseRow.saved_at,
            ResponseRow.after_submit,
            newest.label("place"),
        )
        .where(ResponseRow.attempt_id.in_(attempt_ids))
        .subquery()
    )
    in_time = saves.c.after_submit.is_(False)
    answered = case(((saves.c.place == 1) & in_time & (saves.c.answer != "null"), 1), else_=0)
    late = case(((saves.c.place == 1) & ~in_time, 1), else_=0)
    rows = session.execute(
        select(
            saves.c.attempt_id,
            func.sum(answered),
            func.max(case((in_time, saves.c.saved_at))),
            func.sum(late),
        ).group_by(saves.c.attempt_id)
    )
    return {
        attempt_id: Progress(int(count), at, int(aside)) for attempt_id, count, at, aside in rows
    }


def tally_room_events(session: Session, attempt_ids: Sequence[int]) -> dict[int, RoomTally]:
    """Return what the rooms of attempts told, by row id; silent ones are left out."""
    rows = session.execute(
        select(
            RoomEventRow.attempt_id,
            RoomEventRow.kind,
            func.count(),
            func.max(RoomEventRow.received_at),
        )
        .where(RoomEventRow.attempt_id.in_(attempt_ids))
        .group_by(RoomEventRow.attempt_id, RoomEventRow.kind)
        .order_by(RoomEventRow.attempt_id, RoomEventRow.kind)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    last: dict[int, datetime] = {}
    for attempt_id, kind, count, at in rows:
        counts[attempt_id][kind] = count
        last[attempt_id] = max(at, last.get(attempt_id, at))
    return {attempt_id: RoomTally(counts[attempt_id], last[attempt_id]) for attempt_id in counts}
