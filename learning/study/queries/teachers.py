"""Who taught whom: in classes that were confirmed, and by the courses they wrote."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.courses.queries.writers import learns_from, list_writers_of
from learning.study.models import StudyClass, StudyCredit, StudySession
from learning.study.rules.hours import Source


def list_teachers(session: Session, user_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return who taught each of the people.

    That is who planned or confirmed a class in which they were credited, also where the hours were
    taken back later: they were in the same room; and who wrote a course that they began.
    """
    rows = session.execute(
        select(StudyCredit.user_id, StudyClass.created_by, StudySession.confirmed_by)
        .join(StudySession, StudySession.public_id == StudyCredit.source_key)
        .join(StudyClass, StudyClass.id == StudySession.class_id)
        .where(
            StudyCredit.user_id.in_(list(user_ids)),
            StudyCredit.source == Source.CLASSROOM.value,
        )
    )
    found = {user_id: set(them) for user_id, them in list_writers_of(session, user_ids).items()}
    for user_id, *teachers in rows:
        found.setdefault(user_id, set()).update(one for one in teachers if one is not None)
    return {user_id: frozenset(teachers) for user_id, teachers in found.items()}


def taught_by(
    learner: InstrumentedAttribute[int], teachers: Collection[int]
) -> ColumnElement[bool]:
    """Return the condition that one of the teachers taught a person. Twin of `list_teachers`."""
    in_class = (
        select(StudyCredit.id)
        .join(StudySession, StudySession.public_id == StudyCredit.source_key)
        .join(StudyClass, StudyClass.id == StudySession.class_id)
        .where(
            StudyCredit.user_id == learner,
            StudyCredit.source == Source.CLASSROOM.value,
            or_(StudyClass.created_by.in_(teachers), StudySession.confirmed_by.in_(teachers)),
        )
    )
    return or_(exists(in_class), learns_from(learner, teachers))
