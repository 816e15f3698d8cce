"""Certificates of hours after their issue: what was taken back or corrected is told to who verifies."""

from datetime import timedelta

import pytest

from learning.study.queries import find_statement_by_code, later_by_statement, list_statements
from learning.study.rules.hours import Field, year_span
from learning.study.rules.statements import Later
from learning.study.services.contras import correct_credit, take_back
from learning.study.services.statements import issue_statement
from tests.factories.study import make_credit
from tests.study.hours import ZONE, Office

SPAN = year_span(2026, ZONE)
MINUTE = timedelta(minutes=1)


class Issued:
    """A certificate of two credits of 0.66 hours, one of them professional."""

    def __init__(self, session, now) -> None:
        self.office = Office(session, now)
        self.session, self.now = session, now
        self.first = make_credit(session, now, self.office.person.id)
        self.second = make_credit(session, now, self.office.person.id, is_common=True)
        self.id = issue_statement(session, self.office.learner, SPAN, zone=ZONE, now=now)

    def back(self, credit_id: str, *, minutes: int = 1) -> None:
        at = self.now + minutes * MINUTE
        take_back(self.session, self.office.hr, credit_id, raw_reason="代刷。", now=at)

    def corrected(self, credit_id: str, hours: int, field=Field.PROFESSIONAL) -> str:
        return correct_credit(
            self.session, self.office.hr, credit_id, hours_milli=hours, field=field,
            raw_reason="少记了。", now=self.now + MINUTE,
        )  # fmt: skip

    @property
    def later(self) -> Later:
        (view,) = [
            one
            for one in list_statements(self.session, self.office.person.id)
            if one.public_id == self.id
        ]
        return later_by_statement(self.session, view.user_id, [view], ZONE)[self.id]


@pytest.fixture
def issued(session, now) -> Issued:
    return Issued(session, now)


def test_while_nothing_is_taken_back_it_stands_as_it_was(issued) -> None:
    make_credit(issued.session, issued.now + MINUTE, issued.office.person.id)

    assert issued.later == Later(0, 1_320, 660)


def test_hours_taken_back_are_missing_from_what_it_comes_to_now(issued) -> None:
    issued.back(issued.first.public_id)

    assert issued.later == Later(1, 660, 0)


def test_of_a_corrected_line_counts_what_stands_in_the_end(issued) -> None:
    second = issued.corrected(issued.first.public_id, 500, Field.COMMON)

    assert issued.later == Later(1, 1_160, 0)
    issued.back(second, minutes=2)
    assert issued.later == Later(1, 660, 0)


def test_what_was_corrected_before_the_issue_is_no_change_and_its_end_is_one(issued) -> None:
    made = issued.corrected(issued.first.public_id, 500)
    issued.id = issue_statement(
        issued.session, issued.office.learner, SPAN, zone=ZONE, now=issued.now + 2 * MINUTE
    )

    assert issued.later == Later(0, 1_160, 500)
    issued.back(made, minutes=3)
    assert issued.later == Later(1, 660, 0)


def test_a_credit_that_it_does_not_name_changes_nothing(issued) -> None:
    other = make_credit(issued.session, issued.now + MINUTE, issued.office.person.id)

    issued.back(other.public_id, minutes=2)

    assert issued.later == Later(0, 1_320, 660)


def test_a_code_finds_whose_it_is(issued) -> None:
    (view,) = list_statements(issued.session, issued.office.person.id)

    found = find_statement_by_code(issued.session, view.code)

    assert found is not None
    assert found.user_id == issued.office.person.id
