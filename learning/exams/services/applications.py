"""Applying to a sitting: sent, sent again, withdrawn; by HR for its people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.exams.models import (
    Admission,
    ApplicationFile,
    SittingApplication,
)
from learning.exams.queries import (
    SittingView,
    get_offered,
    in_chunks,
    is_offered,
    list_applied_ids,
    list_names,
    match_roll,
    resit_of,
    resit_refusals,
    standards,
)
from learning.exams.rules import (
    MAX_EVIDENCE,
    MAY_SEND,
    MAY_WITHDRAW,
    ApplicationState,
    FileKind,
    RollLine,
    Upload,
    Wish,
    agreement_hash,
    roll_problem,
)
from learning.exams.rules.applications import consent_refusal
from learning.exams.services.forgetting import empty_applications
from learning.exams.services.resits import check_resit
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission

BATCH_PERMISSION = Permission.ORG_PEOPLE_READ


def apply(session: Session, actor: Actor, raw_public_id: str, *, wish: Wish, now: datetime) -> None:
    """Send one's own application, or send it again; new files take the place of the old ones.

    The agreement is signed by sending, its text kept as it was shown. Raises NotFound;
    Conflict("applications_over" | "admitted_already" | "application_decided" | "applicant_judged" |
    "agreement_missing" | "agreement_changed" | "consent_missing" | "consent_changed" |
    "resit_refused").
    """
    sitting = get_offered(session, actor.user_id, raw_public_id, now)
    if not is_offered(sitting, now):
        raise Conflict("applications_over")
    _check_agreement(sitting, wish)
    if refusal := consent_refusal(wish):
        raise Conflict(refusal)
    check_resit(session, sitting, actor.user_id, when=sitting.closes_at)
    row = _hold_own(session, actor.user_id, sitting.id)
    if row is not None and ApplicationState(row.state) not in MAY_SEND:
        raise Conflict("application_decided")
    if _is_admitted(session, sitting.id, actor.user_id):  # by a list, whatever was sent before
        raise Conflict("admitted_already")
    if standards.has_judged(session, sitting.id, [actor.user_id]):
        raise Conflict("applicant_judged")
    if row is None:
        _insert(session, actor, sitting.id, [actor.user_id], now)
        row = _hold_own(session, actor.user_id, sitting.id)  # another click may have sent it
    if row is None or ApplicationState(row.state) not in MAY_SEND:
        raise Conflict("application_decided")
    row.state = ApplicationState.SUBMITTED.value
    row.statement, row.wants, row.fee_note = wish.statement, wish.wants, wish.fee_note
    row.wants_consent = wish.wants_consent if wish.wants else 0  # who asks no more agrees no more
    row.wants_agreed_at = now if row.wants_consent else None
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
    row.wants_consent, row.wants_agreed_at = 0, None
    empty_applications(session, [row.id], now)
    _log(session, "application.withdrawn", actor, sitting, now, row)


def apply_for_many(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    lines: Sequence[RollLine],
    papers: Mapping[int, Sequence[Upload]] | None = None,
    now: datetime,
) -> int:
    """Apply for people within HR's reach; each of them has to sign. Return how many are new.

    `papers` are evidence by the number of the line; they go to who has not signed yet, new or not.
    All or nobody: raises Invalid with a problem for each line that means nobody and each person who
    may not resit, NotFound, Conflict("applications_over" | "candidate_judged"). Who has applied or
    is admitted is left alone.
    """
    sitting = get_offered(session, actor.user_id, raw_public_id, now)
    if not is_offered(sitting, now):
        raise Conflict("applications_over")
    named, problems = match_roll(session, actor, lines, now, permission=BATCH_PERMISSION)
    if problems:
        raise Invalid(problems)
    people = list(dict.fromkeys(named.values()))
    barred = resit_refusals(session, resit_of(sitting), people, sitting.closes_at)
    if barred:
        raise Invalid(_barred(session, list(barred)))
    done: set[int] = set()
    for chunk in in_chunks(people):
        if standards.has_judged(session, sitting.id, chunk):
            raise Conflict("candidate_judged")
        done |= list_applied_ids(session, sitting.id, chunk)
    new = [user_id for user_id in people if user_id not in done]
    count = _insert(session, actor, sitting.id, new, now)
    given: dict[int, list[Upload]] = {}
    for number, uploads in (papers or {}).items():
        given.setdefault(named[number], []).extend(uploads)
    _add_papers(session, sitting.id, given, now)
    if count or given:
        audit.log(
            session,
            "application.sent_for_others",
            sitting.public_id,
            actor_id=actor.user_id,
            now=now,
            details={"people": count, "papers": sum(map(len, given.values()))},
        )
    return count


def _add_papers(
    session: Session, sitting_id: int, given: Mapping[int, Sequence[Upload]], now: datetime
) -> None:
    """Add evidence to applications whose people have not signed; Invalid naming all others."""
    rows = {
        row.user_id: row
        for chunk in in_chunks(sorted(given))
        for row in session.scalars(
            select(SittingApplication)
            .where(
                SittingApplication.sitting_id == sitting_id,
                SittingApplication.user_id.in_(chunk),
                SittingApplication.state == ApplicationState.SUBMITTED.value,
                SittingApplication.agreed_at.is_(None),
            )
            .order_by(SittingApplication.user_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    held = _count_evidence(session, [row.id for row in rows.values()])
    full = [
        user_id
        for user_id, row in rows.items()
        if held.get(row.id, 0) + len(given[user_id]) > MAX_EVIDENCE
    ]
    faults = {"papers_signed": sorted(given.keys() - rows.keys()), "papers_many": full}
    problems = [
        roll_problem(None, code, name)
        for code, people in faults.items()
        for name in list_names(session, people)
    ]
    if problems:
        raise Invalid(problems)
    for user_id, row in rows.items():
        row.applied_at = now  # another version than the one that may have been read
        session.add_all(_file(row.id, upload, now) for upload in given[user_id])
    session.flush()  # a full disk must show here, not after the redirect was made


def _count_evidence(session: Session, application_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in in_chunks(application_ids):
        rows = session.execute(
            select(ApplicationFile.application_id, func.count())
            .where(
                ApplicationFile.application_id.in_(chunk),
                ApplicationFile.kind == FileKind.EVIDENCE.value,
            )
            .group_by(ApplicationFile.application_id)
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def _barred(session: Session, user_ids: Sequence[int]) -> list[Problem]:
    """Return a problem for each who may not resit; why not is theirs and the examiner's to know."""
    return [roll_problem(None, "resit_barred", name) for name in list_names(session, user_ids)]


