"""People go over to another unit or organisation with it: memberships and post holdings, dated.

Nothing is rewritten: each open row that changes is closed and another opened, in few statements,
since a merged enterprise may have 10,000 people.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, case, insert, literal, select, update
from sqlalchemy.orm import Session

from learning.kernel.db import Instant
from learning.kernel.ids import new_public_id
from learning.organisations.models import Membership, Post, PostHolding
from learning.organisations.services.acts import Act

CHUNK = 5_000  # bound parameters in one statement


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody goes: a unit, and the organisation it belongs to."""

    unit_id: int
    organisation_id: int


Entry = TypeVar("Entry")
Target = Callable[[int, int], Place]


def carry_people(session: Session, unit_ids: Sequence[int], target: Target, act: Act) -> int:
    """Carry all open memberships and post holdings of units over to their targets.

    `target(unit_id, user_id)` says where. Who is already a member there gets no second membership;
    a staff number that another person there already has is left behind (it stays on the closed
    row). Posts go over to the post of the same name. Returns how many memberships changed.
    """
    moved = _carry_memberships(session, unit_ids, target, act)
    _carry_holdings(session, unit_ids, target, act)
    return moved


def _carry_memberships(session: Session, unit_ids: Sequence[int], target: Target, act: Act) -> int:
    rows = _open_rows(session, Membership, unit_ids)
    goals = [(row, target(row.unit_id, row.user_id)) for row in rows]
    leaving = [(r, g) for r, g in goals if g != Place(r.unit_id, r.organisation_id)]
    if not leaving:
        return 0
    leaving_ids = {row.id for row, _goal in leaving}
    present, taken = _present_members(session, {goal for _row, goal in leaving}, leaving_ids)
    close_rows(session, Membership, sorted(leaving_ids), act)
    opening: list[dict[str, Any]] = []
    for row, goal in leaving:
        if (row.user_id, goal.unit_id) in present:
            continue
        present.add((row.user_id, goal.unit_id))
        number = (goal.organisation_id, row.staff_no_key)
        keeps_number = bool(row.staff_no_key) and number not in taken
        if keeps_number:
            taken.add(number)
        opening.append(
            {
                "user_id": row.user_id,
                "unit_id": goal.unit_id,
                "organisation_id": goal.organisation_id,
                "staff_no": row.staff_no if keeps_number else "",
                "staff_no_key": row.staff_no_key if keeps_number else "",
                "category": row.category,
                "valid_from": max(row.valid_from, act.effective_at),
                **act.stamp(),
            }
        )
    insert_rows(session, Membership, opening)
    return len(leaving)


def _present_members(
    session: Session, goals: set[Place], leaving_ids: set[int]
) -> tuple[set[tuple[int, int]], set[tuple[int, str]]]:
    """Return who is already in the goal units, and the staff numbers in use in the goals."""
    rows = session.execute(
        select(
            Membership.id,
            Membership.user_id,
            Membership.unit_id,
            Membership.organisation_id,
            Membership.staff_no_key,
        ).where(
            Membership.organisation_id.in_({goal.organisation_id for goal in goals}),
            Membership.valid_to.is_(None),
        )
    )
    staying = [row for row in rows if row.id not in leaving_ids]
    return (
        {(row.user_id, row.unit_id) for row in staying},
        {(row.organisation_id, row.staff_no_key) for row in staying},
    )


def _carry_holdings(session: Session, unit_ids: Sequence[int], target: Target, act: Act) -> None:
    rows = _open_rows(session, PostHolding, unit_ids)
    if not rows:
        return
    posts = {
        post.id: post
        for post in session.scalars(select(Post).where(Post.id.in_({row.post_id for row in rows})))
    }
    goals = [(row, target(row.unit_id, row.user_id)) for row in rows]
    leaving = [
        (row, goal)
        for row, goal in goals
        if goal != Place(row.unit_id, posts[row.post_id].organisation_id)
    ]
    held = {(row.user_id, row.post_id, row.unit_id) for row in rows} - {
        (row.user_id, row.post_id, row.unit_id) for row, _goal in leaving
    }
    close_rows(session, PostHolding, [row.id for row, _goal in leaving], act)
    opening = []
    for row, goal in leaving:
        post_id = _same_post(session, posts[row.post_id], goal.organisation_id, act.recorded_at)
        if (row.user_id, post_id, goal.unit_id) in held:
            continue
        held.add((row.user_id, post_id, goal.unit_id))
        opening.append(
            {
                "user_id": row.user_id,
                "post_id": post_id,
                "unit_id": goal.unit_id,
                "valid_from": max(row.valid_from, act.effective_at),
                **act.stamp(),
            }
        )
    insert_rows(session, PostHolding, opening)


def _same_post(session: Session, post: Post, organisation_id: int, now: datetime) -> int:
    """Return the post of the same name in an organisation: made when missing, else restored."""
    if post.organisation_id == organisation_id:
        return post.id
    found = session.scalars(
        select(Post).where(Post.organisation_id == organisation_id, Post.name_key == post.name_key)
    ).first()
    if found is not None:
        found.retired_at = None  # people are in it again
        return found.id
    copy = Post(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        name=post.name,
        name_key=post.name_key,
        is_key_post=post.is_key_post,
        created_at=now,
    )
    session.add(copy)
    session.flush()  # the holdings need its id
    return copy.id


def _open_rows(
    session: Session, table: type[Membership | PostHolding], unit_ids: Sequence[int]
) -> list[Row[Any]]:
    """Return open rows as plain rows: objects would be read anew one by one after the update."""
    found: list[Row[Any]] = []
    for part in chunks(sorted(unit_ids)):
        found += session.execute(
            select(*table.__table__.columns)
            .where(table.unit_id.in_(part), table.valid_to.is_(None))
            .order_by(table.id)
        )
    return found


def close_rows(
    session: Session,
    table: type[Membership | PostHolding],
    row_ids: Iterable[int],
    act: Act,
) -> None:
    """End dated rows at the act's date; one that began later ends where it began."""
    ids = list(row_ids)
    if not ids:
        return
    # Typed by hand: in a CASE the literal would miss the column's type, and SQLite store text.
    end = literal(act.effective_at, Instant())
    session.flush()  # what is pending must reach the database before objects are read anew
    for part in chunks(ids):
        session.execute(
            update(table)
            .where(table.id.in_(part))
            .values(
                valid_to=case((table.valid_from > end, table.valid_from), else_=end),
                ended_at=act.recorded_at,
            )
            .execution_options(synchronize_session=False)
        )
    session.expire_all()


def insert_rows(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows in few statements, past the mapper: 20,000 rows are common."""
    for part in chunks(rows):
        session.execute(insert(table.__table__), part)


def chunks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Yield a sequence in parts that one statement can carry."""
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]
