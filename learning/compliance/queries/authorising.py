"""Who could be authorised on a date: what each holds of what the post requires, what is missing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Holding, Scheme
from learning.certification.queries.holdings import held_at
from learning.compliance.models import (
    Authorisation,
    AuthorisationEnd,
    Exemption,
    Requirement,
)
from learning.compliance.queries.authorisations import PERMISSION, has_left
from learning.compliance.queries.following import followed_to
from learning.compliance.queries.grounds import is_broken
from learning.compliance.rules.authorisations import missing_of
from learning.compliance.rules.coverage import Asked as AskedOfPost
from learning.compliance.rules.coverage import Requirements
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, PostHolding, Unit, UnitName, UnitParent
from learning.organisations.queries import UnitView, subtree, units_in_reach, valid_at


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person in the post, and what they would be authorised on. Ids are schemes'.

    `spared` are required, not held, and not asked of the person by an exemption.
    """

    user_id: int
    public_id: str
    name: str
    staff_no: str
    unit_id: int
    unit: str
    held: tuple[int, ...]
    missing: tuple[int, ...]
    has_one: bool
    spared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom an act is meant: people of a unit's subtree in a post (None: any), and schemes.

    `organisation_id` is the unit's.
    """

    unit: UnitView
    organisation_id: int
    post_id: int | None
    scheme_ids: tuple[int, ...] = ()
    equipment: str = ""
    equipment_no: str = ""
    people: tuple[str, ...] | None = None


def list_candidates(
    session: Session, asked: Asked, on: datetime, now: datetime, *, limit: int
) -> list[Candidate]:
    """Return who could be authorised on the date, by name, with what each holds and lacks."""
    rows = session.execute(_select_candidates(asked, on).limit(limit)).all()
    units = {row.unit_id for row in rows}
    required = list_required(session, asked.post_id, units, on)
    wanted = {unit_id: required[unit_id] | set(asked.scheme_ids) for unit_id in units}
    ids = [row.id for row in rows]
    schemes = set().union(*wanted.values()) if wanted else set()
    held = _pairs(
        session,
        select(Holding.user_id, Holding.scheme_id).where(
            Holding.user_id.in_(ids),
            Holding.scheme_id.in_(schemes),
            held_at(on, known_at=now),
        ),
    )
    exempt = _pairs(
        session,
        select(Exemption.user_id, Exemption.scheme_id).where(
            Exemption.user_id.in_(ids),
            Exemption.organisation_id == asked.organisation_id,  # of another one it says nothing
            valid_at(Exemption, on),
        ),
    )
    taken = _taken(session, asked, ids, on)
    found = []
    for row in rows:
        needs, has = wanted[row.unit_id], held.get(row.id, set())
        spared = exempt.get(row.id, set()) - set(asked.scheme_ids)
        missing = missing_of(needs, has, spared)
        found.append(
            Candidate(
                user_id=row.id,
                public_id=row.public_id,
                name=row.display_name,
                staff_no=row.staff_no,
                unit_id=row.unit_id,
                unit=row.unit,
                held=tuple(sorted(needs & has)),
                missing=tuple(missing),
                has_one=(row.id, row.unit_id) in taken,
                spared=tuple(sorted((needs & spared) - has)),
            )
        )
    return found


def _select_candidates(asked: Asked, on: datetime) -> Select[*tuple[Any, ...]]:
    place = PostHolding if asked.post_id is not None else Membership
    query = (
        select(
            User.id,
            User.public_id,
            User.display_name,
            func.coalesce(Membership.staff_no, "").label("staff_no"),
            place.unit_id,
            func.coalesce(UnitName.name, "").label("unit"),
        )
        .select_from(place)
        .join(User, User.id == place.user_id)
        .outerjoin(UnitName, and_(UnitName.unit_id == place.unit_id, valid_at(UnitName, on)))
        .where(place.unit_id.in_(subtree([asked.unit.id], on)), valid_at(place, on))
        .order_by(User.sort_key, User.id, place.unit_id)
    )
    if asked.post_id is not None:
        query = query.outerjoin(
            Membership,
            and_(
                Membership.user_id == PostHolding.user_id,
                Membership.unit_id == PostHolding.unit_id,
                valid_at(Membership, on),
            ),
        ).where(PostHolding.post_id == asked.post_id)
    if asked.people is not None:
        query = query.where(User.public_id.in_(asked.people) if asked.people else false())
    return query


def list_required(
    session: Session, post_id: int | None, units: Collection[int], on: datetime
) -> dict[int, set[int]]:
    """Return the schemes that a post requires in some units on a date, by the units' row ids."""
    if post_id is None:
        return {unit_id: set() for unit_id in units}
    above = select(Unit.id.label("id")).where(Unit.id.in_(units)).cte("above", recursive=True)
    above = above.union(
        select(UnitParent.parent_id)
        .join(above, UnitParent.unit_id == above.c.id)
        .where(valid_at(UnitParent, on))
    )
    ids = select(above.c.id)
    parents = dict(
        session.execute(
            select(UnitParent.unit_id, UnitParent.parent_id).where(
                UnitParent.unit_id.in_(ids), valid_at(UnitParent, on)
            )
        ).all()
    )
    set_here: dict[tuple[int, int], dict[int, AskedOfPost]] = {}
    for unit_id, scheme_id, level in session.execute(
        select(Requirement.unit_id, Requirement.scheme_id, Requirement.level).where(
            Requirement.post_id == post_id,
            Requirement.unit_id.in_(ids),
            valid_at(Requirement, on),
        )
    ):
        set_here.setdefault((unit_id, post_id), {})[scheme_id] = AskedOfPost(unit_id, level)
    requirements = Requirements(set_here, parents)
    return {unit_id: requirements.required(unit_id, post_id) for unit_id in units}


