"""Appeals and complaints: lodged, taken or assigned, decided by somebody not involved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import tell
from learning.attempts.queries import get_attempt_by_id
from learning.exams.models import Sitting, SittingAppeal
from learning.exams.queries import SittingView, checked_id
from learning.exams.queries.appeals import (
    AppealDesk,
    AppealView,
    get_appeal,
    get_desk,
    get_party,
    list_handlers,
    list_subjects,
)
from learning.exams.queries.involvement import Teachers, get_involved, selves_of
from learning.exams.rules import (
    MAX_APPEALS,
    UNANSWERED,
    AppealKind,
    AppealState,
    Involvement,
    Subject,
    Verdict,
    answer_until,
    appeal_number,
    decide_refusal,
    involvements,
    is_appealed,
    lodge_refusal,
)
from learning.exams.rules.letters import (
    appeal_answered,
    appeal_assigned,
    appeal_received,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.rules.corrections import Evidence


def lodge_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_subject: str,
    position: int | None,
    text: str,
    evidence: Evidence | None,
    now: datetime,
) -> str:
    """Lodge an appeal or complaint of one's own; return its public id.

    Raises NotFound for what one cannot appeal on; Conflict("appeal_late" | "appeal_position" |
    "appeal_exists" while one on the same waits, or was decided and it is still the same |
    "too_many").
    """
    sitting = get_party(session, actor.user_id, raw_public_id)
    # The serial counts up, and two clicks make one appeal.
    session.execute(select(Sitting.id).where(Sitting.id == sitting.id).with_for_update())
    subjects = list_subjects(session, actor.user_id, sitting, now)
    subject = next((each for each in subjects if each.code == raw_subject), None)
    if subject is None:
        raise NotFound("subject")
    position = position if subject.kind is AppealKind.ITEM else None
    if refusal := lodge_refusal(subject, position, now):
        raise Conflict(refusal)
    _check_new(session, actor.user_id, sitting.id, subject, position)
    row = _new(session, actor.user_id, sitting, subject, position, now)
    row.text = text
    if evidence is not None:
        row.evidence_name, row.evidence_type = evidence.name, evidence.media_type
        row.evidence = evidence.content
    session.add(row)
    session.flush()  # a full disk must show here, not after the redirect was made
    details = {"kind": row.kind, "position": position, "attempt_id": row.attempt_id}
    _log(session, "appeal.lodged", actor, row.public_id, sitting, now, details)
    by = row.answer_by.astimezone(ZoneInfo(sitting.zone)).date()
    letter = appeal_received(row.number, sitting.title, by)
    tell(session, actor.user_id, letter, now, link=_own_page(sitting))
    return row.public_id


def _check_new(
    session: Session, user_id: int, sitting_id: int, subject: Subject, position: int | None
) -> None:
    own = list(
        session.execute(
            select(
                SittingAppeal.kind,
                SittingAppeal.attempt_id,
                SittingAppeal.position,
                SittingAppeal.incident_id,
                SittingAppeal.state,
                SittingAppeal.lodged_at,
            ).where(SittingAppeal.sitting_id == sitting_id, SittingAppeal.user_id == user_id)
        )
    )
    if len(own) >= MAX_APPEALS:
        raise Conflict("too_many")
    same = (subject.kind.value, subject.attempt_id, position, subject.incident_id)
    lodged = [(AppealState(row.state), row.lodged_at) for row in own if tuple(row[:4]) == same]
    if subject.kind is AppealKind.OTHER:  # about anything: one waits, the next may come
        lodged = [each for each in lodged if each[0] in UNANSWERED]
    if any(is_appealed(state, at, subject.changed_at) for state, at in lodged):
        raise Conflict("appeal_exists")


def _new(
    session: Session,
    user_id: int,
    sitting: SittingView,
    subject: Subject,
    position: int | None,
    now: datetime,
) -> SittingAppeal:
    here = SittingAppeal.sitting_id == sitting.id
    serial = session.scalar(select(func.count()).select_from(SittingAppeal).where(here)) or 0
    version_id = None
    if subject.attempt_id is not None and position is not None:
        form = get_attempt_by_id(session, subject.attempt_id).form
        version_id = form.positions[position - 1].version_id
    return SittingAppeal(
        public_id=new_public_id(),
        number=appeal_number(now.year, sitting.id, serial + 1),
        sitting_id=sitting.id,
        user_id=user_id,
        kind=subject.kind.value,
        attempt_id=subject.attempt_id,
        position=position,
        version_id=version_id,
        incident_id=subject.incident_id,
        state=AppealState.LODGED.value,
        lodged_at=now,
        answer_by=answer_until(now, sitting.settings.answer_days),
    )


def withdraw_appeal(
    session: Session, actor: Actor, raw_public_id: str, *, raw_appeal_id: str, now: datetime
) -> None:
    """Take one's own appeal back while it waits. Raises NotFound, Conflict("appeal_over")."""
    sitting = get_party(session, actor.user_id, raw_public_id)
    row = _hold(session, sitting.id, raw_appeal_id)
    if row.user_id != actor.user_id:
        raise NotFound("appeal")
    if AppealState(row.state) not in UNANSWERED:
        raise Conflict("appeal_over")
    row.state, row.withdrawn_at = AppealState.WITHDRAWN.value, now
    _log(session, "appeal.withdrawn", actor, row.public_id, sitting, now, {})


