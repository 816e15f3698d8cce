"""A worker killed again and again, attempts made void meanwhile: the boards stay those of the rules.

What they must be comes from `tests.competitions.oracle`, which imports nothing of ours.
"""

import multiprocessing
import os
import random
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.events import VOIDED
from learning.attempts.models import Attempt
from learning.competitions.jobs import BOARD
from learning.competitions.rules import Belonging, Division, EntryRules
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


def work(url: str) -> None:
    """Deliver events until killed, as the worker does."""
    database = Database(url)
    while True:
        if not events.deliver(database, BOARD, utc_now(), limit=5):
            time.sleep(0.001)


class History:
    """What happened, told to the database and kept as plain rows for the oracle."""

    def __init__(self, database: Database, now) -> None:
        self.database, self.now, self.rng = database, now, random.Random(20)
        self.results: list[oracle.Plain] = []
        self.attempts: dict[str, oracle.Plain] = {}
        with database.transaction() as session:
            stage = make_stage(
                session, now, max_attempts=100, tie_rule=TIE_RULE, entry=EntryRules(DIVISIONS)
            )
            self.view = stage.view(session, now)
            self.actors = [make_participant(session, now, stage) for _ in range(PEOPLE)]
            self.people = [
                {"who": entry_of(session, actor), "unit": "", "division": "a", "province": ""}
                for actor in self.actors
            ]

    def finish(self) -> None:
        """A participant hands in once more."""
        at = self.rng.randrange(PEOPLE)
        who = self.people[at]["who"]
        number = 1 + sum(r["who"] == who for r in self.results)
        points = self.rng.choice([0, 16_000, 20_000])
        duration = self.rng.choice([60_000_000, 60_000_400, 61_000_000])
        with self.database.transaction() as session:
            scored = add_scored_attempt(
                session,
                self.view.assessment_id,
                self.actors[at].user_id,
                number=number,
                points_milli=points,
                started_at=self.now,
                duration_us=duration,
            )
            record_scored(session, scored, self.now)
        row = {
            "who": who,
            "number": number,
            "points": points,
            "duration_us": duration,
            "finished_at": self.now + timedelta(microseconds=duration),
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

    def expected(self) -> dict[str, tuple[int, int]]:
        valid = [row for row in self.results if "is_void" not in row]
        return oracle.individuals(TIE_RULE, COUNTS, self.people, valid)


@pytest.mark.deep
def test_after_two_hundred_kills_and_voids_no_row_differs_from_the_oracle(database, now) -> None:
    history = History(database, now)
    url = database.engine.url.render_as_string(hide_password=False)
    fork = multiprocessing.get_context("fork")
    kills = voids = 0
    while kills + voids < FAULTS:
        for _ in range(3):
            history.finish()
        worker = fork.Process(target=work, args=(url,))
        worker.start()
        if history.rng.random() < 0.5:
            history.void()
            voids += 1
        time.sleep(history.rng.uniform(0.005, 0.08))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        kills += 1
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
    print(f"\n{kills} kills, {voids} voids, {len(history.results)} results")
