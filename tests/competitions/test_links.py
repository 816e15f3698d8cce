"""Links and QR codes by which staff enter for their unit, and entries of the public."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.competitions import services
from learning.competitions.models import Entry, EntryLink
from learning.competitions.queries import desks
from learning.competitions.queries.links import get_target, list_links
from learning.competitions.rules import Belonging, Division, EntryRules, EntryScope
from learning.competitions.rules.links import LinkState, TypedLink, check_link
from learning.competitions.services import Wish
from learning.competitions.services.links import find_contest_invitation
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.test_desks import make_hr
from tests.competitions.test_enterprises import enrol
from tests.factories.competitions import make_stage
from tests.factories.people import make_actor, make_membership, make_user


def make_link(session, now, stage, hr, company, **typed) -> str:
    """The token of a new link."""
    public_id = services.create_link(
        session,
        hr,
        stage.public_id,
        raw_unit_id=company.public_id,
        typed=TypedLink("班前会", **typed),
        now=now,
    )
    return session.scalars(select(EntryLink.token).where(EntryLink.public_id == public_id)).one()


def enter(session, now, actor, token, staff_no="0042", place=None) -> bool:
    return services.enter_by_link(
        session, actor, token, wish=Wish(place), raw_staff_no=staff_no, now=now
    )


def uses(session) -> int:
    return session.scalars(select(EntryLink.uses)).one()


@pytest.fixture
def scene(session, now):
    stage = make_stage(session, now, entry=EntryRules(scope=EntryScope.ENROLLED))
    company, hr = make_hr(session, now, "山东机械", region="370200")
    enrol(session, now, stage, hr, company)
    return stage, company, hr


class TestEntering:
    def test_a_link_enters_for_its_unit_once(self, session, now, scene) -> None:
        stage, company, hr = scene
        token = make_link(session, now, stage, hr, company)
        person = make_actor(make_user(session, now, "王小明"))

        outcomes = [enter(session, now, person, token) for _ in range(2)]

        entry = session.scalars(select(Entry)).one()
        assert outcomes == [True, False]
        assert (entry.unit_id, entry.unit_name, entry.province) == (company.id, "山东机械", "37")
        assert (entry.staff_no, uses(session)) == ("0042", 1)

    def test_who_is_on_the_roster_says_no_number_others_must(self, session, now, scene) -> None:
        stage, company, hr = scene
        token = make_link(session, now, stage, hr, company)
        member = make_user(session, now, "成员")
        make_membership(session, now, member, company, staff_no="0001")
        stranger = make_actor(make_user(session, now, "编外"))

        assert enter(session, now, make_actor(member), token, staff_no="")
        for raw in ("", " \u200b", "9" * 41):
            with pytest.raises(Invalid):
                enter(session, now, stranger, token, staff_no=raw)

        desk = desks.get_desk(session, hr, stage.public_id, company.public_id, now)
        assert desks.list_unit_entries(session, desk, page=1)[1] == 1

    def test_a_revoked_an_expired_and_a_used_up_link_enter_nobody(
        self, session, now, scene
    ) -> None:
        stage, company, hr = scene
        later = now + timedelta(hours=2)
        token = make_link(session, now, stage, hr, company, expires_at=now + timedelta(hours=1))
        person, other = (make_actor(make_user(session, now)) for _ in range(2))
        with pytest.raises(Conflict, match="link_gone"):
            enter(session, later, person, token)

        single = make_link(session, now, stage, hr, company, max_uses="1")
        assert enter(session, now, person, single)
        with pytest.raises(Conflict, match="link_gone"):
            enter(session, now, other, single)
        assert get_target(session, single, now).state is LinkState.USED_UP

        third = make_link(session, now, stage, hr, company)
        desk = desks.get_desk(session, hr, stage.public_id, company.public_id, now)
        newest = list_links(session, desk, now)[0]
        services.revoke_link(
            session,
            hr,
            stage.public_id,
            raw_unit_id=company.public_id,
            raw_link_id=newest.public_id,
            now=now,
        )
        with pytest.raises(Conflict, match="link_gone"):
            enter(session, now, other, third)

    def test_a_token_of_nothing_looks_missing(self, session, now, scene) -> None:
        person = make_actor(make_user(session, now))
        for raw in ("0" * 26, "", "\x00", "甲", "x" * 3000):
            with pytest.raises(NotFound):
                enter(session, now, person, raw)

    def test_where_several_divisions_fit_one_is_chosen(self, session, now) -> None:
        divisions = (
            Division("a", "甲组"),
            Division("b", "乙组", Belonging.ENTERPRISE),
            Division("c", "公众", Belonging.NONE),
        )
        stage = make_stage(session, now, entry=EntryRules(divisions=divisions))
        company, hr = make_hr(session, now, "山东机械")
        enrol(session, now, stage, hr, company)
        token = make_link(session, now, stage, hr, company)
        person = make_actor(make_user(session, now))

        for place in (None, f"{company.public_id}:c", "-:a"):
            with pytest.raises(Conflict, match="choose_place"):
                enter(session, now, person, token, place=place)
        assert enter(session, now, person, token, place=f"{company.public_id}:b")

    def test_no_more_enter_than_the_link_allows_however_they_press(self, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr = make_hr(session, now, "山东机械")
            enrol(session, now, stage, hr, company)
            token = make_link(session, now, stage, hr, company, max_uses="3")
            people = [make_actor(make_user(session, now)) for _ in range(12)]

        def once(person) -> bool:
            try:
                with database.transaction() as session:
                    return enter(session, now, person, token)
            except Conflict:
                return False

        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(once, people))

        with database.session(write=False) as session:
            entries = session.scalar(select(func.count()).select_from(Entry))
            assert (outcomes.count(True), entries, uses(session)) == (3, 3, 3)


class TestMaking:
    def test_only_who_looks_after_the_unit_makes_links(self, session, now, scene) -> None:
        stage, company, _hr = scene
        foreign, foreign_hr = make_hr(session, now, "别的企业")
        enrol(session, now, stage, foreign_hr, foreign)
        with pytest.raises(NotFound):
            make_link(session, now, stage, foreign_hr, company)
        assert make_link(session, now, stage, stage.actor, company)

    def test_a_link_never_outlives_the_window(self, now) -> None:
        closes_at = now + timedelta(days=1)
        late = TypedLink("x", now + timedelta(days=9))
        plan, _ = check_link(late, closes_at=closes_at, now=now)
        assert plan is not None
        assert plan.expires_at == closes_at
        for wrong in (TypedLink("", now, "0"), TypedLink(" ", now - timedelta(1), "1e3")):
            found, problems = check_link(wrong, closes_at=closes_at, now=now)
            assert found is None
            assert [p.place for p in problems] == ["label", "expires_at", "max_uses"]


class TestThePublic:
    def test_strangers_register_where_the_organiser_lets_them(self, session, now) -> None:
        open_ = make_stage(session, now, entry=EntryRules(registers=True))
        shut = make_stage(session, now)
        enrolled = make_stage(
            session, now, entry=EntryRules(scope=EntryScope.ENROLLED, registers=True)
        )

        def found(stage, at=now):
            return find_contest_invitation(session, f"contest-{stage.public_id}", at)

        assert found(open_).landing == f"/competitions/{open_.public_id}"
        assert [found(shut), found(enrolled), found(open_, now + timedelta(days=2))] == [None] * 3

    def test_who_belongs_nowhere_says_the_province(self, session, now) -> None:
        stage = make_stage(session, now)
        for province in ("37", "", "99", "x"):
            person = make_actor(make_user(session, now))
            services.enter_competition(
                session, person, stage.public_id, wish=Wish(province=province), now=now
            )
        rows = session.execute(select(Entry.province, Entry.region).order_by(Entry.id))
        assert [tuple(row) for row in rows] == [("37", "370000"), ("", ""), ("", ""), ("", "")]


class TestPages:
    def test_a_phone_scans_logs_in_and_is_entered(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr = make_hr(session, now, "山东机械" * 15)
            company.code = "SDJX"
            enrol(session, now, stage, hr, company)
            token = make_link(session, now, stage, hr, company)
            person = make_user(session, now, "王小明")
        page = f"/competitions/join/{token}"

        asked = open_browser().get(page).text
        assert "organisation=SDJX" in asked
        assert f"/register/{token}" in asked
        phone = open_browser(person)
        assert "工号" in phone.get(page).text
        assert phone.post(page, {"staff_no": ""}).status_code == 400
        assert phone.post(page, {"staff_no": "0042"}).status_code == 303
        assert phone.get(page).status_code == 302
        assert "山东机械" in phone.get(f"/competitions/{stage.public_id}").text

    def test_a_stranger_makes_an_account_on_the_way(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            company, hr = make_hr(session, now, "山东机械")
            enrol(session, now, stage, hr, company)
            token = make_link(session, now, stage, hr, company)
        browser = open_browser()
        page = f"/register/{token}"
        sent = {
            "display_name": "新来的人",
            "kind": "phone",
            "login_name": "13900001111",
            "new_password": "correct horse battery",
            "is_adult": "y",
            "agreed": "y",
            "notice_version": "1",
        }
        text = browser.get(page).text
        assert "山东机械" in text
        assert "手机号或邮箱" in text  # a staff number is of no use here
        assert "与单位登记的一致" in text
        sent["notice_version"] = re.search(r'name="notice_version"[^>]*value="(\d+)"', text)[1]
        reply = browser.post(page, sent, token=browser.token(page))
        assert reply.status_code in {302, 303}, reply.text
        assert reply.headers["Location"].endswith(f"/competitions/join/{token}")
        assert "新来的人" in browser.get(f"/competitions/join/{token}").text
