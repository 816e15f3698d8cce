"""A round is closed and a paper keyed at the same time: one of them wins, whole, and is told so."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from learning.attempts.models import Attempt, ScoreRow
from learning.competitions import services
from learning.competitions.models import EnterpriseResult
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import State
from learning.exams.models import AnswerSheet
from learning.exams.rules.sheets import SheetState
from learning.kernel.errors import Conflict
from tests.factories.contest_papers import PaperContest, make_paper_contest

BEGUN_S = 0.4  # until the second of two has surely come to where it waits


class Race:
    """A committed contest with one worker down for paper, whose sheet was keyed once."""

    def __init__(self, database, now) -> None:
        self.database, self.now = database, now
        with database.transaction() as session:
            self.contest: PaperContest = make_paper_contest(session, self.now, workers=2)
            self.contest.put_down(session, self.now, "W1 W2")
            self.raw = self.contest.sheet(session, self.now, right=4)
            self.contest.key(session, self.now, self.raw, keyer=0)

    def view(self) -> CompetitionView:
        with self.database.session(write=False) as session:
            return self.contest.stage.view(session, self.now)

    def plan(self):
        with self.database.session(write=False) as session:
            return services.plan_close(session, self.contest.stage.view(session, self.now))

    def key(self, session, *, keyer: int, worker: int = 0) -> SheetState:
        return self.contest.key(session, self.now, self.raw, keyer=keyer, worker=worker)

    def close(self, session, plan, *, by_worker: bool = False) -> None:
        actor = None if by_worker else self.contest.stage.actor
        services.close_competition(session, plan, actor=actor, now=self.now)

    @contextmanager
    def behind(self, act: Callable) -> Iterator[Future]:
        """Let `act` come with a transaction of its own while the block's has not ended yet."""

        def come():
            with self.database.transaction() as session:
                return act(session)

        with ThreadPoolExecutor(1) as pool:
            waiting: list[Future] = []
            with self.database.transaction() as session:
                holder: Future = Future()
                holder.session = session  # type: ignore[attr-defined] # handed to the block
                yield holder
                waiting.append(pool.submit(come))
                time.sleep(BEGUN_S)
                assert not waiting[0].done()  # it waits: what it sees is what will stand
            holder.set_result(waiting[0])

    def counts(self) -> tuple[int, int]:
        """Return how many attempts and how many scores there are."""
        with self.database.session(write=False) as session:
            attempts = session.scalar(select(func.count(Attempt.id)))
            return attempts or 0, session.scalar(select(func.count(ScoreRow.id))) or 0

    def sheet_states(self) -> list[str]:
        with self.database.session(write=False) as session:
            return list(session.scalars(select(AnswerSheet.state)))


@pytest.fixture
def race(database, now) -> Race:
    return Race(database, now)


def test_a_paper_confirmed_first_is_not_closed_over_and_counts_in_the_next_close(race) -> None:
    plan = race.plan()

    with race.behind(lambda session: race.close(session, plan)) as first:
        assert race.key(first.session, keyer=1) is SheetState.CONFIRMED
    with pytest.raises(Conflict, match="changed"):
        first.result().result()

    assert race.view().state is State.OPEN
    with race.database.transaction() as session:
        race.close(session, race.plan())
    with race.database.session(write=False) as session:
        assert session.scalars(select(EnterpriseResult.sum_milli)).one() == 16_000


def test_a_first_keying_that_comes_before_keeps_the_round_open(race) -> None:
    plan = race.plan()

    with race.behind(lambda session: race.close(session, plan)) as first:
        assert race.key(first.session, keyer=0, worker=1) is SheetState.OPEN
    with pytest.raises(Conflict, match="paper_waiting"):
        first.result().result()

    assert race.view().state is State.OPEN
    assert race.counts() == (0, 0)


def test_a_close_that_came_first_refuses_the_paper_and_leaves_no_half_of_it(race) -> None:
    plan = race.plan()

    with race.behind(lambda session: race.key(session, keyer=1)) as first:
        race.close(first.session, plan, by_worker=True)
    with pytest.raises(Conflict) as refusal:
        first.result().result()

    assert refusal.value.code == "closed"
    assert race.view().state is State.CLOSED
    assert race.counts() == (0, 0)
    assert race.sheet_states() == ["open"]
