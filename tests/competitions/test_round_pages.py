"""Rounds over HTTP: the organiser writes, publishes who goes on, moves a window; people play."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.formats import Promotion
from learning.competitions.rules import Names, Showing
from tests.factories.competitions import BANK, make_association, make_participant, make_stage
from tests.factories.people import make_user
from tests.factories.rounds import HOUR, add_later, close_round, go_on, play, rule

PAPER = {
    "bank": BANK,
    "single_count": "2",
    "single_points": "4",
    "multiple_count": "0",
    "multiple_points": "4",
    "multiple_marking": "half",
    "limit_minutes": "30",
    "max_attempts": "1",
    "counts": "best",
    "tie_rule": "score_then_duration",
    "release": "at_close",
}
RESULTS = {"赵一甲": (20, 60), "钱二乙": (18, 60), "孙三丙": (9, 60)}


@pytest.fixture
def stage(database, now):
    with database.transaction() as session:
        return make_stage(session, now)


@pytest.fixture
def played(database, now):
    """Two rounds; the first is played and published, and the best two have gone on."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        add_later(session, now, stage)
        rule(session, now, stage, Promotion(top=2))
        people = play(session, now, stage, RESULTS)
        close_round(session, now + 9 * HOUR, stage)
        go_on(session, now + 9 * HOUR, stage)
    return stage, people


def user_of(database, actor):
    from learning.accounts.models import User

    with database.session(write=False) as session:
        return session.get_one(User, actor.user_id)


def test_the_only_round_is_called_alike_on_every_page(open_browser, stage) -> None:
    desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"

    for path in ("", "/rounds", "/rounds/1/promotion", "/rounds/1/window"):
        text = desk.get(page + path).text

        assert "初赛" not in text, path
    assert "正式答题" in desk.get(f"{page}/rounds/1/promotion").text


