"""Fixtures of rooms: a clock that stands still for the routes."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The web's clock stands at `now` until the test moves it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller
