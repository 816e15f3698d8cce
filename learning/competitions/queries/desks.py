"""Whose units a person looks after in a competition; what is foreign looks missing.

The organiser looks after all units, an office after those of its scopes, HR after its own. A unit
takes part when it enrolled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer

from learning.accounts.models import User
from learning.competitions.models import (
    CompetitionOffice,
    EnterpriseEnrolment,
    Entry,
    HeadcountDeclaration,
)
from learning.competitions.queries.entrants import EntryLine, list_entrants
from learning.competitions.queries.lists import PAGE_SIZE
from learning.competitions.queries.views import (
    CompetitionView,
    checked_id,
    get_managed,
    get_published,
    reaches,
)
from learning.competitions.rules import State
from learning.competitions.rules.desks import DeskRole
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Unit, UnitName
from learning.organisations.queries import units_in_reach, units_of_scopes


@dataclass(frozen=True, slots=True)
class OfficeView:
    """An office of a competition; `scope_name` names the unit of a subtree, "" otherwise."""

    public_id: str
    title: str
    name: str
    scope_kind: ScopeKind
    scope_value: str
    scope_name: str
    appointed_at: datetime


@dataclass(frozen=True, slots=True)
class Oversight:
    """A competition with the units that the reader looks after; `units` None for all of them."""

    competition: CompetitionView
    role: DeskRole
    units: Select[int] | None


@dataclass(frozen=True, slots=True)
class Desk:
    """An enrolled unit of a competition, as somebody who looks after it sees it."""

    competition: CompetitionView
    role: DeskRole
    unit_id: int
    unit_public_id: str
    unit_name: str
    enrolment: int
    headcount: int | None
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """A declared headcount; `state` as in the table."""

    public_id: str
    unit: str
    unit_name: str
    headcount: int | None
    as_of: date
    state: str
    has_evidence: bool
    declared_by: str
    declared_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str


def list_offices(session: Session, competition_id: int) -> list[OfficeView]:
    """Return the offices that have not ended, in the order of their appointment."""
    # A unit's scope value is its row id as text, read back as a number where it is one.
    rows = session.execute(
        select(CompetitionOffice, User.display_name)
        .join(User, User.id == CompetitionOffice.user_id)
        .where(
            CompetitionOffice.competition_id == competition_id,
            CompetitionOffice.ended_at.is_(None),
        )
        .order_by(CompetitionOffice.id)
    ).all()
    units = [int(o.scope_value) for o, _name in rows if o.scope_kind == ScopeKind.UNIT.value]
    names = _names(session, units)
    return [
        OfficeView(
            public_id=office.public_id,
            title=office.title,
            name=name,
            scope_kind=ScopeKind(office.scope_kind),
            scope_value=office.scope_value,
            scope_name=names.get(office.scope_value, ""),
            appointed_at=office.appointed_at,
        )
        for office, name in rows
    ]


def _names(session: Session, unit_ids: Sequence[int]) -> dict[str, str]:
    rows = session.execute(
        select(UnitName.unit_id, UnitName.name).where(
            UnitName.unit_id.in_(unit_ids), UnitName.valid_to.is_(None)
        )
    )
    return {str(row.unit_id): row.name for row in rows}


def list_own_scopes(
    session: Session, competition_id: int, user_id: int
) -> list[tuple[ScopeKind, str]]:
    """Return the scopes of a person's offices in a competition."""
    rows = session.execute(
        select(CompetitionOffice.scope_kind, CompetitionOffice.scope_value).where(
            CompetitionOffice.competition_id == competition_id,
            CompetitionOffice.user_id == user_id,
            CompetitionOffice.ended_at.is_(None),
        )
    )
    return [(ScopeKind(row.scope_kind), row.scope_value) for row in rows]


def find_oversight(
    session: Session, actor: Actor, competition: CompetitionView, now: datetime
) -> Oversight | None:
    """Return the reader's oversight as organiser or office, None when there is none."""
    if reaches(session, actor, Permission.COMPETITION_MANAGE, competition.organiser_id, now):
        return Oversight(competition, DeskRole.ORGANISER, None)
    scopes = list_own_scopes(session, competition.id, actor.user_id)
    if not scopes or competition.state is State.DRAFT:
        return None
    return Oversight(competition, DeskRole.OFFICE, units_of_scopes(scopes, now))


