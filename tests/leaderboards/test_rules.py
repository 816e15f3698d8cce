"""Tie rules, sort keys and standings: pure."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.leaderboards.rules import (
    FINISH_EPOCH,
    SCORE_ONLY,
    SCORE_THEN_DURATION,
    SCORE_THEN_EARLIER_FINISH,
    TIE_RULES,
    WORST_TIE,
    Counts,
    Result,
    counting,
    duration_text,
    sort_key,
    standings,
)
from tests.leaderboards import oracle

CASES = json.loads(
    (Path(__file__).parents[1] / "cases/measurement/tie_rules_expected.json").read_text()
)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def result(
    points: int,
    duration_us: int | None = 0,
    finished_at: datetime = NOON,
    number: int = 1,
    subject: str = "s",
) -> Result:
    return Result(subject, number, points, duration_us, finished_at)


def plain(r: Result) -> oracle.Plain:
    return {
        "subject": r.subject,
        "number": r.number,
        "points": r.points_milli,
        "duration_us": r.duration_us,
        "finished_at": r.finished_at,
    }


results = st.builds(
    Result,
    subject=st.sampled_from(["a", "b", "c", "d"]),
    number=st.integers(1, 9),
    points_milli=st.integers(-3, 3) | st.integers(-(2**29), 2**29 - 1),
    duration_us=st.none() | st.integers(0, 5_000) | st.integers(0, (WORST_TIE - 1) * 1000),
    finished_at=st.integers(0, 5_000_000).map(lambda us: NOON + timedelta(microseconds=us))
    | st.datetimes(datetime(2020, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),
)
rules = st.sampled_from(sorted(TIE_RULES.values(), key=lambda rule: rule.code))


@given(rules, results, results)
def test_the_order_of_keys_is_the_order_of_what_the_words_compare(rule, one, other) -> None:
    keys = sort_key(rule, one), sort_key(rule, other)
    merits = oracle.merit(rule.code, plain(one)), oracle.merit(rule.code, plain(other))

    assert (keys[0] > keys[1]) == (merits[0] > merits[1])
    assert (keys[0] == keys[1]) == (merits[0] == merits[1])


@given(rules, results)
def test_every_key_fits_a_signed_64_bit_column(rule, one) -> None:
    assert 0 <= sort_key(rule, one) < 2**62


@given(results, results)
def test_results_that_print_alike_are_tied_and_others_are_not(one, other) -> None:
    looks_alike = (one.points_milli, duration_text(one.duration_us)) == (
        other.points_milli,
        duration_text(other.duration_us),
    )

    assert (
        sort_key(SCORE_THEN_DURATION, one) == sort_key(SCORE_THEN_DURATION, other)
    ) == looks_alike


def test_the_worked_example_of_the_docstring_holds() -> None:
    key = sort_key(SCORE_THEN_DURATION, result(90_000, 1_868_204_000))

    assert key == 2_306_229_560_563_433_043


@pytest.mark.parametrize("points", [2**29, -(2**29) - 1])
def test_points_out_of_range_are_refused_rather_than_wrapped(points) -> None:
    with pytest.raises(ValueError, match="points"):
        sort_key(SCORE_ONLY, result(points))


@pytest.mark.parametrize("duration", [-1, WORST_TIE * 1000])
def test_a_duration_out_of_range_is_refused_rather_than_wrapped(duration) -> None:
    with pytest.raises(ValueError, match="tie value"):
        sort_key(SCORE_THEN_DURATION, result(0, duration))


def test_a_finish_before_the_epoch_is_refused() -> None:
    with pytest.raises(ValueError, match="tie value"):
        sort_key(SCORE_THEN_EARLIER_FINISH, result(0, 0, FINISH_EPOCH - timedelta(seconds=1)))


def test_a_result_without_a_measured_duration_stands_behind_the_slowest() -> None:
    slowest = sort_key(SCORE_THEN_DURATION, result(5, (WORST_TIE - 1) * 1000))

    assert sort_key(SCORE_THEN_DURATION, result(5, None)) < slowest
    assert sort_key(SCORE_THEN_DURATION, result(5, None)) > sort_key(
        SCORE_THEN_DURATION, result(4, 0)
    )


def test_standings_are_the_published_1224() -> None:
    keys = [sort_key(SCORE_ONLY, result(score)) for score in CASES["scores_desc"]]

    assert standings(keys) == CASES["standard_1224"]


def test_four_tied_for_seventeenth_are_followed_by_the_twenty_first() -> None:
    keys = [100 - i for i in range(16)] + [50] * 4 + [10]

    assert standings(keys)[15:] == [16, 17, 17, 17, 17, 21]


def test_with_equal_scores_the_one_who_finished_earlier_is_ahead() -> None:
    first = sort_key(SCORE_THEN_EARLIER_FINISH, result(80_000, 0, NOON))
    second = sort_key(SCORE_THEN_EARLIER_FINISH, result(80_000, 0, NOON + timedelta(seconds=1)))

    assert first > second


def test_unsorted_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        standings([1, 2])


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 7))
def test_pages_cut_from_a_list_carry_the_standings_of_the_whole(keys, size) -> None:
    keys.sort(reverse=True)
    whole = [1 + sum(other > key for other in keys) for key in keys]

    pages: list[int] = []
    for start in range(0, len(keys), size):
        page = keys[start : start + size]
        first = 1 + sum(other > page[0] for other in keys)
        pages += standings(page, first_position=start + 1, first_standing=first)

    assert standings(keys) == whole
    assert pages == whole


@given(
    rules,
    st.lists(results, max_size=12, unique_by=lambda r: (r.subject, r.number)),
    st.sampled_from(Counts),
)
def test_the_counting_result_is_the_one_the_words_name(rule, listed, counts) -> None:
    expected = oracle.chosen(rule.code, [plain(r) for r in listed], counts.value)

    assert {s: plain(r) for s, r in counting(rule, listed, counts).items()} == expected


@pytest.mark.parametrize(
    ("duration_us", "text"),
    [
        (None, ""),
        (0, "00:00.000"),
        (1_868_204_999, "31:08.204"),
        (3_723_000_000, "1:02:03.000"),
        (90_061_001_000, "25:01:01.001"),
    ],
)
def test_a_duration_is_printed_to_the_millisecond(duration_us, text) -> None:
    assert duration_text(duration_us) == text


def test_every_tie_rule_says_in_words_that_the_rest_is_tied() -> None:
    assert all("并列" in rule.words for rule in TIE_RULES.values())
    assert all(rule.code == code for code, rule in TIE_RULES.items())
