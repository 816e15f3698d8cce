"""Hours for a pass of a contest: the proof is made, handed in to HR, and ends with the pass."""

import secrets
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.models import Attempt, Regrade, ScoreRow
from learning.certification.rules import CODE_ALPHABET, CODE_LENGTH
from learning.competitions.formats import FIRST
from learning.competitions.models import Competition, Round
from learning.competitions.queries import get_published
from learning.kernel import audit, events
from learning.kernel.errors import Conflict
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.queries import organisation_of
from learning.organisations.rules.corrections import Evidence
from learning.study.events import RULED_PASSES, RuledPasses
from learning.study.models import ContestProof, StudyClaim
from learning.study.queries.contests import (
    find_live_claim,
    find_own_proof,
    find_told_document,
    still_passes,
)
from learning.study.rules.claims import Claim, ClaimState
from learning.study.rules.contests import ProofDocument, sha256_of, to_json
from learning.study.rules.hours import Field
from learning.study.rules.letters import contest_pass_gone, contest_pass_gone_approved
from learning.study.services.claims import hand_in, withdraw_lost

FILE_NAME = "学时证明.pdf"
SLICE = 50  # proofs looked at in one transaction: some 0.2 s on SQLite


def make_proof(
    session: Session, actor: Actor, raw_contest: str, *, zone: str, now: datetime
) -> str:
    """Make the proof of one's pass, or renew it where the result was corrected; return its id.

    Raises NotFound (contest), Conflict("no_pass") without a pass that one may know of.
    """
    document = _document(session, actor, raw_contest, zone, now)
    session.get_one(User, actor.user_id, with_for_update=True)  # one of the person's at a time
    text = to_json(document)
    row = session.scalar(
        select(ContestProof).where(
            ContestProof.user_id == actor.user_id, ContestProof.contest == raw_contest
        )
    )
    if row is None:
        row = ContestProof(
            public_id=new_public_id(),
            user_id=actor.user_id,
            contest=raw_contest,
            code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        )
        session.add(row)
    elif row.document == text and row.revoked_at is None:
        return row.public_id
    row.document, row.sha256, row.issued_at, row.revoked_at = text, sha256_of(text), now, None
    session.flush()  # a full disk must show here, not after the redirect was made
    audit.log(
        session,
        "study.contest_proof",
        row.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"contest": raw_contest, "sha256": row.sha256},
    )
    return row.public_id


def hand_in_proof(
    session: Session, actor: Actor, raw_contest: str, *, pdf: bytes, zone: str, now: datetime
) -> str:
    """Hand the proof of one's pass in to HR, as a claim; return the claim's public id.

    Once a person and contest, unless HR refused it or the person withdrew it. Raises NotFound,
    Conflict("no_pass" | "no_proof" | "proof_old" | "no_unit" | "handed_in" | "claim_limit").
    """
    document = _document(session, actor, raw_contest, zone, now)
    session.get_one(User, actor.user_id, with_for_update=True)  # one of the person's at a time
    proof = find_own_proof(session, actor.user_id, raw_contest)
    if proof is None or proof.revoked_at is not None:
        raise Conflict("no_proof")
    if proof.document != document:
        raise Conflict("proof_old")
    if organisation_of(session, actor.user_id, now) is None:
        raise Conflict("no_unit")
    if find_live_claim(session, proof.id) is not None:
        raise Conflict("handed_in")
    first, last = document.days
    claim = Claim(
        document.title,
        document.issuer,
        Field(document.field),
        first,
        last,
        document.hours_milli,
        Evidence(FILE_NAME, "application/pdf", pdf),
    )
    return hand_in(session, actor, claim, zone=zone, now=now, proof_id=proof.id)


def _document(
    session: Session, actor: Actor, raw_contest: str, zone: str, now: datetime
) -> ProofDocument:
    competition = get_published(session, raw_contest)
    found = find_told_document(session, competition, actor.user_id, zone=zone, now=now)
    if found is None:
        raise Conflict("no_pass")
    return found


def follow_result(session: Session, round_id: int, user_id: int, *, now: datetime) -> bool:
    """Let a proof end where its result passes no longer; tell whether it did just now.

    The claim that waits is withdrawn, and its person told; of one that was approved who approved it
    is told: taking hours back is a person's decision. Twice changes nothing.
    """
    proof = session.scalar(
        select(ContestProof)
        .join(Competition, Competition.public_id == ContestProof.contest)
        .join(Round, Round.competition_id == Competition.id)
        .where(Round.id == round_id, Round.number == FIRST, ContestProof.user_id == user_id)
    )
    if proof is None:
        return False
    session.get_one(User, user_id, with_for_update=True)  # decisions and handing in wait
    session.refresh(proof)
    if proof.revoked_at is not None or still_passes(session, proof):
        return False
    proof.revoked_at = now
    audit.log(
        session,
        "study.contest_proof_ended",
        proof.public_id,
        actor_id=None,
        now=now,
        details={"contest": proof.contest},
    )
    live = find_live_claim(session, proof.id)
    if live is not None:
        held = select(StudyClaim).where(StudyClaim.public_id == live[0]).with_for_update()
        _end_claim(session, session.scalars(held).one(), now)
    return True


def follow_ruling(session: Session, told: RuledPasses, *, now: datetime) -> int:
    """Look again at the passes whose scores a regrade changed, a slice; return how many ended.

    The published list of a closed contest tells it of each person; of a running one nothing else
    does. An event brings the next slice.
    """
    regrade = session.get_one(Regrade, told.regrade_id)
    changed = exists().where(
        Attempt.assessment_id == regrade.assessment_id,
        Attempt.user_id == ContestProof.user_id,
        ScoreRow.attempt_id == Attempt.id,
        ScoreRow.cause_id == regrade.public_id,
    )
    proofs = session.execute(
        select(ContestProof.id, ContestProof.user_id, Round.id.label("round_id"))
        .join(Competition, Competition.public_id == ContestProof.contest)
        .join(Round, Round.competition_id == Competition.id)
        .where(
            Round.assessment_id == regrade.assessment_id,
            Round.number == FIRST,
            ContestProof.revoked_at.is_(None),
            ContestProof.id > told.after_id,
            changed,
        )
        .order_by(ContestProof.id)
        .limit(SLICE)
    ).all()
    ended = sum(follow_result(session, each.round_id, each.user_id, now=now) for each in proofs)
    if len(proofs) == SLICE:
        rest = RuledPasses(told.regrade_id, proofs[-1].id)
        events.record(session, RULED_PASSES, rest.payload(), now)
    return ended


def _end_claim(session: Session, claim: StudyClaim, now: datetime) -> None:
    key = f"claim:{claim.public_id}:lost"
    if claim.state == ClaimState.PENDING.value:
        withdraw_lost(session, claim, now=now)
        letter = contest_pass_gone(claim.title)
        tell(session, claim.user_id, letter, now, link=Link("study.claims"), key=key)
    elif claim.decided_by is not None:
        person = session.get_one(User, claim.user_id).display_name
        letter = contest_pass_gone_approved(person, claim.title)
        link = Link("study.claim", {"raw_public_id": claim.public_id})
        tell(session, claim.decided_by, letter, now, link=link, key=key)
