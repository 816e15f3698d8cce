"""Lists over HTTP: divisions, provinces, search by what is shown, the enterprise board, managing."""

import re

import pytest
from sqlalchemy import event

from learning.attempts.rules import Counts
from learning.competitions import services
from learning.competitions.rules import Belonging, Division, EntryRules
from learning.competitions.services import Wish
from learning.kernel.permissions import Role
from tests.competitions.test_routes import form_of
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

DIVISIONS = (
    Division("staff", "企业员工组", Belonging.ENTERPRISE),
    Division("campus", "高校组", Belonging.UNIVERSITY),
)
PEOPLE = [  # name, unit, points, shows the name
    ("王小明", 0, 20_000, False),
    ("李大海", 1, 19_000, True),
    ("赵小四", 0, 18_000, False),
    ("钱多多", 2, 17_000, False),
]


@pytest.fixture
def played(database, now):
    """A published contest of three organisations in two provinces and two divisions."""
    with database.transaction() as session:
        stage = make_stage(session, now, counts=Counts.BEST, entry=EntryRules(divisions=DIVISIONS))
        units = [
            make_unit(session, now, kind=kind, name=name, region=region)
            for kind, name, region in (
                ("enterprise", "示例机械集团", "370100"),
                ("enterprise", "样例电子股份", "110000"),
                ("university", "示范大学", "370200"),
            )
        ]
        units[0].headcount = 4
        hr = make_user(session, now, "人事")
        grant_role(session, now, hr, Role.HR_MANAGER, units[0])
        actor = make_actor(hr, unit_grant(Role.HR_MANAGER, units[0]))
        services.enrol_enterprise(
            session, actor, stage.public_id, raw_unit_id=units[0].public_id, now=now
        )
        assessment_id = stage.view(session, now).assessment_id
        users = []
        for name, unit, points, shows_name in PEOPLE:
            user = make_user(session, now, name)
            make_membership(session, now, user, units[unit])
            wish = Wish(shows_name=shows_name)
            services.enter_competition(
                session, make_actor(user), stage.public_id, wish=wish, now=now
            )
            add_scored_attempt(session, assessment_id, user.id, points_milli=points, started_at=now)
            users.append(user)
        plan = services.plan_close(session, stage.view(session, now))
        services.close_competition(session, plan, actor=stage.actor, now=now)
    return stage, users, hr


def path(stage, rest: str = "/standings") -> str:
    return f"/competitions/{stage.public_id}{rest}"


class TestFilters:
    def test_a_division_has_standings_of_its_own(self, open_browser, played) -> None:
        stage, _, _ = played

        page = open_browser().get(path(stage) + "?division=campus").text

        assert "钱*多" in page
        assert "王*明" not in page
        assert 'data-medal="1"' in page
        assert "名次为所选范围内的名次" in page

    def test_a_province_and_a_division_can_be_chosen_together(self, open_browser, played) -> None:
        stage, _, _ = played

        page = open_browser().get(path(stage) + "?division=staff&province=37").text

        assert ("王*明" in page, "赵*四" in page, "钱*多" in page) == (True, True, False)
        assert '<option value="37" selected>' in page

    def test_strangers_search_what_they_see(self, open_browser, played) -> None:
        stage, _, _ = played
        browser = open_browser()

        shown = browser.get(path(stage) + "?q=李大海").text
        masked = browser.get(path(stage) + "?q=赵小四").text
        inner = browser.get(path(stage) + "?q=小四").text
        unit = browser.get(path(stage) + "?q=示例机械").text

        assert "<b>李大海</b>" in shown
        assert "<b>赵*四</b>" in masked  # the whole name finds whoever is masked like it
        assert "赵*四" not in inner
        assert "没有找到" in inner
        assert unit.count("qa-rank__score") == 2
        assert "<b>3</b>" in unit  # the standing in the whole list

    def test_the_organiser_searches_full_names(self, open_browser, played) -> None:
        stage, _, _ = played

        page = open_browser(stage.manager).get(path(stage) + "?q=小四").text

        assert "<b>赵小四</b>" in page
        assert "<b>3</b>" in page

    def test_ones_own_standing_is_pinned_within_what_is_chosen(self, open_browser, played) -> None:
        stage, users, _ = played
        browser = open_browser(users[3])

        assert "我的名次：第 4 名" in browser.get(path(stage)).text
        assert "我的名次：第 1 名" in browser.get(path(stage) + "?division=campus").text
        assert "我的名次" not in browser.get(path(stage) + "?division=staff").text

    @pytest.mark.parametrize(
        "query",
        [
            "division=nowhere",
            "province=99",
            "division=%00",
            "province=3700000000",
            "division=a&division=b",
        ],
    )
    def test_what_cannot_be_chosen_is_refused(self, open_browser, played, query) -> None:
        assert open_browser().get(f"{path(played[0])}?{query}").status_code == 400

    @pytest.mark.parametrize("words", ["%25", "_", "\\", "x" * 10_000, "𠮷", "'", "'; --", "😀"])
    def test_any_words_can_be_searched(self, open_browser, played, words) -> None:
        reply = open_browser().get(f"{path(played[0])}?q={words}")

        assert reply.status_code == 200
        assert "没有找到" in reply.text

    def test_a_choice_to_show_the_name_is_honoured_and_taken_back(
        self, open_browser, played
    ) -> None:
        stage, users, _ = played
        own, stranger = open_browser(users[0]), open_browser()

        own.post(path(stage, "/name"), {"shows_name": "y"})
        assert "王小明" in stranger.get(path(stage)).text
        own.post(path(stage, "/name"), {"shows_name": ""})
        assert "王小明" not in stranger.get(path(stage)).text

    def test_every_view_of_the_list_costs_a_constant_number_of_statements(
        self, open_browser, database, played
    ) -> None:
        stage, users, _ = played
        browser = open_browser(users[0])
        for query in ("", "?division=staff&province=37", "?q=示例"):
            statements: list[str] = []
            listener = lambda *told, kept=statements: kept.append(told[2])  # noqa: E731
            event.listen(database.engine, "before_cursor_execute", listener)
            browser.get(path(stage) + query)
            event.remove(database.engine, "before_cursor_execute", listener)
            assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) <= 14, query


