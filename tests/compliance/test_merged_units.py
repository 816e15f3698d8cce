"""Units merge and split around people who are authorised: who goes nowhere loses nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.compliance.models import Authorisation, AuthorisationEnd
from learning.compliance.queries.authorisations import (
    AuthorisationFilter,
    get_authorisation,
    get_revocable,
    list_authorisations,
)
from learning.compliance.services.authorisations import Wish, revoke
from learning.compliance.services.lapses import record_lapses
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Role
from learning.organisations.models import Membership, PostHolding
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import (
    SplitPart,
    add_membership,
    assign_post,
    end_membership,
    merge_units,
    split_unit,
)
from tests.factories.authorisations import an_act, give, hold, make_shop, make_worker, require
from tests.factories.people import make_actor, make_unit, make_user, unit_grant

DAY = timedelta(days=1)


class Hall:
    """A shop whose worker is authorised for the post and for a crane, and a shop beside it."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.shop = make_shop(session, now)
        require(session, now, self.shop)
        self.beside = self.department("总装二车间")
        self.worker = make_worker(session, now, self.shop)
        hold(session, now, self.shop, self.worker)
        self.given = self.authorise(now)

    def department(self, name: str):
        parent = self.shop.enterprise
        return make_unit(self.session, self.now, kind="department", name=name, parent=parent)

    def authorise(self, at) -> list[str]:
        crane = Wish(
            self.shop.enterprise.public_id,
            raw_scheme=self.shop.office.scheme,
            equipment="行车",
            equipment_no="3 号",
        )
        act = an_act(at, equipment="行车", equipment_no="3 号")
        return [
            *give(self.session, at, self.shop, self.worker, act=an_act(at)),
            *give(self.session, at, self.shop, self.worker, wish=crane, act=act),
        ]

    def transfer(self, unit, at) -> None:
        open_ = select(Membership).where(
            Membership.user_id == self.worker.id, Membership.valid_to.is_(None)
        )
        for row in self.session.scalars(open_).all():
            end_membership(self.session, None, row.id, now=at)
        add_membership(self.session, None, self.worker.id, unit_id=unit.id, now=at)
        post_id = self.shop.post.id
        assign_post(self.session, None, self.worker.id, post_id=post_id, unit_id=unit.id, now=at)

    def merge(self, unit, into, at, *, since=None) -> None:
        merge_units(self.session, None, [unit.id], successor_id=into.id, now=at, effective_at=since)

    def split(self, at, *, takes: bool) -> list:
        """Split the shop in two; the second part takes the worker, or nobody."""
        people = frozenset({self.worker.id} if takes else ())
        parts = [
            SplitPart(UnitDraft(kind=UnitKind.DEPARTMENT, name="甲车间")),
            SplitPart(UnitDraft(kind=UnitKind.DEPARTMENT, name="乙车间"), user_ids=people),
        ]
        return split_unit(self.session, None, self.shop.shop.id, parts=parts, now=at)

    def states(self, at) -> list[str]:
        rows = select(Authorisation.public_id).order_by(Authorisation.id)
        ids = self.session.scalars(rows).all()
        # Judged as whoever carries the card is, whatever HR's reach is.
        owner = make_actor(self.worker)
        return [get_authorisation(self.session, owner, one, at).state.value for one in ids]


@pytest.fixture
def hall(session, now) -> Hall:
    return Hall(session, now)


def test_who_only_follows_the_merged_unit_stays_authorised(session, now, hall) -> None:
    later = now + 5 * DAY
    hall.merge(hall.shop.shop, hall.beside, later)

    assert hall.states(later) == ["in_force", "in_force"]
    assert record_lapses(session, later + DAY, limit=10) == 0
    hall.transfer(hall.department("仓储部"), later + 2 * DAY)
    assert hall.states(later + 2 * DAY) == ["lapsed", "lapsed"]
    assert record_lapses(session, later + 2 * DAY, limit=10) == 2
    assert set(session.scalars(select(AuthorisationEnd.cause))) == {"post"}


