"""Whom an examiner may admit, and what an admission freezes of them.

An examiner reaches the open memberships of the units where the permission reaches; who holds it for
the whole platform reaches everybody. Others look missing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import LoginName, User
from learning.accounts.rules import candidate_keys
from learning.exams.models import Admission, SittingRoom
from learning.exams.rules import RollLine, roll_problem
from learning.kernel.errors import Problem
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Membership, Post, PostHolding, UnitName
from learning.organisations.queries import subtree, units_in_reach, valid_at
from learning.organisations.rules.names import clean_text, name_key, staff_key

CHUNK = 500  # of ids in one statement
MAX_SUGGESTED = 200
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What an admission freezes; `unit_name` is "organisation · department" or ""."""

    user_id: int
    public_id: str
    name: str
    unit_name: str
    staff_no: str


@dataclass(frozen=True, slots=True)
class AdmissionLine:
    """An admission in the examiner's list; `may_withdraw` while no attempt has begun."""

    person: str
    name: str
    unit_name: str
    staff_no: str
    admitted_at: datetime
    admitted_by: str
    ticket_no: str
    room: str
    seat: int | None


def in_chunks(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """Give the things in lists short enough for one statement."""
    rest = list(things)
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def reach_of(
    session: Session,
    actor: Actor,
    now: datetime,
    permission: Permission = Permission.SITTING_MANAGE,
) -> Select[int]:
    """Return the query of the units where the actor manages sittings (or holds another right)."""
    return units_in_reach(session, actor, permission, now)


def _may_admit(
    actor: Actor,
    reach: Select[int],
    now: datetime,
    permission: Permission = Permission.SITTING_MANAGE,
) -> ColumnElement[bool]:
    grants = actor.grants_for(permission)
    if any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants):
        return true()
    return exists().where(
        Membership.user_id == User.id, valid_at(Membership, now), Membership.unit_id.in_(reach)
    )


def list_members_below(session: Session, unit_id: int, now: datetime) -> list[int]:
    """Return the ids of the people who are members of a unit or below it, by pinyin."""
    below = subtree([unit_id], now)
    return _ids(
        session,
        exists().where(
            Membership.user_id == User.id, valid_at(Membership, now), Membership.unit_id.in_(below)
        ),
    )


def list_holders_below(session: Session, unit_id: int, post: str, now: datetime) -> list[int]:
    """Return the ids of the people who hold a post of that name in a unit or below, by pinyin."""
    below = subtree([unit_id], now)
    return _ids(
        session,
        exists().where(
            PostHolding.user_id == User.id,
            valid_at(PostHolding, now),
            PostHolding.unit_id.in_(below),
            PostHolding.post_id == Post.id,
            Post.name_key == name_key(post),
        ),
    )


def _ids(session: Session, condition: ColumnElement[bool]) -> list[int]:
    return list(
        session.scalars(
            select(User.id)
            .where(User.disabled_at.is_(None), condition)
            .order_by(User.sort_key, User.id)
        )
    )


def find_on_roll(
    session: Session,
    actor: Actor,
    lines: Sequence[RollLine],
    now: datetime,
    *,
    permission: Permission = Permission.SITTING_MANAGE,
) -> tuple[list[int], list[Problem]]:
    """Return whom the lines mean, in their order, and a problem for each line that means nobody.

    A line is a staff number within reach or any log-in name of a person within reach.
    """
    found, problems = match_roll(session, actor, lines, now, permission=permission)
    return list(dict.fromkeys(found.values())), problems


def match_roll(
    session: Session,
    actor: Actor,
    lines: Sequence[RollLine],
    now: datetime,
    *,
    permission: Permission = Permission.SITTING_MANAGE,
) -> tuple[dict[int, int], list[Problem]]:
    """Return whom each line means, by its number, and the problems of `find_on_roll`."""
    reach = reach_of(session, actor, now, permission)
    by_staff = _by_staff_no(session, {staff_key(line.text) for line in lines}, reach, now)
    keys = {key for line in lines for key in candidate_keys(line.text)}
    by_name = _by_login_name(session, keys, _may_admit(actor, reach, now, permission))
    found: dict[int, int] = {}
    problems: list[Problem] = []
    for line in lines:
        meant = set(by_staff.get(staff_key(line.text), ()))
        meant |= {by_name[key] for key in candidate_keys(line.text) if key in by_name}
        if len(meant) == 1:
            found[line.number] = meant.pop()
        else:
            code = "roll_ambiguous" if meant else "roll_unknown"
            problems.append(roll_problem(line.number, code, line.text))
    return found, problems


def _by_staff_no(
    session: Session, keys: set[str], reach: Select[int], now: datetime
) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for chunk in in_chunks(sorted(keys)):
        rows = session.execute(
            select(Membership.staff_no_key, Membership.user_id)
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.staff_no_key.in_(chunk),
                Membership.unit_id.in_(reach),
                valid_at(Membership, now),
                User.disabled_at.is_(None),
            )
        )
        for key, user_id in rows:
            found.setdefault(key, set()).add(user_id)
    return found