def _taken(
    session: Session, asked: Asked, user_ids: Iterable[int], on: datetime
) -> set[tuple[int, int]]:
    """Return (person, unit where they work) of whom the same is authorised already on the date."""
    post, followed = Authorisation.post_id, followed_to(on).subquery()
    rows = session.execute(
        select(
            Authorisation.user_id,
            func.coalesce(followed.c.unit_id, Authorisation.unit_id),
        )
        .outerjoin(followed, followed.c.authorisation_id == Authorisation.id)
        .outerjoin(AuthorisationEnd, AuthorisationEnd.authorisation_id == Authorisation.id)
        .where(
            Authorisation.user_id.in_(list(user_ids)),
            post.is_(None) if asked.post_id is None else post == asked.post_id,
            Authorisation.equipment == asked.equipment,
            Authorisation.equipment_no == asked.equipment_no,
            Authorisation.ends_at > on,
            AuthorisationEnd.cause.is_(None),
            not_(or_(is_broken(on), has_left(on))),
        )
    )
    return {(user_id, unit_id) for user_id, unit_id in rows}


def _pairs(session: Session, query: Select[int, int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for user_id, scheme_id in session.execute(query):
        found.setdefault(user_id, set()).add(scheme_id)
    return found


def list_schemes_in_reach(
    session: Session, actor: Actor, now: datetime, *, limit: int
) -> list[tuple[int, str, str, str]]:
    """Return row id, public id, title and English title of schemes to choose from.

    They are those that organisations in reach keep or require.
    """
    reach = units_in_reach(session, actor, PERMISSION, now)
    required = select(Requirement.scheme_id).where(
        Requirement.unit_id.in_(reach), valid_at(Requirement, now)
    )
    rows = session.execute(
        select(Scheme.id, Scheme.public_id, Scheme.title, Scheme.title_en)
        .where(or_(Scheme.issuer_id.in_(reach), Scheme.id.in_(required)))
        .order_by(Scheme.title, Scheme.id)
        .limit(limit)
    )
    return [(row.id, row.public_id, row.title, row.title_en) for row in rows]
