"""A person decides 发证决定: grants or refuses complete files, never those of their own pupils."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.queries import FileView
from learning.certification.queries.deciding import (
    Teachers,
    get_decidable,
    list_decidable,
    list_involved,
)
from learning.certification.rules import Source, certificate_refused
from learning.certification.rules.appeals import with_right
from learning.certification.rules.deciding import (
    MAX_AT_ONCE,
    MAX_DECISION_REASON,
    Outcome,
    Part,
    parts_of,
)
from learning.certification.rules.terms import Decider, Purpose
from learning.certification.services.files import Case, basis_of, grant_case, hold_case
from learning.certification.services.issuing import Award, Issued, write_decision
from learning.exams.queries.involvement import selves_of
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of a file: `refusal` is why it cannot be granted now, "" if it can."""

    file: FileView
    refusal: str
    parts: tuple[Part, ...] = ()


def decide_file(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    outcome: Outcome,
    reason: str,
    teachers: Teachers,
    now: datetime,
) -> Issued | None:
    """Grant or refuse; return the certificate of a grant.

    Raises NotFound out of reach; Conflict("file_closed" | "file_incomplete" | "file_suspended" |
    "not_yours_to_decide": the decider taught, examined or assessed the candidate, or is the
    candidate); Invalid for a refusal without a reason.
    """
    file = get_decidable(session, actor, raw_public_id, now)
    reason = printable(reason)
    if len(reason) > MAX_DECISION_REASON or (outcome is Outcome.REFUSED and not reason):
        raise Invalid([Problem("", None, "reason", "decision_reason", "reason")])
    involved = list_involved(session, [file], teachers)[file.id]
    if parts_of(selves_of(session, actor.user_id), involved):
        raise Conflict("not_yours_to_decide")
    case = _hold(session, file, now)
    if outcome is Outcome.REFUSED:
        _refuse(session, actor, case, reason, now)
        return None
    refusal = _refusal(case)
    if refusal:
        raise Conflict(refusal)
    return grant_case(session, case, decided_by=actor.user_id, reason=reason, now=now)


def preview(
    session: Session,
    actor: Actor,
    raw_public_ids: Sequence[str],
    *,
    teachers: Teachers,
    now: datetime,
) -> list[Verdict]:
    """Say what a grant would do with each file; what is out of reach is left out.

    Raises Invalid for more than a hundred.
    """
    if len(raw_public_ids) > MAX_AT_ONCE:
        raise Invalid([Problem("", None, "file", "too_many_files", "file")])
    files = list_decidable(session, actor, raw_public_ids, now)
    involved = list_involved(session, files, teachers) if files else {}
    selves = selves_of(session, actor.user_id)
    found = []
    for file in files:
        parts = parts_of(selves, involved[file.id])
        refusal = "not_yours_to_decide" if parts else ""
        if not refusal and file.ready_at is None:
            refusal = "file_incomplete"
        found.append(Verdict(file, refusal, parts))
    return found


def grant_many(
    session: Session,
    actor: Actor,
    raw_public_ids: Sequence[str],
    *,
    teachers: Teachers,
    now: datetime,
) -> tuple[int, int]:
    """Grant those of the files that can be; return (granted, left alone).

    In the order of people, so that two deciders do not wait for each other. Raises Invalid.
    """
    verdicts = preview(session, actor, raw_public_ids, teachers=teachers, now=now)
    granted = 0
    for verdict in sorted(verdicts, key=lambda one: (one.file.scheme_id, one.file.user_id)):
        if verdict.refusal:
            continue
        case = hold_case(session, verdict.file.scheme_id, verdict.file.user_id, now)
        if case is None or case.file.id != verdict.file.id or _refusal(case):
            continue
        grant_case(session, case, decided_by=actor.user_id, reason="", now=now)
        granted += 1
    return granted, len(set(raw_public_ids)) - granted


def _hold(session: Session, file: FileView, now: datetime) -> Case:
    """Return the open case of the file as it stands now."""
    if file.closed_at is not None:
        raise Conflict("file_closed")
    case = hold_case(session, file.scheme_id, file.user_id, now)
    if case is None or case.file.id != file.id:
        raise Conflict("file_closed")
    if not case.standing.is_met:
        case.file.ready_at = None
    return case


def _refusal(case: Case) -> str:
    if not case.standing.is_met:
        return "file_incomplete"
    is_paused = case.held is not None and case.held.is_suspended
    return "file_suspended" if is_paused and case.purpose is Purpose.RENEWAL else ""


def _refuse(session: Session, actor: Actor, case: Case, reason: str, now: datetime) -> None:
    """Write the refusal, close the file and tell the person; what they have done stays theirs."""
    award = Award(
        purpose=case.purpose,
        version_id=case.terms.version_id,
        decided_by=actor.user_id,
        reason=reason,
        evidence=case.standing.evidence,
        outcome=Outcome.REFUSED.value,
    )
    source = Source(case.file.id, basis_of(case), "file")
    made = write_decision(session, case.scheme.id, case.file.user_id, source, 1, award, now)
    if made is None:
        raise Conflict("file_closed")
    case.file.closed_at = now
    audit.log(
        session,
        "certificate.refused",
        case.file.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"scheme": case.scheme.plan.code, "reason": reason, "kind": case.purpose.value},
    )
    put_notice(
        session,
        case.file.user_id,
        with_right(certificate_refused(case.scheme.plan.title, case.scheme.plan.title_en)),
        now,
        link=Link("award_files.detail", {"raw_public_id": case.file.public_id}),
        key=f"refused:{case.file.public_id}",
    )


def begin_file(session: Session, user_id: int, scheme_id: int, now: datetime) -> str:
    """Open a person's file, or return the open one; its public id.

    Raises NotFound where nothing can be worked for: a plain scheme, a certificate still young.
    """
    case = hold_case(session, scheme_id, user_id, now)
    if case is None:
        raise NotFound("award_file")
    if case.standing.is_met and case.terms.terms.decider is Decider.PERSON:
        case.file.ready_at = case.file.ready_at or now
    session.flush()  # its page reads it
    return case.file.public_id
