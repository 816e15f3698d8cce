"""Sections in order: no gap, no overlap, none moved back; the last end is the one deadline."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules.folding import StoredResponse, fold, fold_late
from learning.attempts.rules.sections import Due, Sections, SectionSpan, lay_out, spans_of
from learning.attempts.rules.timing import GRACE, deadline

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MINUTE, SECOND, NONE = timedelta(minutes=1), timedelta(seconds=1), timedelta(0)
FAR = START + 1000 * MINUTE
SPANS = spans_of([(20, 1200), (5, 600), (2, 1800)])


def ends(sections: Sections) -> list[float]:
    """Return the ends in minutes from the start."""
    return [(each.ends_at - START) / MINUTE for each in sections.times]


def laid(window_end: datetime = FAR, extra: timedelta = NONE) -> Sections:
    return lay_out(SPANS, START, window_end, extra)


def test_sections_follow_each_other_and_the_last_end_is_the_deadline() -> None:
    assert ends(laid()) == [20, 30, 60]
    assert [each.span.first for each in laid().times] == [1, 21, 26]


def test_an_accommodation_is_shared_out_by_the_limits() -> None:
    assert ends(laid(extra=6 * MINUTE)) == [22, 33, 66]


def test_a_window_that_closes_cuts_the_last_sections() -> None:
    assert ends(laid(START + 25 * MINUTE)) == [20, 25, 25]


def test_added_time_goes_to_the_running_section_and_moves_the_later_ones() -> None:
    assert ends(laid().given(300, START + 25 * MINUTE, FAR)) == [20, 35, 65]


def test_added_time_at_a_boundary_is_the_next_sections_and_after_all_the_lasts() -> None:
    assert ends(laid().given(300, START + 20 * MINUTE, FAR)) == [20, 35, 65]
    assert ends(laid().given(300, START + 99 * MINUTE, FAR)) == [20, 30, 65]


def test_who_goes_on_early_carries_nothing_over() -> None:
    assert ends(laid().left(START + 5 * MINUTE, FAR)) == [5, 15, 45]


def test_going_on_early_wins_back_what_the_window_would_have_cut() -> None:
    closes = START + 25 * MINUTE

    assert ends(laid(closes).left(START + 5 * MINUTE, closes)) == [5, 15, 25]


def test_time_given_after_going_on_early_is_the_running_sections() -> None:
    sections = laid().left(START + 5 * MINUTE, FAR).given(60, START + 6 * MINUTE, FAR)

    assert ends(sections) == [5, 16, 46]


def test_sections_without_limits_are_none() -> None:
    assert spans_of([(20, 0), (5, 0)]) == ()


limits = st.lists(st.integers(1, 7200), min_size=1, max_size=6)
acts = st.lists(st.tuples(st.booleans(), st.integers(0, 3000), st.integers(0, 1800)), max_size=8)


def made(lengths: list[int], window: int, extra: int, done: list[tuple[bool, int, int]]):
    """Give every state of sections through acts in the order of time."""
    closes = START + timedelta(seconds=window)
    spans = spans_of([(3, length) for length in lengths])
    sections, at = lay_out(spans, START, closes, timedelta(seconds=extra)), START
    yield sections, at
    for leaves, later, seconds in done:
        at += timedelta(seconds=later)
        if leaves and at < sections.ends_at:
            sections = sections.left(at, closes)
        else:
            sections = sections.given(seconds, at, closes)
        yield sections, at


@given(limits, st.integers(1, 40_000), st.integers(0, 7200), acts)
def test_whatever_is_done_sections_stay_in_order_and_the_past_stands(
    lengths, window, extra, done
) -> None:
    before = None
    for sections, at in made(lengths, window, extra, done):
        times = sections.times
        assert times[0].opens_at == START
        assert all(each.opens_at <= each.ends_at for each in times)
        assert [each.opens_at for each in times[1:]] == [each.ends_at for each in times[:-1]]
        assert sections.ends_at == times[-1].ends_at
        assert Sections.from_json(sections.to_json()) == sections
        if before is not None:
            past = [each for each in before.times[:-1] if each.ends_at <= at]
            assert list(times[: len(past)]) == past, "what is over was moved"
        before = sections


@given(limits, st.integers(1, 40_000), st.integers(0, 7200), acts)
def test_while_nobody_goes_on_early_the_deadline_is_the_one_formula(
    lengths, window, extra, done
) -> None:
    given_s = extra
    stayed = [(False, later, seconds) for _, later, seconds in done]
    for number, (sections, _) in enumerate(made(lengths, window, extra, stayed)):
        given_s += stayed[number - 1][2] if number else 0
        whole = deadline(
            START,
            timedelta(seconds=sum(lengths)),
            START + timedelta(seconds=window),
            timedelta(seconds=given_s),
        )
        assert sections.ends_at == whole


@given(limits, st.integers(1, 40_000), st.integers(0, 3000), st.integers(0, 1800))
def test_more_time_never_ends_a_section_sooner(lengths, window, at_s, seconds) -> None:
    closes = START + timedelta(seconds=window)
    sections = lay_out(spans_of([(1, length) for length in lengths]), START, closes, NONE)

    more = sections.given(seconds, START + timedelta(seconds=at_s), closes)

    assert all(a.ends_at <= b.ends_at for a, b in zip(sections.times, more.times, strict=True))


@pytest.mark.parametrize(
    ("after_s", "counts", "flagged"), [(0, True, False), (10, True, True), (10.1, False, False)]
)
def test_an_answer_counts_to_the_end_of_its_section_and_the_grace(after_s, counts, flagged) -> None:
    sections = laid()
    due = Due(sections.ends_at, sections)
    at = START + 20 * MINUTE + after_s * SECOND
    answer = StoredResponse(20, 1, 1, '"a"', False, at)
    later = StoredResponse(21, 1, 1, '"a"', False, at)

    assert fold([answer, later], due) == ({20: answer, 21: later} if counts else {21: later})
    assert answer.is_flagged(due) is flagged
    assert (20 in fold_late([answer], due)) is not counts
    assert GRACE == 10 * SECOND


def test_a_position_is_asked_from_the_opening_of_its_section() -> None:
    due = Due(laid().ends_at, laid())

    assert not due.has_begun(21, START + 19 * MINUTE)
    assert due.has_begun(21, START + 20 * MINUTE)
    assert SPANS[1] == SectionSpan(21, 25, 600)
