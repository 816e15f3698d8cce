"""What the worker does for competitions: keep boards, close what is over, count, remind."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from learning.attempts.events import SCORED, VOIDED
from learning.attempts.models import RegradePlan
from learning.attempts.queries import find_due_regrade
from learning.attempts.rules import RegradeState
from learning.attempts.services import note_plan_failed
from learning.competitions.events import BONUS, CLOSED, CORRECTED, PRIZES_MOVED, RERANKED
from learning.competitions.queries import (
    get_by_round,
    get_published,
    list_due,
    list_to_freeze,
)
from learning.competitions.queries.awards import list_settling
from learning.competitions.queries.documents import basis_of, list_to_publish
from learning.competitions.queries.history import find_due_day
from learning.competitions.queries.printing import find_due_printing
from learning.competitions.queries.regrades import select_assessments
from learning.competitions.queries.teams import find_team_round
from learning.competitions.rules import SETTLING, Source, State
from learning.competitions.services import (
    apply_plan,
    begin_freeze,
    close_competition,
    count_areas,
    end_freeze,
    find_due_areas,
    find_slice,
    forget_deliveries,
    forget_printings,
    keep_areas,
    keep_part,
    keep_round_look,
    lapse_next,
    look_at_round,
    make_part,
    note_printing_failed,
    plan_close,
    publish_document,
    put_round_into_force,
    rebuild_slice,
    remind_winners,
    remove_strangers,
    send_reminders,
    take_bonus,
    take_correction,
    take_result,
    take_void,
    tell_moved_prizes,
    tell_reranked,
    tell_unit_winners,
    tell_winners,
)
from learning.competitions.services.history import count_day, keep_day
from learning.competitions.services.settling import plan_settling, settle_planned
from learning.competitions.services.teams import rebuild_teams, recompute_team
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.kernel.events import Consumer, Event
from learning.kernel.jobs import Job
from learning.leaderboards.services import begin_day

CLOSE_BATCH = 20
SLICE = 500  # corrections in one transaction: some 10 ms

log = logging.getLogger(__name__)


_TAKES = {
    SCORED: take_result,
    VOIDED: take_void,
    BONUS: take_bonus,
    CORRECTED: take_correction,
}


def _take(session: Session, event: Event, _now: datetime) -> None:
    _TAKES[event.kind](session, event)


BOARD = Consumer("competitions.board", frozenset(_TAKES), _take, is_derived=True)


def _take_teams(session: Session, event: Event, _now: datetime) -> None:
    """Keep the teams' board: one team as results come, all of them once the list is published."""
    if event.kind == CLOSED:
        rebuild_teams(session, get_published(session, event.payload["competition"]))
        return
    found = find_team_round(session, event.payload["assessment_id"], event.payload["user_id"])
    if found is None:
        return
    competition = get_by_round(session, found[0])
    if competition.state is not State.CLOSED:
        recompute_team(session, competition, found[1])


TEAMS = Consumer("competitions.teams", frozenset({*_TAKES, CLOSED}), _take_teams, is_derived=True)


_TELLS = {RERANKED: tell_reranked, PRIZES_MOVED: tell_moved_prizes}


def _notify(session: Session, event: Event, now: datetime) -> None:
    _TELLS[event.kind](session, event, now)


NOTICES = Consumer("competitions.notices", frozenset(_TELLS), _notify)


def close_due(database: Database, now: datetime) -> int:
    """Close the competitions whose window and grace are over; return how many were closed.

    One in which somebody is still answering (extra time) or waits for the sweep keeps its turn for
    the next call, and does not keep the others waiting.
    """
    with database.session(write=False) as session:
        due = list_due(session, now - SETTLING, CLOSE_BATCH)
    return sum(_close(database, round_id, now) for round_id in due)


def _close(database: Database, round_id: int, now: datetime) -> bool:
    try:
        with database.session(write=False) as session:
            plan = plan_close(session, get_by_round(session, round_id))
        if len(plan.corrections) > SLICE:
            for start in range(0, len(plan.corrections), SLICE):
                with database.transaction() as session:
                    apply_plan(session, plan, slice(start, start + SLICE))
            with database.session(write=False) as session:
                plan = plan_close(session, get_by_round(session, round_id))
        with database.transaction() as session:
            close_competition(session, plan, actor=None, now=now)
    except Conflict as conflict:
        log.info("competition round %d is not closed yet: %s", round_id, conflict.code)
        return False
    return True


def regrade_due(database: Database, now: datetime) -> int:
    """Look at or apply one regrade of a round of many papers; return whether there was one.

    What fails goes back to its organiser, since it must not keep the others waiting.
    """
    with database.session(write=False) as session:
        plan_id = find_due_regrade(session, select_assessments())
    if plan_id is None:
        return 0
    try:
        _regrade(database, plan_id, now)
    except Exception as error:
        log.exception("regrade %d cannot be done", plan_id)
        with database.transaction() as session:
            note_plan_failed(session, plan_id, getattr(error, "code", "failed"))
    return 1


def _regrade(database: Database, plan_id: int, now: datetime) -> None:
    """Do what a regrade waits for. A look reads before it takes the writers' turn."""
    with database.session(write=False) as session:
        state = session.get_one(RegradePlan, plan_id).state
        is_looking = state == RegradeState.LOOKING.value
        look = look_at_round(session, plan_id) if is_looking else None
    with database.transaction() as session:
        if look is not None:
            keep_round_look(session, plan_id, look, now)
        else:
            put_round_into_force(session, plan_id, now)


REGRADE = Job("competitions.regrade", regrade_due, every_s=2.0, alone=True, lane="reading")


