"""Learning outside: handed in with its proof, withdrawn, decided by HR, credited by the rules."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Letter, Link
from learning.accounts.services.telling import tell
from learning.exams.rules import months_after
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries.units import storable
from learning.organisations.rules.corrections import Evidence
from learning.organisations.rules.names import clean_text
from learning.study.events import HOURS_CHANGED, HoursChanged
from learning.study.models import ContestProof, StudyClaim, StudyCredit
from learning.study.queries import rule_in_force, standing, taken_in
from learning.study.queries.claims import in_reach
from learning.study.queries.contests import still_passes
from learning.study.rules.claims import (
    MAX_PENDING,
    REASON_LENGTH,
    Claim,
    ClaimState,
    problems_of,
)
from learning.study.rules.hours import (
    MINUTE_MS,
    HourRule,
    Room,
    Source,
    local_day,
    span_of,
    start_of_day,
    within,
    year_span,
)
from learning.study.rules.letters import claim_approved, claim_refused

PROOFS_A_CALL = 200  # of 2 MB at most, none of which is read


def hand_in(
    session: Session,
    actor: Actor,
    claim: Claim,
    *,
    zone: str,
    now: datetime,
    proof_id: int | None = None,
) -> str:
    """Hand in what one learned elsewhere; return the claim's public id.

    `proof_id` is the pass of a contest it rests on (`services.contests`).
    Raises Invalid naming every field, Conflict("claim_limit") while 20 of the person's wait.
    """
    problems = problems_of(claim, local_day(now, zone))
    if problems:
        raise Invalid(problems)
    session.get_one(User, actor.user_id, with_for_update=True)  # one of the person's at a time
    waiting = session.scalar(
        select(func.count()).where(
            StudyClaim.user_id == actor.user_id, StudyClaim.state == ClaimState.PENDING.value
        )
    )
    if (waiting or 0) >= MAX_PENDING:
        raise Conflict("claim_limit")
    row = StudyClaim(
        public_id=new_public_id(),
        user_id=actor.user_id,
        title=clean_text(claim.title),
        issuer=clean_text(claim.issuer),
        field=claim.field.value,
        first_day=claim.first_day,
        last_day=claim.last_day,
        hours_milli=claim.hours_milli,
        evidence=claim.evidence.content,
        evidence_name=claim.evidence.name,
        evidence_type=claim.evidence.media_type,
        evidence_sha256=hashlib.sha256(claim.evidence.content).hexdigest(),
        handed_in_at=now,
        state=ClaimState.PENDING.value,
        proof_id=proof_id,
    )
    session.add(row)
    _log(session, "study.claim_handed_in", actor, row, now)
    session.flush()  # a full disk must show here, not after the redirect was made
    return row.public_id


def withdraw_claim(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Take back one's own waiting claim; its file goes at once. Twice changes nothing.

    Raises NotFound for somebody else's, Conflict("not_pending").
    """
    row = session.scalar(
        select(StudyClaim)
        .where(StudyClaim.public_id == storable(raw_public_id), StudyClaim.user_id == actor.user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("claim")
    if row.state == ClaimState.WITHDRAWN.value:
        return
    _decide(row, ClaimState.WITHDRAWN, actor, now)
    _forget_file(row, now)
    _log(session, "study.claim_withdrawn", actor, row, now)


def withdraw_lost(session: Session, row: StudyClaim, *, now: datetime) -> None:
    """Withdraw a waiting claim, held by the caller, whose pass is no more; its file goes too."""
    row.state, row.decided_at = ClaimState.WITHDRAWN.value, now
    _forget_file(row, now)
    person = session.get_one(User, row.user_id).public_id
    details = {"person": person, "hours_milli": row.hours_milli, "cause": "contest"}
    audit.log(
        session, "study.claim_withdrawn", row.public_id, actor_id=None, now=now, details=details
    )


def approve_claim(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    hours_milli: int,
    raw_answer: str,
    zone: str,
    now: datetime,
) -> int:
    """Approve a claim in reach, whole or less of it; return the thousandths credited.

    What is credited keeps within what the rules of its last day leave of its days and its year.
    Raises NotFound, Conflict("not_pending"), Conflict("own_hours"), Conflict("nothing_left"),
    Conflict("proof_ended") where the contest it rests on is no longer passed,
    Invalid for more than was claimed, or for less without an answer that says why.
    """
    row = _load(session, actor, raw_public_id, now)
    proof = session.get(ContestProof, row.proof_id) if row.proof_id is not None else None
    if proof is not None and not still_passes(session, proof):
        raise Conflict("proof_ended")
    answer = _answer(raw_answer, is_needed=hours_milli < row.hours_milli)
    if not 0 < hours_milli <= row.hours_milli:
        raise Invalid([Problem("", None, "hours", "hours_range", "hours_range")])
    earned = start_of_day(row.last_day, zone)
    rule = rule_in_force(session, earned)
    credited = within(rule, rule.ms_of_hours(hours_milli), _room(session, row, rule, zone))
    if not rule.hours_milli(credited):
        raise Conflict("nothing_left")
    _decide(row, ClaimState.APPROVED, actor, now)
    row.approved_milli, row.answer = hours_milli, answer
    basis = {
        "claimed_milli": row.hours_milli,
        "approved_milli": hours_milli,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "issuer": row.issuer,
        "evidence_sha256": row.evidence_sha256,
    }
    session.add(
        StudyCredit(
            public_id=new_public_id(),
            user_id=row.user_id,
            source=Source.EXTERNAL.value,
            source_key=row.public_id,
            title=f"{row.title}（{row.issuer}）"[:400],
            title_en="",
            field=row.field,
            credited_ms=credited,
            minutes_per_hour=rule.minutes_per_hour,
            hours_milli=rule.hours_milli(credited),
            rule_number=rule.number,
            earned_at=earned,
            granted_at=now,
            basis=json.dumps(basis, sort_keys=True, ensure_ascii=False),
        )
    )
    events.record(session, HOURS_CHANGED, HoursChanged((row.user_id,)).payload(), now)
    earned_milli = rule.hours_milli(credited)
    _log(session, "study.claim_approved", actor, row, now, credited=earned_milli)
    _tell(session, row, claim_approved(row.title, earned_milli, answer), now)
    return earned_milli


def refuse_claim(
    session: Session, actor: Actor, raw_public_id: str, *, raw_answer: str, now: datetime
) -> None:
    """Refuse a claim in reach with a reason that the person reads.

    Raises NotFound, Conflict("not_pending"), Conflict("own_hours"), Invalid without a reason.
    """
    row = _load(session, actor, raw_public_id, now)
    row.answer = _answer(raw_answer, is_needed=True)
    _decide(row, ClaimState.REFUSED, actor, now)
    _log(session, "study.claim_refused", actor, row, now)
    _tell(session, row, claim_refused(row.title, row.answer), now)


def open_evidence(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> Evidence:
    """Return the file of a claim in reach; that somebody looked is in the audit trail.

    Raises NotFound when the claim is foreign or missing, or its file is gone.
    """
    row = session.scalar(
        select(StudyClaim).where(
            StudyClaim.public_id == storable(raw_public_id), in_reach(session, actor, now)
        )
    )
    if row is None or row.evidence is None:
        raise NotFound("evidence")
    _log(session, "study.claim_evidence_opened", actor, row, now)
    return Evidence(row.evidence_name, row.evidence_type, row.evidence)


def own_evidence(session: Session, actor: Actor, raw_public_id: str) -> Evidence:
    """Return the file of one's own claim. Raises NotFound as `open_evidence` does."""
    row = session.scalar(
        select(StudyClaim).where(
            StudyClaim.public_id == storable(raw_public_id), StudyClaim.user_id == actor.user_id
        )
    )
    if row is None or row.evidence is None:
        raise NotFound("evidence")
    return Evidence(row.evidence_name, row.evidence_type, row.evidence)


def forget_claims(session: Session, user_id: int, *, now: datetime) -> int:
    """Forget the papers of a person who closed the account; return how many claims.

    Waiting ones end as withdrawn. The rows stay: what was decided is a record.
    """
    rows = session.scalars(
        select(StudyClaim).where(StudyClaim.user_id == user_id).with_for_update()
    ).all()
    for row in rows:
        if row.state == ClaimState.PENDING.value:
            row.state, row.decided_by, row.decided_at = ClaimState.WITHDRAWN.value, user_id, now
        _forget_file(row, now)
    return len(rows)


def forget_old_proofs(session: Session, now: datetime, *, months: int) -> int:
    """Remove the files of claims that were decided so many months ago; return how many.

    At most 200 a call. The rows stay with the hash of the file, so that the same paper handed in
    again is known.
    """
    kept = select(StudyClaim.id).where(
        StudyClaim.decided_at < months_after(now, -months),
        StudyClaim.evidence_removed_at.is_(None),
    )
    removed = session.execute(
        update(StudyClaim)
        .where(StudyClaim.id.in_(kept.order_by(StudyClaim.decided_at).limit(PROOFS_A_CALL)))
        .values(evidence=None, evidence_name="", evidence_type="", evidence_removed_at=now)
        .execution_options(synchronize_session=False)
        .returning(StudyClaim.id)
    )
    return len(removed.all())


def _room(session: Session, row: StudyClaim, rule: HourRule, zone: str) -> Room:
    """Return what the claim's days and its year have left for its person."""
    days = span_of(row.first_day, row.last_day, zone)
    number = (row.last_day - row.first_day).days + 1
    taken = taken_in(session, [row.user_id], days).get(row.user_id, 0)
    day_ms = number * rule.daily_max_minutes * MINUTE_MS - taken
    most = rule.external_max_milli()
    if most is None:
        return Room(day_ms)
    year = year_span(row.last_day.year, zone)
    summed = session.scalar(
        select(func.sum(StudyCredit.hours_milli)).where(
            StudyCredit.user_id == row.user_id,
            StudyCredit.source == Source.EXTERNAL.value,
            StudyCredit.earned_at >= year.since,
            StudyCredit.earned_at < year.before,
            standing(),
        )
    )
    return Room(day_ms, most - int(summed or 0))


def _load(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> StudyClaim:
    """Return a claim in reach to decide, its person held: sums of the person wait for this."""
    query = select(StudyClaim).where(
        StudyClaim.public_id == storable(raw_public_id), in_reach(session, actor, now)
    )
    row = session.scalar(query)
    if row is None:
        raise NotFound("claim")
    if row.user_id == actor.user_id:
        raise Conflict("own_hours")
    session.get_one(User, row.user_id, with_for_update=True)
    session.refresh(row, with_for_update=True)
    if row.state != ClaimState.PENDING.value:
        raise Conflict("not_pending")
    return row


def _decide(row: StudyClaim, state: ClaimState, actor: Actor, now: datetime) -> None:
    if row.state != ClaimState.PENDING.value:
        raise Conflict("not_pending")
    row.state, row.decided_by, row.decided_at = state.value, actor.user_id, now


def _tell(session: Session, row: StudyClaim, letter: Letter, now: datetime) -> None:
    """Tell the person of the decision, once."""
    link = Link("study.claims")
    tell(session, row.user_id, letter, now, link=link, key=f"claim:{row.public_id}")


def _answer(raw: str, *, is_needed: bool) -> str:
    answer = clean_text(raw)
    if (is_needed and not answer) or len(answer) > REASON_LENGTH:
        raise Invalid([Problem("", None, "answer", "answer", "answer")])
    return answer


def _forget_file(row: StudyClaim, now: datetime) -> None:
    if row.evidence_type:
        row.evidence, row.evidence_name, row.evidence_type = None, "", ""
        row.evidence_removed_at = now


def _log(
    session: Session, act: str, actor: Actor, row: StudyClaim, now: datetime, **more: int
) -> None:
    """Write the act to the audit trail, without the paper."""
    person = session.get_one(User, row.user_id).public_id
    details = {"person": person, "hours_milli": row.hours_milli, **more}
    if row.approved_milli is not None:
        details["approved_milli"] = row.approved_milli
    if row.answer:
        details["answer"] = row.answer
    audit.log(session, act, row.public_id, actor_id=actor.user_id, now=now, details=details)
