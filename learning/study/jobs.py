"""What the worker does for study: credits, silent clocks, enrolment by post, old proofs."""

from datetime import datetime
from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED
from learning.attempts.events import RULED, VOIDED
from learning.certification.events import FILE_OPENED
from learning.competitions.events import RERANKED
from learning.competitions.models import Round
from learning.courses.events import LESSON_COMPLETED
from learning.kernel.db import Database
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job
from learning.study.events import HOURS_CHANGED, RULED_PASSES, RuledPasses
from learning.study.models import StudyClock
from learning.study.services import stop_silent, take_completion
from learning.study.services.beating import to_ms
from learning.study.services.certifying import tell_hours
from learning.study.services.claims import forget_claims, forget_old_proofs
from learning.study.services.contests import follow_result, follow_ruling
from learning.study.services.entries import forget_declarations
from learning.study.services.post_rules import enrol_holders, has_new_holders

SILENT_EVERY_S = 20.0
HOLDERS_EVERY_S = 60.0
PROOFS_EVERY_S = 3_600.0


def _take(session: Session, event: Event, _now: datetime) -> None:
    take_completion(session, event)


def _forget(session: Session, event: Event, now: datetime) -> None:
    forget_claims(session, event.payload["user_id"], now=now)
    forget_declarations(session, event.payload["user_id"])


def _stop_silent(database: Database, now: datetime) -> int:
    found = exists().where(
        StudyClock.is_running, StudyClock.beat_ms < to_ms(now) - 2 * StudyClock.gap_ms
    )
    with database.session(write=False) as session:  # an idle turn takes no writer's
        if not session.scalar(select(found)):
            return 0
    with database.transaction() as session:
        return stop_silent(session, now)


def _enrol_holders(database: Database, now: datetime) -> int:
    with database.session(write=False) as session:
        if not has_new_holders(session, now):
            return 0
    with database.transaction() as session:
        return enrol_holders(session, now)


def _forget_proofs(database: Database, now: datetime, *, months: int) -> int:
    with database.transaction() as session:
        return forget_old_proofs(session, now, months=months)


def proofs_job(months: int) -> Job:
    """Return the job that removes the files of claims decided so many months ago."""
    return Job(
        "study.proofs",
        partial(_forget_proofs, months=months),
        PROOFS_EVERY_S,
        alone=True,
        lane="upkeep",
    )


def _tell_hours(session: Session, event: Event, now: datetime) -> None:
    told = event.payload
    people = told["user_ids"] if event.kind == HOURS_CHANGED else [told["user_id"]]
    tell_hours(session, people, now)


def _follow_result(session: Session, event: Event, now: datetime) -> None:
    """Look again at passes: an attempt was void, items were ruled on, a list was corrected."""
    told = event.payload
    if event.kind in {RULED, RULED_PASSES}:
        follow_ruling(session, RuledPasses(**told), now=now)
        return
    if event.kind == RERANKED:
        round_id = told["round_id"] if told["kind"] == "result" else None
    else:
        round_id = session.scalar(
            select(Round.id).where(Round.assessment_id == told["assessment_id"])
        )
    if round_id is not None:
        follow_result(session, round_id, told["user_id"], now=now)


CONTESTS = Consumer(
    "study.contests", frozenset({VOIDED, RERANKED, RULED, RULED_PASSES}), _follow_result
)
COMPLETIONS = Consumer("study.completions", frozenset({LESSON_COMPLETED}), _take)
LEAVING = Consumer("study.leaving", frozenset({CLOSED}), _forget)
HOURS = Consumer("study.certificates", frozenset({HOURS_CHANGED, FILE_OPENED}), _tell_hours)
CLOCKS = Job("study.clocks", _stop_silent, SILENT_EVERY_S, lane="upkeep")
HOLDERS = Job("study.holders", _enrol_holders, HOLDERS_EVERY_S, alone=True, lane="upkeep")
