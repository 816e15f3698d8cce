"""Reads of people who are members and stand in no row of a roster."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.organisations.models import Membership, PostHolding, Unit, UnitName
from learning.organisations.queries.units import departments_below, storable, valid_at

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class PlaceView:
    """An open membership, with whose and where."""

    membership_id: int
    user_id: int
    person_public_id: str
    name: str
    unit_id: int
    unit_public_id: str
    unit_name: str
    staff_no: str
    valid_from: datetime


def list_missing_ids(
    session: Session, unit_id: int, user_ids: Collection[int], at: datetime
) -> tuple[int, ...]:
    """Return the open memberships in the unit and its departments of people not among these."""
    rows = session.execute(
        select(Membership.id, Membership.user_id)
        .where(
            Membership.unit_id.in_(departments_below([unit_id], at)), Membership.valid_to.is_(None)
        )
        .order_by(Membership.id)
    )
    known = set(user_ids)
    return tuple(row.id for row in rows if row.user_id not in known)


def count_places(session: Session, membership_ids: Sequence[int]) -> int:
    """Return how many of the memberships are still open."""
    return sum(
        session.scalar(
            select(func.count()).where(Membership.id.in_(part), Membership.valid_to.is_(None))
        )
        or 0
        for part in _chunks(membership_ids)
    )


def list_places(
    session: Session,
    membership_ids: Sequence[int],
    at: datetime,
    *,
    offset: int = 0,
    limit: int | None = None,
    people: Collection[str] | None = None,
) -> list[PlaceView]:
    """Return those of the memberships that are still open, by pinyin; of the named people only."""
    found: list[tuple[str, int, PlaceView]] = []
    for part in _chunks(membership_ids):
        query = _select_places(at).where(Membership.id.in_(part), Membership.valid_to.is_(None))
        if people is not None:
            query = query.where(User.public_id.in_([storable(raw) for raw in people]))
        found += [(row[0], row[1], PlaceView(*row[1:])) for row in session.execute(query)]
    found.sort(key=lambda entry: entry[:2])
    end = None if limit is None else offset + limit
    return [place for _key, _id, place in found[offset:end]]


def any_place_since(session: Session, user_ids: Collection[int], since: datetime) -> bool:
    """Tell whether a place or post of one of the people began or ended after an instant."""
    ids = sorted(user_ids)
    for table in (Membership, PostHolding):
        is_later = or_(table.valid_from > since, table.valid_to > since)
        is_real = or_(table.valid_to.is_(None), table.valid_to > table.valid_from)
        for part in _chunks(ids):
            later = exists().where(table.user_id.in_(part), is_later, is_real)
            if session.scalar(select(later)):
                return True
    return False


def _select_places(
    at: datetime,
) -> Select[str, int, int, str, str, int, str, str, str, datetime]:
    return (
        select(
            User.sort_key,
            Membership.id,
            User.id,
            User.public_id,
            User.display_name,
            Unit.id,
            Unit.public_id,
            UnitName.name,
            Membership.staff_no,
            Membership.valid_from,
        )
        .join(User, User.id == Membership.user_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, at)))
    )


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
