"""Reads of one person as HR sees them, of likely doubles, and of merges that were made."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import LoginName, User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import (
    Membership,
    PersonMerge,
    Post,
    PostHolding,
    Unit,
    UnitName,
)
from learning.organisations.queries.people import is_only_theirs
from learning.organisations.queries.reach import units_in_reach
from learning.organisations.queries.units import (
    UnitView,
    organisation_of_unit,
    storable,
    subtree,
    valid_at,
)
from learning.organisations.rules.names import clean_text, staff_key
from learning.organisations.rules.persons import masked_login_name
from learning.organisations.rules.units import UnitKind

MAX_FOUND = 20


@dataclass(frozen=True, slots=True)
class DatedPlace:
    """A membership or a post, with from when to when; `detail` is the staff number or the post.

    `category` is the staff category of a membership.
    """

    unit_name: str
    detail: str
    valid_from: datetime
    valid_to: datetime | None
    category: str = ""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person who belongs or belonged to the unit; log-in names are masked."""

    user_id: int
    public_id: str
    name: str
    is_activated: bool
    is_open: bool
    created_at: datetime
    places: tuple[DatedPlace, ...]
    posts: tuple[DatedPlace, ...]
    login_names: tuple[str, ...]

    @property
    def is_member(self) -> bool:
        """Tell whether the person belongs to the unit now."""
        return any(place.valid_to is None for place in self.places)

    @property
    def category(self) -> str:
        """Return the staff category of the present places in the unit, "" while nobody said."""
        present = (place.category for place in self.places if place.valid_to is None)
        return next((category for category in present if category), "")


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge in a list; `rows` counts what moved."""

    public_id: str
    kept_name: str
    kept_public_id: str
    merged_name: str
    rows: int
    merged_at: datetime
    merged_by: str
    undone_at: datetime | None


def get_person(session: Session, unit: UnitView, raw_public_id: str, now: datetime) -> PersonView:
    """Return a person who is or was a member of the unit or below; NotFound otherwise."""
    found = list_persons(session, unit, [User.public_id == storable(raw_public_id)], now)
    if not found:
        raise NotFound("person")
    return found[0]


def list_persons(
    session: Session, unit: UnitView, conditions: Iterable[ColumnElement[bool]], now: datetime
) -> list[PersonView]:
    """Return the people who are or were members of the unit or below, by pinyin; at most 500."""
    users = session.scalars(
        select(User)
        .where(User.id.in_(_ever_members(unit, now)), *conditions)
        .order_by(User.sort_key, User.id)
        .limit(500)
    ).all()
    ids = [user.id for user in users]
    places, posts = _places(session, unit, ids, now), _posts(session, unit, ids, now)
    logins: dict[int, list[str]] = {}
    for row in session.execute(
        select(LoginName.user_id, LoginName.kind, LoginName.name)
        .where(LoginName.user_id.in_(ids))
        .order_by(LoginName.id)
    ):
        logins.setdefault(row.user_id, []).append(masked_login_name(row.kind, row.name))
    return [
        PersonView(
            user_id=user.id,
            public_id=user.public_id,
            name=user.display_name,
            is_activated=user.password_hash is not None,
            is_open=user.disabled_at is None,
            created_at=user.created_at,
            places=tuple(places.get(user.id, ())),
            posts=tuple(posts.get(user.id, ())),
            login_names=tuple(logins.get(user.id, ())),
        )
        for user in users
    ]


def _ever_members(unit: UnitView, now: datetime) -> Select[int]:
    return select(Membership.user_id).where(Membership.unit_id.in_(subtree([unit.id], now)))


def _places(
    session: Session, unit: UnitView, ids: Sequence[int], now: datetime
) -> dict[int, list[DatedPlace]]:
    rows = session.execute(
        select(
            Membership.user_id,
            UnitName.name,
            Membership.staff_no,
            Membership.valid_from,
            Membership.valid_to,
            Membership.category,
        )
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(Membership.user_id.in_(ids), Membership.unit_id.in_(subtree([unit.id], now)))
        .order_by(Membership.valid_to.is_not(None), Membership.valid_from.desc(), Membership.id)
    )
    return _grouped(rows)


def _posts(
    session: Session, unit: UnitView, ids: Sequence[int], now: datetime
) -> dict[int, list[DatedPlace]]:
    rows = session.execute(
        select(
            PostHolding.user_id,
            UnitName.name,
            Post.name.label("post"),
            PostHolding.valid_from,
            PostHolding.valid_to,
        )
        .join(Post, Post.id == PostHolding.post_id)
        .join(UnitName, and_(UnitName.unit_id == PostHolding.unit_id, valid_at(UnitName, now)))
        .where(PostHolding.user_id.in_(ids), PostHolding.unit_id.in_(subtree([unit.id], now)))
        .order_by(PostHolding.valid_to.is_not(None), PostHolding.valid_from.desc(), PostHolding.id)
    )
    return _grouped(rows)


def _grouped(rows: Iterable[Sequence[object]]) -> dict[int, list[DatedPlace]]:
    found: dict[int, list[DatedPlace]] = {}
    for user_id, *fields in rows:
        found.setdefault(user_id, []).append(DatedPlace(*fields))  # type: ignore[arg-type]
    return found


def may_merge(session: Session, actor: Actor, unit: UnitView, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `User` that the actor may merge the person.

    As with codes: merging hands over an account, so that people who belong elsewhere too, or hold
    roles beyond the actor's reach, are the platform's matter.
    """
    permission = Permission.ORG_PEOPLE_MERGE
    if any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(permission)):
        return true()
    reach = units_in_reach(session, actor, permission, now)
    own = organisation_of_unit(session, unit.id, now).id
    organisations = select(Unit.id).where(
        or_(Unit.id == own, and_(Unit.id.in_(reach), Unit.kind != UnitKind.DEPARTMENT.value))
    )
    return is_only_theirs(organisations, reach, now)


