"""Learning outside that was handed in: one's own, and what HR has in reach, with its flags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership, Unit, UnitName
from learning.organisations.queries import valid_at
from learning.organisations.queries.units import storable
from learning.organisations.rules.names import name_key
from learning.study.models import (
    ContestProof,
    StudyClaim,
    StudyCredit,
    StudyDay,
    StudyMark,
    StudySession,
)
from learning.study.queries.ledger import is_decided_by, standing
from learning.study.rules.claims import ClaimState, Flag, overlaps
from learning.study.rules.hours import HourRule, Source, span_of

PAGE_SIZE = 50
OWN_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim without its file; `credited_milli` is what was credited for it, None for nothing.

    `lost_at` is since when the contest that it rests on is passed no longer, None for any other.
    """

    public_id: str
    user_id: int
    title: str
    issuer: str
    field: str
    first_day: date
    last_day: date
    hours_milli: int
    evidence_name: str
    evidence_type: str
    evidence_sha256: str
    handed_in_at: datetime
    state: ClaimState
    approved_milli: int | None
    decided_at: datetime | None
    answer: str
    credited_milli: int | None
    lost_at: datetime | None
    person: str
    person_id: str
    decider: str


def list_own_claims(session: Session, user_id: int) -> list[ClaimView]:
    """Return a person's claims, newest first, at most 50."""
    query = _claims().where(StudyClaim.user_id == user_id)
    rows = session.execute(query.order_by(*_newest_first()).limit(OWN_SHOWN))
    return [_view(row) for row in rows]


