"""Organisations in a competition: who may enter for which, who enrolled, what their people did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.competitions.models import EnterpriseEnrolment, EnterpriseResult, Entry
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import (
    EnterpriseStanding,
    EntryScope,
    Organisation,
    Place,
    Tally,
    list_places,
)
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.models import BoardEntry
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import units_in_reach, valid_at
from learning.organisations.rules.names import name_key

MAX_OWN_UNITS = 20
DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class OwnEnrolment:
    """An organisation in the actor's reach; `enrolled_at` is None while it has not enrolled."""

    unit_id: int
    public_id: str
    name: str
    headcount: int | None
    enrolled_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """An organisation of a competition as it stands now; `finished` have handed in."""

    public_id: str
    name: str
    entries: int
    finished: int
    headcount: int | None
    enrolled_at: datetime | None
    enrolment: int | None = None


@dataclass(frozen=True, slots=True)
class DivisionFigures:
    """Entries of a division as they stand now."""

    code: str
    entries: int
    finished: int


@dataclass(frozen=True, slots=True)
class EnterprisePage:
    """A page of the published enterprise board; `page` counts from 1, `total` are all rows."""

    rows: tuple[EnterpriseStanding, ...]
    page: int
    pages: int
    total: int


def list_own_organisations(session: Session, user_id: int, now: datetime) -> list[Organisation]:
    """Return the organisations of which a person is a member, the oldest membership first."""
    rows = session.execute(
        select(Unit.id, Unit.public_id, UnitName.name, Unit.kind, Unit.region)
        .join(Membership, Membership.organisation_id == Unit.id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(Membership.user_id == user_id, valid_at(Membership, now), Unit.kind != DEPARTMENT)
        .order_by(Membership.valid_from, Membership.id)
    )
    found = {row.id: Organisation(*row) for row in rows}  # two departments of one: once
    return list(found.values())


def list_own_places(
    session: Session, competition: CompetitionView, user_id: int, now: datetime
) -> list[Place]:
    """Return the places a person may take in a competition; empty when they may not enter."""
    organisations = list_own_organisations(session, user_id, now)
    enrolled: set[int] = set()
    if competition.entry.scope is EntryScope.ENROLLED and organisations:
        enrolled = set(
            session.scalars(
                select(EnterpriseEnrolment.unit_id).where(
                    EnterpriseEnrolment.competition_id == competition.id,
                    EnterpriseEnrolment.unit_id.in_([o.id for o in organisations]),
                )
            )
        )
    return list_places(competition.entry, organisations, enrolled)


def list_own_enrolments(
    session: Session, actor: Actor, competition_id: int, now: datetime
) -> list[OwnEnrolment]:
    """Return the first organisations for which the actor may enrol, by name."""
    rows = session.execute(
        own_enrolments(session, actor, competition_id, now)
        .order_by(UnitName.name_key, Unit.id)
        .limit(MAX_OWN_UNITS)
    )
    return [OwnEnrolment(*row) for row in rows]


def own_enrolments(
    session: Session, actor: Actor, competition_id: int, now: datetime
) -> Select[*tuple[Any, ...]]:
    """Select the organisations for which the actor may enrol, as `OwnEnrolment` has them."""
    reach = units_in_reach(session, actor, Permission.COMPETITION_ENROL, now)
    return (
        select(
            Unit.id,
            Unit.public_id,
            UnitName.name,
            func.coalesce(EnterpriseEnrolment.headcount, Unit.headcount),
            EnterpriseEnrolment.enrolled_at,
        )
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .outerjoin(
            EnterpriseEnrolment,
            and_(
                EnterpriseEnrolment.unit_id == Unit.id,
                EnterpriseEnrolment.competition_id == competition_id,
            ),
        )
        .where(Unit.id.in_(reach), Unit.kind != DEPARTMENT)
    )


def list_enrolments(session: Session, competition_id: int) -> dict[int, int | None]:
    """Return the declared headcount of every enrolled organisation, by unit id."""
    rows = session.execute(
        select(EnterpriseEnrolment.unit_id, EnterpriseEnrolment.headcount).where(
            EnterpriseEnrolment.competition_id == competition_id
        )
    )
    return {row.unit_id: row.headcount for row in rows}


def count_enrolments(session: Session, competition_id: int) -> int:
    """Return how many organisations have enrolled."""
    counted = (
        select(func.count())
        .select_from(EnterpriseEnrolment)
        .where(EnterpriseEnrolment.competition_id == competition_id)
    )
    return session.scalar(counted) or 0


def list_units_of_entries(session: Session, competition_id: int) -> dict[str, int]:
    """Return the organisation of every entry made for one, by the entry's public id."""
    rows = session.execute(
        select(Entry.public_id, Entry.unit_id).where(
            Entry.competition_id == competition_id, Entry.unit_id.is_not(None)
        )
    )
    return {row.public_id: row.unit_id for row in rows}


def list_names(session: Session, unit_ids: Sequence[int]) -> dict[int, str]:
    """Return what some organisations are called now, by unit id."""
    names: dict[int, str] = {}
    for start in range(0, len(unit_ids), 500):
        rows = session.execute(
            select(UnitName.unit_id, UnitName.name).where(
                UnitName.unit_id.in_(unit_ids[start : start + 500]), UnitName.valid_to.is_(None)
            )
        )
        names.update({row.unit_id: row.name for row in rows})
    return names


def list_unit_figures(
    session: Session,
    competition: CompetitionView,
    *,
    page: int,
    search: str = "",
    among: Select[int] | None = None,
) -> tuple[list[UnitFigures], int]:
    """Return a page of the organisations that enrolled or have entries, most entries first.

    `among`: only these units (None: all).
    """
    counted, enrolled = _counted_by_unit(competition), _enrolled(competition.id)
    involved = select(counted.c.unit_id).union(select(enrolled.c.unit_id)).subquery()
    base = (
        select(Unit.id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(Unit.id.in_(select(involved.c.unit_id)), _named(search))
    )
    if among is not None:
        base = base.where(Unit.id.in_(among))
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    entries = func.coalesce(counted.c.entries, 0)
    rows = session.execute(
        base.with_only_columns(
            Unit.public_id,
            UnitName.name,
            entries,
            func.coalesce(counted.c.finished, 0),
            enrolled.c.headcount,
            enrolled.c.enrolled_at,
            enrolled.c.id,
        )
        .outerjoin(counted, counted.c.unit_id == Unit.id)
        .outerjoin(enrolled, enrolled.c.unit_id == Unit.id)
        .order_by(entries.desc(), UnitName.name_key, Unit.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [UnitFigures(*row) for row in rows], total


def list_division_figures(session: Session, competition: CompetitionView) -> list[DivisionFigures]:
    """Return how many entered and finished in each division that has entries."""
    rows = session.execute(_with_results(competition, Entry.division).group_by(Entry.division))
    return [DivisionFigures(*row) for row in rows]


def list_provinces(session: Session, board_id: int) -> list[str]:
    """Return the province codes that have a row on the board, in order."""
    rows = session.scalars(
        select(BoardEntry.area_code)
        .where(BoardEntry.board_id == board_id, BoardEntry.area_code != "")
        .group_by(BoardEntry.area_code)
        .order_by(BoardEntry.area_code)
    )
    return list(rows)


def get_enterprise_page(
    session: Session, competition_id: int, *, page: int, first: int = 1
) -> EnterprisePage:
    """Return a page of the published enterprise board from a standing downwards.

    Beyond the end it is the last one.
    """
    mine = EnterpriseResult.competition_id == competition_id
    counted = select(func.count()).select_from(EnterpriseResult).where(mine)
    hidden = 0
    if first > 1:
        hidden = session.scalar(counted.where(EnterpriseResult.standing < first)) or 0
    total = (session.scalar(counted) or 0) - hidden
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page, pages)
    rows = session.execute(
        _result_query(competition_id)
        .where(EnterpriseResult.position > (page - 1) * PAGE_SIZE + hidden)
        .limit(PAGE_SIZE)
    )
    return EnterprisePage(tuple(_standing(row) for row in rows), page, pages, total)


def list_enterprise_results(
    session: Session, competition_id: int, units: Select[int] | Sequence[int]
) -> list[EnterpriseStanding]:
    """Return the published rows of some organisations, best first; at most a page."""
    rows = session.execute(
        _result_query(competition_id).where(EnterpriseResult.unit_id.in_(units)).limit(PAGE_SIZE)
    )
    return [_standing(row) for row in rows]


def list_published_units(session: Session, competition_id: int) -> list[EnterpriseStanding]:
    """Return every published row of the enterprise board, in its printed order."""
    return [_standing(row) for row in session.execute(_result_query(competition_id))]


def list_industries(session: Session, unit_ids: Sequence[int]) -> dict[int, str]:
    """Return the GB/T 4754 codes of those organisations that have one, by unit id."""
    found: dict[int, str] = {}
    for start in range(0, len(unit_ids), 500):
        rows = session.execute(
            select(Unit.id, Unit.industry).where(
                Unit.id.in_(unit_ids[start : start + 500]), Unit.industry != ""
            )
        )
        found.update({row.id: row.industry for row in rows})
    return found


def _result_query(competition_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(*EnterpriseResult.__table__.c)
        .where(EnterpriseResult.competition_id == competition_id)
        .order_by(EnterpriseResult.position)
    )


def _standing(row: Row[*tuple[Any, ...]]) -> EnterpriseStanding:
    tally = Tally(
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        entries=row.entries,
        participants=row.participants,
        sum_milli=row.sum_milli,
        headcount=row.headcount,
        is_enrolled=row.is_enrolled,
        industry=row.industry,
    )
    return EnterpriseStanding(tally, row.standing, row.is_shared, row.score_centi)


def _with_results(
    competition: CompetitionView, key: InstrumentedAttribute[Any]
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            key, func.count(Entry.id).label("entries"), func.count(BoardEntry.id).label("finished")
        )
        .outerjoin(
            BoardEntry,
            and_(
                BoardEntry.board_id == competition.board_id,
                BoardEntry.subject == Entry.public_id,
            ),
        )
        .where(Entry.competition_id == competition.id)
    )


def _counted_by_unit(competition: CompetitionView) -> Subquery:
    query = _with_results(competition, Entry.unit_id).where(Entry.unit_id.is_not(None))
    return query.group_by(Entry.unit_id).subquery()


def _enrolled(competition_id: int) -> Subquery:
    return (
        select(
            EnterpriseEnrolment.id,
            EnterpriseEnrolment.unit_id,
            EnterpriseEnrolment.headcount,
            EnterpriseEnrolment.enrolled_at,
        )
        .where(EnterpriseEnrolment.competition_id == competition_id)
        .subquery()
    )


def _named(search: str) -> ColumnElement[bool]:
    key = name_key(search)
    return UnitName.name_key.contains(key, autoescape=True) if key else true()
