"""What the worker does for sittings: results, closing, item analysis, applications."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED as ACCOUNT_CLOSED
from learning.attempts.events import MAKE_UP, SCORED, VOIDED
from learning.attempts.models import RegradePlan
from learning.attempts.queries import find_due_regrade
from learning.attempts.rules import RegradeState
from learning.attempts.services import note_plan_failed
from learning.exams.events import MARKED, RESULT_RECORDED, RESULT_WITHDRAWN
from learning.exams.queries import get_by_id, list_due
from learning.exams.queries.analyses import find_due_analysis
from learning.exams.queries.regrades import select_assessments
from learning.exams.rules import (
    SETTLING,
)
from learning.exams.rules.analysing import ALGORITHM
from learning.exams.services import (
    close_sitting,
    find_answers,
    forget_applications,
    keep_look,
    look,
    put_into_force,
    release_due_results,
    score_marked,
    take_result,
    tell_make_up,
    tell_result,
    tell_voided,
)
from learning.exams.services.analysing import Analysed, analyse, keep, note_failure, note_late_score
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job

CLOSE_BATCH = 20

log = logging.getLogger(__name__)


def _take(session: Session, event: Event, now: datetime) -> None:
    take_result(session, event)
    note_late_score(session, event.payload["assessment_id"], now)


RESULTS = Consumer("exams.results", frozenset({SCORED, VOIDED}), _take)
ANSWERS = Consumer("exams.answers", frozenset({SCORED, VOIDED}), find_answers)
MARKS = Consumer("exams.marks", frozenset({MARKED}), score_marked)


_TELLS = {
    RESULT_RECORDED: tell_result,
    RESULT_WITHDRAWN: tell_result,
    VOIDED: tell_voided,
    MAKE_UP: tell_make_up,
}


def _notify(session: Session, event: Event, now: datetime) -> None:
    _TELLS[event.kind](session, event, now)


NOTICES = Consumer("exams.notices", frozenset(_TELLS), _notify)


def close_due(database: Database, now: datetime) -> int:
    """Close the sittings whose window and grace are over; return how many were closed.

    One in which somebody is still answering (extra time) or waits for the sweep keeps its turn for
    the next call, and does not keep the others waiting.
    """
    with database.session(write=False) as session:
        due = list_due(session, now - SETTLING, CLOSE_BATCH)
    return sum(_close(database, sitting_id, now) for sitting_id in due)


def _close(database: Database, sitting_id: int, now: datetime) -> bool:
    try:
        with database.transaction() as session:
            close_sitting(session, get_by_id(session, sitting_id), actor=None, now=now)
    except Conflict as conflict:
        log.info("sitting %d is not closed yet: %s", sitting_id, conflict.code)
        return False
    return True


def _forget(session: Session, event: Event, now: datetime) -> None:
    forget_applications(session, event.payload["user_id"], now=now)


LEAVING = Consumer("exams.leaving", frozenset({ACCOUNT_CLOSED}), _forget)
CLOSE = Job("exams.close", close_due, every_s=5.0, alone=True)


def release_due(database: Database, now: datetime) -> int:
    """Tell of results whose instant has come, so that what rests on them follows."""
    with database.transaction() as session:
        return release_due_results(session, now, CLOSE_BATCH)


RELEASE = Job("exams.release", release_due, every_s=5.0, alone=True)


def analyse_due(database: Database, now: datetime) -> int:
    """Analyse one sitting that is due; return whether there was one.

    Reading and computing hold nothing; the result is written in one short transaction. What cannot
    be analysed is noted, since it must not keep the other sittings waiting.
    """
    with database.session(write=False) as session:
        sitting_id = find_due_analysis(session, ALGORITHM)
        if sitting_id is None:
            return 0
        try:
            analysed: Analysed | None = analyse(session, get_by_id(session, sitting_id))
        except Exception:
            log.exception("sitting %d cannot be analysed", sitting_id)
            analysed = None
    with database.transaction() as session:
        if analysed is None:
            note_failure(session, sitting_id, now)
        else:
            keep(session, sitting_id, analysed, now)
    return 1


ANALYSE = Job("exams.analyse", analyse_due, every_s=5.0, alone=True, lane="reading")


def regrade_due(database: Database, now: datetime) -> int:
    """Look at or apply one regrade of many papers; return whether there was one.

    What fails goes back to its examiner, since it must not keep the others waiting.
    """
    with database.session(write=False) as session:
        regrade_id = find_due_regrade(session, select_assessments())
    if regrade_id is None:
        return 0
    try:
        do_regrade(database, regrade_id, now)
    except Exception as error:
        log.exception("regrade %d cannot be done", regrade_id)
        with database.transaction() as session:
            note_plan_failed(session, regrade_id, getattr(error, "code", "failed"))
    return 1


def do_regrade(database: Database, regrade_id: int, now: datetime) -> None:
    """Do what a regrade waits for. A look reads before it takes the writers' turn."""
    with database.session(write=False) as session:
        state = session.get_one(RegradePlan, regrade_id).state
        effects = look(session, regrade_id) if state == RegradeState.LOOKING.value else []
    with database.transaction() as session:
        if state == RegradeState.LOOKING.value:
            keep_look(session, regrade_id, effects, now)
        else:
            put_into_force(session, regrade_id, now)


REGRADE = Job("exams.regrade", regrade_due, every_s=2.0, alone=True, lane="reading")
