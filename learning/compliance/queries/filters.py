"""Reads of saved filters, and of the schemes that may be columns of the grid."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Scheme
from learning.compliance.models import GridColumns, KeptFilter, Requirement
from learning.compliance.queries.conditions import closure
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Unit
from learning.organisations.queries import organisation_of_unit, units_in_reach, valid_at

MOST_FILTERS = 100
MOST_SCHEMES = 200  # to choose from
FIRST_COLUMNS = 8  # shown to who has chosen none


@dataclass(frozen=True, slots=True)
class FilterView:
    """A saved filter as one reader sees it; `is_own`: only the owner takes it away."""

    public_id: str
    name: str
    criteria: Mapping[str, str]
    is_shared: bool
    is_own: bool
    owner_name: str


@dataclass(frozen=True, slots=True)
class SchemeChoice:
    """A scheme that may be a column."""

    id: int
    public_id: str
    title: str
    title_en: str


def own_organisations(session: Session, actor: Actor, now: datetime) -> list[int]:
    """Return the organisations for whose people the actor is granted a unit, at most a few."""
    granted = {
        int(grant.scope_value)
        for grant in actor.grants_for(Permission.COMPLIANCE_READ)
        if grant.scope_kind is ScopeKind.UNIT and grant.scope_value.isdigit()
    }
    known = session.scalars(select(Unit.id).where(Unit.id.in_(granted))).all()
    return sorted({organisation_of_unit(session, unit_id, now).id for unit_id in known})


def list_filters(session: Session, actor: Actor, now: datetime) -> list[FilterView]:
    """Return one's own filters and those shared in one's organisations, by name."""
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)
    shared = and_(
        KeptFilter.is_shared,
        or_(
            KeptFilter.organisation_id.in_(own_organisations(session, actor, now)),
            KeptFilter.organisation_id.in_(reach),
        ),
    )
    rows = session.execute(
        select(KeptFilter, User.display_name)
        .join(User, User.id == KeptFilter.user_id)
        .where(or_(KeptFilter.user_id == actor.user_id, shared))
        .order_by(KeptFilter.name, KeptFilter.id)
        .limit(MOST_FILTERS)
    )
    return [
        FilterView(
            row.public_id,
            row.name,
            json.loads(row.criteria),
            row.is_shared,
            row.user_id == actor.user_id,
            name,
        )
        for row, name in rows
    ]


def list_schemes(session: Session, actor: Actor, now: datetime) -> list[SchemeChoice]:
    """Return the schemes that may be columns: most asked in reach first, then by code.

    These are what posts in reach are asked, what organisations in reach issue or keep on their
    list, and what anybody issues: an association's schemes are public.
    """
    reach = units_in_reach(session, actor, Permission.COMPLIANCE_READ, now)
    setting = closure(reach, now).subquery()
    asked = (
        select(Requirement.scheme_id, func.count().label("n"))
        .where(Requirement.unit_id.in_(select(setting.c.ancestor_id)), valid_at(Requirement, now))
        .group_by(Requirement.scheme_id)
        .subquery()
    )
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en)
        .outerjoin(asked, asked.c.scheme_id == Scheme.id)
        .where(or_(asked.c.n.is_not(None), Scheme.issuer_id.in_(reach), Scheme.kind == "own"))
        .order_by(func.coalesce(asked.c.n, 0).desc(), Scheme.code)
        .limit(MOST_SCHEMES)
    )
    return [SchemeChoice(*row) for row in rows]


def chosen_schemes(
    session: Session, actor: Actor, choices: Sequence[SchemeChoice]
) -> list[SchemeChoice]:
    """Return the columns that a person chose and may still see, else the first few."""
    kept = session.scalar(select(GridColumns.schemes).where(GridColumns.user_id == actor.user_id))
    known = {choice.public_id: choice for choice in choices}
    chosen = [known[raw] for raw in json.loads(kept or "[]") if raw in known]
    return chosen or list(choices[:FIRST_COLUMNS])
