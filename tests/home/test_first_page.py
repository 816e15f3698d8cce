"""The first page: what is open to all, what is one's own, and only what may be seen."""

from datetime import timedelta

import pytest
import time_machine

from learning.accounts.models import User
from learning.attempts.rules import Release
from learning.competitions import services
from learning.competitions.formats import Promotion
from learning.courses.models import AuthoredCourse
from learning.kernel.permissions import Role
from tests.competitions.browser import Browser
from tests.courses.authoring import make_desk, make_writer
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage
from tests.factories.people import grant_role, make_unit, make_user
from tests.factories.rounds import HOUR, add_later, close_round, go_on, play, rule


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_browser(app, database, now, clock):
    return lambda user=None: Browser(app, database, now, user)


def participant(session, now, stage) -> User:
    return session.get_one(User, make_participant(session, now, stage).user_id)


def test_the_public_page_shows_open_competitions_and_the_way_in(
    open_browser, database, now
) -> None:
    with database.transaction() as session:
        make_stage(session, now, title="公开的竞赛")
        make_stage(session, now, title="还是草稿", is_open=False)
        over = make_stage(session, now, title="已经结束")
        plan = services.plan_close(session, over.view(session, now))
        services.close_competition(session, plan, actor=over.actor, now=now)

    page = open_browser().get("/").text

    assert "公开的竞赛" in page
    assert "还是草稿" not in page
    assert "已经结束" not in page
    assert "/login" in page
    assert "示例质量协会" in page


def test_the_first_page_tells_what_can_be_entered_and_what_was(open_browser, database, now) -> None:
    with database.transaction() as session:
        entered = make_stage(session, now, title="报过名的竞赛")
        make_stage(session, now, title="没报名的竞赛")
        user = participant(session, now, entered)

    page = open_browser(user).get("/").text

    assert page.index("报过名的竞赛") < page.index("可以报名的竞赛") < page.index("没报名的竞赛")
    assert page.count("报过名的竞赛") == 1
    assert "已报名，还没有答题" in page


@pytest.mark.parametrize(
    ("release", "shown"), [(Release.AT_SUBMIT, True), (Release.AT_CLOSE, False)]
)
def test_the_own_score_is_shown_when_the_rules_release_it(
    open_browser, database, now, release, shown
) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, release=release, max_attempts=2)
        user = participant(session, now, stage)
        view = stage.view(session, now)
        for number, points in ((1, 17_000), (2, 13_000)):
            add_scored_attempt(
                session,
                view.assessment_id,
                user.id,
                number=number,
                points_milli=points,
                started_at=now,
            )

    page = open_browser(user).get("/").text

    assert ("17 分，名次在结束后公布" in page) is shown
    assert ("已交卷，成绩在结束后公布" in page) is not shown
    assert "第 1 名" not in page


def test_after_the_close_the_own_standing_is_there(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        users = [participant(session, now, stage) for _ in range(2)]
        for user, points in zip(users, (12_000, 18_000), strict=True):
            add_scored_attempt(
                session,
                view.assessment_id,
                user.id,
                points_milli=points,
                started_at=now,
                duration_us=61_234_999,
            )
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=now)

    page = open_browser(users[0]).get("/").text

    assert "第 2 名 · 12 分 · 用时 01:01.234" in page


def test_an_attempt_under_way_can_be_gone_on_with(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        actor = make_participant(session, now, stage)
        attempt = services.start_round(session, actor, stage.public_id, device_token="d", now=now)
        user = session.get_one(User, actor.user_id)

    page = open_browser(user).get("/").text

    assert f"/attempts/{attempt}" in page
    assert "正在答题" in page


def test_units_are_shown_to_those_who_look_after_them(open_browser, database, now) -> None:
    with database.transaction() as session:
        company = make_unit(session, now, name="示例机械集团")
        make_unit(session, now, name="别的企业")
        hr, employee = make_user(session, now), make_user(session, now)
        grant_role(session, now, hr, Role.HR_MANAGER, company)

    page = open_browser(hr).get("/").text

    assert "我负责的单位" in page
    assert "示例机械集团" in page
    assert "别的企业" not in page
    assert "我负责的单位" not in open_browser(employee).get("/").text


def test_nobody_sees_anothers_entries(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, title="别人的竞赛")
        participant(session, now, stage)
        other = make_user(session, now)

    page = open_browser(other).get("/").text

    assert "我的竞赛" not in page


def test_the_frame_names_the_person_and_marks_where_one_is(open_browser, database, now) -> None:
    with database.transaction() as session:
        user = make_user(session, now, "王小明")

    browser = open_browser(user)

    assert "王小明" in browser.get("/").text
    assert browser.get("/competitions").text.count('aria-current="page"') >= 1


def test_after_the_window_an_unreleased_score_waits_for_those_still_answering(
    open_browser, database, now, clock
) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        view = stage.view(session, now)
        user = participant(session, now, stage)
        add_scored_attempt(
            session, view.assessment_id, user.id, points_milli=17_000, started_at=now
        )
        late = make_participant(session, now, stage)
        services.start_round(session, late, stage.public_id, device_token="d", now=now)
    later = now + timedelta(hours=9)
    browser = open_browser(user)

    clock.move_to(later, tick=False)

    assert "17 分" not in browser.get("/").text


def test_who_went_on_to_a_later_round_finds_it_with_its_day_and_who_did_not_finds_none(
    app, database, now, clock
) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now, title="两轮的竞赛")
        add_later(session, now, stage)
        rule(session, now, stage, Promotion(top=1))
        people = play(session, now, stage, {"甲": (20, 60), "乙": (6, 60)})
        close_round(session, now, stage)
        go_on(session, now + 9 * HOUR, stage)
        first, second = (session.get_one(User, people[name].user_id) for name in "甲乙")

    def home(user: User, hours: int) -> str:
        at = now + hours * HOUR
        clock.move_to(at)
        page = Browser(app, database, at, user).get("/").text
        assert "两轮的竞赛" in page
        return page.split("可以报名的竞赛")[0]

    assert "两轮的竞赛 · 复赛" in home(first, 9)
    assert "您已晋级" in home(first, 9)
    assert "开始答题" in home(first, 9)
    assert "您已晋级" not in home(second, 9)
    assert "截止" in home(first, 11)
    assert "您已晋级" not in home(first, 13)


def test_a_reviewer_finds_the_courses_that_wait_and_their_author_does_not(
    open_browser, database, now
) -> None:
    with database.transaction() as session:
        desk = make_desk(session, now)
        elsewhere = make_unit(session, now, name="别的企业")
        stranger = make_writer(session, now, Role.REVIEWER, elsewhere, "别家审稿人")
        who = {
            name: session.get_one(User, actor.user_id)
            for name, actor in (("author", desk.author), ("reviewer", desk.reviewer))
        }
        other = session.get_one(User, stranger.user_id)
        title = desk.course.title
    assert "等您审阅的课程" not in open_browser(who["reviewer"]).get("/").text
    with database.transaction() as session:
        desk.session, desk.course = session, session.get_one(AuthoredCourse, desk.course.id)
        desk.submit()

    page = open_browser(who["reviewer"]).get("/").text

    assert page.index("等您审阅的课程") < page.index("示例作者 提交")
    assert title in page
    assert "等您审阅的课程" not in open_browser(who["author"]).get("/").text
    assert "等您审阅的课程" not in open_browser(other).get("/").text