def count_claims(session: Session, actor: Actor, now: datetime) -> dict[ClaimState, int]:
    """Return how many claims in reach stand how."""
    rows = session.execute(
        select(StudyClaim.state, func.count())
        .where(in_reach(session, actor, now))
        .group_by(StudyClaim.state)
    )
    found = {ClaimState(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in ClaimState}


def count_lost(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many claims in reach were approved on a pass that is no more, and still stand."""
    query = select(func.count()).select_from(StudyClaim)
    return session.scalar(query.where(in_reach(session, actor, now), _is_lost())) or 0


def _is_lost() -> ColumnElement[bool]:
    return and_(
        exists()
        .where(ContestProof.id == StudyClaim.proof_id, ContestProof.revoked_at.is_not(None))
        .correlate(StudyClaim),
        exists()
        .where(
            StudyCredit.source_key == StudyClaim.public_id,
            StudyCredit.user_id == StudyClaim.user_id,
            StudyCredit.source == Source.EXTERNAL.value,
            standing(),
        )
        .correlate(StudyClaim),
    )


def list_claims(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    state: ClaimState,
    is_lost: bool = False,
    offset: int = 0,
    limit: int = PAGE_SIZE,
) -> list[ClaimView]:
    """Return a page of the claims in reach: those that wait, the oldest first, others newest.

    With `is_lost` those alone whose hours stand though their contest is passed no longer.
    """
    order = (
        (StudyClaim.handed_in_at, StudyClaim.id) if state is ClaimState.PENDING else _newest_first()
    )
    query = _claims().where(in_reach(session, actor, now), StudyClaim.state == state.value)
    if is_lost:
        query = query.where(_is_lost())
    return [
        _view(row) for row in session.execute(query.order_by(*order).offset(offset).limit(limit))
    ]


def get_claim(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> ClaimView:
    """Return a claim in reach; NotFound when foreign or missing."""
    row = session.execute(
        _claims().where(
            StudyClaim.public_id == storable(raw_public_id), in_reach(session, actor, now)
        )
    ).first()
    if row is None:
        raise NotFound("claim")
    return _view(row)


def unit_of_claimant(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """Return the names of the units that people belong to, joined."""
    rows = session.execute(
        select(Membership.user_id, UnitName.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(UnitName, and_(UnitName.unit_id == Unit.id, valid_at(UnitName, now)))
        .where(Membership.user_id.in_(list(user_ids)), valid_at(Membership, now))
        .order_by(Membership.valid_from, Membership.id)
    )
    names: dict[int, list[str]] = {}
    for user_id, name in rows:
        names.setdefault(user_id, []).append(name)
    return {user_id: " / ".join(found) for user_id, found in names.items()}


def flags_of(session: Session, claim: ClaimView, rule: HourRule, zone: str) -> list[Flag]:
    """Return what HR should look at before deciding a claim."""
    others = list(
        session.execute(
            select(
                StudyClaim.user_id,
                StudyClaim.title,
                StudyClaim.first_day,
                StudyClaim.last_day,
                StudyClaim.evidence_sha256,
            ).where(
                StudyClaim.public_id != claim.public_id,
                StudyClaim.state.in_([ClaimState.PENDING.value, ClaimState.APPROVED.value]),
                or_(
                    StudyClaim.user_id == claim.user_id,
                    StudyClaim.evidence_sha256 == claim.evidence_sha256,
                ),
            )
        )
    )
    own = [row for row in others if row.user_id == claim.user_id]
    days = (claim.first_day, claim.last_day)
    span = span_of(*days, zone)
    was_there = exists().where(
        StudyMark.user_id == claim.user_id,
        StudyMark.session_id == StudySession.id,
        StudySession.starts_at >= span.since,
        StudySession.starts_at < span.before,
    )
    number = (claim.last_day - claim.first_day).days + 1
    most_ms = number * rule.daily_max_minutes * 60_000
    claimed_ms = rule.ms_of_hours(claim.hours_milli)
    online_ms = _online_ms(session, claim)
    found = {
        Flag.SAME_PAPER: any(row.evidence_sha256 == claim.evidence_sha256 for row in others),
        Flag.SAME_TITLE: any(name_key(row.title) == name_key(claim.title) for row in own),
        Flag.OTHER_CLAIM: any(overlaps(days, (row.first_day, row.last_day)) for row in own),
        Flag.CLASSROOM: bool(session.scalar(select(was_there))),
        Flag.MUCH: claimed_ms > most_ms,
        Flag.ONLINE: claimed_ms <= most_ms < claimed_ms + online_ms,
    }
    return [flag for flag, is_so in found.items() if is_so]


def _online_ms(session: Session, claim: ClaimView) -> int:
    """Return the time counted in lessons on the days of a claim."""
    spent = select(func.sum(StudyDay.spent_ms)).where(
        StudyDay.user_id == claim.user_id, StudyDay.day.between(claim.first_day, claim.last_day)
    )
    return session.scalar(spent) or 0


def in_reach(session: Session, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a claim is of somebody whose hours the actor decides."""
    return is_decided_by(session, actor, StudyClaim.user_id, now)


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    return StudyClaim.handed_in_at.desc(), StudyClaim.id.desc()


def _claims() -> Select[*tuple[Any, ...]]:
    person, decider = aliased(User), aliased(User)
    row = StudyClaim
    return (
        select(
            row.public_id,
            row.user_id,
            row.title,
            row.issuer,
            row.field,
            row.first_day,
            row.last_day,
            row.hours_milli,
            row.evidence_name,
            row.evidence_type,
            row.evidence_sha256,
            row.handed_in_at,
            row.state,
            row.approved_milli,
            row.decided_at,
            row.answer,
            StudyCredit.hours_milli.label("credited_milli"),
            ContestProof.revoked_at.label("lost_at"),
            person.display_name.label("person"),
            person.public_id.label("person_id"),
            func.coalesce(decider.display_name, "").label("decider"),
        )
        .join(person, person.id == row.user_id)
        .outerjoin(decider, decider.id == row.decided_by)
        .outerjoin(ContestProof, ContestProof.id == row.proof_id)
        .outerjoin(
            StudyCredit,
            and_(
                StudyCredit.user_id == row.user_id,
                StudyCredit.source == Source.EXTERNAL.value,
                StudyCredit.source_key == row.public_id,
            ),
        )
    )


def _view(row: Any) -> ClaimView:
    values = row._asdict()
    return ClaimView(**{**values, "state": ClaimState(values["state"])})