def why_not(
    session: Session, user_id: int, appeal: AppealView, teachers: Teachers
) -> tuple[Involvement, ...]:
    """Return why a person may not decide on an appeal, () where they may."""
    [why] = why_not_each(session, [user_id], appeal, teachers)
    return why


def why_not_each(
    session: Session, user_ids: Sequence[int], appeal: AppealView, teachers: Teachers
) -> list[tuple[Involvement, ...]]:
    """Return of each person, in order, as `why_not`: who had a part is read once."""
    involved = get_involved(session, appeal, teachers)
    return [involvements(selves_of(session, each), involved) for each in user_ids]


def take_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_appeal_id: str,
    teachers: Teachers,
    now: datetime,
) -> None:
    """Take an appeal to handle it oneself; from another handler only as the sitting's manager.

    Raises NotFound; Conflict("appeal_over" | "appeal_taken" | "involved").
    """
    desk = get_desk(session, actor, raw_public_id, now)
    row = _hold(session, desk.sitting.id, raw_appeal_id)
    if row.handled_by not in {None, actor.user_id} and not desk.is_manager:
        raise Conflict("appeal_taken")
    _give(session, actor, desk, raw_appeal_id, actor.user_id, teachers, now)


def assign_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_appeal_id: str,
    raw_person_id: str,
    teachers: Teachers,
    now: datetime,
) -> None:
    """Let somebody who is appointed to decide handle an appeal, and tell them.

    The manager may be involved: then this is all that the manager does. Raises NotFound;
    Conflict("appeal_over" | "involved" | "examiner_only").
    """
    desk = get_desk(session, actor, raw_public_id, now)
    if not desk.is_manager:
        raise Conflict("examiner_only")
    people = list_handlers(session, desk.sitting.id)
    found = next((each for each in people if each.person == raw_person_id), None)
    if found is None:
        raise NotFound("person")
    row = _give(session, actor, desk, raw_appeal_id, found.user_id, teachers, now)
    by = row.answer_by.astimezone(ZoneInfo(desk.sitting.zone)).date()
    args = {"raw_public_id": desk.sitting.public_id, "raw_appeal_id": row.public_id}
    letter = appeal_assigned(row.number, desk.sitting.title, by)
    tell(session, found.user_id, letter, now, link=Link("exams.appeal", args))


