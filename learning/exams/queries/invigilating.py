"""The candidates of a sitting as its invigilators and its examiner watch them.

The database counts and pages them (`watch_order`); progress is read for those on the page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.queries import (
    Progress,
    RoomTally,
    list_progress,
    tally_room_events,
)
from learning.attempts.rules import AttemptRules, Sections
from learning.exams.models import Admission, SittingRoom
from learning.exams.queries.door import DoorFilter, door_conditions
from learning.exams.queries.halls import RoomView, get_appointed, list_rooms
from learning.exams.queries.views import SittingView, get_managed
from learning.exams.queries.watch_order import attention, order_of, state_code
from learning.exams.rules import (
    Accommodation,
    AttemptFacts,
    Duty,
    Presence,
    WatchOrder,
    WatchState,
    watch_state,
)
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission

WATCH_PAGE = 100


@dataclass(frozen=True, slots=True)
class Watch:
    """What a person watches over: a sitting, its rooms (None: all), and whether as its examiner.

    Who watches may be a candidate too, and is seen by themselves; nobody acts on their own attempt.
    """

    watcher_id: int
    sitting: SittingView
    room_ids: tuple[int, ...] | None
    is_examiner: bool


@dataclass(frozen=True, slots=True)
class WatchedAttempt:
    """The newest attempt of a candidate, without its form."""

    id: int
    public_id: str
    number: int
    item_count: int
    started_at: datetime
    deadline_at: datetime
    extra_s: int
    sections_json: str | None
    facts: AttemptFacts

    @property
    def sections(self) -> Sections | None:
        """Return the times of its sections, None where the whole alone is limited."""
        return Sections.from_json(self.sections_json) if self.sections_json else None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still being answered."""
        return self.facts.finished_at is None


@dataclass(frozen=True, slots=True)
class WatchLine:
    """A candidate as watched; `extra` is their accommodation on the limit."""

    person: str
    user_id: int
    name: str
    unit_name: str
    ticket_no: str
    room: str
    room_id: int | None
    seat: int | None
    accommodation: Accommodation
    extra: timedelta
    attempt: WatchedAttempt | None
    state: WatchState


@dataclass(frozen=True, slots=True)
class WatchFilter:
    """Which candidates are asked for; `room_ids` None means every room and who has none."""

    room_ids: tuple[int, ...] | None = None
    search: str = ""
    state: WatchState | None = None
    order: WatchOrder = WatchOrder.SEAT


@dataclass(frozen=True, slots=True)
class WatchPage:
    """A page of candidates; `tally` counts the states of all that room and search leave."""

    lines: list[WatchLine]
    progress: dict[int, Progress]
    told: dict[int, RoomTally]
    tally: Counter[WatchState]
    total: int


