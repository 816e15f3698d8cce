"""The auditor's list of exemptions is that of a day, as known on a day, in the unit reported on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.compliance.models import Exemption
from learning.compliance.queries.exemptions import list_standing
from learning.compliance.queries.requirements import AsOf
from learning.organisations.models import Membership, PostHolding
from tests.compliance.staffed import make_firm

DAY = timedelta(days=1)


@pytest.fixture
def firm(session, now):
    return make_firm(session, now)


def listed(firm, on, known, unit: int = 0) -> list[str]:
    found = list_standing(firm.session, firm.units[unit].id, AsOf(on, known), limit=9)
    return [one.person for one in found]


def leave(firm, person, at) -> None:
    for table in (Membership, PostHolding):
        for row in firm.session.scalars(select(table).where(table.user_id == person.id)):
            row.valid_to = row.ended_at = at
    firm.session.flush()


def test_who_left_since_is_listed_on_a_day_before(firm, now) -> None:
    gone = firm.hire("走", 2, 0)
    firm.exempt(gone, 0)
    leave(firm, gone, now - 10 * DAY)

    assert listed(firm, now - 20 * DAY, now) == ["走"]
    assert listed(firm, now, now) == []
    assert listed(firm, now, now - 11 * DAY) == ["走"]  # as was known then


def test_an_exemption_over_today_is_listed_on_its_days_alone(firm, now) -> None:
    person = firm.hire("免", 2, 0)
    firm.exempt(person, 0, days=-5)

    assert listed(firm, now - 6 * DAY, now) == ["免"]
    assert listed(firm, now, now) == []
    assert listed(firm, now - 401 * DAY, now) == []  # not begun


def test_one_ended_early_stands_as_long_as_nobody_knew(firm, now) -> None:
    person = firm.hire("免", 2, 0)
    firm.exempt(person, 0)
    row = firm.session.scalars(select(Exemption)).one()
    row.planned_to, row.valid_to, row.ended_at = row.valid_to, now - 3 * DAY, now - 3 * DAY
    firm.session.flush()

    assert listed(firm, now, now) == []
    assert listed(firm, now, now - 4 * DAY) == ["免"]


def test_people_of_other_units_are_not_listed_those_with_a_post_there_are(firm, now) -> None:
    team, plant, other = firm.hire("班", 2, 0), firm.hire("厂", 1, 0), firm.hire("兼", 0)
    firm.give_post(other, 1, 2)
    for one in (team, plant, other):
        firm.exempt(one, 0)
    foreign = make_firm(firm.session, now)
    foreign.exempt(team, 0)  # another employer's

    assert sorted(listed(firm, now, now, unit=2)) == ["兼", "班"]
    assert sorted(listed(firm, now, now, unit=1)) == ["兼", "厂", "班"]
    assert listed(foreign, now, now) == []
