"""Rules of practice: the schedule, what an attempt teaches and when, weak areas, streaks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.attempts.rules import GRACE, AttemptRules, Disclosure, Part, Release
from learning.practice.rules import (
    READY_MARGIN,
    Tally,
    add_up,
    answered_of,
    interval_of,
    ready_at,
    review,
    streak_of,
    tally_of,
    weakest,
)
from learning.question_bank.rules import Pool

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
CLOSES = NOW + timedelta(hours=3)


def days_after(answers: str) -> list[int]:
    memory, at, days = "", NOW, []
    for answer in answers:
        done = review(memory, is_right=answer == "R", at=at)
        memory, at = done.memory, done.due_at
        days.append(interval_of(memory).days)
    return days


class TestSchedule:
    @pytest.mark.parametrize(
        ("answers", "days"),
        [("RRRR", [2, 11, 46, 163]), ("WRRR", [1, 2, 6, 17]), ("RWRR", [2, 1, 2, 6])],
    )
    def test_right_answers_are_asked_ever_later_and_a_wrong_one_tomorrow(
        self, answers: str, days: list[int]
    ) -> None:
        assert days_after(answers) == days

    @given(st.text("RW", min_size=1, max_size=30))
    def test_an_interval_is_a_day_to_a_year_and_a_wrong_answer_never_lengthens_it(
        self, answers: str
    ) -> None:
        days = days_after(answers)

        assert all(1 <= n <= 365 for n in days)
        assert days_after(answers + "W")[-1] <= days_after(answers + "R")[-1]

    def test_before_the_first_review_nothing_is_waited_for(self) -> None:
        assert interval_of("") == timedelta(0)


class TestRelease:
    def test_what_is_explained_on_a_day_waits_for_it(self) -> None:
        day = CLOSES + timedelta(days=3)
        rules = AttemptRules(limit_s=60, review=True, disclosure=Disclosure(keys_from=day))

        assert ready_at(rules, Pool.CONTEST, closes_at=CLOSES, now=NOW) == day

    @pytest.mark.parametrize("pool", [Pool.PRACTICE, Pool.CONTEST])
    def test_what_is_released_at_submission_is_ready_at_once(self, pool: Pool) -> None:
        rules = AttemptRules(limit_s=60, release=Release.AT_SUBMIT, review=True)

        assert ready_at(rules, pool, closes_at=CLOSES, now=NOW) == NOW

    def test_what_is_released_at_the_close_waits_for_it(self) -> None:
        rules = AttemptRules(limit_s=60, release=Release.AT_CLOSE, review=True)

        at = ready_at(rules, Pool.CONTEST, closes_at=CLOSES, now=NOW)

        assert at == CLOSES + GRACE + READY_MARGIN

    @pytest.mark.parametrize(
        ("rules", "pool"),
        [
            (AttemptRules(limit_s=60, release=Release.AT_SUBMIT, review=True), Pool.SECURE),
            (AttemptRules(limit_s=60, release=Release.AT_SUBMIT, review=False), Pool.CONTEST),
            (AttemptRules(60, review=True, disclosure=Disclosure(Part.KEYS)), Pool.CONTEST),
            (AttemptRules(limit_s=60, release=Release.NEVER, review=True), Pool.CONTEST),
        ],
    )
    def test_secure_items_and_withheld_keys_never_reach_the_notebook(
        self, rules: AttemptRules, pool: Pool
    ) -> None:
        assert ready_at(rules, pool, closes_at=CLOSES, now=NOW) is None


class TestWhatAnAttemptTeaches:
    def test_right_and_wrong_answers_count_and_nothing_else_does(self) -> None:
        outcomes = ["right", "wrong", "partial", "unanswered", "pending", "excluded", "granted"]
        rows = [[0, 1000, outcome, False] for outcome in outcomes]

        found = answered_of([11, 12, 13, 14, 15, 16, 17], rows)

        assert [(a.position, a.version_id, a.is_right) for a in found] == [
            (1, 11, True),
            (2, 12, False),
            (3, 13, False),
        ]

    def test_tallies_of_attempts_add_up(self) -> None:
        first = tally_of([("b", "甲", True), ("b", "甲", False), ("b", "乙", True)])
        second = tally_of([("b", "甲", True)])

        assert add_up([first, second]) == {
            ("b", "甲"): Tally("b", "甲", 2, 3),
            ("b", "乙"): Tally("b", "乙", 1, 1),
        }


class TestWeakAreas:
    def test_the_fewest_right_come_first_and_few_answers_say_nothing(self) -> None:
        held = [
            Tally("b", "很差", 1, 10),
            Tally("b", "全对", 9, 9),
            Tally("b", "太少", 0, 2),
            Tally("b", "不供练习", 0, 9),
            Tally("b", "一般", 6, 10),
        ]
        tallies = {(t.bank, t.area): t for t in held}
        offered = {place for place in tallies if place[1] != "不供练习"}

        found = weakest(tallies, offered, 3)

        assert [t.area for t in found] == ["很差", "一般"]


class TestStreaks:
    @pytest.mark.parametrize(
        ("days", "length"),
        [([22, 21, 20], 3), ([21, 20], 2), ([20, 19], 0), ([22, 20], 1), ([], 0)],
    )
    def test_a_streak_ends_today_or_yesterday(self, days: list[int], length: int) -> None:
        held = {date(2026, 11, day) for day in days}

        assert streak_of(held, date(2026, 11, 22)) == length
