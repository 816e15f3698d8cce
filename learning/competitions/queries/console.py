"""Reads of the enterprise console: one organisation's own people in a contest, as it stands now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.accounts.models import User
from learning.competitions.models import (
    EnterpriseEnrolment,
    Entry,
    Reminding,
)
from learning.competitions.queries.enterprises import OwnEnrolment, own_enrolments
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.views import CompetitionView, checked_id
from learning.competitions.rules.console import DepartmentCount
from learning.kernel.db import EPOCH
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.leaderboards.models import BoardEntry
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import valid_at
from learning.organisations.rules.names import name_key

MAX_UNITS = 50
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Absent:
    """A member who has not handed in; department "" for the organisation itself."""

    name: str
    staff_no: str
    department: str
    has_entered: bool


@dataclass(frozen=True, slots=True)
class RemindingView:
    """The newest reminder of an organisation's people; `done_at` is None while it is under way."""

    asked_at: datetime
    sent: int
    unreachable: int
    done_at: datetime | None


def list_console_units(
    session: Session, actor: Actor, competition: CompetitionView, now: datetime
) -> list[OwnEnrolment]:
    """Return the first organisations in reach, those that enrolled before others, then by name."""
    rows = session.execute(
        own_enrolments(session, actor, competition.id, now)
        .order_by(EnterpriseEnrolment.id.is_(None), UnitName.name_key, Unit.id)
        .limit(MAX_UNITS)
    )
    return [OwnEnrolment(*row) for row in rows]


def get_console_unit(
    session: Session,
    actor: Actor,
    competition: CompetitionView,
    raw_unit_id: str,
    now: datetime,
) -> tuple[OwnEnrolment, list[OwnEnrolment]]:
    """Return the organisation asked for ("" for the first) and the first ones in reach.

    Raises NotFound when it is out of reach, or nothing is in it.
    """
    units = list_console_units(session, actor, competition, now)
    found = next((unit for unit in units if raw_unit_id in {"", unit.public_id}), None)
    if found is None and raw_unit_id:
        wanted = own_enrolments(session, actor, competition.id, now).where(
            Unit.public_id == checked_id(raw_unit_id)
        )
        row = session.execute(wanted).one_or_none()
        found = OwnEnrolment(*row) if row else None
    if found is None:
        raise NotFound("unit")
    return found, units if found in units else [found, *units]


def list_departments(
    session: Session, competition: CompetitionView, unit_id: int, now: datetime
) -> list[DepartmentCount]:
    """Return every department of an organisation with its people now; "" is the organisation."""
    rows = session.execute(
        select(
            Membership.unit_id,
            UnitName.name,
            func.count(Membership.user_id.distinct()),
            func.count(Entry.id.distinct()),
            func.count(BoardEntry.id.distinct()),
            func.coalesce(func.sum(BoardEntry.points_milli), 0),
        )
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, UnitName.valid_to.is_(None)))
        .outerjoin(Entry, _entry_for(competition, unit_id))
        .outerjoin(BoardEntry, _result_of(competition))
        .where(Membership.organisation_id == unit_id, valid_at(Membership, now))
        .group_by(Membership.unit_id, UnitName.name)
    )
    return [
        DepartmentCount(row[0], "" if row[0] == unit_id else row[1], *row[2:5], int(row[5]))
        for row in rows
    ]


def count_people(
    session: Session, competition: CompetitionView, unit_id: int, now: datetime
) -> tuple[int, int, int]:
    """Return (members now, entries for the organisation, of them handed in).

    Who has left since counts among the entries, not among the members; a void entry is none.
    """
    members = select(func.count(Membership.user_id.distinct())).where(
        Membership.organisation_id == unit_id, valid_at(Membership, now)
    )
    entries, finished = session.execute(
        select(func.count(Entry.id), func.count(BoardEntry.id))
        .outerjoin(BoardEntry, _result_of(competition))
        .where(
            Entry.competition_id == competition.id,
            Entry.unit_id == unit_id,
            Entry.voided_at.is_(None),
        )
    ).one()
    return session.scalar(members) or 0, entries, finished


