"""Authorisations: who may be authorised, how it lapses and is revoked, who sees it, what is printed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from learning.accounts.models import PersonalNotice
from learning.certification.rules.holdings import FOREVER
from learning.compliance.jobs import AUTHORISATION_LAPSES
from learning.compliance.models import (
    Authorisation,
    AuthorisationEnd,
    AuthorisationGround,
)
from learning.compliance.queries.authorisations import (
    AuthorisationFilter,
    find_by_code,
    get_authorisation,
    list_authorisations,
    list_own,
)
from learning.compliance.queries.grounds import list_grounds
from learning.compliance.rules.authorisations import AuthorisationState
from learning.compliance.services.authorisations import Wish, revoke
from learning.compliance.services.lapses import record_lapses
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.organisations.models import PostHolding
from tests.certification.test_printing import printed_text
from tests.competitions.browser import Browser
from tests.factories.authorisations import (
    an_act,
    give,
    hold,
    make_shop,
    make_worker,
    require,
    spare,
)
from tests.factories.people import make_actor, make_unit

DAY = timedelta(days=1)


class TestGiving:
    def test_who_holds_what_the_post_requires_is_authorised_and_told(self, session, now) -> None:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        hold(session, now, shop, worker)

        [given] = give(session, now, shop, worker)

        later = now + 3 * DAY
        one = get_authorisation(session, shop.actor, given, later)
        assert (one.state, one.what, one.name) == (
            AuthorisationState.IN_FORCE,
            "焊接检验员",
            "张伟",
        )
        assert [g.held_until for g in list_grounds(session, one.id, later)] == [FOREVER]
        hold(session, later, shop, worker, until=datetime(2027, 1, 1, tzinfo=UTC))
        last = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        assert list_grounds(session, one.id, later)[0].held_until == last
        assert session.scalar(
            select(PersonalNotice.title).where(PersonalNotice.user_id == worker.id)
        )
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "authorisation.given")
        ).one()
        assert entry.actor_id == shop.hr.id

    def test_who_lacks_something_is_refused_by_name_and_nobody_is_authorised(
        self, session, now
    ) -> None:
        shop = make_shop(session, now)
        ready, lacking = (make_worker(session, now, shop, name) for name in ("李娜", "王强"))
        require(session, now, shop)
        hold(session, now, shop, ready)

        with pytest.raises(Invalid) as refused:
            give(session, now, shop, ready, lacking)

        [problem] = refused.value.problems
        assert (problem.code, problem.message) == ("lacking", "王强")
        assert [zh for zh, _en in problem.titles] == ["全面质量管理基础"]
        assert session.scalar(select(func.count()).select_from(Authorisation)) == 0

    def test_what_ends_before_the_first_day_counts_as_missing(self, session, now) -> None:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        hold(session, now, shop, worker, until=now + DAY)
        first = (now + 5 * DAY).date()

        with pytest.raises(Invalid):
            give(session, now, shop, worker, act=an_act(now, first=first))

    def test_a_reason_authorises_nevertheless_until_a_day_and_is_kept(self, session, now) -> None:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        act = an_act(now, override_reason="试用期内有人带教", last=(now + 30 * DAY).date())

        [given] = give(session, now, shop, worker, act=act)

        one = get_authorisation(session, shop.actor, given, now + 3 * DAY)
        assert one.state is AuthorisationState.IN_FORCE
        assert one.override_reason == "试用期内有人带教"
        assert list_grounds(session, one.id, now) == []

    def test_an_exemption_and_an_optional_requirement_are_not_missing(self, session, now) -> None:
        shop = make_shop(session, now)
        spared, other = (make_worker(session, now, shop, name) for name in ("甲", "乙"))
        require(session, now, shop)
        spare(session, now, shop, spared, shop.enterprise)

        assert len(give(session, now, shop, spared)) == 1
        require(session, now, shop, unit=shop.shop, level="optional")
        assert len(give(session, now, shop, other)) == 1

    def test_an_exemption_by_another_organisation_spares_nobody_here(self, session, now) -> None:
        shop, other = make_shop(session, now), make_unit(session, now - DAY, name="别的企业")
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        spare(session, now, shop, worker, other)

        with pytest.raises(Invalid) as refused:
            give(session, now, shop, worker)

        assert [problem.code for problem in refused.value.problems] == ["lacking"]

    def test_the_same_is_not_given_twice_and_numbers_run_on(self, session, now) -> None:
        shop = make_shop(session, now)
        first, second = (make_worker(session, now, shop, name) for name in ("甲", "乙"))
        give(session, now, shop, first)

        give(session, now, shop, first, second)
        with pytest.raises(Conflict):
            give(session, now, shop, second)

        numbers = session.scalars(select(Authorisation.number).order_by(Authorisation.id)).all()
        assert [number[-6:] for number in numbers] == ["000001", "000002"]

    def test_an_equipment_rests_on_the_certificate_that_was_chosen(self, session, now) -> None:
        shop = make_shop(session, now)
        worker = make_worker(session, now, shop)
        require(session, now, shop)
        wish = Wish(
            shop.enterprise.public_id,
            raw_scheme=shop.office.scheme,
            equipment="行车",
            equipment_no="3 号",
        )
        act = an_act(now, equipment="行车", equipment_no="3 号")
        with pytest.raises(Invalid):
            give(session, now, shop, worker, wish=wish, act=act)
        hold(session, now, shop, worker)

        [given] = give(session, now, shop, worker, wish=wish, act=act)

        one = get_authorisation(session, shop.actor, given, now)
        assert one.what == "行车 3 号"
        assert session.scalar(select(func.count()).select_from(AuthorisationGround)) == 1

    def test_who_is_not_in_the_post_and_what_is_out_of_reach_is_not_found(
        self, session, now
    ) -> None:
        shop, other = make_shop(session, now), None
        worker = make_worker(session, now, shop)
        stranger = replace(shop, actor=make_actor(worker))

        for wish, people in (
            (Wish(shop.enterprise.public_id, shop.post.public_id), [shop.hr]),
            (Wish("0" * 26, shop.post.public_id), [worker]),
            (Wish(shop.enterprise.public_id, "0" * 26), [worker]),
            (Wish(shop.enterprise.public_id, shop.post.public_id, raw_scheme="x"), [worker]),
        ):
            with pytest.raises(NotFound):
                give(session, now, shop, *people, wish=wish)
        with pytest.raises(NotFound):
            give(session, now, stranger, worker)
        assert other is None


class TestEnding:
    def test_it_lapses_the_moment_a_certificate_ends_before_anything_is_recorded(
        self, session, now, given
    ) -> None:
        shop, worker, public_id = given
        later = now + 5 * DAY
        hold(session, later, shop, worker, until=later)

        assert get_authorisation(session, shop.actor, public_id, later).state == "lapsed"
        lapsed = AuthorisationFilter(state="lapsed")
        assert len(list_authorisations(session, shop.actor, lapsed, later)) == 1
        in_force = AuthorisationFilter(state="in_force")
        assert list_authorisations(session, shop.actor, in_force, later) == []

    def test_what_lapsed_is_recorded_once_and_the_person_and_hr_are_told(
        self, session, now, given
    ) -> None:
        shop, worker, _public_id = given
        later = now + 5 * DAY
        hold(session, later, shop, worker, until=later)

        assert record_lapses(session, later, limit=10) == 1
        assert record_lapses(session, later, limit=10) == 0

        end = session.scalars(select(AuthorisationEnd)).one()
        assert (end.cause, end.ended_by) == ("certificate", None)
        told = session.scalars(
            select(PersonalNotice.user_id).where(PersonalNotice.title.startswith("授权已失效"))
        ).all()
        assert set(told) == {worker.id, shop.hr.id}

    def test_who_holds_it_again_is_authorised_anew_not_by_itself(self, session, now, given) -> None:
        shop, worker, public_id = given
        later = now + 5 * DAY
        hold(session, later, shop, worker, until=later)
        record_lapses(session, later, limit=10)
        hold(session, later + DAY, shop, worker)
        again = later + 2 * DAY

        assert get_authorisation(session, shop.actor, public_id, again).state == "lapsed"
        assert len(give(session, again, shop, worker)) == 1

    def test_who_leaves_the_post_loses_it(self, session, now, given) -> None:
        shop, worker, public_id = given
        later = now + 5 * DAY
        place = session.scalars(select(PostHolding).where(PostHolding.user_id == worker.id)).one()
        place.valid_to = later
        session.flush()

        assert get_authorisation(session, shop.actor, public_id, later).state == "lapsed"
        record_lapses(session, later, limit=10)
        assert session.scalars(select(AuthorisationEnd.cause)).one() == "post"

    def test_a_revocation_is_for_good_with_a_reason_and_told(self, session, now, given) -> None:
        shop, worker, public_id = given

        with pytest.raises(Invalid):
            revoke(session, shop.actor, public_id, reason=" ", now=now)
        revoke(session, shop.actor, public_id, reason="违章操作", now=now)
        with pytest.raises(Conflict):
            revoke(session, shop.actor, public_id, reason="再撤", now=now)

        [own] = list_own(session, worker.id, now)
        assert (own.state, own.end_reason) == (AuthorisationState.REVOKED, "违章操作")
        assert record_lapses(session, now + 9 * DAY, limit=10) == 0

    def test_another_hr_and_a_colleague_find_nothing(self, session, now, given) -> None:
        shop, _worker, public_id = given
        colleague = make_worker(session, now, shop, "同事")

        for actor in (make_actor(colleague), make_actor(shop.hr)):
            with pytest.raises(NotFound):
                get_authorisation(session, actor, public_id, now)
            with pytest.raises(NotFound):
                revoke(session, actor, public_id, reason="x", now=now)

    def test_the_job_records_what_lapsed(self, database, now) -> None:
        with database.transaction() as session:
            shop = make_shop(session, now)
            worker = make_worker(session, now, shop)
            require(session, now, shop)
            hold(session, now, shop, worker)
            give(session, now, shop, worker)
            hold(session, now + 5 * DAY, shop, worker, until=now + 5 * DAY)

        assert AUTHORISATION_LAPSES.run(database, now + 5 * DAY) == 1
        assert AUTHORISATION_LAPSES.run(database, now + 5 * DAY) == 0


class TestLists:
    def test_pages_follow_each_other_without_gap_or_repetition(self, session, now) -> None:
        shop = make_shop(session, now)
        people = [make_worker(session, now, shop, f"人{n}") for n in range(7)]
        give(session, now, shop, *people)
        seen, before = [], ""

        while page := list_authorisations(
            session, shop.actor, AuthorisationFilter(), now, before=before, limit=3
        ):
            seen += [one.id for one in page]
            before = page[-1].public_id

        assert seen == sorted(set(seen), reverse=True)
        assert len(seen) == 7

    def test_filters_by_name_unit_and_post(self, session, now, given) -> None:
        shop, _worker, _public_id = given
        found = {
            wanted: len(list_authorisations(session, shop.actor, wanted, now))
            for wanted in (
                AuthorisationFilter(search="张"),
                AuthorisationFilter(search="SQ-"),
                AuthorisationFilter(unit=shop.shop.public_id, post=shop.post.public_id),
                AuthorisationFilter(search="李"),
                AuthorisationFilter(unit="0" * 26),
            )
        }

        assert list(found.values()) == [1, 1, 1, 0, 0]


class TestPages:
    @pytest.fixture
    def browse(self, app, database, now):
        with time_machine.travel(now, tick=False):
            yield lambda user=None: Browser(app, database, now, user)

    @pytest.fixture
    def world(self, database, now):
        with database.transaction() as session:
            shop = make_shop(session, now)
            ready, lacking = (make_worker(session, now, shop, n) for n in ("李娜", "王强"))
            require(session, now, shop)
            hold(session, now, shop, ready)
        return shop, ready, lacking

    def test_hr_sees_who_is_ready_authorises_them_and_prints_the_cards(
        self, browse, world, now
    ) -> None:
        shop, ready, lacking = world
        hr = browse(shop.hr)
        chosen = {"unit": shop.enterprise.public_id, "post": shop.post.public_id}
        query = "&".join(f"{name}={value}" for name, value in chosen.items())

        page = hr.get(f"/authorisations/new?{query}").text
        assert page.index("李娜") < page.index("王强")
        assert "缺证" in page
        first = {"first": now.astimezone(UTC).date() + DAY}
        refused = hr.post("/authorisations/new", {**chosen, **first, "person": lacking.public_id})
        assert refused.status_code == 400
        assert "全面质量管理基础" in refused.text
        given = hr.post("/authorisations/new", {**chosen, **first, "person": ready.public_id})
        assert given.status_code == 303

        assert "SQ-" in hr.get("/authorisations").text
        pdf = hr.post("/authorisations/cards.pdf", {"kind": "sheet"})
        assert pdf.mimetype == "application/pdf"
        assert "娜" in printed_text(pdf.data)

    def test_what_is_sent_counts_not_what_the_address_still_says(
        self, browse, world, now, database
    ) -> None:
        shop, ready, _lacking = world
        hr = browse(shop.hr)
        chosen = {"unit": shop.enterprise.public_id, "post": shop.post.public_id}
        first = now.astimezone(UTC).date() + 3 * DAY
        sent = {**chosen, "first": first, "person": ready.public_id}

        blank = hr.post("/authorisations/new?unit=&post=&first=&person=", sent)

        assert blank.status_code == 303
        with database.transaction() as session:
            [one] = list_own(session, ready.id, now + 9 * DAY)
            assert one.starts_at > now + DAY

    def test_the_public_page_tells_the_state_and_nothing_of_the_person(
        self,
        browse,
        world,
        database,
        now,
    ) -> None:
        shop, ready, _lacking = world
        with database.transaction() as session:
            [public_id] = give(session, now, shop, ready)
            code = session.scalars(select(Authorisation.code)).one()
            assert find_by_code(session, code, now) is not None
        nobody = browse()

        page = nobody.get(f"/authorisations/check/{code}")
        assert page.status_code == 200
        assert "SQ-" in page.text
        assert "李娜" not in page.text
        assert "焊接" not in page.text
        assert nobody.get(f"/authorisations/check/{'0' * 28}").status_code == 404
        own = browse(ready)
        assert "焊接检验员" in own.get("/authorisations/mine").text
        assert own.get(f"/authorisations/{public_id}/card.pdf").status_code == 200
        assert own.get("/authorisations").status_code == 403

    def test_positions_that_are_no_numbers_or_outside_are_said(self, browse, world) -> None:
        shop, _ready, _lacking = world
        hr, path = browse(shop.hr), f"/authorisations/form/{shop.enterprise.public_id}"
        sizes = {"width": "90", "height": "60", "dx": "0", "dy": "-1.5"}
        spot = {"name_x": "10", "name_y": "10", "name_width": "40", "name_size": "5"}

        assert hr.post(path, {**sizes, **spot}).status_code == 303
        for bad in ({"name_x": "十"}, {"name_x": "88"}, {"width": ""}, {"dx": "nan"}):
            assert hr.post(path, {**sizes, **spot, **bad}).status_code == 400
        assert hr.get(f"{path}/calibration.pdf").mimetype == "application/pdf"
