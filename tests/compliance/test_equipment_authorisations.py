"""An authorisation for an equipment alone: it stands in a shop, and stays with the shop."""

from datetime import timedelta

from sqlalchemy import select

from learning.compliance.models import AuthorisationEnd
from learning.compliance.queries.authorisations import get_authorisation
from learning.compliance.services.authorisations import Wish
from learning.compliance.services.lapses import record_lapses
from learning.organisations.models import Membership
from tests.factories.authorisations import an_act, give, hold, make_shop, make_worker, require
from tests.factories.people import make_membership, make_unit

DAY = timedelta(days=1)


def test_who_is_transferred_leaves_the_equipment_of_the_shop_behind(session, now) -> None:
    shop = make_shop(session, now)
    require(session, now, shop)
    worker = make_worker(session, now, shop)
    hold(session, now, shop, worker)
    wish = Wish(
        shop.enterprise.public_id,
        raw_scheme=shop.office.scheme,
        equipment="行车",
        equipment_no="3 号",
    )
    act = an_act(now, equipment="行车", equipment_no="3 号")
    [given] = give(session, now, shop, worker, wish=wish, act=act)
    later = now + 5 * DAY
    place = session.scalars(select(Membership).where(Membership.user_id == worker.id)).one()
    place.valid_to = later
    store = make_unit(session, now, kind="department", name="仓储部", parent=shop.enterprise)
    make_membership(session, later, worker, store, organisation=shop.enterprise)

    assert get_authorisation(session, shop.actor, given, later).state == "lapsed"
    record_lapses(session, later, limit=10)
    assert session.scalars(select(AuthorisationEnd.cause)).one() == "post"
