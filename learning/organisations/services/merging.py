"""Merging two records of one person, and undoing it (docs/adr/0005-merging-persons.md).

What moves is found in the metadata (`kernel.merging`): the rows' owner changes and nothing else, so
that scores, responses, events and the audit trail stay word for word. Which rows moved is kept with
the merge; undoing moves the same rows back or, if one of them has gone elsewhere, nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.services.logins import revoke_sessions_of, void_codes
from learning.kernel import audit
from learning.kernel.db import Base
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.merging import OWNER
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, PersonMerge, PostHolding
from learning.organisations.queries.merging import MergePlan, RowKey, plan_merge
from learning.organisations.queries.persons import is_merged_away, may_merge
from learning.organisations.queries.units import UnitView
from learning.organisations.services.acts import Act, begin_act
from learning.organisations.services.transfers import close_rows

UNDO_LIFETIME = timedelta(days=30)
CHUNK = 200  # rows named in one statement
_ENDING: dict[str, type[Membership | PostHolding]] = {
    "memberships": Membership,
    "post_holdings": PostHolding,
}


def check_pair(
    session: Session, actor: Actor, unit: UnitView, kept_id: int, merged_id: int, *, now: datetime
) -> None:
    """Raise Conflict when the two may not be merged by this actor, whatever they own.

    Codes: merge_same_person, merge_own_account, merge_elsewhere, merge_closed. Both are known to be
    within the actor's reach.
    """
    if kept_id == merged_id:
        raise Conflict("merge_same_person")
    if actor.user_id in {kept_id, merged_id}:
        raise Conflict("merge_own_account")
    pair = [kept_id, merged_id]
    allowed = may_merge(session, actor, unit, now)
    if len(session.scalars(select(User.id).where(User.id.in_(pair), allowed)).all()) < len(pair):
        raise Conflict("merge_elsewhere")
    open_ones = select(User.id).where(User.id.in_(pair), User.disabled_at.is_(None))
    if len(session.scalars(open_ones).all()) < len(pair):
        raise Conflict("merge_closed")


def merge_persons(
    session: Session,
    actor: Actor,
    *,
    unit: UnitView,
    kept_id: int,
    merged_id: int,
    now: datetime,
) -> str:
    """Make two records one person's; return the merge's public id.

    The merged record is closed: nobody logs in with it any more. Raises Conflict: as `check_pair`,
    merge_busy (an attempt is open, or a result is being worked on), merge_changed.
    """
    act = begin_act(session, actor, now)
    merged = _hold(session, kept_id, merged_id)[merged_id]
    check_pair(session, actor, unit, kept_id, merged_id, now=now)
    plan = plan_merge(session, kept_id, merged_id, now)
    if plan.busy:
        raise Conflict("merge_busy", what=plan.busy)
    try:
        _end_doubles(session, plan, act)
        _move(session, plan.moves, merged_id, kept_id)
    except IntegrityError as error:
        raise Conflict("merge_changed") from error
    merged.disabled_at = now
    revoke_sessions_of(session, merged_id, now=now)
    void_codes(session, merged_id, now=now)
    row = PersonMerge(
        public_id=new_public_id(),
        unit_id=unit.id,
        kept_id=kept_id,
        merged_id=merged_id,
        moved=_as_json(plan),
        merged_at=now,
        merged_by=actor.user_id,
    )
    session.add(row)
    session.flush()  # the unique key refuses a second merge of the same record here
    _log(session, "person.merged", row, actor.user_id, now)
    return row.public_id


def undo_merge(session: Session, actor: Actor, merge: PersonMerge, *, now: datetime) -> None:
    """Move the same rows back and open the merged record again.

    Raises Conflict: merge_undone, merge_too_old, merge_kept_merged, merge_own_account,
    merge_row_changed (with the table), merge_undo_conflict.
    """
    begin_act(session, actor, now)
    people = _hold(session, merge.kept_id, merge.merged_id)
    session.refresh(merge)
    _check_undo(session, actor, merge, now)
    plan = json.loads(merge.moved)
    moves = {name: [tuple(key) for key in keys] for name, keys in plan["moves"].items()}
    _check_unchanged(session, moves, plan["ends"], merge)
    try:
        _move(session, moves, merge.kept_id, merge.merged_id)
        for name, ids in plan["ends"].items():
            table = _ENDING[name]
            session.execute(
                update(table)
                .where(table.id.in_(ids))
                .values(valid_to=None, ended_at=None)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError as error:
        raise Conflict("merge_undo_conflict") from error
    session.expire_all()
    people[merge.merged_id].disabled_at = None
    merge.undone_at, merge.undone_by = now, actor.user_id
    session.flush()  # the audit entry follows what is written
    _log(session, "person.merge_undone", merge, actor.user_id, now)


def _hold(session: Session, *user_ids: int) -> dict[int, User]:
    """Return both people, held against another act on them."""
    rows = session.scalars(
        select(User).where(User.id.in_(user_ids)).order_by(User.id).with_for_update()
    )
    return {row.id: row for row in rows}


def _as_json(plan: MergePlan) -> str:
    content = {name: value for name, value in asdict(plan).items() if name != "busy"}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _log(session: Session, act: str, merge: PersonMerge, actor_id: int, now: datetime) -> None:
    details = {
        "merge": merge.public_id,
        "kept": merge.kept_id,
        "merged": merge.merged_id,
        **json.loads(merge.moved),
    }
    subject = f"user:{merge.kept_id}"
    audit.log(session, act, subject, actor_id=actor_id, now=now, details=details)


def _end_doubles(session: Session, plan: MergePlan, act: Act) -> None:
    for name, ids in plan.ends.items():
        close_rows(session, _ENDING[name], ids, act)


def _move(
    session: Session, moves: Mapping[str, Sequence[RowKey]], from_id: int, to_id: int
) -> None:
    for name, keys in moves.items():
        table = Base.metadata.tables[name]
        moved = 0
        for part in _parts(keys):
            done = session.execute(
                update(table)
                .where(table.columns[OWNER] == from_id, _is_one_of(table, part))
                .values({OWNER: to_id})
            )
            moved += done.rowcount  # type: ignore[attr-defined]
        if moved != len(keys):
            raise Conflict("merge_changed", table=name)
    session.expire_all()


def _is_one_of(table: Table, keys: Iterable[RowKey]) -> ColumnElement[bool]:
    columns = [column for column in table.primary_key.columns if column.name != OWNER]
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return or_(
        *(and_(*(c == value for c, value in zip(columns, key, strict=True))) for key in keys)
    )


def _parts(keys: Sequence[RowKey]) -> list[Sequence[RowKey]]:
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]


def _check_undo(session: Session, actor: Actor, merge: PersonMerge, now: datetime) -> None:
    if merge.undone_at is not None:
        raise Conflict("merge_undone")
    if now - merge.merged_at > UNDO_LIFETIME:
        raise Conflict("merge_too_old")
    if actor.user_id in {merge.kept_id, merge.merged_id}:
        raise Conflict("merge_own_account")
    if session.scalar(select(is_merged_away(merge.kept_id))):
        raise Conflict("merge_kept_merged")


def _check_unchanged(
    session: Session,
    moves: Mapping[str, Sequence[RowKey]],
    ends: Mapping[str, Sequence[int]],
    merge: PersonMerge,
) -> None:
    """Raise Conflict("merge_row_changed") when a row that moved or ended is not as it was left."""
    for name, keys in moves.items():
        table = Base.metadata.tables[name]
        found = sum(
            session.scalar(
                select(func.count())
                .select_from(table)
                .where(table.columns[OWNER] == merge.kept_id, _is_one_of(table, part))
            )
            or 0
            for part in _parts(keys)
        )
        if found != len(keys):
            raise Conflict("merge_row_changed", table=name)
    for name, ids in ends.items():
        if not _still_ended(session, _ENDING[name], ids, merge):
            raise Conflict("merge_row_changed", table=name)


def _still_ended(
    session: Session, table: type[Any], ids: Sequence[int], merge: PersonMerge
) -> bool:
    ended = session.scalars(select(table.valid_to).where(table.id.in_(ids))).all()
    return len(ended) == len(ids) and all(at is not None and at >= merge.merged_at for at in ended)
