"""Applying to a sitting: sent, sent again, withdrawn; by HR for its people; forgotten in time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from learning.exams.models import (
    Admission,
    ApplicationFile,
    Sitting,
    SittingAppeal,
    SittingApplication,
)
from learning.exams.queries import (
    SittingView,
    find_on_roll,
    get_offered,
    in_chunks,
    is_offered,
    list_applied_ids,
    list_names,
    resit_of,
    resit_refusals,
    standards,
)
from learning.exams.rules import (
    APPLICATION_KEPT,
    MAY_SEND,
    MAY_WITHDRAW,
    UNANSWERED,
    AppealKind,
    ApplicationState,
    RollLine,
    Upload,
    Wish,
    agreement_hash,
    roll_problem,
)
from learning.exams.services.resits import check_resit, forget_leaves
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission

EMPTY_SLICE = 50  # applications a call: their files are up to 11 MB each
BATCH_PERMISSION = Permission.ORG_PEOPLE_READ


def apply(session: Session, actor: Actor, raw_public_id: str, *, wish: Wish, now: datetime) -> None:
    """Send one's own application, or send it again; new files take the place of the old ones.

    The agreement is signed by sending, its text kept as it was shown. Raises NotFound;
    Conflict("applications_over" | "admitted_already" | "application_decided" | "applicant_judged" |
    "agreement_missing" | "agreement_changed" | "resit_refused").
    """
    sitting = get_offered(session, actor.user_id, raw_public_id, now)
    if not is_offered(sitting, now):
        raise Conflict("applications_over")
    _check_agreement(sitting, wish)
    check_resit(session, sitting, actor.user_id, when=sitting.closes_at)
    row = _hold_own(session, actor.user_id, sitting.id)
    if row is not None and ApplicationState(row.state) not in MAY_SEND:
        raise Conflict("application_decided")
    if _is_admitted(session, sitting.id, actor.user_id):  # by a list, whatever was sent before
        raise Conflict("admitted_already")
    if standards.has_judged(session, sitting.id, [actor.user_id]):
        raise Conflict("applicant_judged")
    if row is None:
        row = _new(actor.user_id, actor.user_id, sitting.id, now)
        session.add(row)
    row.state = ApplicationState.SUBMITTED.value
    row.statement, row.wants, row.fee_note = wish.statement, wish.wants, wish.fee_note
    row.applied_at, row.answer, row.emptied_at = now, "", None
    row.agreement = sitting.settings.agreement
    row.agreement_sha256 = agreement_hash(row.agreement) if row.agreement else ""
    row.agreed_at = now
    session.flush()  # files refer to the row, and a full disk must show here
    _replace_files(session, row.id, wish.uploads, now)
    _log(session, "application.sent", actor, sitting, now, row)


def withdraw_application(
    session: Session, actor: Actor, raw_public_id: str, *, now: datetime
) -> None:
    """Take one's own application back; its files go at once.

    Raises NotFound, Conflict("application_decided").
    """
    sitting = get_offered(session, actor.user_id, raw_public_id, now)
    row = _hold_own(session, actor.user_id, sitting.id)
    if row is None:
        raise NotFound("application")
    if ApplicationState(row.state) not in MAY_WITHDRAW:
        raise Conflict("application_decided")
    row.state = ApplicationState.WITHDRAWN.value
    _empty(session, [row.id], now)
    _log(session, "application.withdrawn", actor, sitting, now, row)


def apply_for_many(
    session: Session, actor: Actor, raw_public_id: str, *, lines: Sequence[RollLine], now: datetime
) -> int:
    """Apply for people within HR's reach; each of them has to sign. Return how many are new.

    All or nobody: raises Invalid with a problem for each line that means nobody and each person who
    may not resit, NotFound,
    Conflict("applications_over"). Who has applied or is admitted is left alone.
    """
    sitting = get_offered(session, actor.user_id, raw_public_id, now)
    if not is_offered(sitting, now):
        raise Conflict("applications_over")
    people, problems = find_on_roll(session, actor, lines, now, permission=BATCH_PERMISSION)
    if problems:
        raise Invalid(problems)
    barred = resit_refusals(session, resit_of(sitting), people, sitting.closes_at)
    if barred:
        raise Invalid(_barred(session, list(barred)))
    done: set[int] = set()
    for chunk in in_chunks(people):
        done |= list_applied_ids(session, sitting.id, chunk)
    new = [user_id for user_id in people if user_id not in done]
    session.add_all(_new(user_id, actor.user_id, sitting.id, now) for user_id in new)
    session.flush()  # two of HR at once: the unique index must show here
    if new:
        audit.log(
            session,
            "application.sent_for_others",
            sitting.public_id,
            actor_id=actor.user_id,
            now=now,
            details={"people": len(new)},
        )
    return len(new)


def _barred(session: Session, user_ids: Sequence[int]) -> list[Problem]:
    """Return a problem for each who may not resit; why not is theirs and the examiner's to know."""
    return [roll_problem(None, "resit_barred", name) for name in list_names(session, user_ids)]