class TestEnterpriseBoard:
    def test_it_prints_figures_rule_and_ones_own_row(self, open_browser, played) -> None:
        stage, _, hr = played

        page = open_browser(hr).get(path(stage, "/standings/enterprises")).text

        assert "19.00" in page  # two of them, 20 and 18
        assert "50.0%" in page
        assert "平均分高者在前" in page
        assert page.count('aria-selected="true"') == 1
        assert "own-results.xlsx" in page

    def test_strangers_see_the_board_and_no_download(self, open_browser, played) -> None:
        page = open_browser().get(path(played[0], "/standings/enterprises")).text

        assert "示范大学" in page
        assert "own-results" not in page

    def test_before_the_close_there_is_only_the_rule(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)

        for tab in ("/standings/enterprises", "/standings/rules", "/standings"):
            page = open_browser().get(path(stage, tab))
            assert page.status_code == 200
            assert "qa-unitboard" not in page.text

    def test_the_workbook_of_the_list_has_divisions(self, open_browser, played) -> None:
        import io

        import openpyxl

        reply = open_browser(played[0].manager).get(path(played[0], "/standings.xlsx"))

        rows = list(openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0].values)
        assert [row[-2:] for row in rows] == [
            ("组别", "组内名次"),
            ("企业员工组", 1),
            ("企业员工组", 2),
            ("企业员工组", 3),
            ("高校组", 1),
        ]