def test_hr_finds_and_revokes_it_where_the_person_works_now(session, now, hall) -> None:
    later = now + 5 * DAY
    hall.merge(hall.shop.shop, hall.beside, later)
    hr = make_actor(make_user(session, now, "人力乙"), unit_grant(Role.HR_MANAGER, hall.beside))
    other = hall.department("仓储部")
    stranger = make_actor(make_user(session, now, "人力丙"), unit_grant(Role.HR_MANAGER, other))

    wanted = AuthorisationFilter(unit=hall.beside.public_id, state="in_force")
    found = list_authorisations(session, hall.shop.actor, wanted, later)

    assert sorted(one.public_id for one in found) == sorted(hall.given)
    assert list_authorisations(session, stranger, AuthorisationFilter(), later) == []
    with pytest.raises(NotFound):
        get_revocable(session, stranger, hall.given[0], later)
    revoke(session, hr, hall.given[0], reason="违章操作", now=later)
    assert hall.states(later) == ["revoked", "in_force"]


def test_who_followed_is_not_authorised_a_second_time(session, now, hall) -> None:
    later = now + 5 * DAY
    hall.merge(hall.shop.shop, hall.beside, later)

    with pytest.raises(Conflict, match="authorised_already"):
        hall.authorise(later)

    assert session.scalar(select(func.count(Authorisation.id))) == 2


def test_a_transfer_before_the_merge_is_one_though_nobody_looked(session, now, hall) -> None:
    hall.transfer(hall.beside, now + 3 * DAY)
    hall.merge(hall.shop.shop, hall.beside, now + 5 * DAY)

    assert hall.states(now + 6 * DAY) == ["lapsed", "lapsed"]


def test_in_a_split_it_goes_with_the_part_that_takes_the_person(session, now, hall) -> None:
    later = now + 5 * DAY
    first, second = hall.split(later, takes=True)

    assert hall.states(later) == ["in_force", "in_force"]
    wanted = [AuthorisationFilter(unit=part.public_id) for part in (first, second)]
    counts = [len(list_authorisations(session, hall.shop.actor, one, later)) for one in wanted]
    assert counts == [0, 2]
    hall.transfer(first, later + DAY)
    assert hall.states(later + DAY) == ["lapsed", "lapsed"]


def test_one_merge_after_another_on_the_same_day_is_followed_too(session, now, hall) -> None:
    later, third = now + 5 * DAY, hall.department("总装三车间")
    hall.merge(hall.shop.shop, hall.beside, later, since=now + 3 * DAY)
    hall.merge(hall.beside, third, later, since=now + 3 * DAY)

    assert hall.states(later) == ["in_force", "in_force"]


def test_who_left_between_two_merges_and_came_back_was_transferred(session, now, hall) -> None:
    third, store = hall.department("总装三车间"), hall.department("仓储部")
    hall.merge(hall.shop.shop, hall.beside, now + 3 * DAY)
    hall.transfer(store, now + 4 * DAY)
    hall.merge(hall.beside, third, now + 5 * DAY)
    hall.transfer(third, now + 6 * DAY)

    assert hall.states(now + 7 * DAY) == ["lapsed", "lapsed"]


def test_who_gives_up_the_post_at_the_merge_keeps_the_equipment_alone(session, now, hall) -> None:
    later = now + 5 * DAY
    hall.merge(hall.shop.shop, hall.beside, later)
    session.execute(
        update(PostHolding).where(PostHolding.valid_to.is_(None)).values(valid_to=later + DAY)
    )

    assert hall.states(later + DAY) == ["lapsed", "in_force"]


def test_the_employer_that_took_over_another_authorises_anew(session, now, hall) -> None:
    later = now + 5 * DAY
    buyer = make_unit(session, now, name="收购方")
    enterprise = hall.shop.enterprise
    add_membership(session, None, hall.shop.hr.id, unit_id=enterprise.id, now=now)
    hold(session, now, hall.shop, hall.shop.hr)
    crane = Wish(enterprise.public_id, raw_scheme=hall.shop.office.scheme, equipment="叉车")
    give(session, now, hall.shop, hall.shop.hr, wish=crane, act=an_act(now, equipment="叉车"))
    hall.merge(enterprise, buyer, later)

    owner = make_actor(hall.shop.hr)
    [own] = session.scalars(
        select(Authorisation.public_id).where(Authorisation.user_id == hall.shop.hr.id)
    )
    assert get_authorisation(session, owner, own, later - DAY).state == "in_force"
    assert get_authorisation(session, owner, own, later).state == "lapsed"
