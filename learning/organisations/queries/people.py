"""Reads of people's places in units: memberships, posts, roles, members of a unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.kernel.reading import read_rows
from learning.organisations.models import (
    Membership,
    Post,
    PostHolding,
    RoleAssignment,
    Unit,
    UnitName,
    UnitSuccession,
)
from learning.organisations.queries.units import storable, valid_at
from learning.organisations.rules.names import clean_text, staff_key


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The organisation a person counts for; `region` is a GB/T 2260 code or ""."""

    id: int
    public_id: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class MembershipView:
    """A person's place in a unit, as on the date asked for."""

    id: int
    unit_id: int
    unit_public_id: str
    unit_name: str
    organisation_id: int
    staff_no: str
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person in a list of members. `posts` are the posts held in that unit, joined by 、."""

    user_id: int
    public_id: str
    name: str
    unit_public_id: str
    unit_name: str
    staff_no: str
    posts: str
    is_activated: bool


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role somebody holds, with its row id for revoking."""

    id: int
    user_id: int
    role: str
    scope_kind: str
    scope_value: str
    valid_from: datetime


_ROLES = (
    select(
        RoleAssignment.id,
        RoleAssignment.user_id,
        RoleAssignment.role,
        RoleAssignment.scope_kind,
        RoleAssignment.scope_value,
        RoleAssignment.valid_from,
    )
    .where(
        RoleAssignment.user_id == bindparam("user_id"),
        valid_at(RoleAssignment, bindparam("at")),
    )
    .order_by(RoleAssignment.id)
)
"""Made once: nearly every page asks it."""


def list_grants(session: Session, user_id: int, now: datetime) -> tuple[Grant, ...]:
    """Return the roles a person holds at the instant, with how far each reaches."""
    return tuple(
        Grant(Role(row.role), ScopeKind(row.scope_kind), row.scope_value)
        for row in list_roles(session, user_id, now)
    )


def list_roles(session: Session, user_id: int, at: datetime) -> list[RoleView]:
    """Return the role assignments of a person at the instant, oldest first."""
    return [RoleView(*row) for row in read_rows(session, _ROLES, {"user_id": user_id, "at": at})]


def closing_obstacle(session: Session, user_id: int, now: datetime) -> str | None:
    """Return "roles" while the person holds a role that somebody must take over, else None."""
    return "roles" if list_roles(session, user_id, now) else None


def list_memberships(session: Session, user_id: int, at: datetime) -> list[MembershipView]:
    """Return a person's memberships at the instant, oldest first."""
    rows = session.execute(
        select(Membership, Unit.public_id, UnitName.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, at)))
        .where(Membership.user_id == user_id, valid_at(Membership, at))
        .order_by(Membership.valid_from, Membership.id)
    )
    return [
        MembershipView(
            id=m.id,
            unit_id=m.unit_id,
            unit_public_id=public_id,
            unit_name=name,
            organisation_id=m.organisation_id,
            staff_no=m.staff_no,
            valid_from=m.valid_from,
            valid_to=m.valid_to,
        )
        for m, public_id, name in rows
    ]


def organisation_of(session: Session, user_id: int, at: datetime) -> OrganisationView | None:
    """Return the organisation of a person's oldest open membership, None without any."""
    row = session.execute(
        select(Unit.id, Unit.public_id, UnitName.name, Unit.region)
        .join(Membership, Membership.organisation_id == Unit.id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, at)))
        .where(Membership.user_id == user_id, valid_at(Membership, at))
        .order_by(Membership.valid_from, Membership.id)
        .limit(1)
    ).first()
    return OrganisationView(*row) if row else None


