"""Who may still open a course that left the catalogue: those who had begun it, and nobody else."""

from sqlalchemy import ColumnElement, Integer, bindparam, exists, or_
from sqlalchemy.orm import InstrumentedAttribute

from learning.courses.models import Course, Enrolment

READER = bindparam("reader", type_=Integer)
"""Who reads, in statements made once; NULL for somebody not logged in."""


def is_open_to(
    user_id: int | ColumnElement[int] | ColumnElement[int | None] | InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """Return the condition that a person may open a course: it is current, or was begun before."""
    return or_(
        Course.retired_at.is_(None),
        exists().where(Enrolment.course_id == Course.id, Enrolment.user_id == user_id),
    )
