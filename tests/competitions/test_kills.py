"""A worker killed again and again, attempts made void meanwhile: the boards stay those of the rules.

What they must be comes from `tests.competitions.oracle`, which imports nothing of ours.
"""

import multiprocessing
import os
import random
import signal
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.events import VOIDED
from learning.attempts.models import Attempt
from learning.competitions import queries, services
from learning.competitions.jobs import BOARD, freeze_due
from learning.competitions.rules import Belonging, Division, EntryRules, Showing, Stage
from learning.kernel import events
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.events import EventDelivery
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.models import BoardTally
from learning.leaderboards.rules import Scope
from tests.competitions import oracle
from tests.factories.competitions import (
    add_scored_attempt,
    entry_of,
    make_participant,
    make_stage,
    record_scored,
)

FAULTS, PEOPLE = 200, 12
TIE_RULE, COUNTS = "score_then_duration", "best"
DIVISIONS = (Division("a", "甲组", Belonging.ANYBODY),)
HISTORIES = 5  # each with a freeze and a reveal of its own
FREEZE = timedelta(hours=1)
STAGES = (Stage("", 9), Stage("a", 4), Stage("", 3), Stage("a", 1), Stage("", 1))


def work(url: str, frozen: datetime | None = None) -> None:
    """Deliver events until killed, as the worker does; from a freeze on make its list, too."""
    database = Database(url)
    while True:
        made = freeze_due(database, frozen) if frozen else 0
        if not made + events.deliver(database, BOARD, utc_now(), limit=5):
            time.sleep(0.001)


