"""What waits for who reviews and decides on certificates: counted by person and scheme."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, cast, exists, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import (
    AwardFile,
    AwardProject,
    CertificateAppeal,
    ProjectOpinion,
    Scheme,
    SchemeAssessor,
)
from learning.certification.rules.papers import ProjectState
from learning.compliance.queries.reminders import IS_HERE
from learning.kernel.bulk import among
from learning.kernel.permissions import GRANTS, Permission, ScopeKind
from learning.organisations.models import RoleAssignment, Unit, UnitParent
from learning.organisations.queries import valid_at
from learning.organisations.queries.reach import units_of_scopes

DECIDERS = [role.value for role, held in GRANTS.items() if Permission.CERTIFICATE_DECIDE in held]


@dataclass(frozen=True, slots=True)
class Queue:
    """What of a kind and scheme, or track, waits for a person.

    `issuer_id` is whose rules of reminding hold; `due_at` None: the days of these decide.
    """

    user_id: int
    locale: str
    issuer_id: int
    zone: str
    kind: str
    title: str
    title_en: str
    number: int
    since: datetime
    due_at: datetime | None


def list_queues(session: Session, now: datetime) -> list[Queue]:
    """Return what waits for assessors and deciders, by person, kind and scheme.

    Who may decide sees their own file among them, too: it waits as well, for another one.
    """
    waiting = session.execute(_for_deciders()).all()
    found = [Queue(*row) for row in session.execute(_for_assessors())]
    issuers = {row.issuer_id for row in waiting}
    deciders = list_holders(session, issuers, DECIDERS, now) if waiting else {}
    for row in waiting:
        found += [Queue(*one, *row) for one in deciders.get(row.issuer_id, ())]
    return found


def _for_assessors() -> Select[*tuple[Any, ...]]:
    """Return the query of projects by assessor: not their own, and no opinion of theirs yet."""
    given = exists().where(
        ProjectOpinion.project_id == AwardProject.id,
        ProjectOpinion.given_by == SchemeAssessor.user_id,
    )
    return (
        select(
            SchemeAssessor.user_id,
            User.locale,
            Scheme.issuer_id,
            Unit.timezone,
            literal("project"),
            Scheme.title,
            Scheme.title_en,
            func.count(),
            func.min(AwardProject.submitted_at),
            null(),
        )
        .join(User, User.id == SchemeAssessor.user_id)
        .join(Scheme, Scheme.id == SchemeAssessor.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
        .join(
            AwardProject,
            and_(
                AwardProject.scheme_id == Scheme.id,
                AwardProject.state == ProjectState.SUBMITTED.value,
                AwardProject.user_id != SchemeAssessor.user_id,
            ),
        )
        .where(*IS_HERE, ~given)
        .group_by(SchemeAssessor.user_id, User.locale, Scheme.id, Unit.timezone)
    )


def _for_deciders() -> Select[*tuple[Any, ...]]:
    """Return the query of files that are ready and appeals that wait, by scheme."""
    files = (
        select(
            literal("decision").label("kind"),
            AwardFile.scheme_id,
            func.count().label("number"),
            func.min(AwardFile.ready_at).label("since"),
            cast(null(), AwardFile.ready_at.type).label("due_at"),
        )
        .where(AwardFile.closed_at.is_(None), AwardFile.ready_at.is_not(None))
        .group_by(AwardFile.scheme_id)
    )
    appeals = (
        select(
            literal("appeal"),
            CertificateAppeal.scheme_id,
            func.count(),
            func.min(CertificateAppeal.lodged_at),
            func.min(CertificateAppeal.answer_by),
        )
        .where(CertificateAppeal.decided_at.is_(None))
        .group_by(CertificateAppeal.scheme_id)
    )
    both = union_all(files, appeals).subquery()
    return (
        select(
            Scheme.issuer_id,
            Unit.timezone,
            both.c.kind,
            Scheme.title,
            Scheme.title_en,
            both.c.number,
            both.c.since,
            both.c.due_at,
        )
        .join(Scheme, Scheme.id == both.c.scheme_id)
        .join(Unit, Unit.id == Scheme.issuer_id)
    )


def list_holders(
    session: Session, units: Collection[int], roles: Collection[str], now: datetime
) -> dict[int, list[tuple[int, str]]]:
    """Return who holds one of the roles for each unit, with their language."""
    role = RoleAssignment
    rows = session.execute(
        select(role.user_id, User.locale, role.scope_kind, role.scope_value)
        .join(User, User.id == role.user_id)
        .where(role.role.in_(roles), valid_at(role, now), *IS_HERE)
        .order_by(role.id)
    ).all()
    below = _units_below(session, units, now)
    found: dict[int, dict[int, str]] = {}
    known: dict[tuple[str, str], Collection[int]] = {}
    for user_id, locale, kind, value in rows:
        if (kind, value) not in known:
            known[kind, value] = _reached(session, kind, value, units, below, now)
        for unit_id in known[kind, value]:
            found.setdefault(unit_id, {})[user_id] = locale
    return {unit_id: list(people.items()) for unit_id, people in found.items()}


def _reached(
    session: Session,
    kind: str,
    value: str,
    units: Collection[int],
    below: Mapping[str, Collection[int]],
    now: datetime,
) -> Collection[int]:
    """Return which of the units a scope takes; scopes of other kinds than a unit are few."""
    if kind == ScopeKind.UNIT.value:
        return below.get(value, ())
    reach = units_of_scopes([(ScopeKind(kind), value)], now)
    return session.scalars(select(Unit.id).where(among(Unit.id, units), Unit.id.in_(reach))).all()


def _units_below(
    session: Session, units: Collection[int], now: datetime
) -> dict[str, Collection[int]]:
    """Return for each unit, as scopes name it, which of some units are it or stand below it."""
    pairs = (
        select(Unit.id.label("below_id"), Unit.id.label("unit_id"))
        .where(among(Unit.id, units))
        .cte("above", recursive=True)
    )
    pairs = pairs.union(
        select(pairs.c.below_id, UnitParent.parent_id)
        .join(pairs, UnitParent.unit_id == pairs.c.unit_id)
        .where(valid_at(UnitParent, now))
    )
    found: dict[str, set[int]] = {}
    for below_id, unit_id in session.execute(select(pairs.c.below_id, pairs.c.unit_id)):
        found.setdefault(str(unit_id), set()).add(below_id)
    return dict(found)
