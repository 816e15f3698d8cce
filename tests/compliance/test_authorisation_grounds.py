"""What authorisations rest on: the person's own certificates and exemptions, and no one else's."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from learning.compliance.models import AuthorisationEnd
from learning.compliance.queries.authorisations import (
    AuthorisationFilter,
    get_authorisation,
    list_authorisations,
)
from learning.compliance.queries.grounds import list_grounds
from learning.compliance.rules.authorisations import Act
from learning.compliance.services.lapses import record_lapses
from tests.factories.authorisations import (
    an_act,
    give,
    hold,
    make_shop,
    make_worker,
    require,
    spare,
)
from tests.factories.people import make_unit

DAY = timedelta(days=1)


def overriding(now: datetime) -> Act:
    """An act in spite of what is missing."""
    act = an_act(now)
    return replace(act, last=act.first, override_reason="停机抢修")


def test_one_given_thanks_to_an_exemption_lapses_when_that_ends(session, now) -> None:
    shop = make_shop(session, now)
    worker = make_worker(session, now, shop)
    require(session, now, shop)
    spare(session, now, shop, worker, shop.enterprise)
    [given] = give(session, now, shop, worker)
    end = now + 90 * DAY

    before = get_authorisation(session, shop.actor, given, end - DAY)
    after = get_authorisation(session, shop.actor, given, end)

    assert (before.state, after.state) == ("in_force", "lapsed")
    [ground] = list_grounds(session, before.id, end - DAY)
    assert (ground.held_until, ground.spared_until) == (None, end - timedelta(microseconds=1))
    assert list_grounds(session, before.id, end)[0].spared_until is None
    assert record_lapses(session, end - DAY, limit=10) == 0
    assert record_lapses(session, end, limit=10) == 1
    assert session.scalars(select(AuthorisationEnd.cause)).one() == "exemption"
    assert len(give(session, end, shop, worker, act=overriding(end))) == 1


def test_an_exemption_that_goes_on_or_a_certificate_in_its_place_keeps_it(session, now) -> None:
    shop = make_shop(session, now)
    spared, certified = (make_worker(session, now, shop, n) for n in ("李娜", "王强"))
    require(session, now, shop)
    for worker in (spared, certified):
        spare(session, now, shop, worker, shop.enterprise)
    given = give(session, now, shop, spared, certified)
    end = now + 90 * DAY
    spare(session, end + DAY, shop, spared, shop.enterprise)
    hold(session, end - DAY, shop, certified, since=end - DAY, until=end + 9 * DAY)

    states = [get_authorisation(session, shop.actor, one, end).state for one in given]

    assert states == ["in_force", "in_force"]
    assert record_lapses(session, end, limit=10) == 0
    assert record_lapses(session, end + 9 * DAY, limit=10) == 1


def test_what_another_holds_keeps_nobody_authorised(session, now) -> None:
    shop = make_shop(session, now)
    worker = make_worker(session, now, shop)
    require(session, now, shop)
    hold(session, now, shop, worker)
    [public_id] = give(session, now, shop, worker)
    other = make_worker(session, now, shop, "王强")
    hold(session, now, shop, other)
    [others] = give(session, now, shop, other)
    later = now + 5 * DAY
    hold(session, later, shop, worker, until=later)

    states = [
        get_authorisation(session, shop.actor, one, later).state for one in (public_id, others)
    ]

    assert states == ["lapsed", "in_force"]
    lapsed = AuthorisationFilter(state="lapsed")
    found = list_authorisations(session, shop.actor, lapsed, later)
    assert [one.public_id for one in found] == [public_id]
    assert record_lapses(session, later, limit=10) == 1


def test_an_exemption_from_elsewhere_or_of_another_scheme_keeps_nothing(session, now) -> None:
    shop = make_shop(session, now)
    worker = make_worker(session, now, shop)
    require(session, now, shop)
    spare(session, now, shop, worker, shop.enterprise)
    [given] = give(session, now, shop, worker)
    end = now + 90 * DAY
    spare(session, end, shop, worker, make_unit(session, now, name="别的企业"))

    assert get_authorisation(session, shop.actor, given, end).state == "lapsed"
