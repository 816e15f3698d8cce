"""A lesson as the clock sees it, and what a learner has spent in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonProgress,
    LessonVersion,
)
from learning.courses.queries.retired import is_open_to
from learning.kernel.errors import NotFound
from learning.study.models import StudyCredit, StudyDay
from learning.study.queries.ledger import standing
from learning.study.rules.hours import Source, Span, lesson_key


@dataclass(frozen=True, slots=True)
class StudyLesson:
    """A lesson of a current course; `minutes` as its author states them."""

    course_code: str
    code: str
    course_title: str
    title: str
    title_en: str
    minutes: int


def find_lesson(
    session: Session, user_id: int, course_code: str, lesson_code: str
) -> StudyLesson | None:
    """Return the lesson, None when no course that the person may open has it."""
    row = session.execute(
        select(
            Course.code,
            LessonVersion.lesson_code,
            CourseVersion.title,
            LessonVersion.title,
            LessonVersion.title_en,
            LessonVersion.minutes,
        )
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .where(
            Course.code == course_code,
            is_open_to(user_id),
            LessonVersion.lesson_code == lesson_code,
        )
    ).first()
    return StudyLesson(*row) if row else None


def find_former_lesson(
    session: Session, user_id: int, course_code: str, lesson_code: str
) -> StudyLesson | None:
    """Return a lesson as the newest version of its course that had it, be it taken out since."""
    row = session.execute(
        select(
            Course.code,
            LessonVersion.lesson_code,
            CourseVersion.title,
            LessonVersion.title,
            LessonVersion.title_en,
            LessonVersion.minutes,
        )
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .where(
            Course.code == course_code,
            is_open_to(user_id),
            LessonVersion.lesson_code == lesson_code,
        )
        .order_by(CourseVersion.id.desc())
        .limit(1)
    ).first()
    return StudyLesson(*row) if row else None


def get_lesson(session: Session, user_id: int, raw_course: str, raw_lesson: str) -> StudyLesson:
    """Return the lesson; NotFound when no course that the person may open has it."""
    found = find_lesson(session, user_id, raw_course, raw_lesson)
    if found is None:
        raise NotFound("lesson")
    return found


def completed_at(
    session: Session, user_id: int, course_code: str, lesson_code: str
) -> datetime | None:
    """Return when the learner completed the lesson, None when it is not."""
    return session.scalar(
        select(LessonProgress.completed_at)
        .join(Course, Course.id == LessonProgress.course_id)
        .where(
            LessonProgress.user_id == user_id,
            Course.code == course_code,
            LessonProgress.lesson_code == lesson_code,
        )
    )


def is_credited(session: Session, user_id: int, course_code: str, lesson_code: str) -> bool:
    """Tell whether the ledger has the lesson."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    StudyCredit.user_id == user_id,
                    StudyCredit.source == Source.LESSON.value,
                    StudyCredit.source_key == lesson_key(course_code, lesson_code),
                )
            )
        )
    )


def spent_in_lesson(session: Session, user_id: int, course_code: str, lesson_code: str) -> int:
    """Return the milliseconds written down for a lesson, all days together."""
    spent = session.scalar(
        select(func.sum(StudyDay.spent_ms)).where(
            StudyDay.user_id == user_id,
            StudyDay.course_code == course_code,
            StudyDay.lesson_code == lesson_code,
        )
    )
    return int(spent or 0)


def spent_on_day(session: Session, user_id: int, span: Span) -> int:
    """Return the milliseconds that count towards a day's maximum, all sources together."""
    return taken_in(session, [user_id], span).get(user_id, 0)


def taken_in(session: Session, user_ids: Sequence[int], span: Span) -> dict[int, int]:
    """Return by person what days hold already: time counted in lessons, and other credits.

    Milliseconds; people with nothing are left out. A credit from elsewhere counts on the day it was
    earned, one taken back no more.
    """
    people = list(user_ids)
    days = select(StudyDay.user_id, func.sum(StudyDay.spent_ms)).where(
        StudyDay.user_id.in_(people), StudyDay.day >= span.first, StudyDay.day <= span.last
    )
    others = select(StudyCredit.user_id, func.sum(StudyCredit.credited_ms)).where(
        StudyCredit.user_id.in_(people),
        StudyCredit.source != Source.LESSON.value,
        StudyCredit.earned_at >= span.since,
        StudyCredit.earned_at < span.before,
        standing(),
    )
    taken: dict[int, int] = {}
    for query in (days.group_by(StudyDay.user_id), others.group_by(StudyCredit.user_id)):
        for user_id, spent in session.execute(query):
            taken[user_id] = taken.get(user_id, 0) + int(spent)
    return taken
