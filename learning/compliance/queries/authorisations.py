"""Authorisations: who has them, on what they rest, who could get one and what is missing."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.certification.models import Scheme
from learning.compliance.models import Authorisation, AuthorisationEnd
from learning.compliance.queries.following import followed_to, is_at
from learning.compliance.queries.grounds import is_broken, is_spent
from learning.compliance.rules.authorisations import (
    LAPSES,
    AuthorisationState,
    authorisation_state,
)
from learning.kernel.bulk import among
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership, Post, PostHolding, Unit, UnitName
from learning.organisations.queries import staff_numbers, subtree, units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import clean_text

PAGE = 50
MOST_OF_A_PAGE = 1_000  # of the people of a page
PERMISSION = Permission.POST_AUTHORISE
UNACCOUNTED = "unaccounted"  # listed beside the states: something asked is not explained


@dataclass(frozen=True, slots=True)
class AuthorisationView:
    """An authorisation with what it is worth now. `ends_at` `FOREVER`: without an end."""

    id: int
    public_id: str
    user_id: int
    person: str
    name: str
    organisation_id: int
    organisation: str
    zone: str
    unit: str
    post: str
    equipment: str
    equipment_no: str
    number: str
    code: str
    starts_at: datetime
    ends_at: datetime
    override_reason: str
    authorised_by: str
    authorised_at: datetime
    state: AuthorisationState
    cause: str
    end_reason: str
    ended_at: datetime | None
    staff_no: str = ""  # read for lists alone: who checks a card is told nothing of the person
    is_unaccounted: bool = False

    @property
    def what(self) -> str:
        """Return post and equipment in one line, as the card prints them."""
        equipment = " ".join(part for part in (self.equipment, self.equipment_no) if part)
        return " · ".join(part for part in (self.post, equipment) if part)


@dataclass(frozen=True, slots=True)
class AuthorisationFilter:
    """What to list; every value as the address has it, "" for all."""

    search: str = ""
    unit: str = ""
    post: str = ""
    state: str = ""


def has_left(now: datetime) -> ColumnElement[bool]:
    """Tell whether the person no longer has the post in the unit, or a place in the unit at all.

    The latter is asked where only an equipment is meant: who is transferred leaves it behind. Who
    followed the unit into the one that it became has not left.
    """
    in_post = exists().where(
        PostHolding.user_id == Authorisation.user_id,
        PostHolding.post_id == Authorisation.post_id,
        PostHolding.unit_id == Authorisation.unit_id,
        valid_at(PostHolding, now),
    )
    in_place = exists().where(
        Membership.user_id == Authorisation.user_id,
        Membership.unit_id == Authorisation.unit_id,
        valid_at(Membership, now),
    )
    followed = followed_to(now).subquery()
    return and_(
        or_(
            and_(Authorisation.post_id.is_not(None), ~in_post),
            and_(Authorisation.post_id.is_(None), ~in_place),
        ),
        Authorisation.id.not_in(select(followed.c.authorisation_id)),
    )


def in_state(state: AuthorisationState, now: datetime) -> ColumnElement[bool]:
    """Return the condition of a state. Twin: `rules.authorisations.authorisation_state`."""
    open_ = AuthorisationEnd.cause.is_(None)
    running = and_(open_, Authorisation.starts_at <= now, Authorisation.ends_at > now)
    broken = or_(is_broken(now), has_left(now))
    return {
        AuthorisationState.IN_FORCE: and_(running, not_(broken)),
        AuthorisationState.NOT_YET: and_(
            open_, Authorisation.starts_at > now, Authorisation.ends_at > now
        ),
        AuthorisationState.OVER: and_(open_, Authorisation.ends_at <= now),
        AuthorisationState.LAPSED: or_(AuthorisationEnd.cause.in_(LAPSES), and_(running, broken)),
        AuthorisationState.REVOKED: AuthorisationEnd.cause == "revoked",
    }[state]


_ORGANISATION = aliased(UnitName)
_AUTHOR = aliased(User)


def _select(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Authorisation,
            AuthorisationEnd,
            User.public_id,
            User.display_name,
            UnitName.name,
            _ORGANISATION.name,
            Unit.timezone,
            Post.name,
            _AUTHOR.display_name,
            or_(is_broken(now), has_left(now)),
        )
        .join(User, User.id == Authorisation.user_id)
        .join(_AUTHOR, _AUTHOR.id == Authorisation.authorised_by)
        .join(Unit, Unit.id == Authorisation.organisation_id)
        .outerjoin(AuthorisationEnd, AuthorisationEnd.authorisation_id == Authorisation.id)
        .outerjoin(Post, Post.id == Authorisation.post_id)
        .outerjoin(
            UnitName, and_(UnitName.unit_id == Authorisation.unit_id, valid_at(UnitName, now))
        )
        .outerjoin(
            _ORGANISATION,
            and_(
                _ORGANISATION.unit_id == Authorisation.organisation_id, valid_at(_ORGANISATION, now)
            ),
        )
    )


def _view(row: Any, now: datetime) -> AuthorisationView:
    one, end, person, name, unit, organisation, zone, post, author, broken = row
    return AuthorisationView(
        id=one.id,
        public_id=one.public_id,
        user_id=one.user_id,
        person=person,
        name=name,
        organisation_id=one.organisation_id,
        organisation=organisation or "",
        zone=zone,
        unit=unit or "",
        post=post or "",
        equipment=one.equipment,
        equipment_no=one.equipment_no,
        number=one.number,
        code=one.code,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        override_reason=one.override_reason,
        authorised_by=author,
        authorised_at=one.authorised_at,
        state=authorisation_state(
            one.starts_at,
            one.ends_at,
            cause=end.cause if end else "",
            is_broken=bool(broken),
            now=now,
        ),
        cause=end.cause if end else "",
        end_reason=end.reason if end else "",
        ended_at=end.ended_at if end else None,
        is_unaccounted=f'"{UNACCOUNTED}"' in one.basis,
    )


def _views(
    session: Session, now: datetime, *conditions: ColumnElement[bool], limit: int
) -> list[AuthorisationView]:
    query = _select(now).where(*conditions).order_by(Authorisation.id.desc()).limit(limit)
    return [_view(row, now) for row in session.execute(query)]


def list_authorisations(
    session: Session,
    actor: Actor,
    wanted: AuthorisationFilter,
    now: datetime,
    *,
    before: str = "",
    limit: int = PAGE,
) -> list[AuthorisationView]:
    """Return authorisations in reach, newest first, those before the one named."""
    conditions: list[ColumnElement[bool]] = [is_at(_units(session, actor, wanted.unit, now), now)]
    if before:
        cursor = select(Authorisation.id).where(Authorisation.public_id == storable(before))
        conditions.append(Authorisation.id < cursor.scalar_subquery())
    if wanted.post:
        post = select(Post.id).where(Post.public_id == storable(wanted.post))
        conditions.append(Authorisation.post_id.in_(post))
    if wanted.state in {state.value for state in AuthorisationState}:
        conditions.append(in_state(AuthorisationState(wanted.state), now))
    if wanted.state == UNACCOUNTED:
        conditions += [
            Authorisation.basis.like(f'%"{UNACCOUNTED}"%'),
            in_state(AuthorisationState.IN_FORCE, now),
        ]
    text = clean_text(wanted.search)
    if text:
        conditions.append(
            or_(
                User.display_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                Authorisation.number.startswith(text.upper(), autoescape=True),
                Authorisation.equipment_no.startswith(text, autoescape=True),
            )
        )
    return _numbered(session, _views(session, now, *conditions, limit=limit), now)


def _numbered(
    session: Session, views: list[AuthorisationView], now: datetime
) -> list[AuthorisationView]:
    """Return authorisations with the numbers people have now in the organisations of theirs."""
    homes, people = {one.organisation_id for one in views}, {one.user_id for one in views}
    numbers = staff_numbers(session, homes, people, now)
    return [
        replace(one, staff_no=numbers.get((one.organisation_id, one.user_id), "")) for one in views
    ]


def _units(session: Session, actor: Actor, raw_unit: str, now: datetime) -> Select[int]:
    reach = units_in_reach(session, actor, PERMISSION, now)
    if not raw_unit:
        return reach
    root = select(Unit.id).where(Unit.public_id == storable(raw_unit), Unit.id.in_(reach))
    return select(Unit.id).where(Unit.id.in_(subtree(root, now)), Unit.id.in_(reach))


def list_own(session: Session, user_id: int, now: datetime) -> list[AuthorisationView]:
    """Return a person's authorisations, newest first, at most 100."""
    return _views(session, now, Authorisation.user_id == user_id, limit=100)


