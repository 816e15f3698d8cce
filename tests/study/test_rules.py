"""What counts as study time, and what it is worth: pure rules."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.errors import Invalid
from learning.study.rules.clock import Clock, Limits, Why, advance, parse_beat, why_not
from learning.study.rules.hours import (
    MINUTE_MS,
    Field,
    HourRule,
    Prerequisites,
    Target,
    course_codes,
    creditable_ms,
    from_json,
    problems_of,
    span_of,
    to_json,
)

S = 1000
LIMITS = Limits(gap_ms=90 * S, idle_ms=300 * S, lesson_max_ms=3_600 * S, day_max_ms=7_200 * S)
START = Clock(beat_ms=0, active_ms=0, lesson_ms=0, day_ms=0)


class TestOneBeat:
    def test_the_time_since_the_last_beat_counts(self) -> None:
        assert advance(START, 60 * S, 0, LIMITS).lesson_ms == 60 * S

    def test_a_beat_that_comes_twice_counts_nothing_more(self) -> None:
        once = advance(START, 60 * S, 0, LIMITS)

        assert advance(once, 60 * S, 0, LIMITS) == once

    def test_a_beat_from_before_counts_nothing_and_turns_nothing_back(self) -> None:
        later = advance(START, 60 * S, 0, LIMITS)

        after = advance(later, 30 * S, 0, LIMITS)

        assert (after.lesson_ms, after.beat_ms) == (60 * S, 60 * S)

    def test_a_long_silence_counts_no_more_than_the_gap(self) -> None:
        assert advance(START, 200 * S, 0, LIMITS).lesson_ms == 90 * S

    def test_time_counts_until_the_reader_was_idle_for_too_long(self) -> None:
        before = Clock(beat_ms=270 * S, active_ms=0, lesson_ms=0, day_ms=0)

        after = advance(before, 330 * S, 330 * S, LIMITS)

        assert after.lesson_ms == 30 * S
        assert why_not(after, LIMITS) is Why.IDLE

    def test_whoever_comes_back_counts_from_then_on(self) -> None:
        gone = Clock(beat_ms=590 * S, active_ms=0, lesson_ms=0, day_ms=0)

        assert advance(gone, 650 * S, 20 * S, LIMITS).lesson_ms == 20 * S

    @pytest.mark.parametrize(
        ("clock", "why"),
        [
            (Clock(0, 0, 3_590 * S, 3_590 * S), Why.LESSON_FULL),
            (Clock(0, 0, 0, 7_190 * S), Why.DAY_FULL),
        ],
    )
    def test_neither_lesson_nor_day_counts_more_than_its_maximum(self, clock, why) -> None:
        after = advance(clock, 60 * S, 0, LIMITS)

        assert after.fresh_ms == 10 * S
        assert why_not(after, LIMITS) is why


@given(
    st.lists(
        st.tuples(st.integers(0, 4_000_000), st.integers(0, 1_000_000)), min_size=1, max_size=40
    )
)
def test_whatever_the_beats_no_more_counts_than_the_time_they_span(beats) -> None:
    clock = Clock(beat_ms=beats[0][0], active_ms=beats[0][0], lesson_ms=0, day_ms=0)

    for now, idle in beats:
        before, clock = clock, advance(clock, now, idle, LIMITS)
        assert clock.fresh_ms >= before.fresh_ms
        assert clock.beat_ms >= before.beat_ms

    assert clock.fresh_ms <= clock.beat_ms - beats[0][0]
    assert clock.lesson_ms <= LIMITS.lesson_max_ms


class TestHours:
    @pytest.mark.parametrize(
        ("minutes_per_hour", "minutes", "milli"),
        [(45, 45, 1_000), (45, 30, 660), (60, 30, 500), (60, 59, 980), (45, 0, 0)],
    )
    def test_an_hour_has_the_minutes_of_the_rule_and_is_never_rounded_up(
        self, minutes_per_hour, minutes, milli
    ) -> None:
        rule = HourRule(minutes_per_hour=minutes_per_hour)

        assert rule.hours_milli(minutes * MINUTE_MS) == milli

    @pytest.mark.parametrize(
        ("spent", "credited"), [(0, None), (14, None), (15, 15), (22, 22), (30, 30), (90, 30)]
    )
    def test_a_lesson_of_30_minutes_is_credited_with_what_was_spent_from_half_to_all(
        self, spent, credited
    ) -> None:
        found = creditable_ms(HourRule(), spent_ms=spent * MINUTE_MS, minutes=30)

        assert found == (None if credited is None else credited * MINUTE_MS)

    def test_a_lesson_without_time_is_never_credited(self) -> None:
        assert creditable_ms(HourRule(), spent_ms=0, minutes=0) is None

    def test_a_course_counts_as_common_only_where_the_rule_says_so(self) -> None:
        rule = HourRule(common_courses=("law",))

        assert rule.field_of("law") is Field.COMMON
        assert rule.field_of("tqm") is Field.PROFESSIONAL

    def test_codes_are_typed_with_spaces_or_commas(self) -> None:
        assert course_codes(" law，ethics, law 、safety ") == ("law", "ethics", "safety")
        assert course_codes("  ") == ()

    def test_a_rule_comes_back_as_it_was_written(self) -> None:
        targets = (Target("technical", 90, 60), Target("skilled", 24, 0))
        rule = HourRule(number=3, minutes_per_hour=60, common_courses=("a", "b"), targets=targets)

        assert from_json(3, to_json(rule)) == rule

    def test_a_version_of_before_prerequisites_only_advises(self) -> None:
        old = json.loads(to_json(HourRule(number=1)))
        del old["prerequisites"], old["external_max_percent"], old["targets"]
        del old["watched_percent"]

        rule = from_json(1, json.dumps(old))

        assert (rule.prerequisites, rule.external_max_percent) == (Prerequisites.ADVICE, 100)
        assert (rule.targets, rule.watched_percent) == ((), 80)

    def test_everything_wrong_with_a_rule_is_named(self) -> None:
        rule = HourRule(minutes_per_hour=50, idle_minutes=0, year_hours=10, professional_hours=20)

        assert [p.place for p in problems_of(rule)] == [
            "minutes_per_hour",
            "idle_minutes",
            "professional_hours",
        ]

    def test_everything_wrong_with_what_categories_are_asked_is_named(self) -> None:
        given = (Target("technical", 2_001, 0), Target("skilled", 20, 21), Target("nobody", 1, 0))

        assert [p.place for p in problems_of(HourRule(targets=given))] == [
            "year_hours_technical",
            "professional_hours_skilled",
            "targets",
        ]
        twice = (Target("skilled", 20, 0), Target("skilled", 30, 0))
        assert [p.place for p in problems_of(HourRule(targets=twice))] == ["targets"]

    @pytest.mark.parametrize(
        ("categories", "asked"),
        [
            ((), ""),
            (("",), ""),
            (("other",), ""),  # asked for nothing of its own
            (("skilled",), "skilled"),
            (("", "skilled"), "skilled"),
            (("skilled", "technical"), "technical"),  # the more demanding
        ],
    )
    def test_one_is_asked_for_what_ones_category_is_the_most_of_several(
        self, categories: tuple[str, ...], asked: str
    ) -> None:
        rule = HourRule(targets=(Target("technical", 90, 60), Target("skilled", 24, 0)))

        assert rule.target_for(categories).category == asked

    def test_a_span_has_the_days_of_the_zone(self) -> None:
        span = span_of(date(2026, 1, 1), date(2026, 1, 1), "Asia/Shanghai")

        assert span.since == datetime(2025, 12, 31, 16, tzinfo=UTC)
        assert span.before == datetime(2026, 1, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"tab": "abcdefgh", "kind": "beat", "idle_ms": -1},
        {"tab": "abcdefgh", "kind": "beat", "idle_ms": True},
        {"tab": "abcdefgh", "kind": "finished", "idle_ms": 0},
        {"tab": "a b", "kind": "beat", "idle_ms": 0},
        {"tab": "abcdefgh", "kind": ["beat"], "idle_ms": 0},
    ],
)
def test_what_is_no_beat_is_refused(raw) -> None:
    with pytest.raises(Invalid):
        parse_beat(raw)
