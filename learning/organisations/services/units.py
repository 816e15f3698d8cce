"""Acts on single units: create, rename, move, describe, name otherwise, close."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, Unit, UnitAlias, UnitName, UnitParent
from learning.organisations.queries import (
    departments_below,
    list_path,
    organisation_of_unit,
    parent_at,
    subtree_paths,
)
from learning.organisations.queries.units import UnitView
from learning.organisations.rules.names import clean_text, name_key
from learning.organisations.rules.units import (
    MAX_DEPTH,
    UnitDraft,
    UnitKind,
    check_draft,
    check_name,
    problem,
)
from learning.organisations.services.acts import (
    Act,
    begin_act,
    check_unmoved_since,
    load_open,
    log_act,
)
from learning.organisations.services.transfers import Place, carry_people


def create_unit(
    session: Session,
    actor: Actor | None,
    draft: UnitDraft,
    *,
    parent_id: int | None,
    now: datetime,
    effective_at: datetime | None = None,
) -> Unit:
    """Create a unit below another or as a root.

    Raises Invalid with all problems by field: a department needs a parent, codes belong to one
    unit, siblings have different names.
    """
    act = begin_act(session, actor, now, effective_at)
    clean, problems = check_draft(draft)
    problems += list_clashes(session, clean, own_id=None)
    if parent_id is None:
        if clean.kind is UnitKind.DEPARTMENT:
            problems.append(problem("parent", "department_needs_parent"))
    else:
        load_open(session, parent_id, act)
        problems += sibling_problems(session, parent_id, clean.name, own_id=None)
        if len(list_path(session, parent_id, now)) >= MAX_DEPTH:
            problems.append(problem("parent", "too_deep"))
    if problems:
        raise Invalid(problems)
    return insert_unit(session, clean, parent_id, act)


def insert_unit(session: Session, clean: UnitDraft, parent_id: int | None, act: Act) -> Unit:
    """Write a checked unit with its name, aliases and parent, and the audit entry."""
    unit = Unit(
        public_id=new_public_id(),
        kind=clean.kind.value,
        code=clean.code or None,
        uscc=clean.uscc or None,
        region=clean.region,
        industry=clean.industry,
        timezone="Asia/Shanghai",
        headcount=clean.headcount,
        created_at=act.recorded_at,
    )
    session.add(unit)
    session.flush()  # the rows below need its id
    session.add(
        UnitName(unit_id=unit.id, name=clean.name, name_key=name_key(clean.name), **act.opening())
    )
    _add_aliases(session, unit.id, clean.aliases)
    if parent_id is not None:
        session.add(UnitParent(unit_id=unit.id, parent_id=parent_id, **act.opening()))
    log_act(session, "unit.created", unit, act, {"name": clean.name, "kind": clean.kind.value})
    session.flush()  # later steps of the same act read the tree
    return unit


def list_clashes(session: Session, draft: UnitDraft, *, own_id: int | None) -> list[Problem]:
    """Return the codes of a draft that already belong to another unit, open or closed."""
    problems = []
    for field, column, value in (
        ("code", Unit.code, draft.code),
        ("uscc", Unit.uscc, draft.uscc),
    ):
        if value and session.scalar(select(Unit.id).where(column == value)) not in {None, own_id}:
            problems.append(problem(field, f"{field}_taken"))
    return problems


def sibling_problems(
    session: Session, parent_id: int, name: str, *, own_id: int | None
) -> list[Problem]:
    """Return the problem that a unit of that name already stands there: paths must be plain."""
    same = session.scalars(
        select(UnitName.unit_id)
        .join(
            UnitParent,
            and_(UnitParent.unit_id == UnitName.unit_id, UnitParent.valid_to.is_(None)),
        )
        .where(
            UnitParent.parent_id == parent_id,
            UnitName.valid_to.is_(None),
            UnitName.name_key == name_key(name),
        )
    )
    return [problem("name", "name_taken")] if set(same) - {own_id} else []


def rename_unit(
    session: Session,
    actor: Actor | None,
    unit_id: int,
    *,
    name: str,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """Give a unit a new name from a date on; the old one stays true before it."""
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    clean = clean_text(name)
    problems = [problem("name", code)] if (code := check_name(clean)) else []
    parent_id = parent_at(session, unit_id, now)
    if parent_id is not None:
        problems += sibling_problems(session, parent_id, clean, own_id=unit_id)
    if problems:
        raise Invalid(problems)
    row = session.scalars(
        select(UnitName).where(UnitName.unit_id == unit_id, UnitName.valid_to.is_(None))
    ).one()
    if row.name == clean:
        return
    if row.valid_from > act.effective_at:
        raise Conflict("changed_since", unit_id=unit_id)
    row.valid_to, row.ended_at = act.effective_at, act.recorded_at
    session.flush()  # the old name must be closed before the new one opens: unique index
    session.add(UnitName(unit_id=unit_id, name=clean, name_key=name_key(clean), **act.opening()))
    log_act(session, "unit.renamed", unit, act, {"from": row.name, "to": clean})
    session.flush()  # callers read the new name


def move_unit(
    session: Session,
    actor: Actor | None,
    unit_id: int,
    *,
    parent_id: int | None,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """Put a unit under another, or make it a root, from a date on.

    When a department comes to another organisation, the open memberships in it and in the
    departments below it are closed and opened anew. Raises Conflict for a cycle or a date before
    the last move, Invalid for a root department or a sibling of the same name.
    """
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    old_parent = parent_at(session, unit_id, now)
    if old_parent == parent_id:
        return
    _check_move(session, unit, parent_id, act)
    place_under(session, unit_id, parent_id, act)
    carried = carry_departments(session, unit, act)
    log_act(
        session, "unit.moved", unit, act, {"from": old_parent, "to": parent_id, "carried": carried}
    )


def _check_move(session: Session, unit: UnitView, parent_id: int | None, act: Act) -> None:
    if parent_id is None:
        if unit.is_department:
            raise Invalid([problem("parent", "department_needs_parent")])
        check_unmoved_since(session, [unit.id], act)
        return
    load_open(session, parent_id, act)
    path = [ancestor.id for ancestor in list_path(session, parent_id, act.recorded_at)]
    if unit.id in path:
        raise Conflict("unit_cycle", unit_id=unit.id)
    below = subtree_paths(session, unit.id, act.recorded_at)
    check_unmoved_since(session, [*path, *(inner.id for inner, _names in below)], act)
    problems = sibling_problems(session, parent_id, unit.name, own_id=unit.id)
    if len(path) + 1 + max(len(names) for _unit, names in below) > MAX_DEPTH:
        problems.append(problem("parent", "too_deep"))
    if problems:
        raise Invalid(problems)


def place_under(session: Session, unit_id: int, parent_id: int | None, act: Act) -> None:
    """Close a unit's open parent and open another; the caller has checked the move."""
    row = session.scalars(
        select(UnitParent).where(UnitParent.unit_id == unit_id, UnitParent.valid_to.is_(None))
    ).first()
    if row is not None:
        row.valid_to, row.ended_at = act.effective_at, act.recorded_at
        session.flush()  # the old parent must be closed before the new one opens: unique index
    if parent_id is not None:
        session.add(UnitParent(unit_id=unit_id, parent_id=parent_id, **act.opening()))
        session.flush()  # the organisation is read from the tree next


