"""Fixtures of sittings: a clock that stands still for the routes."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask
from tests.competitions.browser import Browser
from tests.exams.halls import make_series
from tests.exams.seats import make_seated
from tests.factories.marking import ESSAY, hand_in, make_marked, tell


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The web's clock stands at `now` until the test moves it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_browser(
    app: TransactionalFlask, database: Database, now: datetime, clock: time_machine.Traveller
) -> Callable[..., Browser]:
    """Open a browser for a person, or for nobody, while the clock stands."""
    return lambda user=None: Browser(app, database, now, user)


@pytest.fixture
def world(database, now):
    """Make a sitting with papers handed in: world(answers, …, **settings)."""

    def make(*papers, settings=None, **changes):
        with database.transaction() as session:
            made = make_marked(session, now, settings=settings, **changes)
            for answers in papers or ({1: "b", 2: ESSAY},):
                hand_in(session, made, now, answers)
        tell(database, now)
        return made

    return make


@pytest.fixture
def seated(session, now):
    """A hall with two rooms of two seats, three candidates and an invigilator of the first."""
    return make_seated(session, now)


@pytest.fixture
def series(session, now):
    """A sitting that is over tomorrow, and a resit of it in ten days: (first, second)."""
    return make_series(session, now)