def _insert(
    session: Session, actor: Actor, sitting_id: int, user_ids: Sequence[int], now: datetime
) -> int:
    """Write applications of people who have none; return of how many, two at once counted once."""
    if not user_ids:
        return 0
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [
        {
            "public_id": new_public_id(),
            "sitting_id": sitting_id,
            "user_id": user_id,
            "state": ApplicationState.SUBMITTED.value,
            "applied_by": actor.user_id,
            "applied_at": now,
        }
        for user_id in sorted(user_ids)  # two batches wait for each other in one order
    ]
    written = session.scalars(
        dialect.insert(SittingApplication)
        .on_conflict_do_nothing(index_elements=["sitting_id", "user_id"])
        .returning(SittingApplication.id),
        rows,
    )
    return len(written.all())


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
    session.add_all(_file(application_id, upload, now) for upload in uploads)
    session.flush()  # a full disk must show here, not after the redirect was made


def _file(application_id: int, upload: Upload, now: datetime) -> ApplicationFile:
    return ApplicationFile(
        public_id=new_public_id(),
        application_id=application_id,
        kind=upload.kind.value,
        name=upload.file.name,
        media_type=upload.file.media_type,
        content=upload.file.content,
        added_at=now,
    )


def _log(
    session: Session,
    act: str,
    actor: Actor,
    sitting: SittingView,
    now: datetime,
    row: SittingApplication,
) -> None:
    """Write the act to the audit trail, without what was written or sent."""
    details = {
        "application": row.public_id,
        "agreement_sha256": row.agreement_sha256,
        "accommodation_consent": row.wants_consent,
    }
    audit.log(session, act, sitting.public_id, actor_id=actor.user_id, now=now, details=details)
