"""Reads of the tree of units on any date: names, parents, paths, subtrees, successors.

A date is an instant; a fact holds from its `valid_from` until before its `valid_to`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import AliasedClass

from learning.kernel.errors import NotFound
from learning.organisations.models import (
    Unit,
    UnitAlias,
    UnitName,
    UnitParent,
    UnitSuccession,
)
from learning.organisations.models.dated import Dated
from learning.organisations.rules.units import MAX_DEPTH, UnitKind


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as it was on the date asked for."""

    id: int
    public_id: str
    kind: str
    name: str
    code: str
    uscc: str
    region: str
    industry: str
    timezone: str
    headcount: int | None
    created_at: datetime
    closed_at: datetime | None

    @property
    def is_department(self) -> bool:
        """Tell whether it is a part of an organisation rather than one itself."""
        return self.kind == UnitKind.DEPARTMENT

    @property
    def is_open(self) -> bool:
        """Tell whether it has not been closed."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class SuccessionView:
    """A merge or split that a unit took part in; `other` is the unit on the other side."""

    kind: str
    is_successor: bool
    other_public_id: str
    other_name: str
    effective_at: datetime


def storable(raw_public_id: str) -> str:
    """Return a public id from outside, or one that nothing has when it could not be stored.

    PostgreSQL refuses a statement with a NUL in its text: that is a missing thing, no failure.
    """
    return raw_public_id if raw_public_id.isascii() and raw_public_id.isalnum() else ""


def valid_at(
    fact: type[Dated] | AliasedClass[Any], at: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Return the condition that a dated fact holds at the instant."""
    return and_(fact.valid_from <= at, or_(fact.valid_to.is_(None), fact.valid_to > at))


def valid_as_known(
    fact: type[Dated] | AliasedClass[Any], at: datetime, known_at: datetime
) -> ColumnElement[bool]:
    """Return the condition that a dated fact held at an instant, by what was known at another.

    An end that was recorded later was not known: the fact then held until further notice.
    """
    return and_(
        fact.recorded_at <= known_at,
        fact.valid_from <= at,
        or_(fact.valid_to.is_(None), fact.valid_to > at, fact.ended_at > known_at),
    )


def select_views(at: datetime) -> Select[Unit, str]:
    """Return the query of units with the name each had at the instant."""
    return select(Unit, UnitName.name).join(
        UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, at))
    )


def as_view(unit: Unit, name: str) -> UnitView:
    """Return a unit's row and name as a view."""
    return UnitView(
        id=unit.id,
        public_id=unit.public_id,
        kind=unit.kind,
        name=name,
        code=unit.code or "",
        uscc=unit.uscc or "",
        region=unit.region,
        industry=unit.industry,
        timezone=unit.timezone,
        headcount=unit.headcount,
        created_at=unit.created_at,
        closed_at=unit.closed_at,
    )


def get_unit(session: Session, unit_id: int, at: datetime) -> UnitView:
    """Return a unit as it was; NotFound when it did not exist yet."""
    row = session.execute(select_views(at).where(Unit.id == unit_id)).first()
    if row is None:
        raise NotFound("unit")
    return as_view(*row)


def unit_name_at(session: Session, unit_id: int, at: datetime) -> str:
    """Return what a unit was called, the last name after its end, "" before its beginning."""
    name = session.scalar(
        select(UnitName.name).where(UnitName.unit_id == unit_id, valid_at(UnitName, at))
    )
    return name or ""


def parent_at(session: Session, unit_id: int, at: datetime) -> int | None:
    """Return the unit under which a unit stood, None for a root."""
    return session.scalar(
        select(UnitParent.parent_id).where(UnitParent.unit_id == unit_id, valid_at(UnitParent, at))
    )


def list_path(session: Session, unit_id: int, at: datetime) -> list[UnitView]:
    """Return a unit and its ancestors, the root first."""
    up = (
        select(Unit.id.label("id"), literal(0).label("depth"))
        .where(Unit.id == unit_id)
        .cte("up", recursive=True)
    )
    up = up.union_all(
        select(UnitParent.parent_id, up.c.depth + 1)
        .join(up, UnitParent.unit_id == up.c.id)
        .where(valid_at(UnitParent, at), up.c.depth < MAX_DEPTH)
    )
    rows = session.execute(
        select_views(at).join(up, up.c.id == Unit.id).order_by(up.c.depth.desc())
    )
    return [as_view(*row) for row in rows]


