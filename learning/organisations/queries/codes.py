"""Reads of who may be handed a code, and with which log-in name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, true
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, OneTimeCode, User
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries.people import is_only_theirs
from learning.organisations.queries.reach import units_in_reach
from learning.organisations.queries.units import (
    UnitView,
    organisation_of_unit,
    storable,
    subtree,
    valid_at,
)
from learning.organisations.rules.units import UnitKind

MAX_SLIPS = 300  # one print; the writer is held while they are issued
_KIND_ORDER = {"staff": 0, "phone": 1, "email": 2}


@dataclass(frozen=True, slots=True)
class CodeCandidate:
    """A person for whom a code was asked. `refusal` says why not: elsewhere, disabled, no_login.

    `login_name` is what the person types: `CODE/0012`, a phone number or an address.
    """

    user_id: int
    public_id: str
    name: str
    unit_name: str
    login_name: str
    is_activated: bool
    refusal: str


def list_candidates(
    session: Session, actor: Actor, unit: UnitView, raw_public_ids: Iterable[str], now: datetime
) -> list[CodeCandidate]:
    """Return the named people who are members of the unit or below, by pinyin; at most 300."""
    chosen = User.public_id.in_(sorted({storable(raw) for raw in raw_public_ids})[:MAX_SLIPS])
    return _candidates(session, actor, unit, chosen, now)


def list_waiting(
    session: Session, actor: Actor, unit: UnitView, now: datetime
) -> list[CodeCandidate]:
    """Return the first 300 members, by pinyin, who may get an activation code and have none."""
    condition = and_(_is_waiting(now), may_open(session, actor, unit, now))
    return [c for c in _candidates(session, actor, unit, condition, now) if not c.refusal]


def count_waiting(session: Session, actor: Actor, unit: UnitView, now: datetime) -> int:
    """Return how many members `list_waiting` would give without its limit."""
    people = (
        select(User.id)
        .where(
            _is_waiting(now),
            may_open(session, actor, unit, now),
            User.id.in_(_member_ids(unit, now)),
        )
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(people)) or 0


def may_open(session: Session, actor: Actor, unit: UnitView, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `User` that the actor may open the account by a code.

    Whoever may issue codes on the whole platform may for anybody; others only for people that are
    only theirs.
    """
    permission = Permission.ORG_CODES_ISSUE
    if any(g.scope_kind is ScopeKind.PLATFORM for g in actor.grants_for(permission)):
        return true()
    reach = units_in_reach(session, actor, permission, now)
    own = organisation_of_unit(session, unit.id, now).id
    organisations = select(Unit.id).where(
        (Unit.id == own) | and_(Unit.id.in_(reach), Unit.kind != UnitKind.DEPARTMENT.value)
    )
    return is_only_theirs(organisations, reach, now)


def _member_ids(unit: UnitView, now: datetime) -> Select[int]:
    return select(Membership.user_id).where(
        Membership.unit_id.in_(subtree([unit.id], now)), valid_at(Membership, now)
    )


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    live_code = exists().where(
        OneTimeCode.user_id == User.id,
        OneTimeCode.purpose == "activation",
        OneTimeCode.used_at.is_(None),
        OneTimeCode.replaced_at.is_(None),
        OneTimeCode.expires_at > now,
    )
    has_login = exists().where(LoginName.user_id == User.id)
    return and_(User.password_hash.is_(None), User.disabled_at.is_(None), ~live_code, has_login)


def _candidates(
    session: Session, actor: Actor, unit: UnitView, condition: ColumnElement[bool], now: datetime
) -> list[CodeCandidate]:
    allowed = may_open(session, actor, unit, now)
    rows = session.execute(
        select(
            User.id,
            User.public_id,
            User.display_name,
            User.password_hash.is_not(None).label("is_activated"),
            case(
                (User.disabled_at.is_not(None), literal("disabled")),
                (allowed, literal("")),
                else_=literal("elsewhere"),
            ).label("refusal"),
        )
        .where(condition, User.id.in_(_member_ids(unit, now)))
        .order_by(User.sort_key, User.id)
        .limit(MAX_SLIPS)
    ).all()
    ids = [row.id for row in rows]
    logins, places = _login_names(session, ids), _unit_names(session, unit, ids, now)
    return [
        CodeCandidate(
            user_id=row.id,
            public_id=row.public_id,
            name=row.display_name,
            unit_name=places[row.id],
            login_name=logins.get(row.id, ""),
            is_activated=bool(row.is_activated),
            refusal=row.refusal or ("" if row.id in logins else "no_login"),
        )
        for row in rows
    ]


def _login_names(session: Session, user_ids: Sequence[int]) -> dict[int, str]:
    """Return the log-in name each person is told: staff number, else phone, else e-mail."""
    rows = session.execute(
        select(LoginName.user_id, LoginName.kind, LoginName.name)
        .where(LoginName.user_id.in_(user_ids))
        .order_by(LoginName.id)
    ).all()
    best: dict[int, tuple[int, str]] = {}
    for row in rows:
        rank = _KIND_ORDER[row.kind]
        if row.user_id not in best or rank < best[row.user_id][0]:
            best[row.user_id] = (rank, row.name)
    return {user_id: name for user_id, (_rank, name) in best.items()}


def _unit_names(
    session: Session, unit: UnitView, user_ids: Sequence[int], now: datetime
) -> dict[int, str]:
    rows = session.execute(
        select(Membership.user_id, UnitName.name)
        .join(UnitName, and_(UnitName.unit_id == Membership.unit_id, valid_at(UnitName, now)))
        .where(
            Membership.user_id.in_(user_ids),
            Membership.unit_id.in_(subtree([unit.id], now)),
            valid_at(Membership, now),
        )
        .order_by(Membership.id.desc())
    ).all()
    return {row.user_id: row.name for row in rows}
