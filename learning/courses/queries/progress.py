"""One learner's progress: lessons read, self-checks handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt, ScoreRow
from learning.courses.models import (
    Course,
    CourseVersionLesson,
    LessonCheck,
    LessonProgress,
    LessonVersion,
)
from learning.courses.queries.retired import is_open_to
from learning.courses.rules import Revision, revision_of
from learning.kernel.errors import NotFound
from learning.kernel.reading import read_rows

SUBMITTED = "submitted"  # handed in by the person; one swept at its deadline does not count


@dataclass(frozen=True, slots=True)
class ProgressView:
    """A learner's progress in one lesson; `version_id` was seen last.

    `reopened_at` is when a substantial change asked for it to be learned anew, if one did.
    """

    lesson_code: str
    version_id: int
    last_at: datetime
    last_anchor: str
    read_percent: int
    completed_at: datetime | None
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckView:
    """A learner's self-check of a lesson.

    `done`: handed in at least once, at any version since the lesson was last reopened.
    `open_attempt` and `last_attempt` are public ids at the current version; points in thousandths
    belong to `last_attempt`.
    """

    done: bool
    open_attempt: str | None = None
    last_attempt: str | None = None
    points_milli: int | None = None
    max_milli: int | None = None


_PROGRESS = select(
    LessonProgress.lesson_code,
    LessonProgress.lesson_version_id,
    LessonProgress.last_at,
    LessonProgress.last_anchor,
    LessonProgress.read_percent,
    LessonProgress.completed_at,
    LessonProgress.reopened_at,
).where(
    LessonProgress.user_id == bindparam("user_id"),
    LessonProgress.course_id == bindparam("course_id"),
)
"""Made once: each page of a lesson asks it."""


def list_progress(session: Session, user_id: int, course_id: int) -> dict[str, ProgressView]:
    """Return a learner's progress in a course by lesson code."""
    rows = read_rows(session, _PROGRESS, {"user_id": user_id, "course_id": course_id})
    return {row.lesson_code: ProgressView(*row) for row in rows}


def find_revision(
    session: Session, user_id: int, raw_course: str, raw_lesson: str, version_id: int
) -> Revision:
    """Tell what became of a lesson since a version of it was shown; NotFound when it is gone."""
    row = session.execute(
        select(
            CourseVersionLesson.lesson_version_id,
            LessonProgress.lesson_version_id,
            LessonProgress.reopened_at,
        )
        .select_from(Course)
        .join(
            CourseVersionLesson,
            CourseVersionLesson.course_version_id == Course.current_version_id,
        )
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .outerjoin(
            LessonProgress,
            and_(
                LessonProgress.user_id == user_id,
                LessonProgress.course_id == Course.id,
                LessonProgress.lesson_code == LessonVersion.lesson_code,
            ),
        )
        .where(
            Course.code == raw_course,
            is_open_to(user_id),
            LessonVersion.lesson_code == raw_lesson,
        )
    ).first()
    if row is None:
        raise NotFound("lesson")
    current, seen, reopened_at = row
    return revision_of(version_id, current=current, seen=seen, is_reopened=reopened_at is not None)


def list_done(session: Session, user_id: int, course_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the codes of completed lessons by course id, for traces in the catalogue."""
    done: dict[int, set[str]] = {}
    rows = session.execute(
        select(LessonProgress.course_id, LessonProgress.lesson_code).where(
            LessonProgress.user_id == user_id,
            LessonProgress.course_id.in_(list(course_ids)),
            LessonProgress.completed_at.is_not(None),
        )
    )
    for course_id, code in rows:
        done.setdefault(course_id, set()).add(code)
    return done


def is_check_done(session: Session, user_id: int, course_id: int, lesson_code: str) -> bool:
    """Tell whether the learner has handed in the self-check, at any version of the lesson.

    What was handed in before a substantial change reopened the lesson no longer counts.
    """
    return bool(
        session.scalar(
            select(
                exists().where(
                    Attempt.user_id == user_id,
                    Attempt.finish_kind == SUBMITTED,
                    Attempt.assessment_id == LessonCheck.assessment_id,
                    LessonCheck.lesson_version_id == LessonVersion.id,
                    LessonVersion.course_id == course_id,
                    LessonVersion.lesson_code == lesson_code,
                    _is_since_reopening(),
                )
            )
        )
    )


def _is_since_reopening() -> ColumnElement[bool]:
    """Return the condition on attempts of a lesson's self-check; see `is_check_done`."""
    return ~exists().where(
        LessonProgress.user_id == Attempt.user_id,
        LessonProgress.course_id == LessonVersion.course_id,
        LessonProgress.lesson_code == LessonVersion.lesson_code,
        LessonProgress.reopened_at > Attempt.submitted_at,
    )


_CHECKS = (
    select(
        Attempt.public_id,
        Attempt.submitted_at,
        ScoreRow.points_milli,
        ScoreRow.max_milli,
        Attempt.assessment_id,
        Attempt.finish_kind,
        _is_since_reopening(),
    )
    .join(LessonCheck, LessonCheck.assessment_id == Attempt.assessment_id)
    .join(LessonVersion, LessonVersion.id == LessonCheck.lesson_version_id)
    .outerjoin(ScoreRow, ScoreRow.attempt_id == Attempt.id)
    .where(
        Attempt.user_id == bindparam("user_id"),
        LessonVersion.course_id == bindparam("course_id"),
        LessonVersion.lesson_code == bindparam("lesson_code"),
    )
    .order_by(Attempt.number.desc(), ScoreRow.version.desc())
)
"""Made once: each page of a lesson asks it."""


def get_check(
    session: Session, user_id: int, course_id: int, lesson_code: str, assessment_id: int
) -> CheckView:
    """Return the learner's self-check at the lesson's current version."""
    who = {"user_id": user_id, "course_id": course_id, "lesson_code": lesson_code}
    found = read_rows(session, _CHECKS, who)
    rows = [row for row in found if row.assessment_id == assessment_id]
    going = next((row.public_id for row in rows if row.submitted_at is None), None)
    last = next((row for row in rows if row.submitted_at is not None), None)
    return CheckView(
        done=any(row.finish_kind == SUBMITTED and row[-1] for row in found),
        open_attempt=going,
        last_attempt=last.public_id if last else None,
        points_milli=last.points_milli if last else None,
        max_milli=last.max_milli if last else None,
    )
