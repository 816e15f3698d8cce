"""The published list over HTTP: masked for all, whole for the organiser, nothing before the close."""

import io
import json

import openpyxl
from sqlalchemy import event, select

from learning.attempts.rules import Release
from learning.competitions import services
from learning.kernel.audit import AuditEntry
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user


def closed_stage(database, now, participants: int = 3, names=("王小明", "李四", "欧阳小明")):
    """A closed competition with participants in falling order of points."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        company = make_unit(session, now, name="示例机械集团")
        view = stage.view(session, now)
        users = []
        for number in range(participants):
            user = make_user(session, now, names[number % len(names)])
            make_membership(session, now, user, company)
            users.append(user)
            services.enter_competition(session, make_actor(user), stage.public_id, now=now)
            add_scored_attempt(
                session,
                view.assessment_id,
                user.id,
                points_milli=20_000 - 1000 * (number // 2),
                started_at=now,
                duration_us=61_234_999,
            )
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=now)
    return stage, users


class TestStandings:
    def test_before_the_close_nobody_sees_a_standing(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, release=Release.AT_SUBMIT)
            actor = make_participant(session, now, stage, name="王小明")
            view = stage.view(session, now)
            add_scored_attempt(
                session, view.assessment_id, actor.user_id, points_milli=19_000, started_at=now
            )
            services.recompute_board(session, view.round_id)
            user = session.get_one(type(stage.manager), actor.user_id)

        for browser in (open_browser(), open_browser(user), open_browser(stage.manager)):
            page = browser.get(f"/competitions/{stage.public_id}/standings").text
            assert "名次在竞赛结束后公布" in page
            assert "qa-board" not in page
            assert ">19<" not in page

    def test_the_public_list_masks_names_and_prints_rule_and_resolution(
        self, open_browser, database, now
    ) -> None:
        stage, _ = closed_stage(database, now)

        page = open_browser().get(f"/competitions/{stage.public_id}/standings").text

        assert "王*明" in page
        assert "李*" in page
        assert "王小明" not in page
        assert "01:01.234" in page
        assert "名次规则：得分高者在前；同分者用时短者在前，用时计至毫秒" in page
        assert page.count("并列</small>") == 2
        assert "download" not in page

    def test_one_sees_the_own_row_by_full_name_and_others_masked(
        self, open_browser, database, now
    ) -> None:
        stage, users = closed_stage(database, now)

        page = open_browser(users[0]).get(f"/competitions/{stage.public_id}/standings").text

        assert "王小明（我）" in page
        assert "data-me" in page
        assert "我的名次：第 1 名" in page
        assert "李四" not in page

    def test_the_organiser_sees_full_names_and_the_workbook(
        self, open_browser, database, now
    ) -> None:
        stage, _ = closed_stage(database, now)
        desk = open_browser(stage.manager)

        page = desk.get(f"/competitions/{stage.public_id}/standings").text
        book = desk.get(f"/competitions/{stage.public_id}/standings.xlsx")

        assert "王小明" in page
        assert "standings.xlsx" in page
        assert book.headers["Content-Disposition"].startswith("attachment")
        sheet = openpyxl.load_workbook(io.BytesIO(book.data))
        rows = list(sheet.worksheets[0].values)
        assert rows[0] == ("名次", "姓名", "单位", "地区代码", "得分", "用时", "交卷时间")
        assert sorted(row[1] for row in rows[1:3]) == ["李四", "王小明"]
        assert [row[0] for row in rows[1:]] == [1, 1, 3]
        assert rows[3][4:] == (19, "01:01.234", "2026-11-22 10:01:01")
        assert any(
            "得分高者在前" in str(cell) for row in sheet.worksheets[1].values for cell in row
        )

    def test_each_download_of_the_workbook_is_in_the_audit_a_refused_one_is_not(
        self, open_browser, database, now
    ) -> None:
        stage, users = closed_stage(database, now)
        path = f"/competitions/{stage.public_id}/standings.xlsx"

        statuses = [open_browser(who).get(path).status_code for who in (users[0], stage.manager)]

        assert statuses == [403, 200]
        with database.session(write=False) as session:
            noted = session.scalars(
                select(AuditEntry).where(AuditEntry.act == "competition.standings_downloaded")
            ).all()
        assert [(n.subject, n.actor_id) for n in noted] == [(stage.public_id, stage.manager.id)]
        assert json.loads(noted[0].details) == {"rows": 3}

    def test_names_that_look_like_formulas_stay_text(self, open_browser, database, now) -> None:
        hostile = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)")
        stage, _ = closed_stage(database, now, names=hostile)

        book = open_browser(stage.manager).get(f"/competitions/{stage.public_id}/standings.xlsx")

        sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
        cells = [sheet.cell(row, 2) for row in (2, 3, 4)]
        assert sorted(cell.value for cell in cells) == sorted(hostile)
        assert {cell.data_type for cell in cells} == {"s"}

    def test_pages_hold_fifty_rows_and_lead_to_ones_own(self, open_browser, database, now) -> None:
        stage, users = closed_stage(database, now, participants=101)
        path = f"/competitions/{stage.public_id}/standings"
        browser = open_browser(users[100])

        first = browser.get(path).text
        last = browser.get(f"{path}?page=3").text
        beyond = browser.get(f"{path}?page=999999999")

        assert first.count("qa-rank__score") == 50
        assert "page=3#me" in first
        assert last.count("qa-rank__score") == 1
        assert "data-me" in last
        assert beyond.status_code == 200
        assert "共 101" in first

    def test_hostile_page_numbers_are_refused(self, open_browser, database, now) -> None:
        stage, _ = closed_stage(database, now, participants=1)

        for query in ["page=0", "page=-1", "page=x", "page=1&page=2", "page=1e9", "page=%00"]:
            reply = open_browser().get(f"/competitions/{stage.public_id}/standings?{query}")
            assert reply.status_code == 400, query

    def test_a_page_of_the_list_costs_the_same_however_long_it_is(
        self, open_browser, database, now
    ) -> None:
        stage, users = closed_stage(database, now, participants=60)
        browser = open_browser(users[0])
        statements: list[str] = []
        event.listen(
            database.engine, "before_cursor_execute", lambda *told: statements.append(told[2])
        )

        browser.get(f"/competitions/{stage.public_id}/standings?page=2")

        assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) <= 14

    def test_an_empty_competition_says_that_nobody_handed_in(
        self, open_browser, database, now
    ) -> None:
        stage, _ = closed_stage(database, now, participants=0)

        assert "没有人交卷" in open_browser().get(f"/competitions/{stage.public_id}/standings").text


def test_own_pages_are_kept_by_no_cache(open_browser, database, now) -> None:
    stage, users = closed_stage(database, now, participants=1)

    reply = open_browser(users[0]).get(f"/competitions/{stage.public_id}/standings")

    assert reply.headers["Cache-Control"] == "private, no-store"


class TestWall:
    def test_before_the_close_it_shows_nobody(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)

        page = open_browser().get(f"/competitions/{stage.public_id}/wall").text

        assert "名次在竞赛结束后公布" in page
        assert "qa-wallboard" not in page

    def test_it_shows_the_head_of_both_lists_with_masked_names(
        self, open_browser, database, now
    ) -> None:
        stage, users = closed_stage(database, now, participants=12)

        page = open_browser(users[0]).get(f"/competitions/{stage.public_id}/wall").text

        assert page.count('<span class="n">') == 10 + 1
        assert "王*明" in page
        assert "王小明" not in page
        assert "示例机械集团" in page