def organisation_of_unit(session: Session, unit_id: int, at: datetime) -> UnitView:
    """Return the nearest of a unit and its ancestors that is no department.

    A department that stands under no organisation is its own.
    """
    path = list_path(session, unit_id, at)
    if not path:
        raise NotFound("unit")
    return next((unit for unit in reversed(path) if not unit.is_department), path[-1])


def subtree(roots: Iterable[int] | Select[int], at: datetime) -> Select[int]:
    """Return the query of the ids of units and all that stood below them."""
    base = roots if isinstance(roots, Select) else list(roots)
    below = select(Unit.id.label("id")).where(Unit.id.in_(base)).cte(recursive=True)
    below = below.union(
        select(UnitParent.unit_id)
        .join(below, UnitParent.parent_id == below.c.id)
        .where(valid_at(UnitParent, at))
    )
    return select(below.c.id)


def departments_below(roots: Iterable[int], at: datetime) -> Select[int]:
    """Return the query of the ids of units and of the departments that were theirs, at any depth.

    It does not go down into other organisations: these are the units of the roots' organisation.
    """
    below = select(Unit.id.label("id")).where(Unit.id.in_(list(roots))).cte(recursive=True)
    below = below.union(
        select(Unit.id)
        .join(UnitParent, and_(UnitParent.unit_id == Unit.id, valid_at(UnitParent, at)))
        .join(below, UnitParent.parent_id == below.c.id)
        .where(Unit.kind == UnitKind.DEPARTMENT.value)
    )
    return select(below.c.id)


def list_children(session: Session, unit_id: int, at: datetime) -> list[UnitView]:
    """Return the units that stood directly below a unit, by name."""
    rows = session.execute(
        select_views(at)
        .join(UnitParent, and_(UnitParent.unit_id == Unit.id, valid_at(UnitParent, at)))
        .where(UnitParent.parent_id == unit_id)
        .order_by(UnitName.name_key, Unit.id)
    )
    return [as_view(*row) for row in rows]


def subtree_paths(
    session: Session, unit_id: int, at: datetime
) -> list[tuple[UnitView, tuple[str, ...]]]:
    """Return a unit and all below it, each with the names of the path from below the unit to it.

    Parents come before their children, children by name.
    """
    below = subtree([unit_id], at).subquery()
    rows = session.execute(
        select_views(at)
        .add_columns(UnitParent.parent_id)
        .outerjoin(UnitParent, and_(UnitParent.unit_id == Unit.id, valid_at(UnitParent, at)))
        .where(Unit.id.in_(select(below.c.id)))
        .order_by(UnitName.name_key, Unit.id)
    ).all()
    children: dict[int | None, list[UnitView]] = {}
    for unit, name, parent_id in rows:
        if unit.id != unit_id:
            children.setdefault(parent_id, []).append(as_view(unit, name))
    own = [as_view(unit, name) for unit, name, _parent in rows if unit.id == unit_id]
    ordered: list[tuple[UnitView, tuple[str, ...]]] = []
    stack: list[tuple[UnitView, tuple[str, ...]]] = [(view, ()) for view in own]
    while stack:
        view, path = stack.pop()
        ordered.append((view, path))
        stack += [(child, (*path, child.name)) for child in reversed(children.get(view.id, []))]
    return ordered


def list_aliases(session: Session, unit_id: int) -> list[str]:
    """Return the other names people know a unit by, in the order given."""
    return list(
        session.scalars(
            select(UnitAlias.alias).where(UnitAlias.unit_id == unit_id).order_by(UnitAlias.id)
        )
    )


def list_successions(session: Session, unit_id: int, at: datetime) -> list[SuccessionView]:
    """Return the merges and splits of a unit up to the instant, oldest first."""
    was_successor = UnitSuccession.successor_id == unit_id
    other_id = case(
        (was_successor, UnitSuccession.predecessor_id), else_=UnitSuccession.successor_id
    )
    rows = session.execute(
        select(
            UnitSuccession.kind,
            UnitSuccession.effective_at,
            was_successor.label("is_successor"),
            Unit.public_id,
            UnitName.name,
        )
        .join(Unit, Unit.id == other_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, UnitName.valid_to.is_(None)))
        .where(
            or_(was_successor, UnitSuccession.predecessor_id == unit_id),
            UnitSuccession.effective_at <= at,
        )
        .order_by(UnitSuccession.effective_at, UnitSuccession.id)
    )
    return [
        SuccessionView(r.kind, bool(r.is_successor), r.public_id, r.name, r.effective_at)
        for r in rows
    ]