def count_double_names(session: Session, unit: UnitView, now: datetime) -> int:
    """Return how many names more than one open record of the unit bears."""
    return session.scalar(select(func.count()).select_from(_doubles(unit, now).subquery())) or 0


def list_doubles(
    session: Session, unit: UnitView, now: datetime, *, offset: int = 0, limit: int = 50
) -> list[list[PersonView]]:
    """Return a page of the people who share a name, name by name, by pinyin."""
    names = [
        row.display_name for row in session.execute(_doubles(unit, now).offset(offset).limit(limit))
    ]
    people = list_persons(
        session, unit, [User.display_name.in_(names), User.disabled_at.is_(None)], now
    )
    groups: dict[str, list[PersonView]] = {name: [] for name in names}
    for person in people:
        groups[person.name].append(person)
    return list(groups.values())


def _doubles(unit: UnitView, now: datetime) -> Select[str, str]:
    key = func.min(User.sort_key).label("key")
    return (
        select(User.display_name, key)
        .where(User.id.in_(_ever_members(unit, now)), User.disabled_at.is_(None))
        .group_by(User.display_name)
        .having(func.count() > 1)
        .order_by(key, User.display_name)
    )


def find_others(
    session: Session, unit: UnitView, person: PersonView, search: str, now: datetime
) -> list[PersonView]:
    """Return who may be the same person: those of the same name, or those searched for; max. 20."""
    text = clean_text(search)
    wanted: ColumnElement[bool] = User.display_name == person.name
    if text:
        numbers = select(Membership.user_id).where(Membership.staff_no_key == staff_key(text))
        wanted = or_(
            User.display_name.icontains(text, autoescape=True),
            User.sort_key.startswith(text.casefold(), autoescape=True),
            User.id.in_(numbers),
        )
    conditions = [wanted, User.id != person.user_id, User.disabled_at.is_(None)]
    return list_persons(session, unit, conditions, now)[:MAX_FOUND]


def count_merges(session: Session, unit: UnitView, now: datetime) -> int:
    """Return how many merges were made in the unit and below."""
    query = select(func.count(PersonMerge.id)).where(
        PersonMerge.unit_id.in_(subtree([unit.id], now))
    )
    return session.scalar(query) or 0


def list_merges(
    session: Session, unit: UnitView, now: datetime, *, offset: int = 0, limit: int = 50
) -> list[MergeView]:
    """Return a page of the merges made in the unit and below, newest first."""
    kept, merged, actor = aliased(User), aliased(User), aliased(User)
    rows = session.execute(
        select(PersonMerge, kept, merged.display_name, actor.display_name)
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(merged, merged.id == PersonMerge.merged_id)
        .join(actor, actor.id == PersonMerge.merged_by)
        .where(PersonMerge.unit_id.in_(subtree([unit.id], now)))
        .order_by(PersonMerge.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        MergeView(
            merge.public_id,
            person.display_name,
            person.public_id,
            merged_name,
            sum(len(keys) for keys in json.loads(merge.moved)["moves"].values()),
            merge.merged_at,
            by,
            merge.undone_at,
        )
        for merge, person, merged_name, by in rows
    ]


def get_merge(session: Session, unit: UnitView, raw_public_id: str, now: datetime) -> PersonMerge:
    """Return a merge made in the unit or below; NotFound otherwise."""
    row = session.scalars(
        select(PersonMerge).where(
            PersonMerge.public_id == storable(raw_public_id),
            PersonMerge.unit_id.in_(subtree([unit.id], now)),
        )
    ).first()
    if row is None:
        raise NotFound("merge")
    return row


def is_merged_away(user_id: int) -> ColumnElement[bool]:
    """Return the condition that a person's record was merged into another and still is."""
    return exists().where(PersonMerge.merged_id == user_id, PersonMerge.undone_at.is_(None))