def freeze_due(database: Database, now: datetime) -> int:
    """Make the lists of freezes that came; return how many were made.

    One is fed from the moment it is begun, and shown when it is whole: whatever a killed worker
    left of it, the next turn makes it again.
    """
    with database.session(write=False) as session:
        due = list_to_freeze(session, now)
    for round_id in due:
        with database.transaction() as session:
            frozen = begin_freeze(session, round_id, now)
        after = 0
        while True:
            with database.session(write=False) as session:
                part = find_slice(session, frozen, after=after)
            if part is None:
                break
            with database.transaction() as session:
                rebuild_slice(session, frozen, part)
            after = part.last
        with database.transaction() as session:
            remove_strangers(session, frozen)
            end_freeze(session, frozen, now)
    return len(due)


def keep_days(database: Database, now: datetime) -> int:
    """Keep the lists of one contest at the end of one day; return whether one was due.

    The day is begun in a transaction of its own, so that whatever comes while it is counted makes
    it stale. Counting a million participants reads for some ten seconds and holds nothing.
    """
    with database.session(write=False) as session:
        due = find_due_day(session, now)
    if due is None:
        return 0
    with database.transaction() as session:
        competition = get_by_round(session, due.round_id)
        begin_day(session, competition.board_id, due.day, due.until)
    with database.session(write=False) as session:
        counted = count_day(session, competition, due.until)
    with database.transaction() as session:
        keep_day(session, competition, due, counted, now)
    return 1


def publish_due(database: Database, now: datetime) -> int:
    """Write the documents of boards anew where something may have changed; return 0: no hurry.

    A final list stands: it is drawn again only when what it rests on changes.
    """
    with database.session(write=False) as session:
        rounds = list_to_publish(session)
    for round_id, basis in rounds:
        with database.session(write=False) as session:
            competition = get_by_round(session, round_id)
        due = basis_of(competition, now)
        if due == basis and competition.shown(now).source in {Source.FINAL, Source.NOTHING}:
            continue
        with database.transaction(is_derived=True) as session:
            publish_document(session, competition, now)
    return 0


CLOSE = Job("competitions.close", close_due, every_s=5.0, alone=True)


def count_areas_due(database: Database, now: datetime) -> int:
    """Count the answers of one closed round by knowledge area; return whether one was due.

    Reading holds nothing; the figures are written in one short transaction. What cannot be counted
    is noted, since it must not keep the other rounds waiting.
    """
    with database.session(write=False) as session:
        round_id = find_due_areas(session)
        if round_id is None:
            return 0
        competition = get_by_round(session, round_id)
        try:
            counting = count_areas(session, competition)
        except Exception:
            log.exception("answers of round %d cannot be counted", round_id)
            counting = None
    with database.transaction() as session:
        keep_areas(session, round_id, counting, now)
    return 1


AREAS = Job("competitions.areas", count_areas_due, every_s=10.0, alone=True, lane="reading")


def remind_due(database: Database, now: datetime) -> int:
    """Send the next slice of reminders; return how many people were looked at."""
    with database.transaction() as session:
        return send_reminders(session, now)


REMINDERS = Job("competitions.reminders", remind_due, every_s=5.0, alone=True)


def tell_winners_due(database: Database, now: datetime) -> int:
    """Tell winners and remind them, a slice a turn; return how many were told."""
    return _turn(database, now, (tell_winners, remind_winners, tell_unit_winners))


def end_claims(database: Database, now: datetime) -> int:
    """Let the next unclaimed prize go to who follows, and old addresses go away."""
    return _turn(database, now, (lapse_next, forget_deliveries, forget_printings))


def make_certificates_due(database: Database, now: datetime) -> int:
    """Make the next part of the certificates of prizes; return how many were made.

    What fails goes back to its organiser, since it must not keep the others waiting.
    """
    with database.session(write=False) as session:
        printing = find_due_printing(session)
        if printing is None:
            return 0
        try:
            part = make_part(session, printing)
        except Exception as error:
            log.exception("certificates of plan %d cannot be made", printing.plan_id)
            code = getattr(error, "code", "failed")
            part = None
    with database.transaction() as session:
        if part is None:
            note_printing_failed(session, printing.id, code)
        else:
            keep_part(session, printing, part, now)
    return 1


def _turn(
    database: Database, now: datetime, acts: Sequence[Callable[[Session, datetime], int]]
) -> int:
    done = 0
    for act in acts:
        with database.transaction() as session:
            done += act(session, now)
    return done


def settle_prizes_due(database: Database, now: datetime) -> int:
    """Lay lots on corrected lists that wait for it; return how many contests were settled.

    Reading a long list holds nothing. What cannot be settled keeps its turn, and no other waiting.
    """
    with database.session(write=False) as session:
        waiting = list_settling(session)
    settled = 0
    for competition_id in waiting:
        try:
            with database.session(write=False) as session:
                settling = plan_settling(session, competition_id)
            if settling is not None:
                with database.transaction() as session:
                    settled += settle_planned(session, settling, now)
        except Exception:
            log.exception("prizes of competition %d cannot follow its lists", competition_id)
    return settled


SETTLE = Job("competitions.settle", settle_prizes_due, every_s=2.0, alone=True, lane="reading")
WINNERS = Job("competitions.winners", tell_winners_due, every_s=10.0, alone=True)
CLAIMS = Job("competitions.claims", end_claims, every_s=60.0, alone=True, lane="upkeep")
CERTIFICATES = Job(
    "competitions.certificates", make_certificates_due, every_s=2.0, alone=True, lane="reading"
)
FREEZE = Job("competitions.freeze", freeze_due, alone=True, lane="reading")
DAYS = Job("competitions.days", keep_days, every_s=60.0, alone=True, lane="upkeep")
PUBLISH = Job("competitions.publish", publish_due, every_s=2.0, alone=True, lane="reading")
