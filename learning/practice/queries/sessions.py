"""Assessments that practice made, and the item versions that practice must leave alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, or_, select, union
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, AssessmentItem, Attempt, RulingRow
from learning.courses.models import LessonCheck
from learning.kernel.errors import NotFound
from learning.live_rounds.queries import select_held
from learning.practice.models import PracticeSession
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries.texts import storable


@dataclass(frozen=True, slots=True)
class DailyLine:
    """The daily quiz of a bank and day as a person finds it; `attempt` is "" before they began."""

    assessment_id: int
    attempt: str
    is_done: bool


def find_open_session(
    session: Session,
    user_id: int,
    mode: str,
    now: datetime,
    *,
    bank: str = "",
    model_id: int | None = None,
) -> int | None:
    """Return the newest session of a mode that somebody began and has not finished.

    A `bank` or a `model_id` leaves those on it alone.
    """
    wanted = [PracticeSession.bank == storable(bank)] if bank else []
    if model_id is not None:
        wanted.append(PracticeSession.model_id == model_id)
    return session.scalar(
        select(PracticeSession.assessment_id)
        .join(Attempt, Attempt.assessment_id == PracticeSession.assessment_id)
        .where(
            PracticeSession.user_id == user_id,
            PracticeSession.mode == mode,
            Attempt.user_id == user_id,
            Attempt.submitted_at.is_(None),
            Attempt.deadline_at > now,
            *wanted,
        )
        .order_by(PracticeSession.assessment_id.desc())
        .limit(1)
    )


def find_daily(session: Session, user_id: int, bank: str, day: date) -> DailyLine | None:
    """Return the daily quiz of a bank and day; None before anybody asked for it."""
    row = session.execute(
        select(PracticeSession.assessment_id, Attempt.public_id, Attempt.submitted_at)
        .outerjoin(
            Attempt,
            (Attempt.assessment_id == PracticeSession.assessment_id) & (Attempt.user_id == user_id),
        )
        .where(
            PracticeSession.mode == "daily",
            PracticeSession.bank == bank,
            PracticeSession.day == day,
        )
        .order_by(Attempt.number.desc())
        .limit(1)
    ).first()
    return None if row is None else DailyLine(row[0], row[1] or "", row[2] is not None)


def is_practice(session: Session, assessment_id: int) -> bool:
    """Tell whether practice made an assessment."""
    return session.get(PracticeSession, assessment_id) is not None


def select_reserved(now: datetime) -> CompoundSelect[int]:
    """Return the query of versions that an open or coming exam, contest or live room may ask."""
    papers = (
        select(AssessmentItem.version_id)
        .join(Assessment, Assessment.id == AssessmentItem.assessment_id)
        .where(*_reserves(now))
    )
    return union(papers, select_held(now))


def _reserves(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say that an assessment holds its items in reserve: not practice's own, not a self-check."""
    is_check = exists().where(LessonCheck.assessment_id == Assessment.id)
    return (
        Assessment.closes_at > now,
        or_(Assessment.delivery == "paper", ~is_check),
        ~exists().where(PracticeSession.assessment_id == Assessment.id),
    )


def is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an item may be asked in practice now; twin of `taken_back`."""
    reserved = exists().where(
        ItemVersionRow.item_id == ItemRow.id,
        AssessmentItem.version_id == ItemVersionRow.id,
        Assessment.id == AssessmentItem.assessment_id,
        *_reserves(now),
    )
    on_stage = select(ItemVersionRow.item_id).where(ItemVersionRow.id.in_(select_held(now)))
    ruled = exists().where(RulingRow.version_id == ItemRow.current_version_id)
    return ~reserved & ItemRow.id.not_in(on_stage) & ~ruled


def select_reserved_items(since: datetime) -> Select[int]:
    """Return the query of the items any version of which was reserved at or after an instant.

    A revised item still gives its older version on a paper or a stage away.
    """
    versions = select_reserved(since)
    return select(ItemVersionRow.item_id).where(ItemVersionRow.id.in_(versions))


def taken_back(session: Session, version_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Return which of these versions must not be asked in practice now.

    Those of items that a paper or a live room holds in reserve in whatever version, and those whose
    key a ruling called wrong or doubtful somewhere: until the item has a new version, practice
    would teach the mistake.
    """
    reserved = select(ItemVersionRow.id).where(
        ItemVersionRow.id.in_(version_ids), ItemVersionRow.item_id.in_(select_reserved_items(now))
    )
    ruled = select(RulingRow.version_id).where(RulingRow.version_id.in_(version_ids))
    return frozenset(session.scalars(reserved.union(ruled)))


def select_asked(user_id: int, since: datetime) -> Select[int]:
    """Return the query of the versions that what somebody began since an instant may have asked."""
    return (
        select(AssessmentItem.version_id)
        .join(Attempt, Attempt.assessment_id == AssessmentItem.assessment_id)
        .where(Attempt.user_id == user_id, Attempt.started_at >= since)
    )


@dataclass(frozen=True, slots=True)
class MockLine:
    """A mock exam that somebody finished; `attempt` is its only one."""

    assessment_id: int
    attempt: str
    cut_milli: int | None


def get_mock(session: Session, user_id: int, raw_public_id: str) -> MockLine:
    """Return a finished mock exam of a person's own by its attempt; NotFound for all others."""
    row = session.execute(
        select(PracticeSession.assessment_id, Attempt.public_id, PracticeSession.cut_milli)
        .join(Attempt, Attempt.assessment_id == PracticeSession.assessment_id)
        .where(
            Attempt.public_id == storable(raw_public_id),
            Attempt.user_id == user_id,
            Attempt.submitted_at.is_not(None),
            PracticeSession.mode == "mock",
            PracticeSession.user_id == user_id,
        )
    ).first()
    if row is None:
        raise NotFound("mock")
    return MockLine(*row)


def find_mock(session: Session, assessment_id: int) -> MockLine | None:
    """Return the mock exam that an assessment is, None where it is none or was not begun."""
    row = session.execute(
        select(PracticeSession.assessment_id, Attempt.public_id, PracticeSession.cut_milli)
        .join(Attempt, Attempt.assessment_id == PracticeSession.assessment_id)
        .where(PracticeSession.assessment_id == assessment_id, PracticeSession.mode == "mock")
    ).first()
    return MockLine(*row) if row else None
