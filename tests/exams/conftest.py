"""Fixtures of sittings: a clock that stands still for the routes."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask
from tests.competitions.browser import Browser


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
