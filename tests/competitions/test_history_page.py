"""The page of standings over time: what it shows to whom, on which day."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from learning.accounts.models import User
from learning.competitions import services
from learning.competitions.rules import Showing
from learning.competitions.words.history import standing_chart
from tests.competitions.browser import Browser
from tests.competitions.many_days import LIVE, Contest


@pytest.fixture
def page_of(app, clock):
    """Read the page at an instant, as nobody or as one of a contest's people."""

    def read(contest: Contest, at: datetime, who: int | None = None) -> str:
        clock.move_to(at)
        with contest.database.session(write=False) as session:
            of_id = select(User).where(User.id == (0 if who is None else contest.users[who]))
            user = session.scalars(of_id).one_or_none()
        path = f"/competitions/{contest.stage.public_id}/standings/history"
        answer = Browser(app, contest.database, at, user).get(path)
        assert answer.status_code == 200
        return answer.text

    return read


def test_a_participant_sees_a_line_and_a_table_of_their_standing(database, now, page_of) -> None:
    contest = Contest(database, now, showing=LIVE)
    for hour, points in ((1, 12_000), (26, 16_000), (50, 20_000)):
        contest.finish(now + timedelta(hours=hour), who=0, points=points)
        contest.finish(now + timedelta(hours=hour), who=1, points=16_004)
    contest.deliver()
    at = now + timedelta(hours=70)
    contest.keep(at)

    page = page_of(contest, at, 0)

    assert "11-22 第 2 名，现在 第 1 名，其间最好第 1 名" in page
    assert "我的组内名次 · 企业员工组" in page
    assert "我的省内名次 · 广东" in page
    assert page.count('class="qa-chart') == 4
    assert "2026-11-24" in page


def test_everybody_else_sees_how_many_took_part_and_nobody_s_place(database, now, page_of) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 60, 2))
    at = now + timedelta(hours=70)
    contest.keep(at)

    page = page_of(contest, at)

    assert page.count('class="qa-chart') == 1
    assert "我的名次" not in page
    assert "有成绩的人数" in page


def test_before_anything_is_out_the_page_says_when(database, now, page_of) -> None:
    contest = Contest(database, now, showing=Showing())
    contest.play(range(0, 60, 2))
    at = now + timedelta(hours=70)
    contest.keep(at)

    page = page_of(contest, at, 0)

    assert "名次在竞赛结束后公布" in page
    assert "qa-chart" not in page
    assert "2026-11-2" not in page


def test_on_the_first_day_there_is_no_past_yet(database, now, page_of) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(1))

    assert "还没有走势" in page_of(contest, now, 0)


def test_who_entered_for_an_organisation_sees_it_once_all_is_out(database, now, page_of) -> None:
    contest = Contest(database, now, showing=LIVE)
    contest.play(range(0, 24 * 5, 3))
    at = contest.closes_at + timedelta(days=2)
    contest.keep(contest.closes_at)
    before = page_of(contest, contest.closes_at, 0)
    with database.transaction() as session:
        plan = services.plan_close(session, contest.stage.view(session, at))
        services.close_competition(session, plan, actor=contest.stage.actor, now=contest.closes_at)
    contest.keep(at)

    after = page_of(contest, at, 0)

    assert "示例企业0" not in before
    assert "示例企业0" in after
    assert "示例企业1" not in after


def test_a_line_is_broken_where_nothing_is_known() -> None:
    chart = standing_chart("t", [("1", 3), ("2", 2), ("3", None), ("4", 2), ("5", 1)])

    assert len(chart.paths) == 2
    assert len(chart.dots) == 4
    assert chart.dots[0][1] > chart.dots[1][1] > chart.last[1]
    assert (chart.upper, chart.lower) == ("1", "3")


def test_one_known_place_is_no_line() -> None:
    assert standing_chart("t", [("1", None), ("2", 3)]) is None
