"""Reads for merging two records of one person: who, what would move, what stands in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Select, Table, exists, func, or_, select, text
from sqlalchemy.orm import Session

from learning.kernel.db import Base
from learning.kernel.events import EventDelivery, EventFloor, EventRow
from learning.kernel.merging import Stake, UniqueKey, find_stakes, refers_to
from learning.organisations.models import Membership, PersonMerge, PostHolding

JUST_NOW = timedelta(seconds=60)
# What everybody shares: to refer to the same unit does not tie two rows together.
_GENERAL = frozenset({"users", "units", "posts"})

RowKey = tuple[Any, ...]
Context = tuple[str, Any]  # a table and the id of one of its rows


@dataclass(slots=True)
class MergePlan:
    """Which rows move, which stay behind since the kept person has their like, which end.

    By name of the table; a row is named by its primary key without the owner.
    """

    moves: dict[str, list[RowKey]] = field(default_factory=dict)
    held: dict[str, list[RowKey]] = field(default_factory=dict)
    ends: dict[str, list[int]] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    key: RowKey
    contexts: frozenset[Context]


def plan_merge(session: Session, kept_id: int, merged_id: int, now: datetime) -> MergePlan:
    """Return what merging would do; reads only."""
    stakes = [s for s in find_stakes(Base.metadata) if not s.conduct.stays]
    rows = {stake.table.name: _rows(session, stake, merged_id) for stake in stakes}
    held: dict[str, set[RowKey]] = {name: set() for name in rows}
    ties: set[Context] = set()
    for stake in stakes:
        for key in stake.keys:
            clashing = _clashes(session, stake, key, kept_id, merged_id)
            held[stake.table.name] |= clashing
            if not stake.conduct.alone:
                names = {column.name for column in key.columns}
                ties |= _ties(stake, rows[stake.table.name], clashing, names)
    ties |= _one_step_on(session, ties)
    plan = MergePlan()
    for stake in stakes:
        name = stake.table.name
        if not stake.conduct.alone:
            held[name] |= {row.key for row in rows[name] if row.contexts & ties}
        _put(plan.moves, name, [row.key for row in rows[name] if row.key not in held[name]])
        _put(plan.held, name, [row.key for row in rows[name] if row.key in held[name]])
        if _is_busy(session, stake, merged_id):
            plan.busy.append(name)
    if _has_pending_events(session, merged_id, now):
        plan.busy.append("events")
    _put(plan.ends, "memberships", _double_places(session, kept_id, merged_id))
    _put(plan.ends, "post_holdings", _double_posts(session, kept_id, merged_id))
    return plan


def _put(target: dict[str, Any], name: str, entries: Sequence[Any]) -> None:
    if entries:
        target[name] = list(entries)


def _rows(session: Session, stake: Stake, user_id: int) -> list[_Row]:
    columns = list(stake.contexts.values())
    found = session.execute(
        select(*stake.identity, *columns)
        .where(stake.owner == user_id)
        .order_by(*stake.table.primary_key.columns)
    ).all()
    width = len(stake.identity)
    return [
        _Row(
            tuple(row[:width]),
            frozenset(
                (refers_to(column), value)
                for column, value in zip(columns, row[width:], strict=True)
                if value is not None and refers_to(column) not in _GENERAL
            ),
        )
        for row in found
    ]


def _clashes(
    session: Session, stake: Stake, key: UniqueKey, kept_id: int, merged_id: int
) -> set[RowKey]:
    """Return the rows of the merged person for which the kept one has a row of the same key."""
    taken = {tuple(row) for row in session.execute(_select(key.columns, stake, key, kept_id))}
    if not taken:
        return set()
    width = len(stake.identity)
    mine = session.execute(_select((*stake.identity, *key.columns), stake, key, merged_id))
    return {
        tuple(row[:width])
        for row in mine
        if tuple(row[width:]) in taken and None not in row[width:]
    }


def _select(columns: Iterable[Column[Any]], stake: Stake, key: UniqueKey, user_id: int) -> Any:
    query = select(*columns).where(stake.owner == user_id)
    return query if key.where is None else query.where(key.where)


def _ties(
    stake: Stake, rows: Sequence[_Row], clashing: set[RowKey], names: set[str]
) -> set[Context]:
    tables = {refers_to(c) for name, c in stake.contexts.items() if name in names}
    return {
        context
        for row in rows
        if row.key in clashing
        for context in row.contexts
        if context[0] in tables
    }


def _one_step_on(session: Session, ties: set[Context]) -> set[Context]:
    """Return what hangs directly on the same things: a competition's assessments, and back."""
    found: set[Context] = set()
    for name, value in ties:
        own = Base.metadata.tables[name]
        found |= _contexts_of(session, own, next(iter(own.primary_key.columns)), value)
        for table in Base.metadata.sorted_tables:
            if "user_id" in table.columns:
                continue
            for column in table.columns:
                if refers_to(column) == name:
                    found |= _contexts_of(session, table, column, value)
    return found


