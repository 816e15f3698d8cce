"""Reads by which people find their own unit: open organisations of any reach, names only.

Every logged-in person may look here, so nothing of a unit is shown beyond what it is called, where
it stands and in which region it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.organisations.models import Unit, UnitAlias, UnitName, UnitParent
from learning.organisations.queries.units import (
    UnitView,
    as_view,
    departments_below,
    select_views,
    storable,
    valid_at,
)
from learning.organisations.rules.joining import clean_uscc, is_uscc, province_prefix
from learning.organisations.rules.names import name_key
from learning.organisations.rules.units import UnitKind


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """An organisation that a search found; `aliases` those that matter for telling it apart."""

    public_id: str
    name: str
    kind: str
    region: str
    above: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PickedUnit:
    """A place one can choose in an organisation: itself or a department, `depth` from 0."""

    public_id: str
    name: str
    depth: int


def find_organisations(
    session: Session,
    search: str,
    now: datetime,
    *,
    region: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[FoundUnit]:
    """Return a page of the open organisations that typed words may mean, likeliest first.

    The words are (part of) a name or alias, initials of the name's pinyin, or a whole unified
    social credit code; `region` is a division code whose province counts. No words find nothing.
    """
    key = name_key(search)
    rank = case(
        (UnitName.name_key == key, 0),
        (UnitName.name_key.startswith(key, autoescape=True), 1),
        (UnitName.initials == key, 1),
        else_=2,
    )
    rows = session.execute(
        _select_found(search, region, now)
        .order_by(rank, UnitName.name_key, Unit.id)
        .offset(offset)
        .limit(limit)
    ).all()
    units = [as_view(*row) for row in rows]
    ids = [unit.id for unit in units]
    aliases, parents = _aliases(session, ids), _parent_names(session, ids, now)
    return [
        FoundUnit(
            public_id=unit.public_id,
            name=unit.name,
            kind=unit.kind,
            region=unit.region,
            above=parents.get(unit.id, ""),
            aliases=tuple(aliases.get(unit.id, ()))[:3],
        )
        for unit in units
    ]


def count_organisations(session: Session, search: str, now: datetime, *, region: str = "") -> int:
    """Return how many organisations `find_organisations` would give without pages."""
    found = _select_found(search, region, now).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _select_found(search: str, region: str, now: datetime) -> Select[Unit, str]:
    query = select_views(now).where(_is_open(now), _is_organisation(), _means(search))
    province = province_prefix(region)
    if province:
        query = query.where(func.substr(Unit.region, 1, 2) == province)
    return query


def _is_open(now: datetime) -> ColumnElement[bool]:
    return or_(Unit.closed_at.is_(None), Unit.closed_at > now)


def _is_organisation() -> ColumnElement[bool]:
    return Unit.kind != UnitKind.DEPARTMENT.value


def _means(search: str) -> ColumnElement[bool]:
    key, code = name_key(search), clean_uscc(search)
    if not key:
        return Unit.id.is_(None)
    if is_uscc(code):
        return Unit.uscc == code
    alias = select(UnitAlias.unit_id).where(UnitAlias.alias_key.contains(key, autoescape=True))
    readings = [UnitName.name_key.contains(key, autoescape=True), Unit.id.in_(alias)]
    if key.isascii() and key.isalnum():
        readings.append(UnitName.initials.contains(key, autoescape=True))
    return or_(*readings)


def _aliases(session: Session, unit_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(
        select(UnitAlias.unit_id, UnitAlias.alias)
        .where(UnitAlias.unit_id.in_(unit_ids))
        .order_by(UnitAlias.id)
    ):
        found.setdefault(row.unit_id, []).append(row.alias)
    return found


def _parent_names(session: Session, unit_ids: Sequence[int], now: datetime) -> dict[int, str]:
    rows = session.execute(
        select(UnitParent.unit_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == UnitParent.parent_id, valid_at(UnitName, now)))
        .where(UnitParent.unit_id.in_(unit_ids), valid_at(UnitParent, now))
    )
    return {row.unit_id: row.name for row in rows}


def get_open_unit(session: Session, raw_public_id: str, now: datetime) -> UnitView:
    """Return an open unit of anybody's; NotFound when missing or closed."""
    row = session.execute(
        select_views(now).where(Unit.public_id == storable(raw_public_id), _is_open(now))
    ).first()
    if row is None:
        raise NotFound("unit")
    return as_view(*row)


def get_open_organisation(session: Session, raw_public_id: str, now: datetime) -> UnitView:
    """Return an open organisation of anybody's; NotFound for a department too."""
    unit = get_open_unit(session, raw_public_id, now)
    if unit.is_department:
        raise NotFound("unit")
    return unit


def list_places(session: Session, organisation: UnitView, now: datetime) -> list[PickedUnit]:
    """Return an organisation and its departments, each below its parent, by name.

    Not those of other organisations below it.
    """
    rows = session.execute(
        select_views(now)
        .add_columns(UnitParent.parent_id)
        .outerjoin(UnitParent, and_(UnitParent.unit_id == Unit.id, valid_at(UnitParent, now)))
        .where(Unit.id.in_(departments_below([organisation.id], now)), _is_open(now))
        .order_by(UnitName.name_key, Unit.id)
    ).all()
    children: dict[int | None, list[UnitView]] = {}
    for unit, name, parent_id in rows:
        if unit.id != organisation.id:
            children.setdefault(parent_id, []).append(as_view(unit, name))
    places, stack = [], [(organisation, 0)]
    while stack:
        unit, depth = stack.pop()
        places.append(PickedUnit(unit.public_id, unit.name, depth))
        stack += [(child, depth + 1) for child in reversed(children.get(unit.id, []))]
    return places