def forget_applications(session: Session, user_id: int, *, now: datetime) -> int:
    """Forget what a person who closed the account had sent; return how many applications.

    Waiting ones end as withdrawn; the reason of an accommodation goes, its minutes stay.
    """
    ids = list(
        session.scalars(select(SittingApplication.id).where(SittingApplication.user_id == user_id))
    )
    session.execute(
        update(SittingApplication)
        .where(
            SittingApplication.id.in_(ids),
            SittingApplication.state.in_([state.value for state in MAY_WITHDRAW]),
        )
        .values(state=ApplicationState.WITHDRAWN.value)
    )
    session.execute(update(Admission).where(Admission.user_id == user_id).values(accommodation=""))
    forget_leaves(session, user_id)
    _empty(session, ids, now)
    return len(ids)


def prune_applications(session: Session, now: datetime) -> int:
    """Empty applications 90 days after they were refused or their sitting ended; return how many.

    What an unanswered complaint is about stays. At most 50 a call: the worker asks again while the
    answer is above 0.
    """
    before = now - APPLICATION_KEPT
    over = [ApplicationState.REFUSED.value, ApplicationState.WITHDRAWN.value]
    ids = list(
        session.scalars(
            select(SittingApplication.id)
            .join(Sitting, Sitting.id == SittingApplication.sitting_id)
            .where(
                SittingApplication.emptied_at.is_(None),
                ~_complained_of(),
                or_(
                    Sitting.closed_at < before,
                    SittingApplication.state.in_(over) & (SittingApplication.decided_at < before),
                ),
            )
            .limit(EMPTY_SLICE)
        )
    )
    _empty(session, ids, now)
    return len(ids)


def _complained_of() -> ColumnElement[bool]:
    """Return the condition on applications whose refusal is complained of, unanswered."""
    return exists().where(
        SittingAppeal.sitting_id == SittingApplication.sitting_id,
        SittingAppeal.user_id == SittingApplication.user_id,
        SittingAppeal.kind == AppealKind.APPLICATION.value,
        SittingAppeal.state.in_([state.value for state in UNANSWERED]),
    )


def _empty(session: Session, ids: Sequence[int], now: datetime) -> None:
    for chunk in in_chunks(ids):
        session.execute(delete(ApplicationFile).where(ApplicationFile.application_id.in_(chunk)))
        session.execute(
            update(SittingApplication)
            .where(SittingApplication.id.in_(chunk))
            .values(statement="", wants="", fee_note="", answer="", emptied_at=now)
        )


def _new(user_id: int, applied_by: int, sitting_id: int, now: datetime) -> SittingApplication:
    return SittingApplication(
        public_id=new_public_id(),
        sitting_id=sitting_id,
        user_id=user_id,
        state=ApplicationState.SUBMITTED.value,
        applied_by=applied_by,
        applied_at=now,
    )


def _hold_own(session: Session, user_id: int, sitting_id: int) -> SittingApplication | None:
    return session.scalars(
        select(SittingApplication)
        .where(SittingApplication.sitting_id == sitting_id, SittingApplication.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _is_admitted(session: Session, sitting_id: int, user_id: int) -> bool:
    query = exists().where(Admission.sitting_id == sitting_id, Admission.user_id == user_id)
    return bool(session.scalar(select(query)))


def _check_agreement(sitting: SittingView, wish: Wish) -> None:
    text = sitting.settings.agreement
    if not text:
        return
    if not wish.agreed_sha256:
        raise Conflict("agreement_missing")
    if wish.agreed_sha256 != agreement_hash(text):
        raise Conflict("agreement_changed")


def _replace_files(
    session: Session, application_id: int, uploads: Sequence[Upload], now: datetime
) -> None:
    """Keep the old files of a kind of which none came."""
    for kind in {upload.kind for upload in uploads}:
        session.execute(
            delete(ApplicationFile).where(
                ApplicationFile.application_id == application_id, ApplicationFile.kind == kind.value
            )
        )
    session.add_all(
        ApplicationFile(
            public_id=new_public_id(),
            application_id=application_id,
            kind=upload.kind.value,
            name=upload.file.name,
            media_type=upload.file.media_type,
            content=upload.file.content,
            added_at=now,
        )
        for upload in uploads
    )
    session.flush()  # a full disk must show here, not after the redirect was made


def _log(
    session: Session,
    act: str,
    actor: Actor,
    sitting: SittingView,
    now: datetime,
    row: SittingApplication,
) -> None:
    """Write the act to the audit trail, without what was written or sent."""
    details = {"application": row.public_id, "agreement_sha256": row.agreement_sha256}
    audit.log(session, act, sitting.public_id, actor_id=actor.user_id, now=now, details=details)
