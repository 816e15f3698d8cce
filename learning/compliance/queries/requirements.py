"""Reads of what posts require, on any date, as known on any date; and of the tree it hangs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from learning.compliance.models import Requirement
from learning.compliance.rules.coverage import Asked, Requirements
from learning.organisations.models import Unit, UnitParent
from learning.organisations.queries import valid_as_known


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant that is asked about, and the instant whose knowledge answers."""

    on: datetime
    known_at: datetime


def select_tree(root_id: int, at: AsOf) -> Select[int]:
    """Return the query of the ids of a unit and all that stood below it, as known."""
    below = select(Unit.id.label("id")).where(Unit.id == root_id).cte("tree", recursive=True)
    below = below.union(
        select(UnitParent.unit_id)
        .join(below, UnitParent.parent_id == below.c.id)
        .where(valid_as_known(UnitParent, at.on, at.known_at))
    )
    return select(below.c.id)


def read_parents(session: Session, root_id: int, at: AsOf) -> dict[int, int | None]:
    """Return the parents of a unit and of all below it; the unit's own is None."""
    below = select_tree(root_id, at).subquery()
    rows = session.execute(
        select(UnitParent.unit_id, UnitParent.parent_id).where(
            UnitParent.unit_id.in_(select(below.c.id)),
            valid_as_known(UnitParent, at.on, at.known_at),
        )
    )
    parents: dict[int, int | None] = {row.unit_id: row.parent_id for row in rows}
    parents[root_id] = None
    return parents


def read_ancestors(session: Session, unit_id: int, at: AsOf) -> list[int]:
    """Return a unit and those it stood below, from itself upwards, as known."""
    path, step = [unit_id], unit_id
    while True:
        parent = session.scalar(
            select(UnitParent.parent_id).where(
                UnitParent.unit_id == step, valid_as_known(UnitParent, at.on, at.known_at)
            )
        )
        if parent is None or parent in path:
            return path
        path.append(parent)
        step = parent


def read_requirements(
    session: Session, root_id: int, parents: Mapping[int, int | None], at: AsOf
) -> Requirements:
    """Return what is asked in a tree: what its units set, and what those above it set for them."""
    path = read_ancestors(session, root_id, at)
    rows = session.execute(
        select(
            Requirement.unit_id,
            Requirement.post_id,
            Requirement.scheme_id,
            Requirement.level,
            Requirement.holders_needed,
        ).where(
            Requirement.unit_id.in_(
                select_tree(root_id, at).union_all(select(Unit.id).where(Unit.id.in_(path[1:])))
            ),
            valid_as_known(Requirement, at.on, at.known_at),
        )
    )
    set_here: dict[tuple[int, int], dict[int, Asked]] = {}
    for unit_id, post_id, scheme_id, level, needed in rows:
        set_here.setdefault((unit_id, post_id), {})[scheme_id] = Asked(unit_id, level, needed)
    above = dict(zip(path, [*path[1:], None], strict=True))
    return Requirements(set_here, {**parents, **above})
