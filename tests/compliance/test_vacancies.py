"""Posts that nobody is left in are short: moved away, gone, on leave, never filled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.compliance.models import StaffStatus
from learning.compliance.queries.forecast import read_outlook
from learning.compliance.rules.forecast import Shortage, shortages_of
from learning.kernel.clock import utc_now
from learning.kernel.ids import new_public_id
from learning.organisations.models import Membership, PostHolding
from learning.organisations.services import memberships
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import log_in

HOUR = timedelta(hours=1)


@pytest.fixture
def firm(session, now) -> Firm:
    """A firm that needs a holder of the first post in each unit, and has one in its team."""
    firm = make_firm(session, now)
    firm.require(0, 0, needed=1)
    firm.hold(firm.hire("赵独", 2, 0), 0, None)
    return firm


def short(firm: Firm) -> list[Shortage]:
    at = firm.now + HOUR
    outlook = read_outlook(firm.session, firm.units[0].id, at, at + timedelta(days=300))
    found, number = shortages_of(outlook, 99)
    assert number == len(found)
    return found


def empty(firm: Firm, unit: int) -> Shortage:
    key = (firm.units[unit].id, firm.posts[0].id, firm.schemes[0].id)
    return Shortage(key, None, 1, 0, 0)


def only(firm: Firm, table: type[PostHolding] | type[Membership], person: User) -> int:
    return firm.session.scalars(select(table.id).where(table.user_id == person.id)).one()


def test_with_its_holder_nothing_is_short(firm) -> None:
    assert short(firm) == []


def test_the_only_holder_moves_away(firm) -> None:
    (person,) = firm.people
    memberships.end_post_holding(firm.session, None, only(firm, PostHolding, person), now=firm.now)
    assert short(firm) == [empty(firm, 2)]

    firm.give_post(person, 0, 1)

    assert short(firm) == [empty(firm, 2)]


def test_the_only_holder_leaves_the_firm(firm) -> None:
    place = only(firm, Membership, firm.people[0])

    memberships.end_membership(firm.session, None, place, now=firm.now)

    assert short(firm) == [empty(firm, 2)]


def test_the_only_holder_goes_on_leave(firm) -> None:
    firm.status(firm.people[0], "leave")

    assert short(firm) == [empty(firm, 2)]


def test_the_only_holder_will_go_on_leave(firm) -> None:
    leaves_at, back_at = firm.now + timedelta(days=20), firm.now + timedelta(days=90)
    row = {"user_id": firm.people[0].id, "organisation_id": firm.units[0].id, "kind": "leave"}
    dates = {"valid_from": leaves_at, "valid_to": back_at, "recorded_at": firm.now}
    firm.add(StaffStatus(public_id=new_public_id(), **row, **dates))

    assert short(firm) == [replace(empty(firm, 2), at=leaves_at)]
    firm.hold(firm.hire("钱替", 2, 0), 0, None)
    assert short(firm) == []


def test_nobody_was_ever_in_the_post(firm) -> None:
    firm.require(1, 0, unit=1, needed=2)

    (found,) = short(firm)

    key = (firm.units[1].id, firm.posts[1].id, firm.schemes[0].id)
    assert found == Shortage(key, None, 2, 0, 0)


def test_a_slip_that_was_put_right_gave_the_unit_no_post(firm) -> None:
    firm.give_post(firm.people[0], 0, 1)
    wrong = firm.session.scalars(select(PostHolding).order_by(PostHolding.id.desc())).first()
    wrong.valid_to, wrong.ended_at = wrong.valid_from, firm.now
    firm.session.flush()

    assert short(firm) == []


def test_the_page_says_that_the_post_is_vacant(app, database) -> None:
    with database.transaction() as session:
        firm = make_firm(session, utc_now())
        firm.require(0, 0, needed=1)
        person = firm.hire("赵独", 2, 0)
        firm.hold(person, 0, None)
        firm.status(person, "leave")
        session.expunge_all()
    client = app.test_client()
    log_in(client, database, firm.hr, utc_now())

    page = client.get("/staff/coverage/forecast").text

    assert "现在岗位空缺" in page
    assert "装配班" in page
    assert "trainable" not in page, "there is nobody to be trained"
    assert "Vacant now" in client.get("/staff/coverage/forecast?lang=en").text