class History:
    """What happened, told to the database and kept as plain rows for the oracle."""

    def __init__(self, database: Database, now, seed: int = 20) -> None:
        self.database, self.now, self.rng = database, now, random.Random(seed)
        self.results: list[oracle.Plain] = []
        self.attempts: dict[str, oracle.Plain] = {}
        with database.transaction() as session:
            stage = make_stage(
                session, now, max_attempts=100, tie_rule=TIE_RULE, entry=EntryRules(DIVISIONS)
            )
            self.stage, self.view = stage, stage.view(session, now)
            self.actors = [make_participant(session, now, stage) for _ in range(PEOPLE)]
            self.people = [
                {"who": entry_of(session, actor), "unit": "", "division": "a", "province": ""}
                for actor in self.actors
            ]

    def finish(self, after: timedelta = timedelta(0)) -> None:
        """A participant hands in once more, having begun so long after the first ones."""
        at = self.rng.randrange(PEOPLE)
        who = self.people[at]["who"]
        number = 1 + sum(r["who"] == who for r in self.results)
        points = self.rng.choice([0, 16_000, 20_000])
        duration = self.rng.choice([60_000_000, 60_000_400, 61_000_000])
        started = self.now + after
        with self.database.transaction() as session:
            scored = add_scored_attempt(
                session,
                self.view.assessment_id,
                self.actors[at].user_id,
                number=number,
                points_milli=points,
                started_at=started,
                duration_us=duration,
            )
            record_scored(session, scored, self.now)
        row = {
            "who": who,
            "number": number,
            "points": points,
            "duration_us": duration,
            "finished_at": started + timedelta(microseconds=duration),
        }
        self.results.append(row)
        self.attempts[scored.attempt] = row

    def void(self) -> None:
        """An attempt is made void."""
        public_id = self.rng.choice(sorted(self.attempts))
        self.attempts.pop(public_id)["is_void"] = True
        with self.database.transaction() as session:
            attempt = session.scalars(select(Attempt).where(Attempt.public_id == public_id)).one()
            attempt.voided_at = self.now
            payload = {"assessment_id": attempt.assessment_id, "user_id": attempt.user_id}
            events.record(session, VOIDED, payload, self.now)

    def expected(
        self, until: datetime | None = None, division: str = ""
    ) -> dict[str, tuple[int, int]]:
        valid = [
            row
            for row in self.results
            if "is_void" not in row and (until is None or row["finished_at"] <= until)
        ]
        return oracle.individuals(TIE_RULE, COUNTS, self.people, valid, division=division)

    def disturb(self, frozen: datetime | None = None) -> int:
        """Let a worker run for a moment and kill it, half of the time with a void meanwhile."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        worker = multiprocessing.get_context("fork").Process(target=work, args=(url, frozen))
        worker.start()
        is_void = self.rng.random() < 0.5
        if is_void:
            self.void()
        time.sleep(self.rng.uniform(0.005, 0.08))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        return 1 + is_void

    def settle(self, at: datetime) -> None:
        """Let the worker come to its end."""
        freeze_due(self.database, at)
        while events.deliver(self.database, BOARD, at):
            pass

    def shown(self, at: datetime, scope: Scope) -> dict[str, tuple[int, int]] | None:
        """The list as it may be shown, None where none may; it must hang together in itself."""
        with self.database.session(write=False) as session:
            found = queries.find_shown_list(session, self.stage.view(session, at), at, scope=scope)
            if found is None:
                return None
            page = queries.get_shown_page(session, found, page=1, size=50)
        assert page.total == len(page.rows)
        return {row.subject: (row.standing, row.points_milli) for row in page.rows}


@pytest.mark.deep
def test_after_two_hundred_kills_and_voids_no_row_differs_from_the_oracle(database, now) -> None:
    history = History(database, now)
    faults = 0
    while faults < FAULTS:
        for _ in range(3):
            history.finish()
        faults += history.disturb()
    voids = sum("is_void" in row for row in history.results)
    while events.deliver(database, BOARD, now):
        pass

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(EventDelivery)) == (
            len(history.results) + voids
        )
        for scope in (Scope(), Scope("a")):
            page = boards.get_page(session, history.view.board_id, page=1, size=50, scope=scope)
            found = {row.subject: (row.standing, row.points_milli) for row in page.rows}
            assert found == history.expected()
            assert page.total == len(found)
        tally = session.scalars(select(BoardTally)).one()
        points = [points for _standing, points in history.expected().values()]
        assert (tally.code, tally.participants, tally.sum_milli) == ("a", len(points), sum(points))
        assert board_services.differing_counts(session, history.view.board_id) == 0
    print(f"\n{faults - voids} kills, {voids} voids, {len(history.results)} results")


class Correcting(History):
    """A history in which people also move from one division to the other, each once."""

    def __init__(self, database: Database, now) -> None:
        super().__init__(database, now)
        self.unmoved = list(range(PEOPLE))
        both = (*DIVISIONS, Division("b", "乙组", Belonging.ANYBODY))
        with database.transaction() as session:
            entry = EntryRules(both, correction_days=10)
            self.stage = make_stage(session, now, max_attempts=100, tie_rule=TIE_RULE, entry=entry)
            self.view = self.stage.view(session, now)
            for at, actor in enumerate(self.actors):
                wish = services.Wish("-:a")
                services.enter_competition(session, actor, self.stage.public_id, wish=wish, now=now)
                entered = queries.find_entry(session, self.view.id, actor.user_id)
                self.people[at]["who"] = entered.public_id

    def correct(self) -> None:
        """Somebody moves to the other division while results are on their way."""
        at = self.unmoved.pop(self.rng.randrange(len(self.unmoved)))
        self.people[at]["division"] = "b"
        with self.database.transaction() as session:
            services.correct_entry(
                session,
                self.actors[at],
                self.stage.public_id,
                wish=services.Wish("-:b"),
                now=self.now,
            )


@pytest.mark.deep
def test_who_corrects_an_entry_amid_kills_stands_in_one_division_alone(database, now) -> None:
    history = Correcting(database, now)
    while history.unmoved:
        for _ in range(3):
            history.finish()
        history.correct()
        history.disturb()
    while events.deliver(database, BOARD, now):
        pass

    with database.session(write=False) as session:
        for scope, division in ((Scope(), ""), (Scope("a"), "a"), (Scope("b"), "b")):
            page = boards.get_page(session, history.view.board_id, page=1, size=50, scope=scope)
            found = {row.subject: (row.standing, row.points_milli) for row in page.rows}
            assert found == history.expected(division=division)
        assert board_services.differing_counts(session, history.view.board_id) == 0


@pytest.mark.deep
def test_with_freeze_and_reveal_kills_and_voids_neither_change_nor_betray_a_list(
    database, now
) -> None:
    freeze = now + FREEZE
    for seed in range(HISTORIES):
        history = History(database, now, seed)
        with database.transaction() as session:
            services.set_showing(
                session,
                history.stage.actor,
                history.stage.public_id,
                showing=Showing(True, freeze, STAGES),
                now=now,
            )
        faults = 0
        while faults < FAULTS // HISTORIES:
            is_over = faults > FAULTS // HISTORIES // 3
            for _ in range(3):  # what was finished before the freeze may be scored after it
                is_late = is_over and history.rng.random() < 0.6
                history.finish(FREEZE if is_late else timedelta(0))
            faults += history.disturb(freeze if is_over else None)
            if is_over:
                check_nothing_later(history, freeze)
        history.settle(freeze)
        for scope in (Scope(), Scope("a")):
            assert history.shown(freeze, scope) == history.expected(freeze)
        check_reveal(history, freeze)
        with database.session(write=False) as session:
            view = history.stage.view(session, now)
            for board_id in (view.board_id, view.frozen_board_id):
                assert board_services.differing_counts(session, board_id) == 0


def check_nothing_later(history: History, freeze: datetime) -> None:
    """Whatever was killed: a frozen list is not there, or has results of before the freeze."""
    with history.database.session(write=False) as session:
        found = queries.find_shown_list(session, history.stage.view(session, freeze), freeze)
        rows = boards.list_rows(session, found.board_id, offset=0, limit=50) if found else ()
    assert all(row.finished_at <= freeze for row in rows)


def check_reveal(history: History, freeze: datetime) -> None:
    """Close, then take step by step: at each a list has whom the oracle places so far down."""
    at = freeze + timedelta(hours=12)
    with history.database.transaction() as session:
        view = history.stage.view(session, at)
        plan = services.plan_close(session, view)
        assert len(plan.corrections) == 0
        services.close_competition(session, plan, actor=history.stage.actor, now=at)
    for scope in (Scope(), Scope("a")):
        assert history.shown(at, scope) == history.expected(freeze)
    final = history.expected()
    for step in range(1, len(STAGES) + 1):
        with history.database.transaction() as session:
            services.reveal_next(
                session, history.stage.actor, history.stage.public_id, step=step, now=at
            )
        for scope in (Scope(), Scope("a")):
            taken = [stage.first for stage in STAGES[:step] if stage.of == scope.group]
            first = 1 if step == len(STAGES) else min(taken, default=None)
            due = None
            if first is not None:
                due = {who: row for who, row in final.items() if row[0] >= first}
            assert history.shown(at, scope) == due, (step, scope)
