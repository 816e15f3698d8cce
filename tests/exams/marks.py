"""Acts of markers and examiners on a database, and what came of them."""

from decimal import Decimal

from sqlalchemy import select

from learning.exams import queries, services
from learning.exams.models import MarkingTask, ResultRow
from learning.exams.queries import marking
from learning.exams.services import Given
from learning.study.queries.teachers import taught_by
from tests.factories.marking import CASE_ESSAY, tell

DOUBLE = {"double_marking": True, "tolerance_milli": 2_000}
CASE = ["b", ["抽样检验"], CASE_ESSAY]


def take(database, marked, marker, now):
    """Let a marker take an answer; return what they hold."""
    with database.transaction() as session:
        services.take_answer(session, marker, marked.public_id, taught_by=taught_by, now=now)
        sitting = queries.get_managed(session, marked.hall.actor, marked.public_id, now)
        return marking.find_held(session, sitting.id, marker.user_id)


def mark(database, marked, marker, now, *steps):
    """Let a marker take an answer and mark it; return its mark's id."""
    held = take(database, marked, marker, now)
    assert held is not None
    given = Given(tuple(Decimal(step) for step in steps))
    with database.transaction() as session:
        services.give_mark(
            session, marker, marked.public_id, raw_marking_id=held.marking, given=given, now=now
        )
    return held.marking


def tasks(database):
    with database.session(write=False) as session:
        rows = session.scalars(select(MarkingTask).order_by(MarkingTask.id)).all()
        return [(task.state, task.wanted, task.points_milli) for task in rows]


def end(database, marked, now):
    with database.transaction() as session:
        count = services.end_marking(session, marked.hall.actor, marked.public_id, now=now)
    tell(database, now)
    return count


def result(database):
    with database.session(write=False) as session:
        row = session.scalars(select(ResultRow)).one_or_none()
        return row and (row.points_milli, row.max_milli, row.passed)


def own_state(database, marked, now, number=0):
    with database.session(write=False) as session:
        [own] = queries.list_sittings_for(session, marked.candidates[number].user_id, now)
        return own.state
