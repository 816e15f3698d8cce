"""When a training task is due, what a pause moves, and what state that makes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.compliance.rules.assignments import (
    DueKind,
    Rest,
    TaskState,
    due_of,
    end_of_day,
    moved_due,
    next_due,
    reached_at,
    state_of,
    track_done_at,
)

ZONE = "Asia/Shanghai"
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def at(days: float) -> datetime:
    return START + DAY * days


class TestDue:
    def due(self, kind: DueKind, days: int | None, event: datetime | None) -> datetime | None:
        return due_of(kind, due_at=at(9), days=days, event_at=event, assigned_at=at(0), zone=ZONE)

    def test_a_fixed_date_is_everybodys(self) -> None:
        assert self.due(DueKind.DATE, None, None) == at(9)

    def test_after_joining_the_days_end_with_the_day_of_the_zone(self) -> None:
        due = self.due(DueKind.JOINED, 30, at(2))

        assert due == datetime(2026, 4, 2, 15, 59, 59, 999999, tzinfo=UTC)

    def test_who_joined_long_ago_has_the_days_from_the_assignment_on(self) -> None:
        assert self.due(DueKind.POST, 30, at(-400)) == end_of_day(at(30), ZONE)

    def test_before_a_certificate_ends_its_end_stands(self) -> None:
        last_day = datetime(2026, 5, 20, 15, 59, 59, 999999, tzinfo=UTC)  # in Shanghai
        midnight = last_day + timedelta(microseconds=1)

        assert self.due(DueKind.CERTIFICATE, 60, midnight) == last_day - timedelta(days=60)

    def test_without_the_event_nothing_is_asked(self) -> None:
        assert self.due(DueKind.CERTIFICATE, 60, None) is None


@pytest.mark.parametrize(
    ("day", "months", "following"),
    [
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-02-28", 1, "2026-03-31"),  # the last day stays the last
        ("2026-01-30", 1, "2026-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-11-15", 3, "2027-02-15"),
    ],
)
def test_the_next_round_is_due_months_later(day: str, months: int, following: str) -> None:
    noon = datetime.fromisoformat(f"{day}T04:00:00+00:00")
    expected = end_of_day(datetime.fromisoformat(f"{following}T04:00:00+00:00"), ZONE)

    assert next_due(end_of_day(noon, ZONE), months, ZONE) == expected


class TestPauses:
    def test_a_pause_that_ended_moves_the_date_by_its_length(self) -> None:
        assert moved_due(at(10), [Rest(at(2), at(5))], at(0)) == (at(13), None)

    def test_one_that_lasts_moves_nothing_yet(self) -> None:
        assert moved_due(at(10), [Rest(at(2), None)], at(0)) == (at(10), at(2))

    def test_what_lay_before_the_assignment_does_not_count(self) -> None:
        assert moved_due(at(10), [Rest(at(-9), at(1))], at(0)) == (at(11), None)
        assert moved_due(at(10), [Rest(at(-9), at(-1))], at(0)) == (at(10), None)

    def test_leave_within_a_pause_counts_once(self) -> None:
        rests = [Rest(at(1), at(6)), Rest(at(2), at(4)), Rest(at(5), at(8))]

        assert moved_due(at(10), rests, at(0)) == (at(17), None)

    def test_leave_that_ends_while_a_pause_lasts_counts_up_to_the_pause(self) -> None:
        rests = [Rest(at(1), at(6)), Rest(at(3), None)]

        assert moved_due(at(10), rests, at(0)) == (at(12), at(3))

    @given(st.lists(st.tuples(st.integers(-5, 30), st.integers(1, 9)), max_size=6))
    def test_the_date_moves_by_the_days_on_which_anything_rested(
        self, spans: list[tuple[int, int]]
    ) -> None:
        rests = [Rest(at(since), at(since + length)) for since, length in spans]
        days = {day for since, length in spans for day in range(since, since + length) if day >= 0}

        assert moved_due(at(10), rests, at(0)) == (at(10 + len(days)), None)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"done_at": at(10)}, TaskState.DONE),
        ({"done_at": at(11)}, TaskState.DONE_LATE),
        ({"done_at": at(9), "left_at": at(9)}, TaskState.DONE),
        ({"left_at": at(9)}, TaskState.LEFT),
        ({"paused_since": at(1)}, TaskState.PAUSED),
        ({}, TaskState.OVERDUE),
        ({"due_at": at(12)}, TaskState.DUE_SOON),
        ({"due_at": at(42.5)}, TaskState.OPEN),
    ],
)
def test_the_state_follows_from_the_dates(facts: dict[str, datetime], state: TaskState) -> None:
    dates = {"due_at": at(10), "done_at": None, "left_at": None, "paused_since": None, **facts}

    assert state_of(**dates, now=at(12)) is state


def test_hours_are_reached_on_the_day_of_the_credit_that_makes_them_full() -> None:
    earned = [(at(1), 400), (at(2), 600), (at(3), 10)]

    assert reached_at(earned, 1000) == at(2)
    assert reached_at(earned, 1011) is None


def test_a_track_is_done_with_its_compulsory_and_enough_elective_courses() -> None:
    done = {"a": at(1), "b": at(2), "x": at(9), "y": at(3)}

    assert track_done_at(["a", "b"], ["x", "y", "z"], 1, done) == at(3)
    assert track_done_at(["a", "b"], ["x", "y", "z"], 2, done) == at(9)
    assert track_done_at(["a", "b"], ["x", "y", "z"], 3, done) is None
    assert track_done_at(["a", "c"], [], 0, done) is None
