"""Who wrote the courses that people learn: whoever did neither examines nor certifies them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Subquery, exists, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.courses.models import (
    AuthoredCourse,
    AuthoredFile,
    CourseRelease,
    CourseWriter,
    Enrolment,
)


def list_writers_of(session: Session, user_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return who wrote any course that each of the people began, by the person's row id.

    Courses that are files of the site have no writers here.
    """
    wrote = _authorship()
    rows = session.execute(
        select(Enrolment.user_id, wrote.c.user_id)
        .join(wrote, wrote.c.course_id == Enrolment.course_id)
        .where(Enrolment.user_id.in_(list(user_ids)))
    )
    found: dict[int, set[int]] = {}
    for user_id, writer in rows:
        found.setdefault(user_id, set()).add(writer)
    return {user_id: frozenset(writers) for user_id, writers in found.items()}


def learns_from(
    learner: InstrumentedAttribute[int], writers: Collection[int]
) -> ColumnElement[bool]:
    """Return the condition that a person began a course which one of the writers wrote.

    Twin of `list_writers_of`.
    """
    wrote = _authorship()
    courses = select(wrote.c.course_id).where(wrote.c.user_id.in_(writers))
    return exists().where(Enrolment.user_id == learner, Enrolment.course_id.in_(courses))


def _authorship() -> Subquery:
    """Return rows (course, user): who began the draft, changed or submitted it, at any time."""
    owned = select(AuthoredCourse.course_id, AuthoredCourse.created_by.label("user_id"))
    course = select(AuthoredCourse.course_id)
    parts = (
        owned,
        *(
            course.add_columns(who).join_from(AuthoredCourse, table, column == AuthoredCourse.id)
            for table, column, who in (
                (CourseWriter, CourseWriter.authored_course_id, CourseWriter.user_id),
                (AuthoredFile, AuthoredFile.authored_course_id, AuthoredFile.updated_by),
                (CourseRelease, CourseRelease.authored_course_id, CourseRelease.submitted_by),
            )
        ),
    )
    return union(*parts).subquery()
