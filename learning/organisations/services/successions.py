"""Merges and splits: predecessors end, successors take over their people and parts, dated.

Role assignments do not go over: who managed a predecessor does not thereby manage the successor.
Log-in names with the predecessor's code keep working, since a closed unit keeps its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit, UnitSuccession
from learning.organisations.queries import (
    list_children,
    list_path,
    organisation_of_unit,
)
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.units import UnitDraft, UnitKind, check_draft, problem
from learning.organisations.services.acts import (
    Act,
    begin_act,
    check_unmoved_since,
    load_open,
    log_act,
)
from learning.organisations.services.transfers import Place, carry_people
from learning.organisations.services.units import (
    carry_departments,
    end_unit,
    insert_unit,
    list_clashes,
    place_under,
    sibling_problems,
)

MIN_PARTS = 2


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A successor of a split: what it is, which child units and which direct members it gets.

    Codes are its own. What no part names goes to the first.
    """

    draft: UnitDraft
    child_ids: frozenset[int] = frozenset()
    user_ids: frozenset[int] = frozenset()


def merge_units(
    session: Session,
    actor: Actor | None,
    predecessor_ids: Sequence[int],
    *,
    successor_id: int,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """Merge units into one: their child units, people and posts go over, they are closed.

    Raises Conflict for a unit merged into itself or below itself, for a department merged with an
    organisation, for closed units and for dates before the last move.
    """
    act = begin_act(session, actor, now, effective_at)
    successor = load_open(session, successor_id, act)
    path = [unit.id for unit in list_path(session, successor_id, now)]
    check_unmoved_since(session, path, act)
    for predecessor_id in dict.fromkeys(predecessor_ids):
        predecessor = load_open(session, predecessor_id, act)
        if predecessor.is_department != successor.is_department:
            raise Conflict("unit_kinds_differ", unit_id=predecessor_id)
        if predecessor_id in path:
            raise Conflict("unit_cycle", unit_id=predecessor_id)
        _merge_one(session, predecessor, successor, act)


def _merge_one(session: Session, predecessor: UnitView, successor: UnitView, act: Act) -> None:
    children = list_children(session, predecessor.id, act.recorded_at)
    check_unmoved_since(session, [child.id for child in children], act)
    for child in children:
        # The successor may stand below its predecessor's parent, never below the predecessor.
        place_under(session, child.id, successor.id, act)
        carry_departments(session, child, act)
    organisation = organisation_of_unit(session, successor.id, act.recorded_at)
    place = Place(successor.id, organisation.id)
    carried = carry_people(session, [predecessor.id], lambda _unit, _user: place, act)
    end_unit(session, predecessor, act)
    _record(session, "merge", predecessor, successor.id, act)
    log_act(
        session, "unit.merged", predecessor, act, {"into": successor.public_id, "carried": carried}
    )


def split_unit(
    session: Session,
    actor: Actor | None,
    unit_id: int,
    *,
    parts: Sequence[SplitPart],
    now: datetime,
    effective_at: datetime | None = None,
) -> list[Unit]:
    """Split a unit into new ones of its kind under its parent; the unit is closed.

    Raises Invalid with the problems of all parts (`place` is like `parts-1-name`), Conflict for
    closed units and for dates before the last move.
    """
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    path = [ancestor.id for ancestor in list_path(session, unit_id, now)]
    parent_id = path[-2] if len(path) > 1 else None
    drafts = _checked(session, unit, parent_id, parts)
    children = list_children(session, unit_id, now)
    check_unmoved_since(session, [*path, *(child.id for child in children)], act)
    successors = [insert_unit(session, draft, parent_id, act) for draft in drafts]
    goes_to = {
        child_id: new.id for new, part in _pairs(successors, parts) for child_id in part.child_ids
    }
    for child in children:
        place_under(session, child.id, goes_to.get(child.id, successors[0].id), act)
        carry_departments(session, child, act)
    carried = _share_out(session, unit, list(_pairs(successors, parts)), act)
    end_unit(session, unit, act)
    for successor in successors:
        _record(session, "split", unit, successor.id, act)
    into = [successor.public_id for successor in successors]
    log_act(session, "unit.split", unit, act, {"into": into, "carried": carried})
    return successors


def _pairs(successors: list[Unit], parts: Sequence[SplitPart]) -> list[tuple[Unit, SplitPart]]:
    return list(zip(successors, parts, strict=True))


def _checked(
    session: Session, unit: UnitView, parent_id: int | None, parts: Sequence[SplitPart]
) -> list[UnitDraft]:
    problems: list[Problem] = []
    if len(parts) < MIN_PARTS:
        problems.append(problem("parts", "too_few_parts"))
    drafts: list[UnitDraft] = []
    seen: dict[str, set[str]] = {"name": set(), "code": set(), "uscc": set()}
    for number, part in enumerate(parts):
        clean, found = check_draft(replace(part.draft, kind=UnitKind(unit.kind)))
        found = found + list_clashes(session, clean, own_id=None)
        if parent_id is not None:
            found += sibling_problems(session, parent_id, clean.name, own_id=unit.id)
        for field, values in seen.items():
            value = getattr(clean, field)
            if value and value in values:
                found.append(problem(field, f"{field}_taken"))
            values.add(value)
        problems += [problem(f"parts-{number}-{p.place}", p.code) for p in found]
        drafts.append(clean)
    if problems:
        raise Invalid(problems)
    return drafts


def _share_out(
    session: Session, unit: UnitView, pairs: list[tuple[Unit, SplitPart]], act: Act
) -> int:
    """Give the direct members to the parts that name them, all others to the first."""
    first = pairs[0][0]
    new_unit = {user_id: new.id for new, part in pairs for user_id in part.user_ids}
    organisation = None
    if unit.is_department:
        organisation = organisation_of_unit(session, first.id, act.recorded_at).id

    def target(_unit_id: int, user_id: int) -> Place:
        unit_id = new_unit.get(user_id, first.id)
        return Place(unit_id, organisation or unit_id)

    return carry_people(session, [unit.id], target, act)


def _record(
    session: Session, kind: str, predecessor: UnitView, successor_id: int, act: Act
) -> None:
    session.add(
        UnitSuccession(
            kind=kind,
            predecessor_id=predecessor.id,
            successor_id=successor_id,
            effective_at=act.effective_at,
            **act.stamp(),
        )
    )
    session.flush()  # callers read the successions
