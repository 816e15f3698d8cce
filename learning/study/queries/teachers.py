"""Who taught people in classes that were confirmed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.study.models import StudyClass, StudyCredit, StudySession
from learning.study.rules.hours import Source


def list_teachers(session: Session, user_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return who planned or confirmed a class in which each of the people was credited.

    Also where the hours were taken back later: they were in the same room.
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
    found: dict[int, set[int]] = {}
    for user_id, *teachers in rows:
        found.setdefault(user_id, set()).update(one for one in teachers if one is not None)
    return {user_id: frozenset(teachers) for user_id, teachers in found.items()}