def get_watch(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Watch:
    """Return what the actor watches over, as the examiner or as appointed.

    NotFound for everybody else, for drafts of others and for what is not there.
    """
    if actor.holds(Permission.SITTING_MANAGE):
        try:
            sitting = get_managed(session, actor, raw_public_id, now)
            return Watch(actor.user_id, sitting, None, is_examiner=True)
        except NotFound:
            pass  # an examiner elsewhere may invigilate here
    duty = get_appointed(session, actor.user_id, raw_public_id, Duty.INVIGILATOR)
    return Watch(actor.user_id, duty.sitting, duty.room_ids, is_examiner=False)


def list_watched_rooms(session: Session, watch: Watch) -> list[RoomView]:
    """Return the rooms of a watch."""
    rooms = list_rooms(session, watch.sitting.id)
    return [room for room in rooms if watch.room_ids is None or room.id in watch.room_ids]


def get_watch_page(
    session: Session, sitting: SittingView, wanted: WatchFilter, *, page: int, now: datetime
) -> WatchPage:
    """Return a page of candidates with their progress; four statements, whatever the number."""
    states = _watched(sitting, wanted, state_code().label("state")).subquery()
    counts = select(states.c.state, func.count()).group_by(states.c.state)
    tally = Counter({WatchState(state): count for state, count in session.execute(counts)})
    lines = _list_page(session, sitting, wanted, now, page)
    ids = [line.attempt.id for line in lines if line.attempt]
    progress, told = list_progress(session, ids), tally_room_events(session, ids)
    total = sum(tally.values()) if wanted.state is None else tally[wanted.state]
    return WatchPage(lines, progress, told, tally, total)


def _list_page(
    session: Session, sitting: SittingView, wanted: WatchFilter, now: datetime, page: int
) -> list[WatchLine]:
    query, keys = _watched(sitting, wanted, *_LINE), order_of(wanted.order)
    if wanted.state is not None:
        query = query.where(state_code() == wanted.state.value)
    if wanted.order is WatchOrder.ATTENTION:
        joined, rank = attention(sitting, wanted.room_ids, now)
        keys.insert(0, rank)
        for table in joined:
            query = query.outerjoin(table, table.c.attempt_id == Attempt.id)
    query = query.order_by(*keys).offset((page - 1) * WATCH_PAGE).limit(WATCH_PAGE)
    limit = AttemptRules.from_json(sitting.rules_json).limit
    return [_line(row, limit) for row in session.execute(query)]


def get_watched(session: Session, watch: Watch, raw_person_id: str) -> WatchLine:
    """Return one candidate of a watch; NotFound for anybody else."""
    lines = _list_named(session, watch, [raw_person_id])
    if not lines:
        raise NotFound("admission")
    return lines[0]


def list_attempts_of(session: Session, sitting: SittingView, user_id: int) -> list[WatchedAttempt]:
    """Return all attempts of a candidate at a sitting, newest first."""
    rows = session.execute(
        select(*_ATTEMPT)
        .where(Attempt.assessment_id == sitting.assessment_id, Attempt.user_id == user_id)
        .order_by(Attempt.number.desc())
    )
    return [found for row in rows if (found := _attempt(row)) is not None]


def list_acted_on(
    session: Session, watch: Watch, people: Sequence[str]
) -> list[tuple[int, WatchState]]:
    """Return the newest attempts of these people, as far as they are watched, with their states.

    The watcher's own is left out.
    """
    found = _list_named(session, watch, people)
    return [
        (line.attempt.id, line.state)
        for line in found
        if line.attempt and line.user_id != watch.watcher_id
    ]


def list_open_after(
    session: Session,
    watch: Watch,
    room_ids: tuple[int, ...] | None,
    after: str,
    limit: int,
) -> list[tuple[int, str]]:
    """Return open attempts of rooms by their public id, those after one; row and public ids.

    The watcher's own is left out.
    """
    query = (
        select(Attempt.id, Attempt.public_id)
        .join(Admission, Admission.user_id == Attempt.user_id)
        .where(
            Admission.sitting_id == watch.sitting.id,
            Attempt.assessment_id == watch.sitting.assessment_id,
            Attempt.submitted_at.is_(None),
            Attempt.user_id != watch.watcher_id,
            Attempt.public_id > after,
        )
        .order_by(Attempt.public_id)
        .limit(limit)
    )
    if room_ids is not None:
        query = query.where(Admission.room_id.in_(room_ids))
    return [(attempt_id, public_id) for attempt_id, public_id in session.execute(query)]


_ATTEMPT = (
    Attempt.id,
    Attempt.public_id,
    Attempt.number,
    Attempt.item_count,
    Attempt.started_at,
    Attempt.deadline_at,
    Attempt.extra_s,
    Attempt.sections,
    Attempt.paused_at,
    Attempt.finished_at,
    Attempt.finish_kind,
    Attempt.voided_at,
)


_LINE = (
    User.public_id,
    User.id,
    Admission.candidate_name,
    Admission.unit_name,
    func.coalesce(Admission.ticket_no, ""),
    func.coalesce(SittingRoom.name, ""),
    Admission.room_id,
    Admission.seat,
    Admission.extra_percent,
    Admission.extra_minutes,
    Admission.accommodation,
    Admission.presence,
    *_ATTEMPT,
)


def _watched(sitting: SittingView, wanted: WatchFilter, *columns: Any) -> Select[Any]:
    """Return the query of whom room and search leave, each with the newest attempt or none."""
    newest = (
        select(Attempt.user_id, func.max(Attempt.number).label("number"))
        .where(Attempt.assessment_id == sitting.assessment_id)
        .group_by(Attempt.user_id)
        .subquery()
    )
    return (
        select(*columns)
        .select_from(Admission)
        .join(User, User.id == Admission.user_id)
        .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
        .outerjoin(newest, newest.c.user_id == Admission.user_id)
        .outerjoin(
            Attempt,
            and_(
                Attempt.assessment_id == sitting.assessment_id,
                Attempt.user_id == Admission.user_id,
                Attempt.number == newest.c.number,
            ),
        )
        .where(*door_conditions(sitting.id, DoorFilter(wanted.room_ids, wanted.search)))
    )


def _list_named(session: Session, watch: Watch, people: Sequence[str]) -> list[WatchLine]:
    """Return these people as far as they are watched; who is not is left out."""
    known = [person for person in people if person.isascii() and person.isalnum()]
    query = _watched(watch.sitting, WatchFilter(watch.room_ids), *_LINE)
    limit = AttemptRules.from_json(watch.sitting.rules_json).limit
    rows = session.execute(query.where(User.public_id.in_(known)))
    return [_line(row, limit) for row in rows]


def _line(row: Any, limit: timedelta) -> WatchLine:
    percent, minutes, note, presence = row[8:12]
    accommodation = Accommodation(percent, minutes, note)
    attempt = _attempt(row[12:])
    person, user_id, name, unit_name, ticket_no, room, room_id, seat = row[:8]
    return WatchLine(
        person=person,
        user_id=user_id,
        name=name,
        unit_name=unit_name,
        ticket_no=ticket_no,
        room=room,
        room_id=room_id,
        seat=seat,
        accommodation=accommodation,
        extra=accommodation.added_to(limit),
        attempt=attempt,
        state=watch_state(Presence(presence), attempt.facts if attempt else None),
    )


def _attempt(row: Any) -> WatchedAttempt | None:
    if row[0] is None:
        return None
    attempt_id, public_id, number, item_count, started_at, deadline_at, extra_s, sections = row[:8]
    return WatchedAttempt(
        id=attempt_id,
        public_id=public_id,
        number=number,
        item_count=item_count,
        started_at=started_at,
        deadline_at=deadline_at,
        extra_s=extra_s,
        sections_json=sections,
        facts=AttemptFacts(*row[8:]),
    )
