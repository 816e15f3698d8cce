"""One deadline formula, for everybody, decided by the server's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules.timing import GRACE, deadline, is_in_grace, is_in_time

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NONE = timedelta(0)


def test_the_limit_ends_an_attempt_well_inside_the_window() -> None:
    assert deadline(START, HOUR, START + 8 * HOUR, NONE) == START + HOUR


def test_the_window_ends_an_attempt_begun_late() -> None:
    assert deadline(START, HOUR, START + timedelta(minutes=20), NONE) == START + timedelta(
        minutes=20
    )


def test_extra_time_reaches_beyond_the_window() -> None:
    window_end = START + timedelta(minutes=20)

    assert deadline(START, HOUR, window_end, timedelta(minutes=15)) == window_end + timedelta(
        minutes=15
    )


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "day", [(2026, 3, 8), (2026, 11, 1), (2026, 4, 5), (2026, 10, 4), (2028, 2, 29), (2026, 12, 31)]
)
def test_changes_of_local_time_do_not_move_a_deadline(zone: str, day: tuple[int, int, int]) -> None:
    start = datetime(*day, 0, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    ends = deadline(start, 3 * HOUR, start + 100 * HOUR, NONE)

    assert (ends - start).total_seconds() == 3 * 3600


def test_the_grace_counts_to_its_last_microsecond_and_is_flagged() -> None:
    last = START + GRACE

    assert is_in_time(last, START)
    assert is_in_grace(last, START)
    assert not is_in_time(last + timedelta(microseconds=1), START)


def test_an_answer_at_the_deadline_itself_is_not_flagged() -> None:
    assert is_in_time(START, START)
    assert not is_in_grace(START, START)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5))
def test_extra_time_moves_every_deadline_by_itself(limit: int, window: int, extra: int) -> None:
    plain = deadline(START, timedelta(seconds=limit), START + timedelta(seconds=window), NONE)
    longer = deadline(
        START, timedelta(seconds=limit), START + timedelta(seconds=window), timedelta(seconds=extra)
    )

    assert longer - plain == timedelta(seconds=extra)