def get_oversight(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> Oversight:
    """Return a competition's oversight; NotFound for who is neither organiser nor office."""
    try:
        competition = get_published(session, raw_public_id)
    except NotFound:
        if not actor.holds(Permission.COMPETITION_MANAGE):
            raise
        competition = get_managed(session, actor, raw_public_id, now)
    found = find_oversight(session, actor, competition, now)
    if found is None:
        raise NotFound("competition")
    return found


def get_desk(
    session: Session, actor: Actor, raw_public_id: str, raw_unit_id: str, now: datetime
) -> Desk:
    """Return an enrolled unit that the actor looks after, in the strongest role; else NotFound."""
    competition = get_published(session, raw_public_id)
    row = session.execute(
        select(
            Unit.id,
            Unit.public_id,
            UnitName.name,
            EnterpriseEnrolment.id.label("enrolment"),
            EnterpriseEnrolment.headcount,
            EnterpriseEnrolment.enrolled_at,
        )
        .join(EnterpriseEnrolment, EnterpriseEnrolment.unit_id == Unit.id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(
            EnterpriseEnrolment.competition_id == competition.id,
            Unit.public_id == checked_id(raw_unit_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("unit")
    role = _role_at(session, actor, competition, row.id, now)
    if role is None:
        raise NotFound("unit")
    return Desk(competition, role, *row)


def _role_at(
    session: Session, actor: Actor, competition: CompetitionView, unit_id: int, now: datetime
) -> DeskRole | None:
    found = find_oversight(session, actor, competition, now)
    if found is not None and (found.units is None or _is_among(session, unit_id, found.units)):
        return found.role
    if actor.holds(Permission.COMPETITION_ENROL):
        reach = units_in_reach(session, actor, Permission.COMPETITION_ENROL, now)
        if _is_among(session, unit_id, reach):
            return DeskRole.UNIT
    return None


def _is_among(session: Session, unit_id: int, units: Select[int]) -> bool:
    found = select(Unit.id).where(Unit.id == unit_id, Unit.id.in_(units))
    return session.scalar(found) is not None


def _declarations() -> Select[*tuple[Any, ...]]:
    decider = User.__table__.alias("decider")
    return (
        select(
            HeadcountDeclaration.public_id,
            Unit.public_id.label("unit"),
            UnitName.name.label("unit_name"),
            HeadcountDeclaration.headcount,
            HeadcountDeclaration.as_of,
            HeadcountDeclaration.state,
            (HeadcountDeclaration.evidence_type != "").label("has_evidence"),
            User.display_name.label("declared_by"),
            HeadcountDeclaration.declared_at,
            func.coalesce(decider.c.display_name, "").label("decided_by"),
            HeadcountDeclaration.decided_at,
            HeadcountDeclaration.reason,
        )
        .join(Unit, Unit.id == HeadcountDeclaration.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .join(User, User.id == HeadcountDeclaration.declared_by)
        .outerjoin(decider, decider.c.id == HeadcountDeclaration.decided_by)
    )


def list_declarations(session: Session, desk: Desk) -> list[DeclarationView]:
    """Return what a unit's headcount was said to be, the newest first."""
    rows = session.execute(
        _declarations()
        .where(
            HeadcountDeclaration.competition_id == desk.competition.id,
            HeadcountDeclaration.unit_id == desk.unit_id,
        )
        .order_by(HeadcountDeclaration.id.desc())
    )
    return [DeclarationView(*row) for row in rows]


def list_waiting(
    session: Session, oversight: Oversight, *, page: int
) -> tuple[list[DeclarationView], int]:
    """Return a page of what waits for a decision, the oldest first, and how many do."""
    conditions = and_(
        HeadcountDeclaration.competition_id == oversight.competition.id,
        HeadcountDeclaration.state == "waiting",
        overseen(oversight, HeadcountDeclaration.unit_id),
    )
    total = session.scalar(select(func.count()).select_from(HeadcountDeclaration).where(conditions))
    rows = session.execute(
        _declarations()
        .where(conditions)
        .order_by(HeadcountDeclaration.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [DeclarationView(*row) for row in rows], total or 0


def overseen(oversight: Oversight, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that a unit is one of those looked after."""
    return true() if oversight.units is None else column.in_(oversight.units)


def get_declaration(session: Session, desk: Desk, raw_public_id: str) -> HeadcountDeclaration:
    """Return a declaration of the desk's unit, with its evidence; NotFound for any other."""
    row = session.scalars(
        select(HeadcountDeclaration)
        .where(
            HeadcountDeclaration.public_id == checked_id(raw_public_id),
            HeadcountDeclaration.competition_id == desk.competition.id,
            HeadcountDeclaration.unit_id == desk.unit_id,
        )
        .options(undefer(HeadcountDeclaration.evidence))
    ).one_or_none()
    if row is None:
        raise NotFound("declaration")
    return row


def list_unit_entries(
    session: Session, desk: Desk, *, page: int, search: str = ""
) -> tuple[list[EntryLine], int]:
    """Return a page of who entered for the unit, the newest first, and how many there are."""
    mine = and_(Entry.competition_id == desk.competition.id, Entry.unit_id == desk.unit_id)
    return list_entrants(session, desk.competition, mine, page=page, search=search)


def list_own_offices(session: Session, user_id: int) -> list[int]:
    """Return the ids of the published competitions in which a person holds an office."""
    rows = session.scalars(
        select(CompetitionOffice.competition_id)
        .where(CompetitionOffice.user_id == user_id, CompetitionOffice.ended_at.is_(None))
        .distinct()
    )
    return list(rows)