def list_members(
    session: Session,
    units: Select[int],
    at: datetime,
    *,
    search: str = "",
    offset: int = 0,
    limit: int = 50,
) -> list[MemberView]:
    """Return a page of the members of units at the instant, by pinyin.

    A person with places in two of the units comes twice. `search` looks in the name, the pinyin
    and the staff number.
    """
    rows = session.execute(
        _select_members(units, at, search)
        .order_by(User.sort_key, User.id, Membership.id)
        .offset(offset)
        .limit(limit)
    ).all()
    posts = _posts_held(session, {row.user_id for row in rows}, at)
    return [
        MemberView(
            user_id=row.user_id,
            public_id=row.person,
            name=row.display_name,
            unit_public_id=row.unit_public_id,
            unit_name=row.unit_name,
            staff_no=row.staff_no,
            posts=" / ".join(posts.get((row.user_id, row.unit_id), [])),
            is_activated=row.is_activated,
        )
        for row in rows
    ]


def count_members(session: Session, units: Select[int], at: datetime, *, search: str = "") -> int:
    """Return how many memberships `list_members` would give without pages."""
    query = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(*_conditions(units, at, search))
    )
    return session.scalar(query) or 0


def get_member(
    session: Session, units: Select[int], raw_public_id: str, at: datetime
) -> MemberView:
    """Return a person who is a member of one of the units; NotFound otherwise."""
    row = session.execute(
        _select_members(units, at, "")
        .where(User.public_id == storable(raw_public_id))
        .order_by(Membership.valid_from, Membership.id)
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("person")
    return MemberView(
        row.user_id,
        row.person,
        row.display_name,
        row.unit_public_id,
        row.unit_name,
        row.staff_no,
        "",
        row.is_activated,
    )


def _select_members(
    units: Select[int], at: datetime, search: str
) -> Select[int, str, str, bool, int, str, str, str]:
    return (
        select(
            User.id.label("user_id"),
            User.public_id.label("person"),
            User.display_name,
            User.password_hash.is_not(None).label("is_activated"),
            Unit.id.label("unit_id"),
            Unit.public_id.label("unit_public_id"),
            UnitName.name.label("unit_name"),
            Membership.staff_no,
        )
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, at)))
        .where(*_conditions(units, at, search))
    )


def _conditions(units: Select[int], at: datetime, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Membership.unit_id.in_(units),
        valid_at(Membership, at),
    ]
    text = clean_text(search)
    if text:
        conditions.append(
            or_(
                User.display_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                Membership.staff_no_key.startswith(staff_key(text), autoescape=True),
            )
        )
    return conditions


def _posts_held(
    session: Session, user_ids: Iterable[int], at: datetime
) -> dict[tuple[int, int], list[str]]:
    rows = session.execute(
        select(PostHolding.user_id, PostHolding.unit_id, Post.name)
        .join(Post, Post.id == PostHolding.post_id)
        .where(PostHolding.user_id.in_(list(user_ids)), valid_at(PostHolding, at))
        .order_by(PostHolding.id)
    )
    held: dict[tuple[int, int], list[str]] = {}
    for user_id, unit_id, name in rows:
        held.setdefault((user_id, unit_id), []).append(name)
    return held


def is_only_theirs(
    organisations: Select[int], units: Select[int], at: datetime
) -> ColumnElement[bool]:
    """Return the condition on `User` that a person is only these organisations' to open.

    A code or a new phone number opens the whole person. So the person belongs or belonged to one of
    the organisations (or to one that was merged or split into them), never to another, and holds no
    role beyond the units: an import that names somebody's phone must not lead into that account,
    and who manages people must not become who manages the platform.
    """
    own = _with_predecessors(organisations)
    here, elsewhere = aliased(Membership), aliased(Membership)
    role = aliased(RoleAssignment)
    reached = select(cast(units.subquery().c.id, String))
    return and_(
        exists().where(here.user_id == User.id, here.organisation_id.in_(own)),
        ~exists().where(elsewhere.user_id == User.id, elsewhere.organisation_id.not_in(own)),
        ~exists().where(
            role.user_id == User.id,
            valid_at(role, at),
            or_(role.scope_kind != ScopeKind.UNIT.value, role.scope_value.not_in(reached)),
        ),
    )


def _with_predecessors(organisations: Select[int]) -> Select[int]:
    own = organisations.subquery()
    line = select(own.c.id.label("id")).cte(recursive=True)
    line = line.union(
        select(UnitSuccession.predecessor_id).join(line, UnitSuccession.successor_id == line.c.id)
    )
    return select(line.c.id)
