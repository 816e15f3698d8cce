"""How many people a publication touches, counted in two statements whatever their number."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.courses.drafts import CourseImpact, Standing, impact_of
from learning.courses.loader import LoadedCourse
from learning.courses.models import (
    AuthoredCourse,
    Course,
    CourseVersionLesson,
    Enrolment,
    LessonProgress,
    LessonVersion,
)


def measure_impact(
    session: Session, authored: AuthoredCourse, loaded: LoadedCourse
) -> CourseImpact:
    """Say what publishing the course as it was read would mean for its learners."""
    before = _current_lessons(session, authored.course_id)
    return impact_of(
        {code: (title, content) for code, title, content in before},
        [(each.code, each.title, each.content_hash) for each in loaded.lessons],
        _standings(session, authored.course_id),
        json.loads(authored.substantial),
        _people(session, authored.course_id, [code for code, _, _ in before]),
    )


def _current_lessons(session: Session, course_id: int | None) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(LessonVersion.lesson_code, LessonVersion.title, LessonVersion.content_hash)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .join(Course, Course.current_version_id == CourseVersionLesson.course_version_id)
        .where(Course.id == course_id)
        .order_by(CourseVersionLesson.position)
    )
    return [(code, title, content) for code, title, content in rows]


def _standings(session: Session, course_id: int | None) -> dict[str, Standing]:
    rows = session.execute(
        select(
            LessonProgress.lesson_code,
            func.count(),
            func.count(LessonProgress.completed_at),
        )
        .where(LessonProgress.course_id == course_id)
        .group_by(LessonProgress.lesson_code)
    )
    return {code: Standing(opened - done, done) for code, opened, done in rows}


def _people(session: Session, course_id: int | None, codes: list[str]) -> tuple[int, int, int]:
    """Return how many began the course, are midway, have finished all of its lessons."""
    finished = (
        select(LessonProgress.user_id)
        .where(
            LessonProgress.course_id == course_id,
            LessonProgress.lesson_code.in_(codes),
            LessonProgress.completed_at.is_not(None),
        )
        .group_by(LessonProgress.user_id)
        .having(func.count() >= len(codes))
        .subquery()
    )
    row = session.execute(
        select(func.count(), func.count(finished.c.user_id))
        .select_from(Enrolment)
        .outerjoin(finished, finished.c.user_id == Enrolment.user_id)
        .where(Enrolment.course_id == course_id)
    ).one()
    enrolled, done = int(row[0]), int(row[1])
    return enrolled, enrolled - done, done