def _by_login_name(
    session: Session, keys: set[str], condition: ColumnElement[bool]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(sorted(keys)):
        rows = session.execute(
            select(LoginName.name_key, LoginName.user_id)
            .join(User, User.id == LoginName.user_id)
            .where(LoginName.name_key.in_(chunk), User.disabled_at.is_(None), condition)
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def list_names(session: Session, user_ids: Sequence[int]) -> list[str]:
    """Return the names of people, by pinyin."""
    names: list[tuple[str, str]] = []
    for chunk in in_chunks(user_ids):
        query = select(User.sort_key, User.display_name).where(User.id.in_(chunk))
        names += [(row[0], row[1]) for row in session.execute(query)]
    return [name for _key, name in sorted(names)]


def list_admitted_ids(session: Session, sitting_id: int, user_ids: Iterable[int]) -> set[int]:
    """Return which of the people are admitted already."""
    found: set[int] = set()
    for chunk in in_chunks(user_ids):
        found |= set(
            session.scalars(
                select(Admission.user_id).where(
                    Admission.sitting_id == sitting_id, Admission.user_id.in_(chunk)
                )
            )
        )
    return found


def list_facts(
    session: Session, actor: Actor, user_ids: Sequence[int], now: datetime
) -> Iterator[PersonFacts]:
    """Give what an admission freezes of each person the actor may admit; others are left out.

    Of several memberships the oldest within reach counts.
    """
    reach = reach_of(session, actor, now)
    for chunk in in_chunks(user_ids):
        people = session.execute(
            select(User.id, User.public_id, User.display_name)
            .where(User.id.in_(chunk), User.disabled_at.is_(None), _may_admit(actor, reach, now))
            .order_by(User.sort_key, User.id)
        ).all()
        places = places_of(session, [row.id for row in people], reach, now)
        for user_id, public_id, name in people:
            yield PersonFacts(user_id, public_id, name, *places.get(user_id, ("", "")))


def places_of(
    session: Session, user_ids: Sequence[int], reach: Select[int] | None, now: datetime
) -> dict[int, tuple[str, str]]:
    """Return (unit name, staff number) by person: the oldest place, one within reach before."""
    organisation, unit = aliased(UnitName), aliased(UnitName)
    query = (
        select(
            Membership.user_id,
            organisation.name.label("organisation"),
            case((Membership.unit_id != Membership.organisation_id, unit.name)).label("unit"),
            Membership.staff_no,
        )
        .join(
            organisation,
            and_(
                organisation.unit_id == Membership.organisation_id, organisation.valid_to.is_(None)
            ),
        )
        .join(unit, and_(unit.unit_id == Membership.unit_id, unit.valid_to.is_(None)))
        .where(Membership.user_id.in_(user_ids), valid_at(Membership, now))
        .order_by(Membership.valid_from, Membership.id)
    )
    if reach is not None:
        inside = case((Membership.unit_id.in_(reach), 0), else_=1)
        query = query.order_by(None).order_by(inside, Membership.valid_from, Membership.id)
    rows = session.execute(query)
    found: dict[int, tuple[str, str]] = {}
    for user_id, organisation_name, unit_name, staff_no in rows:
        name = f"{organisation_name} · {unit_name}" if unit_name else organisation_name
        found.setdefault(user_id, (name, staff_no))
    return found


def list_admissions(
    session: Session, sitting_id: int, *, search: str = "", offset: int = 0, limit: int = 50
) -> list[AdmissionLine]:
    """Return a page of a sitting's candidates, by pinyin; searches name, pinyin, number, unit."""
    examiner = aliased(User)
    rows = session.execute(
        select(
            User.public_id,
            Admission.candidate_name,
            Admission.unit_name,
            Admission.staff_no,
            Admission.admitted_at,
            examiner.display_name,
            func.coalesce(Admission.ticket_no, ""),
            func.coalesce(SittingRoom.name, ""),
            Admission.seat,
        )
        .join(User, User.id == Admission.user_id)
        .join(examiner, examiner.id == Admission.admitted_by)
        .outerjoin(SittingRoom, SittingRoom.id == Admission.room_id)
        .where(*_conditions(sitting_id, search))
        .order_by(User.sort_key, Admission.id)
        .offset(offset)
        .limit(limit)
    )
    return [AdmissionLine(*row) for row in rows]


def count_admissions(session: Session, sitting_id: int, *, search: str = "") -> int:
    """Return how many candidates `list_admissions` would give without pages."""
    query = (
        select(func.count())
        .select_from(Admission)
        .join(User, User.id == Admission.user_id)
        .where(*_conditions(sitting_id, search))
    )
    return session.scalar(query) or 0


def _conditions(sitting_id: int, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Admission.sitting_id == sitting_id]
    text = clean_text(search)
    if text:
        conditions.append(
            or_(
                Admission.candidate_name.icontains(text, autoescape=True),
                Admission.unit_name.icontains(text, autoescape=True),
                User.sort_key.startswith(text.casefold(), autoescape=True),
                Admission.staff_no.istartswith(text, autoescape=True),
                Admission.ticket_no == text,
            )
        )
    return conditions


def list_unit_names(session: Session, actor: Actor, now: datetime) -> list[str]:
    """Return names of units within reach, to suggest while typing; at most 200."""
    reach = reach_of(session, actor, now)
    return list(
        session.scalars(
            select(UnitName.name)
            .where(UnitName.unit_id.in_(reach), UnitName.valid_to.is_(None))
            .distinct()
            .order_by(UnitName.name)
            .limit(MAX_SUGGESTED)
        )
    )


def list_post_names(session: Session, actor: Actor, now: datetime) -> list[str]:
    """Return names of posts within reach, to suggest while typing; at most 200."""
    reach = reach_of(session, actor, now)
    return list(
        session.scalars(
            select(Post.name)
            .where(Post.organisation_id.in_(reach))
            .distinct()
            .order_by(Post.name)
            .limit(MAX_SUGGESTED)
        )
    )
