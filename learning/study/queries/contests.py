"""Passes of contests that are worth hours: one's own, its proof, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from learning.competitions.queries import CompetitionView, get_published
from learning.competitions.queries.hours import find_pass, is_pass_told
from learning.kernel.printing import printable
from learning.organisations.queries import unit_name_at
from learning.study.models import ContestProof, StudyClaim, StudyCredit
from learning.study.queries.ledger import standing
from learning.study.rules.claims import ClaimState
from learning.study.rules.contests import ProofDocument, from_json, sha256_of
from learning.study.rules.hours import Source, local_day

LIVE = (ClaimState.PENDING.value, ClaimState.APPROVED.value)


@dataclass(frozen=True, slots=True)
class ProofView:
    """A proof; `is_intact`: what it says still gives the hash of its issue."""

    id: int
    public_id: str
    user_id: int
    contest: str
    code: str
    document: ProofDocument
    issued_at: datetime
    revoked_at: datetime | None
    is_intact: bool


def find_document(
    session: Session, competition: CompetitionView, user_id: int, *, zone: str, now: datetime
) -> ProofDocument | None:
    """Return what a proof of a person's pass would say now, None without one.

    Whether its person may know of it yet is `is_pass_told`.
    """
    found = find_pass(session, competition, user_id)
    if found is None:
        return None
    return ProofDocument(
        holder_name=printable(found.name),
        unit_name=printable(found.unit_name),
        title=printable(competition.title),
        issuer=printable(unit_name_at(session, competition.organiser_id, now)),
        first_day=local_day(competition.opens_at, zone).isoformat(),
        passed_day=local_day(found.finished_at, zone).isoformat(),
        points_milli=found.points_milli,
        cut_milli=found.pledge.cut_milli,
        hours_milli=found.pledge.hours_milli,
        field=found.pledge.field.value,
    )


def find_told_document(
    session: Session, competition: CompetitionView, user_id: int, *, zone: str, now: datetime
) -> ProofDocument | None:
    """Return what one's own proof would say now, None before one may know of it."""
    if not is_pass_told(session, competition, now):
        return None
    return find_document(session, competition, user_id, zone=zone, now=now)


def still_passes(session: Session, proof: ContestProof | ProofView) -> bool:
    """Tell whether the result behind a proof passes now, as the scores are."""
    return find_pass(session, get_published(session, proof.contest), proof.user_id) is not None


def find_own_proof(session: Session, user_id: int, contest: str) -> ProofView | None:
    """Return one's own proof of a contest, None before it was made."""
    return _find(session, ContestProof.user_id == user_id, ContestProof.contest == contest)


def find_proof_by_code(session: Session, code: str) -> ProofView | None:
    """Return the proof with a code, None when there is none."""
    return _find(session, ContestProof.code == code)


def find_proof_of_claim(session: Session, claim: str) -> ProofView | None:
    """Return the proof that a claim rests on, None for any other claim."""
    held = select(StudyClaim.proof_id).where(StudyClaim.public_id == claim).scalar_subquery()
    return _find(session, ContestProof.id == held)


def find_live_claim(session: Session, proof_id: int) -> tuple[str, ClaimState] | None:
    """Return the claim that rests on a proof and waits or stands, with how it does."""
    row = session.execute(
        select(StudyClaim.public_id, StudyClaim.state).where(
            StudyClaim.proof_id == proof_id, StudyClaim.state.in_(LIVE)
        )
    ).first()
    return (row.public_id, ClaimState(row.state)) if row else None


def find_credit_of_claim(session: Session, user_id: int, claim: str) -> str | None:
    """Return the public id of the credit that stands by a claim, None where none does."""
    return session.scalar(
        select(StudyCredit.public_id).where(
            StudyCredit.user_id == user_id,
            StudyCredit.source == Source.EXTERNAL.value,
            StudyCredit.source_key == claim,
            standing(),
        )
    )


def _find(session: Session, *conditions: ColumnElement[bool]) -> ProofView | None:
    row = session.scalar(select(ContestProof).where(*conditions))
    if row is None:
        return None
    return ProofView(
        row.id,
        row.public_id,
        row.user_id,
        row.contest,
        row.code,
        from_json(row.document),
        row.issued_at,
        row.revoked_at,
        sha256_of(row.document) == row.sha256,
    )