def count_by_hour(
    session: Session, competition: CompetitionView, unit_id: int | None
) -> tuple[list[tuple[datetime, int]], list[tuple[datetime, int]]]:
    """Return entries and counting results by the hour (UTC), of an organisation or of all."""
    mine = [Entry.competition_id == competition.id, Entry.voided_at.is_(None)]
    if unit_id is not None:
        mine.append(Entry.unit_id == unit_id)
    came, done = hour_of(session, Entry.entered_at), hour_of(session, BoardEntry.finished_at)
    entries = select(came, func.count()).where(*mine).group_by(came)
    finished = (
        select(done, func.count()).join(Entry, _result_of(competition)).where(*mine).group_by(done)
    )
    return instants_of(session, entries), instants_of(session, finished)


def hour_of(session: Session, column: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    """Return the number of whole hours since the epoch; zones of half hours blur by as much."""
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(column, BigInteger) // HOUR_US
    return cast(func.floor(func.extract("epoch", column) / 3600), BigInteger)


def instants_of(session: Session, query: Select[int, int]) -> list[tuple[datetime, int]]:
    """Return counts by `hour_of` with the instant at which each hour begins."""
    return [(EPOCH + timedelta(hours=hour), count) for hour, count in session.execute(query)]


def list_absent(
    session: Session,
    competition: CompetitionView,
    unit_id: int,
    now: datetime,
    *,
    page: int,
    search: str = "",
) -> tuple[list[Absent], int]:
    """Return a page of the members who have not handed in, by name, and how many there are."""
    query = _absent(competition, unit_id, now, search)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    paged = query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return [_absent_view(row, unit_id) for row in session.execute(paged)], total


def iterate_absent(
    session: Session, competition: CompetitionView, unit_id: int, now: datetime
) -> Iterator[Absent]:
    """Give all members who have not handed in, by name."""
    for row in session.execute(_absent(competition, unit_id, now, "")):
        yield _absent_view(row, unit_id)


def list_absent_after(
    session: Session,
    competition: CompetitionView,
    unit_id: int,
    now: datetime,
    *,
    after: int,
    limit: int,
) -> list[int]:
    """Return the next members (user ids above `after`) who have not handed in, in order of id."""
    rows = session.scalars(
        _unfinished(competition, unit_id, now)
        .with_only_columns(User.id)
        .where(User.id > after)
        .group_by(User.id)
        .order_by(User.id)
        .limit(limit)
    )
    return list(rows)


def _absent(
    competition: CompetitionView, unit_id: int, now: datetime, search: str
) -> Select[*tuple[Any, ...]]:
    key = name_key(search)
    wanted = User.sort_key.contains(key, autoescape=True) | User.display_name.contains(
        search.strip(), autoescape=True
    )
    return (
        _unfinished(competition, unit_id, now)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, UnitName.valid_to.is_(None)))
        .with_only_columns(
            User.id,
            User.display_name,
            func.min(Membership.staff_no),
            func.min(Membership.unit_id),
            func.min(UnitName.name),
            func.count(Entry.id),
        )
        .where(wanted if search.strip() else true())
        .group_by(User.id, User.display_name, User.sort_key)
        .order_by(User.sort_key, User.id)
    )


def _unfinished(
    competition: CompetitionView, unit_id: int, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Select members without a result, whichever organisation they entered for; no void entry."""
    return (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Entry, and_(Entry.user_id == User.id, Entry.competition_id == competition.id))
        .outerjoin(BoardEntry, _result_of(competition))
        .where(
            Membership.organisation_id == unit_id,
            valid_at(Membership, now),
            User.disabled_at.is_(None),
            BoardEntry.id.is_(None),
            Entry.voided_at.is_(None),  # who was ruled out can hand in nothing
        )
    )


def _absent_view(row: Any, unit_id: int) -> Absent:
    return Absent(row[1], row[2] or "", "" if row[3] == unit_id else row[4], bool(row[5]))


def find_reminding(session: Session, competition_id: int, unit_id: int) -> RemindingView | None:
    """Return the newest reminder of an organisation's people, or None."""
    row = session.execute(
        select(Reminding.asked_at, Reminding.sent, Reminding.unreachable, Reminding.done_at)
        .where(Reminding.competition_id == competition_id, Reminding.unit_id == unit_id)
        .order_by(Reminding.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else RemindingView(*row)


def _entry_for(competition: CompetitionView, unit_id: int) -> ColumnElement[bool]:
    return and_(
        Entry.user_id == Membership.user_id,
        Entry.competition_id == competition.id,
        Entry.unit_id == unit_id,
        Entry.voided_at.is_(None),
    )


def _result_of(competition: CompetitionView) -> ColumnElement[bool]:
    return and_(BoardEntry.board_id == competition.board_id, BoardEntry.subject == Entry.public_id)
