"""Codes of the screen that go stale, tickets of one person, plans of meetings: pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.study.rules.classes import (
    STEP_S,
    Attendance,
    SessionPlan,
    Turn,
    accepts,
    code_at,
    free_ms,
    minutes_missed,
    problems_of,
    takes_ticket,
    ticket_for,
    was_there,
)
from learning.study.rules.typed import read_people

KEY, AT = "k" * 64, datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class TestCodes:
    def test_a_code_is_good_while_it_is_shown_and_one_step_longer(self) -> None:
        code = code_at(KEY, "s", Turn.IN, AT)

        assert code_at(KEY, "s", Turn.IN, AT + 9 * SECOND) == code
        assert accepts(KEY, "s", Turn.IN, code, AT)
        assert accepts(KEY, "s", Turn.IN, code, AT + (2 * STEP_S - 1) * SECOND)

    def test_a_photo_sent_to_a_friend_is_useless_after_some_seconds(self) -> None:
        code = code_at(KEY, "s", Turn.IN, AT)

        assert not accepts(KEY, "s", Turn.IN, code, AT + 2 * STEP_S * SECOND)

    def test_nobody_makes_a_code_for_later(self) -> None:
        assert not accepts(KEY, "s", Turn.IN, code_at(KEY, "s", Turn.IN, AT + HOUR), AT)

    @pytest.mark.parametrize(
        ("key", "session", "turn"),
        [("x" * 64, "s", Turn.IN), (KEY, "t", Turn.IN), (KEY, "s", Turn.OUT)],
    )
    def test_a_code_is_of_one_class_one_meeting_and_one_purpose(self, key, session, turn) -> None:
        assert not accepts(key, session, turn, code_at(KEY, "s", Turn.IN, AT), AT)

    @pytest.mark.parametrize("raw", ["", "-", "1-2", "九-x", "9" * 40 + "-x", "1700000000"])
    def test_what_is_no_code_is_refused(self, raw) -> None:
        assert not accepts(KEY, "s", Turn.IN, raw, AT)
        assert not takes_ticket(KEY, "s", Turn.IN, 7, raw, AT)

    def test_a_ticket_is_its_persons_alone_and_runs_out(self) -> None:
        ticket = ticket_for(KEY, "s", Turn.IN, 7, AT)

        assert takes_ticket(KEY, "s", Turn.IN, 7, ticket, AT + 2 * MINUTE)
        assert not takes_ticket(KEY, "s", Turn.IN, 8, ticket, AT)
        assert not takes_ticket(KEY, "s", Turn.IN, 7, ticket, AT + 121 * SECOND)
        later = ticket.replace(ticket.split("-")[0], str(int(ticket.split("-")[0]) + 600))
        assert not takes_ticket(KEY, "s", Turn.IN, 7, later, AT)


class TestPlans:
    @pytest.mark.parametrize(
        ("lasts", "minutes", "place"),
        [
            (0, 1, "ends"),
            (-60, 1, "ends"),
            (17 * 60, 60, "ends"),
            (60, 61, "minutes"),
            (60, 0, "minutes"),
        ],
    )
    def test_what_cannot_be_is_named(self, lasts, minutes, place) -> None:
        plan = SessionPlan(AT, AT + lasts * MINUTE, minutes)

        assert [problem.place for problem in problems_of(plan)] == [place]

    def test_who_must_sign_out_and_did_not_was_not_there(self) -> None:
        gone = Attendance(1, AT, None, is_listed=False)

        assert not was_there(gone, needs_sign_out=True)
        assert was_there(gone, needs_sign_out=False)
        assert was_there(Attendance(1, AT, None, is_listed=True), needs_sign_out=True)
        assert was_there(Attendance(1, AT, AT, is_listed=False), needs_sign_out=True)


@pytest.mark.parametrize(
    ("taken", "minutes"),
    [
        ([], 60),
        ([(-30, 0), (60, 90)], 60),
        ([(-30, 20)], 40),
        ([(10, 20), (15, 30), (12, 14)], 40),
        ([(50, 90)], 50),
        ([(-10, 70), (0, 60)], 0),
    ],
)
def test_a_time_is_free_beside_what_was_elsewhere_each_instant_once(taken, minutes) -> None:
    plan = SessionPlan(AT, AT + timedelta(minutes=60), 60)
    times = [tuple(AT + timedelta(minutes=n) for n in pair) for pair in taken]

    assert free_ms(plan, times) == minutes * 60_000


def test_people_are_read_as_they_are_typed_or_copied_one_a_line() -> None:
    text = "姓名\t工号\n张三 0012\n\n李　明，A-7\n2. 王五\t１３８ 0000 0001\nJohn Smith 9\n赵·六\n0013\n"

    rows, problems = read_people(text.replace(" 0000 ", "0000"))

    assert [(row.line, row.name, row.staff_no, row.phone) for row in rows] == [
        (2, "张三", "0012", ""),
        (4, "李明", "A-7", ""),
        (5, "王五", "", "+8613800000001"),
        (6, "John Smith", "9", ""),
        (7, "赵·六", "", ""),
    ]
    assert [(problem.cell, problem.value, problem.code) for problem in problems] == [
        ("#8", "0013", "name_missing")
    ]


@pytest.mark.parametrize(
    ("came", "left", "missed"),
    [
        (-10, None, (0, 0)),
        (14, 46, (0, 0)),
        (15, 60, (15, 0)),
        (59, 65, (59, 0)),
        (0, 45, (0, 15)),
        (20, 30, (20, 30)),
    ],
)
def test_from_a_quarter_on_who_comes_late_or_leaves_early_is_noted(came, left, missed) -> None:
    plan = SessionPlan(AT, AT + HOUR, 60)
    out_at = None if left is None else AT + left * MINUTE

    assert minutes_missed(plan, AT + came * MINUTE, out_at) == missed
