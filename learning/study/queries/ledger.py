"""The ledger: credits of people, their sums, and time that is not credited yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.accounts.models import User
from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonProgress,
    LessonVersion,
)
from learning.courses.queries.retired import is_open_to
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Membership
from learning.organisations.queries import units_in_reach, valid_at
from learning.organisations.queries.units import storable
from learning.study.models import StudyContra, StudyCredit, StudyDay
from learning.study.rules.hours import Field, Source, Span, local_day

PAGE_SIZE = 50
PENDING_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CreditView:
    """A row of the ledger."""

    user_id: int
    public_id: str
    source: Source
    title: str
    title_en: str
    field: Field
    credited_ms: int
    minutes_per_hour: int
    hours_milli: int
    rule_number: int
    earned_at: datetime
    source_key: str
    contra: "ContraView | None" = None


@dataclass(frozen=True, slots=True)
class ContraView:
    """What took a credit back: who, when and why; `corrected` if another credit stands for it."""

    public_id: str
    reason: str
    made_by: str
    made_at: datetime
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """Hours of a person in a span, in thousandths; `credits` counts the rows that stand."""

    credits: int = 0
    hours_milli: int = 0
    professional_milli: int = 0


@dataclass(frozen=True, slots=True)
class PendingView:
    """A lesson with time counted that the ledger does not have yet."""

    course_code: str
    lesson_code: str
    course_title: str
    title: str
    minutes: int
    spent_ms: int
    is_completed: bool


def _within(span: Span) -> ColumnElement[bool]:
    return and_(StudyCredit.earned_at >= span.since, StudyCredit.earned_at < span.before)


def list_credits(
    session: Session,
    user_ids: Sequence[int],
    span: Span,
    *,
    offset: int = 0,
    limit: int | None = PAGE_SIZE,
) -> list[CreditView]:
    """Return credits earned in a span, newest first; all of them without a limit.

    Those taken back are among them, with their contra-entry.
    """
    query = _credits(StudyCredit.user_id.in_(list(user_ids)), _within(span)).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    return [_credit_view(r) for r in session.execute(query)]


def list_standing(session: Session, user_id: int, span: Span, *, limit: int) -> list[CreditView]:
    """Return a person's credits earned in a span that were not taken back, newest first."""
    query = _credits(StudyCredit.user_id == user_id, _within(span), standing()).limit(limit)
    return [_credit_view(r) for r in session.execute(query)]


