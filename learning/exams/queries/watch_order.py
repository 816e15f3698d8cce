"""How candidates stand and in which order they are watched, said in SQL: the database pages them.

A sitting may have thousands of candidates and a console asks every few seconds, so that nothing is
computed here for whoever is not on the page.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from learning.accounts.models import User
from learning.attempts.models import Attempt, ResponseRow, RoomEventRow
from learning.attempts.rules import AWAY_MS, DEPARTURES
from learning.exams.models import Admission
from learning.exams.queries.views import SittingView
from learning.exams.rules import QUIET, Presence, WatchOrder, WatchState

Key = ColumnElement[Any] | InstrumentedAttribute[Any]
_WAITING = {
    Presence.PRESENT.value: WatchState.WAITING.value,
    Presence.ABSENT.value: WatchState.ABSENT.value,
    Presence.REFUSED.value: WatchState.REFUSED.value,
}


def state_code() -> ColumnElement[str]:
    """Return how a candidate stands, from the newest attempt. Twin: `rules.watch_state`."""
    not_begun = case(_WAITING, value=Admission.presence, else_=WatchState.EXPECTED.value)
    return case(
        (Attempt.id.is_(None), not_begun),
        (Attempt.voided_at.is_not(None), WatchState.VOIDED.value),
        (
            Attempt.finished_at.is_not(None),
            case(
                {"swept": WatchState.SWEPT.value, "forced": WatchState.FORCED.value},
                value=Attempt.finish_kind,
                else_=WatchState.SUBMITTED.value,
            ),
        ),
        (Attempt.paused_at.is_not(None), WatchState.PAUSED.value),
        else_=WatchState.ANSWERING.value,
    )


def attention(
    sitting: SittingView, room_ids: tuple[int, ...] | None, now: datetime
) -> tuple[list[Subquery], ColumnElement[int]]:
    """Return what to join by `attempt_id`, and how soon a candidate needs an eye, the first at 0.

    0 stopped; 1 answering, but nothing was heard for `QUIET`; 2 left the page within it; 3 an
    answer came after the end; then by state. It reads every save of the rooms: 30 ms for 120,000.
    """
    ours = select(Attempt.id).where(Attempt.assessment_id == sitting.assessment_id)
    if room_ids is not None:
        ours = ours.join(Admission, Admission.user_id == Attempt.user_id).where(
            Admission.sitting_id == sitting.id, Admission.room_id.in_(room_ids)
        )
    saves = (
        select(
            ResponseRow.attempt_id,
            func.max(ResponseRow.saved_at).label("heard_at"),
            func.max(case((ResponseRow.after_submit, 1), else_=0)).label("late"),
        )
        .where(ResponseRow.attempt_id.in_(ours))
        .group_by(ResponseRow.attempt_id)
        .subquery()
    )
    left = RoomEventRow.kind.in_(sorted(DEPARTURES)) & (RoomEventRow.lasted_ms >= AWAY_MS)
    told = (
        select(
            RoomEventRow.attempt_id,
            func.max(RoomEventRow.received_at).label("heard_at"),
            func.max(case((left, RoomEventRow.received_at))).label("left_at"),
        )
        .where(RoomEventRow.attempt_id.in_(ours))
        .group_by(RoomEventRow.attempt_id)
        .subquery()
    )
    since, is_open = now - QUIET, Attempt.finished_at.is_(None)
    is_silent = and_(
        Attempt.started_at < since,
        or_(saves.c.heard_at.is_(None), saves.c.heard_at < since),
        or_(told.c.heard_at.is_(None), told.c.heard_at < since),
    )
    rank = case(
        (Attempt.id.is_(None), 4),
        (is_open & Attempt.paused_at.is_not(None), 0),
        (is_open & is_silent, 1),
        (is_open & (told.c.left_at >= since), 2),
        (saves.c.late == 1, 3),
        else_=4,
    )
    return [saves, told], rank


def order_of(order: WatchOrder) -> list[Key]:
    """Return the keys of an order; by seat where nothing else decides, the nameless never mix."""
    place: list[Key] = [
        case((Admission.room_id.is_(None), 1), else_=0),
        Admission.room_id,
        func.coalesce(Admission.seat, 0),
        func.coalesce(Admission.ticket_no, ""),
        Admission.user_id,
    ]
    running = case((Attempt.finished_at.is_(None), Attempt.deadline_at), else_=null())
    states = {state.value: number for number, state in enumerate(WatchState)}
    by_state = case(states, value=state_code())
    first: dict[WatchOrder, list[Key]] = {
        WatchOrder.ATTENTION: [by_state],
        WatchOrder.SEAT: [],
        WatchOrder.NAME: [User.sort_key],
        WatchOrder.STATE: [by_state],
        WatchOrder.TIME_LEFT: [case((running.is_(None), 1), else_=0), running],
    }
    return first[order] + place