def _give(
    session: Session,
    actor: Actor,
    desk: AppealDesk,
    raw_appeal_id: str,
    handled_by: int,
    teachers: Teachers,
    now: datetime,
) -> SittingAppeal:
    row = _hold(session, desk.sitting.id, raw_appeal_id)
    if AppealState(row.state) not in UNANSWERED:
        raise Conflict("appeal_over")
    appeal = get_appeal(session, desk.sitting.id, raw_appeal_id)
    if why_not(session, handled_by, appeal, teachers):
        raise Conflict("involved")
    row.state, row.handled_by, row.taken_at = AppealState.REVIEW.value, handled_by, now
    details = {"handled_by": handled_by}
    _log(session, "appeal.assigned", actor, row.public_id, desk.sitting, now, details)
    return row


def decide_appeal(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_appeal_id: str,
    verdict: Verdict,
    answer: str,
    teachers: Teachers,
    now: datetime,
) -> None:
    """Answer an appeal with reasons, and tell who lodged it.

    Impartiality is asked anew: what made somebody involved may have come meanwhile. Raises
    NotFound; Conflict("appeal_over" | "involved" | "not_handler" | "reason_missing").
    """
    desk = get_desk(session, actor, raw_public_id, now)
    row = _hold(session, desk.sitting.id, raw_appeal_id)
    appeal = get_appeal(session, desk.sitting.id, raw_appeal_id)
    why = why_not(session, actor.user_id, appeal, teachers)
    is_handler = row.handled_by == actor.user_id
    if refusal := decide_refusal(AppealState(row.state), is_handler=is_handler, why=why):
        raise Conflict(refusal)
    if not answer.strip():
        raise Conflict("reason_missing")
    row.state, row.answer = verdict.value, answer.strip()
    row.decided_by, row.decided_at = actor.user_id, now
    details = {"verdict": verdict.value}
    _log(session, "appeal.decided", actor, row.public_id, desk.sitting, now, details)
    letter = appeal_answered(row.number, desk.sitting.title, AppealState(verdict.value))
    tell(session, row.user_id, letter, now, link=_own_page(desk.sitting))


def _own_page(sitting: SittingView) -> Link:
    return Link("exams.own_appeals", {"raw_public_id": sitting.public_id})


def open_evidence(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_appeal_id: str,
    teachers: Teachers,
    now: datetime,
) -> Evidence:
    """Return the file of an appeal; that somebody looked is in the audit trail.

    Raises NotFound when it is foreign, missing or without a file, and for who is involved.
    """
    desk = get_desk(session, actor, raw_public_id, now)
    appeal = get_appeal(session, desk.sitting.id, raw_appeal_id)
    content = session.scalar(select(SittingAppeal.evidence).where(SittingAppeal.id == appeal.id))
    if content is None or why_not(session, actor.user_id, appeal, teachers):
        raise NotFound("file")
    _log(session, "appeal.file_opened", actor, appeal.public_id, desk.sitting, now, {})
    return Evidence(appeal.evidence_name, appeal.evidence_type, content)


def note_item_shown(
    session: Session,
    actor: Actor,
    desk: AppealDesk,
    appeal: AppealView,
    *,
    teachers: Teachers,
    now: datetime,
) -> None:
    """Write down that the handler of an appeal saw the item with its key.

    Raises Conflict("not_handler" | "involved" | "appeal_over") for anybody else.
    """
    why = why_not(session, actor.user_id, appeal, teachers)
    is_handler = appeal.handled_by == actor.user_id
    if refusal := decide_refusal(appeal.state, is_handler=is_handler, why=why):
        raise Conflict(refusal)
    details = {"version": appeal.version_id}
    _log(session, "item.key_shown", actor, appeal.public_id, desk.sitting, now, details)


def _hold(session: Session, sitting_id: int, raw_appeal_id: str) -> SittingAppeal:
    row = session.scalars(
        select(SittingAppeal)
        .where(
            SittingAppeal.sitting_id == sitting_id,
            SittingAppeal.public_id == checked_id(raw_appeal_id),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("appeal")
    return row


def _log(
    session: Session,
    act: str,
    actor: Actor,
    appeal: str,
    sitting: SittingView,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    """Write the act to the audit trail, without what was written or sent."""
    told = {"sitting": sitting.public_id, **details}
    audit.log(session, act, appeal, actor_id=actor.user_id, now=now, details=told)
