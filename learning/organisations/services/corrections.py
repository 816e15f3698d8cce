"""Requests for correction: filed, withdrawn, decided; what they bring is forgotten in time.

Only a name is corrected by the decision itself. Everything else is dated facts of units and posts,
for which HR has tools of its own; the decision then says that it has been done.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.services import rename_user
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import CorrectionRequest
from learning.organisations.queries.corrections import find_present, select_in_reach
from learning.organisations.queries.units import storable
from learning.organisations.rules.corrections import (
    EVIDENCE_KEPT,
    MAX_RECENT,
    RECENT,
    CorrectionField,
    CorrectionState,
    CorrectionWish,
    Evidence,
    check_words,
)

PRUNE_SLICE = 50  # files of up to 2 MB: their pages are all touched


def file_correction(session: Session, actor: Actor, wish: CorrectionWish, *, now: datetime) -> str:
    """File a request about the actor's own record; return its public id.

    Raises Conflict("correction_pending") while one about the same field waits, Conflict
    ("correction_limit") beyond 20 within 30 days: each may bring a file.
    """
    session.get_one(User, actor.user_id, with_for_update=True)  # one of the person's at a time
    own = CorrectionRequest.user_id == actor.user_id
    pending = session.scalar(
        select(CorrectionRequest.id).where(
            own,
            CorrectionRequest.field == wish.field.value,
            CorrectionRequest.state == CorrectionState.PENDING.value,
        )
    )
    if pending is not None:
        raise Conflict("correction_pending")
    recent = session.scalar(
        select(func.count()).where(own, CorrectionRequest.requested_at > now - RECENT)
    )
    if (recent or 0) >= MAX_RECENT:
        raise Conflict("correction_limit")
    evidence = wish.evidence or Evidence("", "", b"")
    row = CorrectionRequest(
        public_id=new_public_id(),
        user_id=actor.user_id,
        field=wish.field.value,
        current_text=find_present(session, actor.user_id, now)[wish.field],
        wanted_text=wish.wanted,
        reason=wish.reason,
        evidence=evidence.content or None,
        evidence_name=evidence.name,
        evidence_type=evidence.media_type,
        state=CorrectionState.PENDING.value,
        requested_at=now,
    )
    session.add(row)
    _log(session, "correction.requested", actor, row, now)
    session.flush()  # a full disk must show here, not after the redirect was made
    return row.public_id


def withdraw_correction(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> None:
    """Take back one's own waiting request; its evidence goes at once.

    Twice changes nothing. Raises NotFound for somebody else's, Conflict("not_pending").
    """
    row = session.scalars(
        select(CorrectionRequest)
        .where(
            CorrectionRequest.public_id == storable(raw_public_id),
            CorrectionRequest.user_id == actor.user_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound("correction")
    if row.state == CorrectionState.WITHDRAWN.value:
        return
    _decide(row, CorrectionState.WITHDRAWN, actor.user_id, now)
    _remove_evidence(row, now)
    _log(session, "correction.withdrawn", actor, row, now)


def accept_correction(
    session: Session, actor: Actor, raw_public_id: str, *, raw_answer: str, now: datetime
) -> None:
    """Accept a request in reach: a name is changed now, anything else has been by HR's tools.

    Raises NotFound, Conflict("not_pending"), Conflict("account_closed"), Invalid for an answer
    that is too long; none is fine.
    """
    answer = _answer(raw_answer) if raw_answer.strip() else ""
    row = _load(session, actor, raw_public_id, now)
    _decide(row, CorrectionState.ACCEPTED, actor.user_id, now)
    row.answer = answer
    if row.field == CorrectionField.NAME.value:
        rename_user(session, actor, row.user_id, display_name=row.wanted_text, now=now)
    _log(session, "correction.accepted", actor, row, now)


def refuse_correction(
    session: Session, actor: Actor, raw_public_id: str, *, raw_answer: str, now: datetime
) -> None:
    """Refuse a request in reach with an answer that the person reads.

    Raises NotFound, Conflict("not_pending"), Invalid for a missing answer or one too long.
    """
    answer = _answer(raw_answer)
    row = _load(session, actor, raw_public_id, now)
    _decide(row, CorrectionState.REFUSED, actor.user_id, now)
    row.answer = answer
    _log(session, "correction.refused", actor, row, now)


def open_evidence(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> Evidence:
    """Return the file of a request in reach; that somebody looked is in the audit trail.

    Raises NotFound when the request is foreign or missing, or its file is gone.
    """
    row = session.scalars(select_in_reach(session, actor, raw_public_id, now)).first()
    if row is None or row.evidence is None:
        raise NotFound("evidence")
    _log(session, "correction.evidence_opened", actor, row, now)
    return Evidence(row.evidence_name, row.evidence_type, row.evidence)


def forget_corrections(session: Session, user_id: int, *, now: datetime) -> int:
    """Forget what a person who closed the account had written and sent; return how many requests.

    Waiting ones end as withdrawn. The rows stay: that and when something was decided is a record.
    """
    rows = session.scalars(
        select(CorrectionRequest).where(CorrectionRequest.user_id == user_id).with_for_update()
    ).all()
    for row in rows:
        if row.state == CorrectionState.PENDING.value:
            _decide(row, CorrectionState.WITHDRAWN, user_id, now)
        row.current_text = row.wanted_text = row.reason = row.answer = ""
        _remove_evidence(row, now)
    return len(rows)


def prune_evidence(session: Session, now: datetime) -> int:
    """Remove the evidence of requests decided 90 days ago; return how many files.

    At most 50 a call: the worker asks again while the answer is above 0.
    """
    old = session.scalars(
        select(CorrectionRequest.id)
        .where(
            CorrectionRequest.decided_at < now - EVIDENCE_KEPT,
            CorrectionRequest.evidence_type != "",
        )
        .limit(PRUNE_SLICE)
    ).all()
    if old:
        session.execute(
            update(CorrectionRequest)
            .where(CorrectionRequest.id.in_(old))
            .values(evidence=None, evidence_name="", evidence_type="", evidence_removed_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(old)


def _answer(raw: str) -> str:
    text, problems = check_words(raw, "answer")
    if problems:
        raise Invalid(problems)
    return text


def _load(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> CorrectionRequest:
    query = select_in_reach(session, actor, raw_public_id, now).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("correction")
    return row


def _decide(row: CorrectionRequest, state: CorrectionState, user_id: int, now: datetime) -> None:
    if row.state != CorrectionState.PENDING.value:
        raise Conflict("not_pending")
    row.state, row.decided_by, row.decided_at = state.value, user_id, now


def _remove_evidence(row: CorrectionRequest, now: datetime) -> None:
    if row.evidence_type:
        row.evidence, row.evidence_name, row.evidence_type = None, "", ""
        row.evidence_removed_at = now


def _log(session: Session, act: str, actor: Actor, row: CorrectionRequest, now: datetime) -> None:
    """Write the act to the audit trail, without what was written or sent."""
    person = session.get_one(User, row.user_id).public_id
    audit.log(
        session,
        act,
        row.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"person": person, "field": row.field},
    )