def carry_departments(session: Session, unit: UnitView, act: Act) -> int:
    """Rewrite the organisation of open memberships in a moved department and those below it.

    Returns how many memberships changed. Organisations keep their own people.
    """
    if not unit.is_department:
        return 0
    organisation = organisation_of_unit(session, unit.id, act.recorded_at)
    inner = list(session.scalars(departments_below([unit.id], act.recorded_at)))
    return carry_people(
        session, inner, lambda unit_id, _user_id: Place(unit_id, organisation.id), act
    )


def update_unit(
    session: Session, actor: Actor | None, unit_id: int, draft: UnitDraft, *, now: datetime
) -> None:
    """Correct a unit's codes, region, industry, headcount and aliases; name and kind stay.

    These are properties, not dated facts: a correction holds for all dates. Raises Invalid.
    """
    act = begin_act(session, actor, now)
    view = load_open(session, unit_id, act)
    whole = replace(draft, kind=UnitKind(view.kind), name=view.name)
    clean, problems = check_draft(whole)
    problems += list_clashes(session, clean, own_id=unit_id)
    if problems:
        raise Invalid(problems)
    unit = session.get_one(Unit, unit_id)
    values = {
        "code": clean.code or None,
        "uscc": clean.uscc or None,
        "region": clean.region,
        "industry": clean.industry,
        "headcount": clean.headcount,
    }
    changes = {k: [getattr(unit, k), v] for k, v in values.items() if getattr(unit, k) != v}
    for field, value in values.items():
        setattr(unit, field, value)
    if changes:
        log_act(session, "unit.updated", unit, act, changes)
    set_aliases(session, actor, unit_id, aliases=clean.aliases, now=now)


def set_aliases(
    session: Session, actor: Actor | None, unit_id: int, *, aliases: tuple[str, ...], now: datetime
) -> None:
    """Replace the other names a unit is found by; Invalid when too many or too long."""
    act = begin_act(session, actor, now)
    unit = load_open(session, unit_id, act)
    whole = UnitDraft(kind=UnitKind.ASSOCIATION, name=unit.name, aliases=aliases)
    clean, problems = check_draft(whole)
    if problems:
        raise Invalid(problems)
    present = list(
        session.scalars(
            select(UnitAlias.alias).where(UnitAlias.unit_id == unit_id).order_by(UnitAlias.id)
        )
    )
    if present == list(clean.aliases):
        return
    session.execute(delete(UnitAlias).where(UnitAlias.unit_id == unit_id))
    _add_aliases(session, unit_id, clean.aliases)
    log_act(session, "unit.aliases", unit, act, {"from": present, "to": list(clean.aliases)})
    session.flush()  # callers read them


def _add_aliases(session: Session, unit_id: int, aliases: tuple[str, ...]) -> None:
    session.add_all(
        UnitAlias(unit_id=unit_id, alias=alias, alias_key=name_key(alias)) for alias in aliases
    )


def close_unit(
    session: Session,
    actor: Actor | None,
    unit_id: int,
    *,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    """End an empty unit; Conflict("unit_not_empty") while units or people are in it."""
    act = begin_act(session, actor, now, effective_at)
    unit = load_open(session, unit_id, act)
    for fact, column in ((UnitParent, UnitParent.parent_id), (Membership, Membership.unit_id)):
        inside = select(func.count()).where(column == unit_id, fact.valid_to.is_(None))
        if session.scalar(inside):
            raise Conflict("unit_not_empty", unit_id=unit_id)
    end_unit(session, unit, act)
    log_act(session, "unit.closed", unit, act, {"name": unit.name})


def end_unit(session: Session, unit: UnitView, act: Act) -> None:
    """Close a unit and take it from its parent; the caller has emptied it."""
    check_unmoved_since(session, [unit.id], act)
    place_under(session, unit.id, None, act)
    session.get_one(Unit, unit.id).closed_at = act.effective_at
    session.flush()  # callers read the unit as closed
