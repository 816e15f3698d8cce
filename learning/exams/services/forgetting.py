"""Emptying applications: when a person leaves, and when the time of keeping is over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ColumnElement, cast, delete, exists, func, or_, select, update
from sqlalchemy import type_coerce as coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.exams.models import (
    Admission,
    AnswerSheet,
    ApplicationFile,
    SheetKeying,
    SheetScan,
    Sitting,
    SittingAppeal,
    SittingApplication,
)
from learning.exams.queries import in_chunks
from learning.exams.rules import (
    APPLICATION_KEPT,
    MAY_WITHDRAW,
    UNANSWERED,
    ApplicationState,
    SittingSettings,
    application_kept,
)
from learning.exams.services.resits import forget_leaves

EMPTY_SLICE = 50  # applications a call: their files are up to 11 MB each


def forget_applications(session: Session, user_id: int, *, now: datetime) -> int:
    """Forget what a person who closed the account had sent; return how many applications.

    Waiting ones end as withdrawn; the reason of an accommodation goes with the consent to tell it,
    its minutes stay.
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
    session.execute(
        update(SittingApplication)
        .where(SittingApplication.user_id == user_id)
        .values(wants_consent=0, wants_agreed_at=None)
    )
    session.execute(update(Admission).where(Admission.user_id == user_id).values(accommodation=""))
    forget_leaves(session, user_id)
    empty_applications(session, ids, now)
    return len(ids)


def forget_sheets(session: Session, attempt_ids: Sequence[int]) -> None:
    """Remove what people keyed and scanned of papers whose answers are forgotten."""
    sheets = select(AnswerSheet.id).where(AnswerSheet.attempt_id.in_(attempt_ids))
    session.execute(
        delete(SheetScan)
        .where(SheetScan.sheet_id.in_(sheets))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(SheetKeying)
        .where(SheetKeying.sheet_id.in_(sheets))
        .values(content="{}")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(AnswerSheet)
        .where(AnswerSheet.attempt_id.in_(attempt_ids))
        .values(content="{}")
        .execution_options(synchronize_session=False)
    )


def prune_applications(session: Session, now: datetime, *, needed: ColumnElement[bool]) -> int:
    """Empty applications once they were refused or their sitting ended long ago; return how many.

    How long is `application_kept`: no refusal loses its reasons while one may appeal against it.
    All of a person stays while a complaint of theirs at the sitting is unanswered, and so does what
    is `needed`: a condition on `SittingApplication`. At most 50 a call: the worker asks again while
    the answer is above 0.
    """
    over = [ApplicationState.REFUSED.value, ApplicationState.WITHDRAWN.value]
    ids = list(
        session.scalars(
            select(SittingApplication.id)
            .join(Sitting, Sitting.id == SittingApplication.sitting_id)
            .where(
                SittingApplication.emptied_at.is_(None),
                ~_complains(),
                ~needed,
                or_(
                    _is_long_ago(session, Sitting.closed_at, now),
                    SittingApplication.state.in_(over)
                    & _is_long_ago(session, SittingApplication.decided_at, now),
                ),
            )
            .limit(EMPTY_SLICE)
        )
    )
    empty_applications(session, ids, now)
    return len(ids)


def _is_long_ago(
    session: Session, at: InstrumentedAttribute[datetime | None], now: datetime
) -> ColumnElement[bool]:
    """Return the condition that the time of keeping after an instant of the sitting is over.

    The days to appeal stand in the settings as JSON: one comparison for each number of days above
    the usual time, since the databases share no arithmetic of instants.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    told = coerce(Sitting.settings, JSON) if is_sqlite else cast(Sitting.settings, JSON)
    days = func.coalesce(told["appeal_days"].as_integer(), SittingSettings().appeal_days)
    usual = APPLICATION_KEPT.days
    longer = session.scalars(select(days).where(days > usual).distinct())
    return or_(
        (days <= usual) & (at < now - APPLICATION_KEPT),
        *((days == each) & (at < now - application_kept(each)) for each in longer),
    )


def _complains() -> ColumnElement[bool]:
    """Return the condition on applications of who complains of anything there, unanswered."""
    return exists().where(
        SittingAppeal.sitting_id == SittingApplication.sitting_id,
        SittingAppeal.user_id == SittingApplication.user_id,
        SittingAppeal.state.in_([state.value for state in UNANSWERED]),
    )


def empty_applications(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Remove the words and files of applications; what was signed and decided stays."""
    for chunk in in_chunks(ids):
        session.execute(delete(ApplicationFile).where(ApplicationFile.application_id.in_(chunk)))
        session.execute(
            update(SittingApplication)
            .where(SittingApplication.id.in_(chunk))
            .values(statement="", wants="", fee_note="", answer="", emptied_at=now)
        )
