"""Over several courses or people: where to go on, and who got how far (for HR's page)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    Enrolment,
    LessonProgress,
    LessonVersion,
)
from learning.courses.queries.catalogue import parse_course
from learning.courses.rules import next_lesson


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """How far one person is in one course; lessons are those of its current version.

    `last_at` is None for a person who enrolled and opened nothing, `completed_at` the instant of
    the last lesson when all are done.
    """

    user_id: int
    course_code: str
    course_title: str
    lessons_done: int
    lessons_total: int
    last_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContinueView:
    """A course begun and not finished, with the lesson to go on with."""

    course_code: str
    course_title: str
    course_title_en: str
    lesson_code: str
    lesson_title: str
    lesson_title_en: str
    lessons_done: int
    lessons_total: int


def list_course_standings(session: Session, user_ids: Sequence[int]) -> list[CourseStanding]:
    """Return a row for every enrolment of these people (at most 500), by person and course code."""
    total = (
        select(func.count())
        .select_from(CourseVersionLesson)
        .where(CourseVersionLesson.course_version_id == Course.current_version_id)
        .correlate(Course)
        .scalar_subquery()
    )
    reached = _reached(user_ids)
    rows = session.execute(
        select(
            Enrolment.user_id,
            Course.code,
            CourseVersion.title,
            func.coalesce(reached.c.done, 0).label("done"),
            total.label("total"),
            reached.c.last_at,
            reached.c.completed_at,
        )
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .outerjoin(
            reached,
            and_(
                reached.c.user_id == Enrolment.user_id, reached.c.course_id == Enrolment.course_id
            ),
        )
        .where(Enrolment.user_id.in_(list(user_ids)))
        .order_by(Enrolment.user_id, Course.code)
    )
    return [
        CourseStanding(
            user_id=row.user_id,
            course_code=row.code,
            course_title=row.title,
            lessons_done=row.done,
            lessons_total=row.total,
            last_at=row.last_at,
            completed_at=row.completed_at if 0 < row.total <= row.done else None,
        )
        for row in rows
    ]


def _reached(user_ids: Sequence[int]) -> Subquery:
    """Return per person and course: lessons done of the current version, last visit, last done."""
    return (
        select(
            LessonProgress.user_id,
            LessonProgress.course_id,
            func.count(LessonProgress.completed_at).label("done"),
            func.max(LessonProgress.last_at).label("last_at"),
            func.max(LessonProgress.completed_at).label("completed_at"),
        )
        .join(Course, Course.id == LessonProgress.course_id)
        .join(
            CourseVersionLesson,
            CourseVersionLesson.course_version_id == Course.current_version_id,
        )
        .join(
            LessonVersion,
            and_(
                LessonVersion.id == CourseVersionLesson.lesson_version_id,
                LessonVersion.lesson_code == LessonProgress.lesson_code,
            ),
        )
        .where(LessonProgress.user_id.in_(list(user_ids)))
        .group_by(LessonProgress.user_id, LessonProgress.course_id)
        .subquery()
    )


def list_continue(session: Session, user_id: int) -> list[ContinueView]:
    """Return the learner's courses that have lessons left, the one visited last first.

    Those that left the catalogue are among them.
    """
    rows = session.execute(
        select(
            Course.id,
            Course.code,
            CourseVersion.document,
            LessonVersion.lesson_code,
            LessonVersion.title,
            LessonVersion.title_en,
            LessonProgress.last_at,
            LessonProgress.completed_at,
            Enrolment.enrolled_at,
        )
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .outerjoin(
            LessonProgress,
            and_(
                LessonProgress.user_id == Enrolment.user_id,
                LessonProgress.course_id == Course.id,
                LessonProgress.lesson_code == LessonVersion.lesson_code,
            ),
        )
        .where(Enrolment.user_id == user_id)
        .order_by(Course.id, CourseVersionLesson.position)
    ).all()
    by_course: dict[int, list[_Step]] = {}
    for row in rows:
        by_course.setdefault(row.id, []).append(_Step(*row[1:]))
    found = [(max(s.at for s in steps), _continue(steps)) for steps in by_course.values()]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [view for _, view in found if view is not None]


@dataclass(frozen=True, slots=True)
class _Step:
    """One lesson of an enrolled course, a document, beside the learner's progress in it, if any."""

    course_code: str
    course: str
    lesson_code: str
    lesson_title: str
    lesson_title_en: str
    last_at: datetime | None
    completed_at: datetime | None
    enrolled_at: datetime

    @property
    def at(self) -> datetime:
        return self.last_at or self.enrolled_at


def _continue(steps: Sequence[_Step]) -> ContinueView | None:
    done = [step.lesson_code for step in steps if step.completed_at]
    opened = [step for step in steps if step.last_at and not step.completed_at]
    last = max(opened, key=lambda step: step.at).lesson_code if opened else None
    code = next_lesson([step.lesson_code for step in steps], done, last)
    step = next((step for step in steps if step.lesson_code == code), None)
    if step is None:
        return None
    course = parse_course(step.course)
    return ContinueView(
        course_code=step.course_code,
        course_title=course.title,
        course_title_en=course.title_en,
        lesson_code=step.lesson_code,
        lesson_title=step.lesson_title,
        lesson_title_en=step.lesson_title_en,
        lessons_done=len(done),
        lessons_total=len(steps),
    )