def list_of_people(
    session: Session, user_ids: Collection[int], units: Select[int], now: datetime
) -> dict[int, list[AuthorisationView]] | None:
    """Return what is in force or begins later by person, within units; None: they use none at all.

    Where nobody was ever authorised, that somebody is not says nothing.
    """
    here = Authorisation.unit_id.in_(units)
    if not session.scalar(select(exists().where(here))):
        return None
    stands = [in_state(s, now) for s in (AuthorisationState.IN_FORCE, AuthorisationState.NOT_YET)]
    found: dict[int, list[AuthorisationView]] = {}
    conditions = (here, among(Authorisation.user_id, user_ids), or_(*stands))
    for one in _views(session, now, *conditions, limit=MOST_OF_A_PAGE):
        found.setdefault(one.user_id, []).append(one)
    return found


def get_authorisation(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> AuthorisationView:
    """Return one of the actor's own, or one in reach; raise NotFound otherwise."""
    allowed: ColumnElement[bool] = Authorisation.user_id == actor.user_id
    if actor.holds(PERMISSION):
        reach = units_in_reach(session, actor, PERMISSION, now)
        allowed = or_(allowed, is_at(reach, now))
    return _one(session, now, Authorisation.public_id == storable(raw_public_id), allowed)


def get_revocable(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> AuthorisationView:
    """Return one in reach; raise NotFound otherwise."""
    reach = units_in_reach(session, actor, PERMISSION, now)
    named = Authorisation.public_id == storable(raw_public_id)
    return _one(session, now, named, is_at(reach, now))


def find_by_code(session: Session, code: str, now: datetime) -> AuthorisationView | None:
    """Return the authorisation with a normalised code, None when there is none."""
    return next(iter(_views(session, now, Authorisation.code == code, limit=1)), None)


def _one(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> AuthorisationView:
    found = _views(session, now, *conditions, limit=1)
    if not found:
        raise NotFound("authorisation")
    return found[0]


def list_lapsing(
    session: Session, now: datetime, limit: int, *which: ColumnElement[bool]
) -> list[tuple[AuthorisationView, str]]:
    """Return what of those meant has lapsed and is not recorded yet, with the cause."""
    running = (
        AuthorisationEnd.cause.is_(None),
        Authorisation.starts_at <= now,
        Authorisation.ends_at > now,
        *which,
    )
    cause = case((has_left(now), "post"), (is_spent(now), "certificate"), else_="exemption")
    query = _select(now).add_columns(cause).where(*running, or_(is_broken(now), has_left(now)))
    rows = session.execute(query.order_by(Authorisation.id).limit(limit))
    return [(_view(row[:-1], now), row[-1]) for row in rows]


def scheme_titles(session: Session, scheme_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return the titles of schemes by row id, the English one "" where there is none."""
    rows = session.execute(
        select(Scheme.id, Scheme.title, Scheme.title_en).where(Scheme.id.in_(scheme_ids))
    )
    return {row.id: (row.title, row.title_en) for row in rows}


def list_post_choices(
    session: Session, actor: Actor, now: datetime, *, limit: int
) -> list[tuple[str, str]]:
    """Return (public id, name) of the posts of the organisations in reach, by name."""
    reach = units_in_reach(session, actor, PERMISSION, now)
    return _posts(session, Post.organisation_id.in_(reach), limit)


def list_posts_in_use(
    session: Session, actor: Actor, now: datetime, *, limit: int
) -> list[tuple[str, str]]:
    """Return (public id, name) of those that are not retired."""
    reach = units_in_reach(session, actor, PERMISSION, now)
    return _posts(session, and_(Post.organisation_id.in_(reach), Post.retired_at.is_(None)), limit)


def _posts(session: Session, wanted: ColumnElement[bool], limit: int) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Post.public_id, Post.name)
        .where(wanted)
        .order_by(Post.name_key, Post.id)
        .limit(limit)
    )
    return [(row.public_id, row.name) for row in rows]


def list_unit_choices(
    session: Session, actor: Actor, now: datetime, *, limit: int
) -> list[tuple[str, str]]:
    """Return (public id, name) of the units in reach, organisations before departments."""
    reach = units_in_reach(session, actor, PERMISSION, now)
    rows = session.execute(
        select(Unit.public_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(Unit.id.in_(reach))
        .order_by(Unit.kind.desc(), UnitName.name_key, Unit.id)
        .limit(limit)
    )
    return [(row.public_id, row.name) for row in rows]