def _credits(*wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row, contra, maker = StudyCredit, StudyContra, User
    return (
        select(
            row.user_id,
            row.public_id,
            row.source,
            row.title,
            row.title_en,
            row.field,
            row.credited_ms,
            row.minutes_per_hour,
            row.hours_milli,
            row.rule_number,
            row.earned_at,
            row.source_key,
            contra.public_id.label("contra_id"),
            contra.reason,
            contra.made_at,
            contra.corrected_by,
            maker.display_name.label("maker"),
        )
        .outerjoin(contra, contra.credit_id == row.id)
        .outerjoin(maker, maker.id == contra.made_by)
        .where(*wanted)
        .order_by(row.earned_at.desc(), row.id.desc())
    )


def get_credit(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> CreditView:
    """Return a credit of somebody whose hours the actor decides; NotFound otherwise."""
    row = session.execute(
        _credits(
            StudyCredit.public_id == storable(raw_public_id),
            is_decided_by(session, actor, StudyCredit.user_id, now),
        )
    ).first()
    if row is None:
        raise NotFound("credit")
    return _credit_view(row)


def is_decided_by(
    session: Session, actor: Actor, user_id: InstrumentedAttribute[int], now: datetime
) -> ColumnElement[bool]:
    """Return the condition that a row is of a person whose hours the actor decides."""
    reach = units_in_reach(session, actor, Permission.STUDY_DECIDE, now)
    return exists().where(
        Membership.user_id == user_id, Membership.unit_id.in_(reach), valid_at(Membership, now)
    )


def _credit_view(r: Any) -> CreditView:
    contra = None
    if r.contra_id is not None:
        contra = ContraView(r.contra_id, r.reason, r.maker, r.made_at, r.corrected_by is not None)
    return CreditView(
        user_id=r.user_id,
        public_id=r.public_id,
        source=Source(r.source),
        title=r.title,
        title_en=r.title_en,
        field=Field(r.field),
        credited_ms=r.credited_ms,
        minutes_per_hour=r.minutes_per_hour,
        hours_milli=r.hours_milli,
        rule_number=r.rule_number,
        earned_at=r.earned_at,
        source_key=r.source_key,
        contra=contra,
    )


def standing() -> ColumnElement[bool]:
    """Return the condition that a credit was not taken back."""
    return ~exists().where(StudyContra.credit_id == StudyCredit.id).correlate_except(StudyContra)


def count_credits(session: Session, user_id: int, span: Span) -> int:
    """Return how many rows the ledger has of a person in a span, those taken back among them."""
    counted = select(func.count()).where(StudyCredit.user_id == user_id, _within(span))
    return session.scalar(counted) or 0


def sum_hours(session: Session, user_ids: Sequence[int], span: Span) -> dict[int, Totals]:
    """Return the hours earned in a span by person; people without any are left out."""
    row = StudyCredit
    professional = case((row.field == Field.PROFESSIONAL.value, row.hours_milli), else_=0)
    rows = session.execute(
        select(row.user_id, func.count(), func.sum(row.hours_milli), func.sum(professional))
        .where(row.user_id.in_(list(user_ids)), _within(span), standing())
        .group_by(row.user_id)
    )
    return {r[0]: Totals(r[1], int(r[2]), int(r[3])) for r in rows}


def list_years(session: Session, user_id: int, zone: str) -> list[int]:
    """Return the years in which a person earned hours, newest first."""
    mine = StudyCredit.user_id == user_id
    first = session.scalar(select(func.min(StudyCredit.earned_at)).where(mine))
    last = session.scalar(select(func.max(StudyCredit.earned_at)).where(mine))
    if first is None or last is None:
        return []
    return list(range(local_day(last, zone).year, local_day(first, zone).year - 1, -1))


def list_pending(session: Session, user_id: int) -> list[PendingView]:
    """Return lessons with counted time and no credit, the most spent first, at most 20."""
    spent = func.sum(StudyDay.spent_ms)
    credited = exists().where(
        StudyCredit.user_id == user_id,
        StudyCredit.source == Source.LESSON.value,
        StudyCredit.source_key == StudyDay.course_code + "/" + StudyDay.lesson_code,
    )
    rows = session.execute(
        select(
            StudyDay.course_code,
            StudyDay.lesson_code,
            CourseVersion.title,
            LessonVersion.title,
            LessonVersion.minutes,
            spent,
            LessonProgress.completed_at,
        )
        .join(Course, Course.code == StudyDay.course_code)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .join(
            LessonVersion,
            and_(
                LessonVersion.id == CourseVersionLesson.lesson_version_id,
                LessonVersion.lesson_code == StudyDay.lesson_code,
            ),
        )
        .outerjoin(
            LessonProgress,
            and_(
                LessonProgress.user_id == user_id,
                LessonProgress.course_id == Course.id,
                LessonProgress.lesson_code == StudyDay.lesson_code,
            ),
        )
        .where(StudyDay.user_id == user_id, is_open_to(user_id), ~credited)
        .group_by(
            StudyDay.course_code,
            StudyDay.lesson_code,
            CourseVersion.title,
            LessonVersion.title,
            LessonVersion.minutes,
            LessonProgress.completed_at,
        )
        .order_by(spent.desc(), StudyDay.course_code, StudyDay.lesson_code)
        .limit(PENDING_SHOWN)
    )
    return [PendingView(*r[:5], int(r[5]), r[6] is not None) for r in rows]