class TestManaging:
    def test_divisions_are_written_in_the_form_and_come_back(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, is_open=False)
        desk = open_browser(stage.manager)
        fields = form_of(
            entry_scope="enrolled",
            ranked_by="coverage",
            ranked_from="3",
            **{
                "divisions-0-code": "staff",
                "divisions-0-title": "企业员工组",
                "divisions-0-belonging": "enterprise",
                "divisions-2-code": "campus",
                "divisions-2-title": "高校组",
                "divisions-2-belonging": "university",
            },
        )

        reply = desk.post(path(stage, "/edit"), fields)

        assert reply.status_code == 303
        shown = desk.get(path(stage, "")).text
        assert "企业员工组（企业人员）、高校组（高校师生）" in shown
        assert "只限已报名单位的人员参赛" in shown
        assert "参加人数不满 3 人的单位不排名" in shown
        again = desk.get(path(stage, "/edit")).text
        assert 'value="campus"' in again

    def test_weights_are_written_in_the_form_print_in_the_rules_and_on_the_board(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, is_open=False)
        desk = open_browser(stage.manager)
        fields = form_of(
            ranked_by="weighted", weight_participants="50", weight_coverage="0", weight_mean="50"
        )

        reply = desk.post(path(stage, "/edit"), fields)

        assert reply.status_code == 303
        said = "参加人数与最多者之比，权重 50；平均分与最高者之比，权重 50。"
        assert said in desk.get(path(stage, "")).text
        [field] = re.findall(
            r'<input[^>]*name="weight_mean"[^>]*>', desk.get(path(stage, "/edit")).text
        )
        assert 'value="50"' in field
        assert said in desk.get(path(stage, "/standings/enterprises")).text

    @pytest.mark.parametrize(
        "change",
        [
            {"divisions-0-code": "甲", "divisions-0-title": "组"},
            {"divisions-0-code": "a", "divisions-0-title": ""},
            {"divisions-0-code": "a", "divisions-0-title": "组", "divisions-0-belonging": "x"},
            {"divisions-0-code": "a" * 5000, "divisions-0-title": "组"},
            {"divisions-0-code": "a", "divisions-0-title": "a\x00b"},
            {
                "divisions-0-code": "a",
                "divisions-0-title": "组",
                "divisions-1-code": "A",
                "divisions-1-title": "组",
            },
            {"entry_scope": "friends"},
            {"ranked_by": "luck"},
            {"ranked_by": "weighted", "weight_mean": "31"},
            {"ranked_by": "weighted", "weight_mean": "-1"},
            {"ranked_from": "0"},
            {"ranked_from": ""},
            {"ranked_from": "9" * 5000},
        ],
    )
    def test_bad_divisions_come_back_with_what_is_wrong(
        self, open_browser, database, now, change
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, is_open=False)

        reply = open_browser(stage.manager).post(path(stage, "/edit"), form_of(**change))

        assert reply.status_code == 400
        assert "还不能提交" in reply.text

    def test_row_numbers_that_are_none_are_not_looked_at(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, is_open=False)
        odd = {f"divisions-{n}-title": "组" for n in ("²", "9" * 5000, "-1", "99", "x")}

        reply = open_browser(stage.manager).post(path(stage, "/edit"), form_of(**odd))

        assert reply.status_code == 303

    def test_the_organisers_page_counts_live_and_corrects_headcounts(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, entry=EntryRules(divisions=DIVISIONS))
            unit = make_unit(session, now, name="示例机械集团")
            hr = make_user(session, now, "人事")
            grant_role(session, now, hr, Role.HR_MANAGER, unit)
            user = make_user(session, now, "王小明")
            make_membership(session, now, user, unit)
        open_browser(hr).post(path(stage, "/enrol"), {"unit": unit.public_id})
        open_browser(user).post(path(stage, "/enter"), {"place": f"{unit.public_id}:staff"})
        desk = open_browser(stage.manager)
        target = path(stage, f"/enrolments/{unit.public_id}/headcount")

        before = desk.get(path(stage, "/manage")).text
        replies = [
            desk.post(target, {"headcount": typed}).status_code
            for typed in ("250", "", "-1", "1e3", "9" * 5000, "١٢", "300")
        ]

        assert "示例机械集团" in before
        assert "企业员工组" in before
        assert replies == [303, 303, 400, 400, 400, 400, 303]
        assert 'value="300"' in desk.get(path(stage, "/manage?q=机械")).text
        assert "没有找到" in desk.get(path(stage, "/manage?q=别的")).text

    def test_the_page_offers_the_places_one_may_take(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            user = make_user(session, now, "王小明")
            units = [make_unit(session, now, name=name) for name in ("甲公司", "乙公司")]
            for unit in units:
                make_membership(session, now, user, unit)
        browser = open_browser(user)

        page = browser.get(path(stage, "")).text
        blind = browser.post(path(stage, "/enter"))
        chosen = browser.post(path(stage, "/enter"), {"place": f"{units[1].public_id}:-"})

        assert page.count('type="radio"') == 2
        assert blind.status_code == 409
        assert "请先选定" in blind.text
        assert chosen.status_code == 303
        assert "乙公司" in browser.get(path(stage, "")).text


MATRIX = [
    ("GET", "/manage", (302, 403, 403, 404, 200)),
    ("GET", "/own-results.xlsx", (302, 403, 409, 403, 403)),
    ("POST", "/name", (302, 409, 409, 409, 409)),
    ("POST", "/enrol", (302, 403, 404, 403, 403)),
    ("POST", "/enrolments/{unit}/headcount", (302, 403, 403, 404, 404)),
    ("GET", "/standings/enterprises", (200, 200, 200, 200, 200)),
    ("GET", "/standings/rules", (200, 200, 200, 200, 200)),
]


def test_each_persona_gets_what_is_theirs(open_browser, database, now) -> None:
    with database.transaction() as session:
        stage = make_stage(session, now)
        unit = make_unit(session, now)
        hr, employee, stranger = (
            make_user(session, now, name) for name in ("人事", "员工", "外人")
        )
        grant_role(session, now, hr, Role.HR_MANAGER, unit)
        other = make_unit(session, now, kind="association", name="另一协会")
        grant_role(session, now, stranger, Role.ASSOCIATION_MANAGER, other)
    browsers = [open_browser(user) for user in (None, employee, hr, stranger, stage.manager)]
    tokens = [b.token("/login" if n == 0 else "/account") for n, b in enumerate(browsers)]

    for method, pattern, expected in MATRIX:
        target = path(stage, pattern.format(unit=unit.public_id))
        seen = tuple(
            browser.get(target).status_code
            if method == "GET"
            else browser.post(target, token=token).status_code
            for browser, token in zip(browsers, tokens, strict=True)
        )
        assert seen == expected, (method, pattern)