class TestOrganising:
    def test_a_later_round_is_written_and_its_rules_are_promised(self, open_browser, stage) -> None:
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"

        written = desk.post(
            f"{page}/rounds/new",
            {
                "title": "复赛",
                "opens_at": "2026-11-29T09:00",
                "closes_at": "2026-11-29T11:00",
                **PAPER,
            },
        )
        ruled = desk.post(
            f"{page}/rounds/1/promotion",
            {"goes_on": "y", "top": "16", "percent": "0.5", "border": "leave", "by_division": "y"},
        )

        assert (written.status_code, ruled.status_code) == (303, 303)
        shown = open_browser().get(page).text
        assert "复赛" in shown
        assert "2026-11-29 09:00 至 2026-11-29 11:00（北京时间）" in shown
        assert (
            "须同时满足：名次表前 16 名、名次表前 0.5%（人数不足一人的进为一人）；各组别分别计名额；"
            "与末位名次相同的都不晋级；有人放弃的，名额由后面的依同一规则递补。" in shown
        )
        assert "赛程" in shown

    def test_bad_fields_come_back_with_the_form(self, open_browser, stage) -> None:
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}/rounds"
        good = {"title": "复赛", "opens_at": "2026-11-29T09:00", "closes_at": "2026-11-29T11:00"}

        for bad in (
            {"title": ""},
            {"title": "长" * 61},
            {"closes_at": "2026-11-29T08:00"},
            {"opens_at": "0001-01-01T00:00"},
            {"single_count": "300"},
            {"bank": "../etc"},
        ):
            assert desk.post(f"{page}/new", {**good, **PAPER, **bad}).status_code == 400, bad
        too_early = {"opens_at": "2026-11-22T11:00", "closes_at": "2026-11-22T12:00"}
        assert desk.post(f"{page}/new", {**good, **PAPER, **too_early}).status_code == 409
        for bad in ({"top": "-1"}, {"percent": "101"}, {"cut": "NaN"}, {"border": "coin"}):
            sent = {"goes_on": "y", "border": "take", **bad}
            assert desk.post(f"{page}/1/promotion", sent).status_code == 400, bad
        assert desk.get(f"{page}/x/promotion").status_code == 404
        assert desk.get(f"{page}/7/promotion").status_code == 404

    def test_who_goes_on_is_seen_then_published_then_public(
        self, open_browser, database, now, clock
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            add_later(session, now, stage)
            rule(session, now, stage, Promotion(top=2))
            people = play(session, now, stage, RESULTS)
            close_round(session, now + 9 * HOUR, stage)
        clock.move_to(now + 9 * HOUR, tick=False)
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"
        assert open_browser().get(f"{page}/rounds/1/promoted").status_code == 404

        seen = desk.get(f"{page}/rounds/1/promotion").text
        assert all(name in seen for name in RESULTS)
        assert "3 人有名次，2 人晋级" in seen
        digest = re.search(r'name="digest" value="(\w+)"', seen).group(1)
        assert desk.post(f"{page}/rounds/1/promote", {"digest": "0"}).status_code == 409
        assert desk.post(f"{page}/rounds/1/promote", {"digest": digest}).status_code == 303

        public = open_browser().get(f"{page}/rounds/1/promoted").text
        assert "赵*甲" in public
        assert "赵一甲" not in public
        assert "孙" not in public
        own = open_browser(user_of(database, people["赵一甲"]))
        assert "赵一甲" in own.get(f"{page}/rounds/1/promoted").text
        assert "您已晋级" in own.get(page).text
        behind = open_browser(user_of(database, people["孙三丙"]))
        assert "只有晋级的人可以参加" in behind.get(page).text

    def test_a_withdrawn_place_goes_to_the_next(
        self, open_browser, database, played, now, clock
    ) -> None:
        stage, _people = played
        clock.move_to(now + 9.5 * HOUR, tick=False)
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}/rounds/1"
        action = re.search(r'action="([^"]+/withdraw)"', desk.get(f"{page}/promotion").text).group(
            1
        )

        assert desk.post(action, {"reason": ""}).status_code == 400
        assert desk.post(action, {"reason": "本人不能到场"}).status_code == 303

        public = open_browser().get(f"{page}/promoted").text
        assert "放弃" in public
        assert "递补" in public
        assert "孙*丙" in public
        assert "本人不能到场" not in public  # the reason is the organiser's
        assert "已放弃：本人不能到场" in desk.get(f"{page}/promotion").text

    def test_where_all_names_are_masked_so_are_those_who_went_on(
        self, open_browser, database, played, now, clock
    ) -> None:
        stage, people = played
        clock.move_to(now + 9.5 * HOUR, tick=False)
        page = f"/competitions/{stage.public_id}/rounds/1/promoted"
        with database.transaction() as session:
            services.show_name(session, people["赵一甲"], stage.public_id, shows_name=True)
        assert "赵一甲" in open_browser().get(page).text

        with database.transaction() as session:
            at, showing = now + 9.5 * HOUR, Showing(names=Names.MASKED)
            services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=at)

        assert "赵*甲" in open_browser().get(page).text
        assert "赵一甲" not in open_browser().get(page).text

    def test_names_are_masked_in_later_rounds_as_in_the_first(
        self, open_browser, database, played, now, clock
    ) -> None:
        stage, people = played
        with database.transaction() as session:
            later = {"赵一甲": (20, 60), "钱二乙": (18, 60)}
            play(session, now + 11 * HOUR, stage, later, people=people, number=2)
            close_round(session, now + 13 * HOUR, stage, 2)
            services.show_name(session, people["赵一甲"], stage.public_id, shows_name=True)
        clock.move_to(now + 13 * HOUR, tick=False)
        page = f"/competitions/{stage.public_id}/rounds/2/standings"
        assert "赵一甲" in open_browser().get(page).text

        with database.transaction() as session:
            at, showing = now + 13 * HOUR, Showing(names=Names.MASKED)
            services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=at)

        assert "赵*甲" in open_browser().get(page).text
        assert "赵一甲" not in open_browser().get(page).text

    def test_another_window_is_announced_with_its_reason(self, open_browser, stage) -> None:
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"
        opens = re.search(
            r'name="opens_at"[^>]*value="([^"]+)"', desk.get(f"{page}/rounds/1/window").text
        ).group(1)

        def announce(closes: str, reason: str = "多地网络中断"):
            sent = {"opens_at": opens, "closes_at": closes, "reason": reason}
            return desk.post(f"{page}/rounds/1/window", sent).status_code

        assert announce("2026-11-22T12:00") == 409  # shorter
        assert announce("2026-11-23T12:00", "") == 400
        assert announce("2026-11-23T12:00") == 303

        shown = open_browser().get(page).text
        assert "原因：多地网络中断" in shown
        assert "2026-11-23 12:00" in shown


