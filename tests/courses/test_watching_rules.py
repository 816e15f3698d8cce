"""What counts as watched: never more than time allows, whatever pages report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.courses.rules.media import (
    MAX_ALLOWANCE_MS,
    MAX_ANSWER_BYTES,
    MAX_RANGES,
    MAX_RATE,
    Report,
    begin,
    byte_range,
    length_of,
    parse_report,
    percent_of,
    ranges_from_json,
    ranges_to_json,
    take_report,
    union,
    without,
)
from learning.kernel.errors import Invalid

START = datetime(2026, 3, 1, tzinfo=UTC)
HASH = "a" * 64
DURATION = 600_000


def after(ms: int) -> datetime:
    return START + timedelta(milliseconds=ms)


def told(*stretches: tuple[int, int], position: int = 0) -> Report:
    return Report(HASH, stretches, position)


def test_what_was_played_in_its_time_is_seen() -> None:
    state, left = take_report(begin(START), told((0, 15_000)), DURATION, after(15_000))

    assert left == ()
    assert state.ranges == ((0, 15_000),)
    assert state.watched_ms == 15_000


def test_of_what_is_longer_than_time_allows_the_rest_is_left_and_the_place_is_kept() -> None:
    report = told((0, 31_000), position=31_000)
    state, left = take_report(begin(START), report, DURATION, after(15_000))

    assert state.ranges == ((0, 30_000),)
    assert left == ((30_000, 31_000),)
    assert state.position_ms == 31_000


def test_the_first_report_takes_nothing() -> None:
    state, left = take_report(begin(START), told((0, 1)), DURATION, START)

    assert left == ((0, 1),)
    assert state.watched_ms == 0


def test_time_is_paid_once() -> None:
    state, _ = take_report(begin(START), told((0, 20_000)), DURATION, after(10_000))

    again, left = take_report(state, told((30_000, 50_000)), DURATION, after(10_001))

    assert left == ((30_002, 50_000),)
    assert again.watched_ms == 20_002


def test_who_had_no_network_for_ten_minutes_loses_nothing_of_them() -> None:
    state, _ = take_report(begin(START), told((0, 15_000)), 3_600_000, after(15_000))
    while_away = told((15_000, 300_000), (400_000, 715_000))

    state, left = take_report(state, while_away, 3_600_000, after(615_000))

    assert left == ()
    assert state.watched_ms == 15_000 + 600_000


def test_time_that_is_not_claimed_at_the_next_report_is_not_saved_up() -> None:
    state, _ = take_report(begin(START), told(), DURATION, after(3_600_000))

    state, left = take_report(state, told((0, 500_000)), DURATION, after(3_600_000))

    assert state.watched_ms == MAX_ALLOWANCE_MS
    assert left == ((MAX_ALLOWANCE_MS, 500_000),)


def test_a_report_whose_answer_was_lost_is_sent_again_for_nothing() -> None:
    report = told((0, 15_000))
    state, _ = take_report(begin(START), report, DURATION, after(8_000))

    again, left = take_report(state, report, DURATION, after(8_000))

    assert (again, left) == (state, ())


def test_what_lies_beyond_the_end_is_cut_off() -> None:
    report = told((590_000, 620_000), position=700_000)
    state, _ = take_report(begin(START), report, DURATION, after(60_000))

    assert state.ranges == ((590_000, DURATION),)
    assert state.position_ms == DURATION


def test_who_jumps_about_without_end_keeps_the_longest_stretches() -> None:
    seen = tuple((n * 1000, n * 1000 + 100) for n in range(MAX_RANGES))
    before = replace(begin(START), ranges=seen)

    state, left = take_report(before, told((550_000, 555_000)), DURATION, after(60_000))

    assert left == ()
    assert len(state.ranges) == MAX_RANGES
    assert state.ranges[-1] == (550_000, 555_000)
    assert state.watched_ms == before.watched_ms - 100 + 5_000


SPAN = st.tuples(st.integers(0, DURATION), st.integers(0, DURATION))
PLAYED = st.builds(
    lambda start, length: (start, start + length),
    st.integers(0, DURATION),
    st.integers(0, 45_000),
)
REPORTS = st.lists(
    st.tuples(st.integers(-5_000, 20_000), st.lists(PLAYED | SPAN, max_size=2)),
    min_size=5,
    max_size=25,
)


@given(REPORTS)
def test_the_union_never_exceeds_wall_time_at_the_fastest_rate(
    reports: list[tuple[int, list[tuple[int, int]]]],
) -> None:
    state, now, latest = begin(START), 0, 0
    for step, spans in reports:
        now += step  # clocks of nodes differ: it may go back
        latest = max(latest, now)
        before = state
        state, left = take_report(state, told(*spans), DURATION, after(now))
        claimed = union((a, min(b, DURATION)) for a, b in spans if a < min(b, DURATION))
        assert union([*state.ranges, *left]) == union([*before.ranges, *claimed])  # nothing is lost
        assert without(left, state.ranges) == left
        assert state.watched_ms >= before.watched_ms
        assert state.watched_ms <= MAX_RATE * latest
        assert state.watched_ms <= DURATION


@given(st.lists(SPAN, max_size=30))
def test_ranges_lie_apart_and_in_order_whatever_they_were(spans: list[tuple[int, int]]) -> None:
    sound = [(min(s), max(s)) for s in spans if s[0] != s[1]]
    ranges = union(sound)

    assert all(a[1] < b[0] for a, b in pairwise(ranges))
    assert union([*ranges, *sound]) == ranges
    assert length_of(ranges) <= sum(end - start for start, end in sound)
    assert ranges_from_json(ranges_to_json(ranges)) == ranges


@pytest.mark.parametrize(
    ("watched", "duration", "percent"),
    [
        (0, 500, 0),
        (0, 60_000, 0),
        (30_000, 60_000, 50),
        (59_000, 60_000, 100),
        (58_900, 60_000, 98),
    ],
)
def test_percent_is_rounded_down_and_whole_within_a_second(
    watched: int, duration: int, percent: int
) -> None:
    assert percent_of(watched, duration) == percent


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"file": HASH, "played": [], "position_ms": -1},
        {"file": HASH, "played": [], "position_ms": True},
        {"file": HASH.upper(), "played": [], "position_ms": 0},
        {"file": HASH, "played": [[0]], "position_ms": 0},
        {"file": HASH, "played": [[0, 1.5]], "position_ms": 0},
        {"file": HASH, "played": [[0, 1]] * 101, "position_ms": 0},
        {"file": HASH, "played": "0-1", "position_ms": 0},
    ],
)
def test_a_report_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(Invalid):
        parse_report(raw)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-", (0, MAX_ANSWER_BYTES)),
        ("bytes=5-9", (5, 10)),
        ("bytes=-100", (9_999_900, 10_000_000)),
        ("bytes=9999999-", (9_999_999, 10_000_000)),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
    ],
)
def test_a_range_asks_for_bytes(header: str | None, wanted: tuple[int, int] | None) -> None:
    assert byte_range(header, 10_000_000) == wanted


def test_a_range_beyond_the_end_is_told_apart() -> None:
    with pytest.raises(ValueError, match="end"):
        byte_range("bytes=10000000-", 10_000_000)
