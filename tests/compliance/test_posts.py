"""Posts of an organisation: created, renamed, retired and restored by HR, by rows and by page."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from learning.compliance.models import Requirement
from learning.compliance.queries import list_posts as list_posts_to_filter
from learning.compliance.queries.authorisations import list_posts_in_use
from learning.compliance.queries.names import name_posts
from learning.compliance.queries.requirements import list_posts_of
from learning.compliance.routes import posts as routes
from learning.compliance.rules.requirements import Cell
from learning.compliance.services.posts import retire
from learning.compliance.services.requirements import Change, set_requirements
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import Post, PostHolding
from learning.organisations.queries.posts import count_posts, list_former_names, list_posts
from learning.organisations.services import (
    assign_post,
    create_post,
    rename_post,
    restore_post,
)
from tests.competitions.browser import Browser
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import grant_role, make_user
from tests.organisations import rosters

LATER = timedelta(hours=1)


@pytest.fixture
def firm(session, now) -> Firm:
    """A firm of which one post asks a scheme, and one person is in it."""
    made = make_firm(session, now)
    made.units[0].code = "FIRM"
    made.hire("甲甲", 0, 0, staff_no="001")
    made.require(0, 0)
    return made


def call(firm: Firm, act, post: int = 0, **more):
    post_id = firm.posts[post].public_id
    at = firm.now + LATER
    return act(firm.session, firm.actor, firm.units[0].id, post_id, now=at, **more)


def vacate(firm: Firm) -> None:
    for row in firm.session.scalars(select(PostHolding)):
        row.valid_to = row.ended_at = firm.now
    firm.session.flush()


def ask_nothing(firm: Firm) -> None:
    cell = Change(firm.posts[0].public_id, firm.schemes[0].public_id, Cell("", None))
    set_requirements(
        firm.session, firm.actor, firm.units[0].public_id, [cell], starts_at=firm.now, now=firm.now
    )


class TestRenaming:
    def test_a_post_stays_the_same_and_its_former_name_is_kept(self, session, firm) -> None:
        before = firm.posts[0].id

        assert call(firm, rename_post, name="  高级\u200b装配工 ") == "高级装配工"

        post = session.get_one(Post, before)
        assert (post.name, post.public_id) == ("高级装配工", firm.posts[0].public_id)
        assert session.scalars(select(Requirement.post_id)).all() == [before]
        [former] = list_former_names(session, before)
        assert (former.name, former.renamed_at) == ("岗位0", firm.now + LATER)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry.act == "post.renamed"

    def test_on_a_past_day_it_is_called_as_it_was_then(self, session, now, firm) -> None:
        post = firm.posts[0].id
        for hours, name in ((1, "装配工"), (3, "高级装配工")):
            rename_post(
                session, firm.actor, firm.units[0].id, firm.posts[0].public_id, name=name,
                now=now + hours * LATER,
            )  # fmt: skip

        called = [name_posts(session, [post], now + n * LATER)[post].name for n in range(5)]

        assert called == ["岗位0", "装配工", "装配工", "高级装配工", "高级装配工"]

    def test_the_same_name_is_no_act_and_a_taken_or_empty_one_is_refused(
        self, session, firm
    ) -> None:
        call(firm, rename_post, name="岗位0")
        for name in ("岗 位1", " \u200b", "长" * 121):
            with pytest.raises(Invalid):
                call(firm, rename_post, name=name)

        assert list_former_names(session, firm.posts[0].id) == []

    def test_a_roster_that_says_the_former_name_leaves_people_in_the_post(
        self, session, now, firm
    ) -> None:
        call(firm, rename_post, name="高级装配工")
        at = now + 2 * LATER

        known = ("甲甲", "001", "", "", "", "岗位0")
        joiner = ("乙乙", "002", "", "", "", "岗位0")
        checked = rosters.check(session, at, firm.units[0], known, joiner)
        rosters.apply(session, at, firm.units[0], checked)

        assert "post" not in checked.plan.rows[0].changes
        assert checked.plan.posts == {}
        holders = session.scalars(select(PostHolding.post_id).where(PostHolding.valid_to.is_(None)))
        assert list(holders) == [firm.posts[0].id] * 2

    def test_a_former_name_that_another_post_has_now_means_that_post(
        self, session, now, firm
    ) -> None:
        call(firm, rename_post, name="高级装配工")
        made = create_post(session, firm.actor, firm.units[0].id, name="岗位0", now=now + LATER)
        at = now + 2 * LATER

        checked = rosters.check(session, at, firm.units[0], ("甲甲", "001", "", "", "", "岗位0"))
        rosters.apply(session, at, firm.units[0], checked)

        open_ = select(PostHolding.post_id).where(PostHolding.valid_to.is_(None))
        assert session.scalars(open_).all() == [made.id]


class TestRetiring:
    def test_it_is_refused_while_something_is_asked_or_somebody_is_in_the_post(
        self, session, firm
    ) -> None:
        with pytest.raises(Conflict) as asked:
            call(firm, retire)
        ask_nothing(firm)
        with pytest.raises(Conflict) as held:
            call(firm, retire)

        assert (asked.value.code, asked.value.data) == ("post_required", {"cells": 1})
        assert (held.value.code, held.value.data) == ("post_held", {"people": 1})
        assert session.get_one(Post, firm.posts[0].id).retired_at is None

    def test_what_is_asked_from_a_later_day_on_counts_too(self, session, firm) -> None:
        vacate(firm)
        row = session.scalars(select(Requirement)).one()
        row.valid_from = firm.now + timedelta(days=30)
        session.flush()

        with pytest.raises(Conflict, match="post_required"):
            call(firm, retire)

    def test_a_retired_post_is_offered_no_more_until_it_is_restored(
        self, session, now, firm
    ) -> None:
        vacate(firm)
        ask_nothing(firm)
        call(firm, retire)
        post, person, unit = firm.posts[0], firm.people[0], firm.units[0]
        ask = Change(post.public_id, firm.schemes[0].public_id, Cell("required", None))

        assert post.public_id not in {p.public_id for p in list_posts_of(session, unit.id)[0]}
        for offered in (list_posts_to_filter, list_posts_in_use):
            choices = offered(session, firm.actor, now, limit=99)
            assert "岗位1" in str(choices)
            assert post.name not in str(choices)
        with pytest.raises(NotFound):
            set_requirements(
                session, firm.actor, unit.public_id, [ask], starts_at=now + LATER, now=now + LATER
            )
        at = now + 2 * LATER
        with pytest.raises(Conflict, match="post_retired"):
            assign_post(session, firm.actor, person.id, post_id=post.id, unit_id=unit.id, now=at)
        with pytest.raises(Invalid):
            create_post(session, firm.actor, unit.id, name=post.name, now=at)

        call(firm, restore_post)
        assert (
            assign_post(
                session, firm.actor, person.id, post_id=post.id, unit_id=unit.id, now=at
            ).post_id
            == post.id
        )

    def test_a_roster_that_says_a_retired_post_is_refused_at_the_cell(
        self, session, now, firm
    ) -> None:
        vacate(firm)
        ask_nothing(firm)
        call(firm, retire)

        checked = rosters.check(
            session, now + 2 * LATER, firm.units[0], ("甲甲", "001", "", "", "", "岗位0")
        )

        assert rosters.codes(checked) == [("F2", "post_retired")]

    @pytest.mark.parametrize("act", [retire, rename_post])
    def test_a_roster_checked_before_must_be_checked_again(self, session, now, firm, act) -> None:
        vacate(firm)
        ask_nothing(firm)
        at = now + 2 * LATER
        checked = rosters.check(session, now, firm.units[0], ("甲甲", "001", "", "", "", "岗位0"))
        call(firm, act, **({"name": "新名"} if act is rename_post else {}))

        with pytest.raises(Conflict, match="roster_stale"):
            rosters.apply(session, at, firm.units[0], checked)


def test_two_thousand_posts_are_turned_page_by_page_and_found_by_former_names(
    session, now, firm
) -> None:
    organisation = firm.units[0].id
    session.execute(
        insert(Post),
        [
            {
                "public_id": new_public_id(), "organisation_id": organisation, "name": f"工位{n}",
                "name_key": f"工位{n}", "is_key_post": False, "created_at": now,
            }
            for n in range(2_000)
        ],
    )  # fmt: skip
    call(firm, rename_post, name="新岗位")

    seen, after, pages = [], "", []
    while True:
        page = list_posts(session, organisation, now, after=after, limit=300)
        pages.append(page)
        seen += [row.id for row in page.rows]
        if not page.has_after:
            break
        after = page.rows[-1].public_id
    back = list_posts(session, organisation, now, before=pages[-1].rows[0].public_id, limit=300)

    assert len(seen) == len(set(seen)) == count_posts(session, organisation)
    assert len(seen) == session.scalar(
        select(func.count()).select_from(Post).where(Post.organisation_id == organisation)
    )
    assert [row.id for row in back.rows] == [row.id for row in pages[-2].rows]
    assert (pages[0].has_before, pages[1].has_before, back.has_after) == (False, True, True)
    assert count_posts(session, organisation, search="工位199") == 11
    [found] = list_posts(session, organisation, now, search="岗位0", limit=9).rows
    assert (found.name, found.people) == ("新岗位", 1)


class TestPages:
    @pytest.fixture
    def world(self, database):
        with database.transaction() as session:
            firm = make_firm(session, utc_now())
            firm.hire("甲甲", 0, 0)
            firm.require(0, 0)
            part = make_user(session, utc_now(), "班长")
            grant_role(session, utc_now(), part, Role.HR_MANAGER, firm.units[1])
            session.expunge_all()
        return firm, part

    def test_hr_makes_renames_and_retires_a_post(self, app, database, world) -> None:
        firm, _part = world
        hr, unit = Browser(app, database, utc_now(), firm.hr), firm.units[0].public_id

        made = hr.post("/staff/posts", {"unit": unit, "name": "行车工", "is_key_post": "y"})
        address = made.headers["Location"]
        renamed = hr.post(f"{address}/rename", {"name": "起重机司机"})
        page = hr.get(address).text
        retired = hr.post(f"{address}/retire")
        listed = hr.get(f"/staff/posts?unit={unit}").text
        gone = hr.get(f"/staff/posts?unit={unit}&show=retired").text
        restored = hr.post(f"{address}/restore")

        assert [one.status_code for one in (made, renamed, retired, restored)] == [303] * 4
        assert "行车工" in page
        assert "关键岗位" in page
        assert ">起重机司机</a>" not in listed
        assert ">起重机司机</a>" in gone
        assert ">起重机司机</a>" in hr.get(f"/staff/posts?unit={unit}").text

    def test_what_was_typed_stays_and_a_refusal_says_how_many_and_what_to_do(
        self, app, database, world
    ) -> None:
        firm, _part = world
        hr, unit = Browser(app, database, utc_now(), firm.hr), firm.units[0].public_id
        address = f"/staff/posts/{unit}/{firm.posts[0].public_id}"

        taken = hr.post("/staff/posts", {"unit": unit, "name": "岗位1"})
        renamed = hr.post(f"{address}/rename", {"name": "岗位1"})
        refused = hr.post(f"{address}/retire")

        assert (taken.status_code, renamed.status_code, refused.status_code) == (400, 400, 409)
        for page in (taken, renamed):
            assert 'value="岗位1"' in page.text
            assert "已有这个名称的岗位" in page.text
        assert "还有 1 项应持证要求，没有停用" in refused.text

    def test_who_keeps_a_part_only_sees_why_and_reaches_nothing(self, app, database, world) -> None:
        firm, part = world
        browser, unit = Browser(app, database, utc_now(), part), firm.units[1].public_id
        address = f"/staff/posts/{unit}/{firm.posts[0].public_id}"

        assert "岗位由负责整个单位的人维护" in browser.get("/staff/posts").text
        assert browser.get(address).status_code == 404
        assert browser.post("/staff/posts", {"unit": unit, "name": "新"}).status_code == 404
        for act in ("rename", "retire", "restore"):
            assert browser.post(f"{address}/{act}", {"name": "新"}).status_code == 404

    def test_a_long_list_is_turned_on_the_page(self, app, database, world, monkeypatch) -> None:
        monkeypatch.setattr(routes, "PAGE_SIZE", 1)
        firm, _part = world
        hr = Browser(app, database, utc_now(), firm.hr)
        first = hr.get(f"/staff/posts?unit={firm.units[0].public_id}").text

        assert firm.posts[0].name in first
        assert firm.posts[1].name not in first
        assert 'rel="next"' in first
        assert 'rel="prev"' not in first