class TestTakingPart:
    def test_who_went_on_starts_the_later_round_and_the_others_cannot(
        self, open_browser, database, played, now, clock
    ) -> None:
        stage, people = played
        clock.move_to(now + 11 * HOUR, tick=False)
        page = f"/competitions/{stage.public_id}"
        first = open_browser(user_of(database, people["赵一甲"]))
        behind = open_browser(user_of(database, people["孙三丙"]))

        assert f"{page}/rounds/2/start" in first.get(page).text
        assert first.post(f"{page}/rounds/2/start").status_code == 303
        assert "继续答题" in first.get(page).text
        assert f"{page}/rounds/2/start" not in behind.get(page).text
        assert behind.post(f"{page}/rounds/2/start").status_code == 409

    def test_the_list_of_a_later_round_shows_after_its_close(
        self, open_browser, database, played, now, clock
    ) -> None:
        stage, people = played
        at = now + 11 * HOUR
        clock.move_to(at, tick=False)
        with database.transaction() as session:
            play(session, at, stage, {"钱二乙": (20, 30)}, people=people, number=2)
        page = f"/competitions/{stage.public_id}/rounds/2"

        assert "名次在这一轮结束后公布" in open_browser().get(f"{page}/standings").text
        assert open_browser(stage.manager).post(f"{page}/close").status_code == 303
        shown = open_browser().get(f"{page}/standings").text
        assert "钱*乙" in shown
        assert "赵*甲" not in shown

    def test_training_is_offered_to_who_entered_and_shows_no_standing(
        self, open_browser, database, now, stage
    ) -> None:
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"
        sent = {
            "title": "练习",
            "opens_at": "2026-11-22T08:00",
            "closes_at": "2026-11-22T17:00",
            **PAPER,
            "release": "at_submit",
        }
        assert desk.post(f"{page}/rounds/new?kind=training", sent).status_code == 303
        with database.transaction() as session:
            person = make_participant(session, now, stage)
            stranger = make_user(session, now, "没有报名")

        assert "报名后可以练习" in open_browser(stranger).get(page).text
        own = open_browser(user_of(database, person))
        assert "开始练习" in own.get(page).text
        assert own.post(f"{page}/rounds/0/start").status_code == 303
        assert own.get(f"{page}/rounds/0/standings").status_code == 404
        with database.session(write=False) as session:
            assert len(session.scalars(select(Attempt.id)).all()) == 1


def test_rounds_of_others_look_as_if_they_were_not_there(
    open_browser, database, now, stage
) -> None:
    with database.transaction() as session:
        _, other, _ = make_association(session, now + timedelta(0), name="另一协会")
    desk, page = open_browser(other), f"/competitions/{stage.public_id}/rounds"

    for path in ("", "/new", "/1/promotion", "/1/window"):
        assert desk.get(page + path).status_code == 404, path
    assert desk.post(f"{page}/1/promote", {"digest": "0"}).status_code == 404
