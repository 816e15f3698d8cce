"""A lesson as the clock sees it, and what a learner has spent in it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonProgress,
    LessonVersion,
)
from learning.kernel.errors import NotFound
from learning.study.models import StudyCredit, StudyDay
from learning.study.rules.hours import Source, lesson_key


@dataclass(frozen=True, slots=True)
class StudyLesson:
    """A lesson of a current course; `minutes` as its author states them."""

    course_code: str
    code: str
    course_title: str
    title: str
    title_en: str
    minutes: int


def find_lesson(session: Session, course_code: str, lesson_code: str) -> StudyLesson | None:
    """Return the lesson, None when no current course has it."""
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
            Course.retired_at.is_(None),
            LessonVersion.lesson_code == lesson_code,
        )
    ).first()
    return StudyLesson(*row) if row else None


def get_lesson(session: Session, raw_course: str, raw_lesson: str) -> StudyLesson:
    """Return the lesson; NotFound when no current course has it."""
    found = find_lesson(session, raw_course, raw_lesson)
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


def spent_on_day(session: Session, user_id: int, day: date) -> int:
    """Return the milliseconds written down for a day, all lessons together."""
    spent = session.scalar(
        select(func.sum(StudyDay.spent_ms)).where(StudyDay.user_id == user_id, StudyDay.day == day)
    )
    return int(spent or 0)
