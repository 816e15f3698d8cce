"""HR learns no result before its candidate may: neither in a list, nor in a number."""

from datetime import timedelta

import pytest

from learning.attempts.rules import Disclosure, Release
from learning.compliance import queries
from learning.compliance.queries import dashboard
from learning.compliance.queries.staff import StaffFilter, StaffState
from learning.exams import queries as exams
from learning.exams.queries import get_by_id
from learning.exams.services import close_sitting, release_due_results
from tests.compliance.staffed import make_firm
from tests.factories.certification import make_office, make_sitting, record_result

WINDOW = timedelta(hours=9)
DAY = timedelta(days=1)


@pytest.fixture
def firm(session, now):
    return make_firm(session, now)


def learned(session, firm, at) -> list[int]:
    """How many passes HR reads at the instant: on a person, in the list, in the sums, in the overview."""
    wanted = StaffFilter(state=StaffState.PASSED)
    people = dashboard.people_in(session, firm.actor, "", at)
    passes = dashboard.list_passes(session, people, at)
    return [
        len(queries.get_staff(session, firm.actor, firm.people[0].public_id, at).results),
        queries.count_staff(session, firm.actor, wanted, at),
        queries.count_totals(session, firm.actor, StaffFilter(), at).passed,
        sum(each.passed for each in passes),
    ]


def passed(session, now, firm, **rules):
    sitting = make_sitting(session, now, make_office(session, now), **rules)
    record_result(session, now, sitting, firm.hire("甲", 2))
    return sitting


def test_not_before_the_close(session, now, firm) -> None:
    sitting = passed(session, now, firm, release=Release.AT_CLOSE)
    before = learned(session, firm, now + timedelta(hours=1))

    close_sitting(session, get_by_id(session, sitting.id), actor=None, now=now + WINDOW)

    assert before == [0, 0, 0, 0]
    assert learned(session, firm, now + WINDOW) == [1, 1, 1, 1]


def test_not_before_the_day_that_is_set_for_scores(session, now, firm) -> None:
    day = now + WINDOW + 3 * DAY
    told = Disclosure(score_from=day)
    sitting = passed(session, now, firm, release=Release.AT_CLOSE, disclosure=told)
    close_sitting(session, get_by_id(session, sitting.id), actor=None, now=now + WINDOW)
    before = learned(session, firm, day - timedelta(seconds=1))
    on_the_day = learned(session, firm, day)  # whether the worker came by or not

    release_due_results(session, day, 20)

    assert before == [0, 0, 0, 0]
    assert on_the_day == learned(session, firm, day) == [1, 1, 1, 1]


def test_at_once_where_candidates_are_told_at_hand_in(session, now, firm) -> None:
    passed(session, now, firm, release=Release.AT_SUBMIT)

    assert learned(session, firm, now) == [1, 1, 1, 1]


@pytest.mark.parametrize("release", [Release.AT_SUBMIT, Release.AT_CLOSE])
@pytest.mark.parametrize("hours", [0, 8, 10, 100])
@pytest.mark.parametrize("days", [None, 2])
def test_the_many_are_held_back_as_each_is(session, now, firm, release, hours, days) -> None:
    told = Disclosure(score_from=now + WINDOW + days * DAY) if days else Disclosure()
    sitting = passed(session, now, firm, release=release, disclosure=told)
    at = now + timedelta(hours=hours)

    held = sitting.id in exams.list_held_back(session, at)

    view = get_by_id(session, sitting.id)
    assert held is not exams.has_released_results(session, view, at)
