"""Which units a person's granted roles reach. What is out of reach looks exactly like missing.

A grant reaches by unit (it and all below), by region or by industry. A branch counts for its
province and for its group: a region or industry takes the units that name it, and below them only
those that name none of their own.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Unit, UnitAlias, UnitName, UnitParent
from learning.organisations.queries.units import (
    UnitView,
    as_view,
    list_path,
    select_views,
    storable,
    subtree,
    valid_at,
)
from learning.organisations.rules.names import fold_width, name_key
from learning.organisations.rules.units import industry_prefix, region_prefix

MAX_MATCHES = 20
MAX_ROW_ID = 2**63 - 1


def units_in_reach(
    session: Session,  # noqa: ARG001 - every read has it first
    actor: Actor,
    permission: Permission,
    now: datetime,
) -> Select[int]:
    """Return the query of the ids of the open units where the actor holds the permission.

    It is a query, so that callers may join it: `Unit.id.in_(units_in_reach(…))`.
    """
    grants = actor.grants_for(permission)
    return units_of_scopes([(grant.scope_kind, grant.scope_value) for grant in grants], now)


def units_of_scopes(given: Iterable[tuple[ScopeKind, str]], now: datetime) -> Select[int]:
    """Return the query of the ids of the open units that some scopes take; of none, no unit."""
    scopes: dict[ScopeKind, set[str]] = {kind: set() for kind in ScopeKind}
    for kind, value in given:
        scopes[kind].add(value)
    is_open = or_(Unit.closed_at.is_(None), Unit.closed_at > now)
    if scopes[ScopeKind.PLATFORM]:
        return select(Unit.id).where(is_open)
    parts = [subtree(_row_ids(scopes[ScopeKind.UNIT]), now)]
    regions = {region_prefix(value) for value in scopes[ScopeKind.REGION]} - {""}
    if regions:
        parts.append(_by_prefix(Unit.region, regions, now))
    industries = {industry_prefix(value) for value in scopes[ScopeKind.INDUSTRY]} - {""}
    if industries:
        parts.append(_by_prefix(Unit.industry, industries, now))
    reached = union(*parts).subquery()
    return select(Unit.id).where(Unit.id.in_(select(reached.c.id)), is_open)


def _row_ids(values: set[str]) -> list[int]:
    """Return scope values as row ids; what is no number reaches nothing."""
    return sorted(int(v) for v in values if v.isascii() and v.isdigit() and int(v) <= MAX_ROW_ID)


def _by_prefix(
    column: InstrumentedAttribute[str], prefixes: set[str], now: datetime
) -> Select[int]:
    # substr, not LIKE: LIKE folds letter case on one database and not on the other.
    named: list[ColumnElement[bool]] = [
        func.substr(column, 1, len(prefix)) == prefix for prefix in sorted(prefixes)
    ]
    below = select(Unit.id.label("id")).where(or_(false(), *named)).cte(recursive=True)
    below = below.union(
        select(Unit.id)
        .join(UnitParent, and_(UnitParent.unit_id == Unit.id, valid_at(UnitParent, now)))
        .join(below, UnitParent.parent_id == below.c.id)
        .where(column == "")
    )
    return select(below.c.id)


def reaches_everywhere(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor holds a permission for the whole platform."""
    return any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(permission))


def get_unit_in_reach(
    session: Session, actor: Actor, permission: Permission, raw_public_id: str, now: datetime
) -> UnitView:
    """Return the unit; NotFound when it is missing, closed or out of the actor's reach."""
    row = session.execute(
        select_views(now).where(
            Unit.public_id == storable(raw_public_id),
            Unit.id.in_(units_in_reach(session, actor, permission, now)),
        )
    ).first()
    if row is None:
        raise NotFound("unit")
    return as_view(*row)


def list_units(
    session: Session,
    reach: Select[int],
    now: datetime,
    *,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[UnitView]:
    """Return a page of the units in reach, by name; `search` looks in names, aliases, codes."""
    rows = session.execute(
        select_views(now)
        .where(Unit.id.in_(reach), _matches(search))
        .order_by(UnitName.name_key, Unit.id)
        .offset(offset)
        .limit(limit)
    )
    return [as_view(*row) for row in rows]


def count_units(session: Session, reach: Select[int], now: datetime, *, search: str = "") -> int:
    """Return how many units `list_units` would give without pages."""
    views = select_views(now).where(Unit.id.in_(reach), _matches(search)).subquery()
    return session.scalar(select(func.count()).select_from(views)) or 0


def match_units(session: Session, reach: Select[int], text: str, now: datetime) -> list[UnitView]:
    """Return the units in reach that typed words mean exactly, at most 20.

    The words are a name, an alias, a code, or a path of names such as 示例企业/质量部.
    """
    *above, last = [name_key(part) for part in text.split("/")] or [""]
    code = fold_width(text).upper()
    alias = select(UnitAlias.unit_id).where(UnitAlias.alias_key == last)
    rows = session.execute(
        select_views(now)
        .where(
            Unit.id.in_(reach),
            or_(
                UnitName.name_key == last,
                Unit.id.in_(alias),
                Unit.uscc == code,
                Unit.code == code,
            ),
        )
        .order_by(Unit.id)
        .limit(MAX_MATCHES)
    )
    found = [as_view(*row) for row in rows]
    if not above:
        return found
    return [
        unit
        for unit in found
        if [name_key(u.name) for u in list_path(session, unit.id, now)][-1 - len(above) : -1]
        == above
    ]


def _matches(search: str) -> ColumnElement[bool]:
    key = name_key(search)
    if not key:
        return Unit.id.is_not(None)
    code = fold_width(search).upper()
    alias = select(UnitAlias.unit_id).where(UnitAlias.alias_key.contains(key, autoescape=True))
    return or_(
        UnitName.name_key.contains(key, autoescape=True),
        Unit.id.in_(alias),
        Unit.uscc == code,
        Unit.code == code,
    )
