"""Appeals, purely: until when, what follows what, who may not decide."""

from datetime import UTC, datetime, timedelta

import pytest

from learning.exams.rules import (
    AppealKind,
    AppealState,
    Involved,
    Involvement,
    Subject,
    appeal_number,
    decide_refusal,
    involvements,
    is_overdue,
    lodge_refusal,
    lodge_until,
)
from learning.exams.rules.letters import (
    result_changed,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
PEOPLE = Involved(
    appellant=1,
    writers=frozenset({2}),
    reviewers=frozenset({3}),
    markers=frozenset({4}),
    deciders=frozenset({5}),
    conflicts=frozenset({6}),
)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (1, Involvement.SELF),
        (2, Involvement.WRITER),
        (3, Involvement.REVIEWER),
        (4, Involvement.MARKER),
        (5, Involvement.DECIDED),
        (6, Involvement.CONFLICT),
    ],
)
def test_whoever_had_a_part_may_not_decide_and_is_told_why(person, why) -> None:
    assert involvements(frozenset({person}), PEOPLE) == (why,)
    assert involvements(frozenset({9, person}), PEOPLE) == (why,), "a merged record is the person"


def test_somebody_without_a_part_may_decide() -> None:
    assert involvements(frozenset({7, 8}), PEOPLE) == ()


@pytest.mark.parametrize("state", list(AppealState))
def test_only_the_handler_of_an_appeal_under_review_decides(state) -> None:
    refusal = decide_refusal(state, is_handler=True, why=())

    waits = {AppealState.LODGED: "not_handler", AppealState.REVIEW: None}
    assert refusal == waits.get(state, "appeal_over")
    assert decide_refusal(AppealState.REVIEW, is_handler=False, why=()) == "not_handler"
    involved = decide_refusal(AppealState.REVIEW, is_handler=True, why=(Involvement.MARKER,))
    assert involved == "involved"


def test_an_appeal_comes_in_time_and_names_an_item_of_the_paper() -> None:
    until = lodge_until(NOW, 15)
    item = Subject("item-x", AppealKind.ITEM, NOW, until, attempt_id=1, number=1, count=5)

    assert until == NOW + timedelta(days=15)
    assert lodge_refusal(item, 5, until) is None
    assert lodge_refusal(item, 5, until + timedelta(seconds=1)) == "appeal_late"
    assert [lodge_refusal(item, each, NOW) for each in (None, 0, 6)] == ["appeal_position"] * 3


def test_an_answered_appeal_is_never_overdue() -> None:
    late = NOW + timedelta(seconds=1)

    assert not is_overdue(AppealState.REVIEW, NOW, NOW)
    assert is_overdue(AppealState.LODGED, NOW, late)
    assert not is_overdue(AppealState.REJECTED, NOW, late)


def test_an_appeal_has_a_number_that_people_can_say() -> None:
    assert appeal_number(2026, 7, 3) == "26-7-0003"


def test_a_letter_of_a_changed_result_says_what_it_means_in_both_languages() -> None:
    lost = result_changed("考试", had_passed=True, passes=False)
    won = result_changed("考试", had_passed=False, passes=True)
    same = result_changed("考试", had_passed=True, passes=True)

    assert ("未合格" in lost.body, "stays valid until then" in lost.body) == (True, True)
    assert ("您现在合格" in won.body, "You have now passed" in won.body) == (True, True)
    assert ("结论不变" in same.body, "has not changed" in same.body) == (True, True)