def _contexts_of(
    session: Session, table: Table, column: Column[Any], value: object
) -> set[Context]:
    others = [c for c in table.columns if c is not column and refers_to(c) not in {"", *_GENERAL}]
    if not others:
        return set()
    return {
        (refers_to(other), found)
        for row in session.execute(select(*others).where(column == value))
        for other, found in zip(others, row, strict=True)
        if found is not None
    }


def _is_busy(session: Session, stake: Stake, user_id: int) -> bool:
    condition = stake.conduct.busy_while
    if not condition:
        return False
    query = select(stake.owner).where(stake.owner == user_id, text(condition)).limit(1)
    return session.execute(query).first() is not None


def _has_pending_events(session: Session, user_id: int, now: datetime) -> bool:
    """Tell whether consumers may still act on something that happened to the person."""
    floor = session.scalar(select(func.min(EventFloor.event_id))) or 0
    delivered = exists().where(EventDelivery.event_id == EventRow.id)
    query = select(EventRow.id).where(
        EventRow.id > floor,
        or_(
            EventRow.payload.contains(f'"user_id": {user_id},', autoescape=True),
            EventRow.payload.contains(f'"user_id": {user_id}}}', autoescape=True),
        ),
        or_(EventRow.occurred_at > now - JUST_NOW, ~delivered),
    )
    return session.execute(query.limit(1)).first() is not None


def _double_places(session: Session, kept_id: int, merged_id: int) -> list[int]:
    """Return the open memberships to end: one of two in the same unit, that without a number."""
    rows = session.execute(
        select(Membership.unit_id, Membership.user_id, Membership.id, Membership.staff_no_key)
        .where(Membership.user_id.in_([kept_id, merged_id]), Membership.valid_to.is_(None))
        .order_by(Membership.id)
    ).all()
    ended = []
    kept = {row.unit_id: row for row in rows if row.user_id == kept_id}
    for row in rows:
        if row.user_id == merged_id and row.unit_id in kept:
            other = kept[row.unit_id]
            worse = other if row.staff_no_key and not other.staff_no_key else row
            ended.append(worse.id)
    return sorted(set(ended))


def _double_posts(session: Session, kept_id: int, merged_id: int) -> list[int]:
    rows = session.execute(
        select(PostHolding.post_id, PostHolding.unit_id, PostHolding.user_id, PostHolding.id).where(
            PostHolding.user_id.in_([kept_id, merged_id]), PostHolding.valid_to.is_(None)
        )
    ).all()
    kept = {(row.post_id, row.unit_id) for row in rows if row.user_id == kept_id}
    return sorted(
        row.id for row in rows if row.user_id == merged_id and (row.post_id, row.unit_id) in kept
    )


def merged_into(user_id: int) -> Select[int]:
    """Return the ids of the records that were merged into a person's, as a query to build on."""
    return select(PersonMerge.merged_id).where(
        PersonMerge.kept_id == user_id, PersonMerge.undone_at.is_(None)
    )
