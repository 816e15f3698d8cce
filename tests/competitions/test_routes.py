"""Competitions over HTTP: who sees and may do what, from the draft to the published list."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.models import Competition
from learning.competitions.queries import list_organisers
from learning.kernel.permissions import Role
from tests.competitions.browser import Browser
from tests.factories.competitions import (
    BANK,
    make_association,
    make_contest,
    make_participant,
    make_stage,
)
from tests.factories.items import make_bank
from tests.factories.people import grant_role, make_user

BAD_FIELDS: list[dict[str, str]] = [
    {"title": ""},
    {"title": "长" * 201},
    {"title": "a\x00b"},
    {"opens_at": "gestern"},
    {"opens_at": "0001-01-01T00:00"},
    {"closes_at": "2026-11-22T09:00"},
    {"single_count": "-1"},
    {"single_count": "9" * 5000},
    {"single_points": "NaN"},
    {"single_points": "1e999999"},
    {"single_points": "0.00001"},
    {"multiple_marking": "generous"},
    {"counts": "worst"},
    {"tie_rule": "coin"},
    {"release": "never"},
    {"release": "at_submit", "review": "y"},
    {"bank": "../etc"},
    {"organiser": "elsewhere"},
    {"single_count": "300"},
    {"single_count": "0", "multiple_count": "0"},
    {"limit_minutes": "0"},
    {"max_attempts": "-1"},
    {"per_day": "51"},
    {"max_attempts": "0", "counts": "sum"},
    {"play": "guessing"},
    {"play": "speed", "item_seconds": "0"},
    {"play": "speed", "item_seconds": "20", "speed_rate": "1e99"},
    {"play": "survival", "ladder": "5 three"},
    {"play": "survival", "ladder": "5 3\n5 6"},
    {"until_right": "y", "counts": "sum"},
    {"share": "3"},
]


def form_of(**changes: str) -> dict[str, str]:
    return {
        "title": "新的竞赛",
        "description": "## 说明\n\n<script>alert(1)</script>",
        "opens_at": "2026-11-23T09:00",
        "closes_at": "2026-11-30T17:00",
        "bank": BANK,
        "single_count": "3",
        "single_points": "4",
        "multiple_count": "2",
        "multiple_points": "4",
        "multiple_marking": "half",
        "limit_minutes": "30",
        "max_attempts": "2",
        "counts": "best",
        "tie_rule": "score_then_duration",
        "release": "at_close",
        **changes,
    }


@pytest.fixture
def organiser(database, now):
    with database.transaction() as session:
        make_bank(session, now, bank=BANK)
        _, manager, actor = make_association(session, now)
        organiser_id = list_organisers(session, actor, now)[0][0]
    return manager, organiser_id


def stage_of(database, now, **changes):
    with database.transaction() as session:
        return make_stage(session, now, **changes)


PERSONAS = ("nobody", "employee", "hr", "stranger", "manager")
MATRIX: list[tuple[str, str, tuple[int, ...]]] = [
    ("GET", "/competitions", (200, 200, 200, 200, 200)),
    ("GET", "/competitions/{open}", (200, 200, 200, 200, 200)),
    ("GET", "/competitions/{open}/standings", (200, 200, 200, 200, 200)),
    ("GET", "/competitions/{draft}", (404, 404, 404, 404, 200)),
    ("GET", "/competitions/{draft}/standings", (404, 404, 404, 404, 200)),
    ("GET", "/competitions/" + "0" * 26, (404, 404, 404, 404, 404)),
    ("GET", "/competitions/new", (302, 403, 403, 200, 200)),
    ("GET", "/competitions/{open}/edit", (302, 403, 403, 404, 200)),
    ("GET", "/competitions/{open}/standings.xlsx", (302, 403, 403, 404, 409)),
    ("POST", "/competitions/{open}/open", (302, 403, 403, 404, 409)),
    ("POST", "/competitions/{open}/start", (302, 409, 409, 409, 409)),
    ("POST", "/competitions/{open}/enter", (302, 303, 303, 303, 303)),
    ("POST", "/competitions/{draft}/enter", (302, 404, 404, 404, 404)),
    ("POST", "/competitions/{draft}/start", (302, 404, 404, 404, 404)),
    ("POST", "/competitions/{draft}/open", (302, 403, 403, 404, 303)),
    ("POST", "/competitions/{open}/close", (302, 403, 403, 404, 303)),
]


class TestOrganising:
    def test_a_competition_is_written_opened_entered_and_started(
        self, open_browser, organiser, database, now, clock
    ) -> None:
        manager, organiser_id = organiser
        desk = open_browser(manager)

        written = desk.post("/competitions/new", form_of(organiser=organiser_id))
        page = written.headers["Location"]
        opened = desk.post(f"{page}/open")

        assert (written.status_code, opened.status_code) == (303, 303)
        shown = desk.get(page).text
        assert "2026-11-23 09:00 至 2026-11-30 17:00（北京时间）" in shown
        assert (
            "单项选择题 3 题，每题 4 分；多项选择题 2 题，每题 4 分，少选得一半分，错选不得分"
            in shown
        )
        assert "满分 20 分" in shown
        assert "每人最多 2 次，取最好的一次" in shown
        assert "同分者用时短者在前" in shown
        assert "<script>alert" not in shown

        clock.move_to(now + timedelta(days=2), tick=False)
        with database.transaction() as session:
            person = make_user(session, now + timedelta(days=2), "王小明")
        participant = Browser(desk.client.application, database, now + timedelta(days=2), person)
        assert "报名" in participant.get(page).text
        assert participant.post(f"{page}/enter").status_code == 303
        assert "开始答题" in participant.get(page).text
        started = participant.post(f"{page}/start")
        assert started.status_code == 303
        assert started.headers["Location"].startswith("/attempts/")
        assert "继续答题" in participant.get(page).text

    def test_the_form_starts_with_the_national_shape(self, open_browser, organiser) -> None:
        page = open_browser(organiser[0]).get("/competitions/new").text

        for name, value in (
            ("single_count", "20"),
            ("multiple_count", "5"),
            ("single_points", "4"),
        ):
            assert f'name="{name}"' in page
            assert f'value="{value}"' in page

    @pytest.mark.parametrize(
        ("changes", "promise"),
        [
            (
                {"counts": "sum", "max_attempts": "0", "per_day": "1", "sign_in": "1"},
                "每天最多 1 次，按主办方所在时区的零点换日，各次得分相加。",
            ),
            (
                {"play": "speed", "item_seconds": "20", "speed_base": "100", "speed_rate": "30"},
                "得 100 分，再加剩余整秒数乘以 30",
            ),
            (
                {"play": "survival", "item_seconds": "45", "ladder": "5 3\n10 6"},
                "时间到以已选的答案为准；连对 5 题得 3 分；连对 10 题得 6 分。",
            ),
            ({"until_right": "y"}, "答到全部正确为止"),
        ],
    )
    def test_what_is_set_stands_in_the_rules_and_in_the_form_again(
        self, open_browser, organiser, changes, promise
    ) -> None:
        manager, organiser_id = organiser
        desk = open_browser(manager)

        written = desk.post("/competitions/new", form_of(organiser=organiser_id, **changes))
        page = written.headers["Location"]
        again = desk.get(f"{page}/edit").text

        assert promise in desk.get(page).text
        for name, value in changes.items():
            if name not in {"counts", "play", "until_right", "ladder"}:
                assert re.search(rf'name="{name}"[^>]*value="{value}"', again), name

    def test_a_new_competition_begins_with_a_common_format(self, open_browser, organiser) -> None:
        manager, _ = organiser
        desk = open_browser(manager)

        shown = desk.get("/competitions/new?preset=speed").text

        assert re.search(r'name="item_seconds"[^>]*value="20"', shown)
        assert desk.get("/competitions/new?preset=nothing").status_code == 200

    def test_a_bad_form_comes_back_with_what_is_wrong(
        self, open_browser, organiser, database
    ) -> None:
        manager, organiser_id = organiser
        desk = open_browser(manager)
        token = desk.token()

        # One browser for all: each case changes nothing, which the last lines prove.
        for change in BAD_FIELDS:
            fields = form_of(organiser=organiser_id) | change
            reply = desk.post("/competitions/new", fields, token=token)
            assert reply.status_code == 400, change
            assert "还不能提交" in reply.text, change

        with database.session(write=False) as session:
            assert session.scalars(select(Competition)).all() == []

    def test_a_field_given_twice_is_refused(self, open_browser, organiser) -> None:
        manager, organiser_id = organiser
        fields = [*form_of(organiser=organiser_id).items(), ("title", "zwei")]

        assert open_browser(manager).post("/competitions/new", fields).status_code == 400

    def test_fields_that_are_not_the_forms_are_ignored(
        self, open_browser, organiser, database
    ) -> None:
        manager, organiser_id = organiser
        extra = {
            "state": "open",
            "created_by": "1",
            "id": "7",
            "closed_at": "2020-01-01",
            "role": "operator",
        }

        reply = open_browser(manager).post(
            "/competitions/new", form_of(organiser=organiser_id) | extra
        )

        assert reply.status_code == 303
        with database.session(write=False) as session:
            row = session.scalars(select(Competition)).one()
            assert (row.state, row.created_by, row.closed_at) == ("draft", manager.id, None)

    def test_names_are_shown_and_never_run(self, open_browser, organiser) -> None:
        manager, organiser_id = organiser
        title = "{{7*7}}<img src=x onerror=alert(1)>"
        desk = open_browser(manager)

        page = desk.post("/competitions/new", form_of(organiser=organiser_id, title=title)).headers[
            "Location"
        ]

        shown = desk.get(page).text
        assert "{{7*7}}&lt;img src=x" in shown
        assert "<img src=x" not in shown

    def test_a_refused_edit_says_why_and_changes_nothing(self, open_browser, database, now) -> None:
        stage = stage_of(database, now)
        desk = open_browser(stage.manager)
        path = f"/competitions/{stage.public_id}/edit"

        moved = desk.post(path, form_of())
        short = desk.post(
            path,
            form_of(opens_at="2026-11-22T09:00", closes_at="2026-11-22T18:00", single_count="200"),
        )

        assert moved.status_code == 409
        assert "答题时间只能在“轮次与晋级”里公告推后或延长" in moved.text
        assert short.status_code == 400
        assert "题库的竞赛题不够" in short.text
        with database.session(write=False) as session:
            assert stage.view(session, now).title == "示例行业全面质量管理知识竞赛"

    def test_an_edit_of_a_draft_is_kept(self, open_browser, database, now) -> None:
        stage = stage_of(database, now, is_open=False)
        desk = open_browser(stage.manager)
        path = f"/competitions/{stage.public_id}"
        assert 'value="示例行业全面质量管理知识竞赛"' in desk.get(f"{path}/edit").text

        reply = desk.post(f"{path}/edit", form_of(title="改好的名称"))

        assert reply.status_code == 303
        assert "改好的名称" in desk.get(path).text

    def test_closing_by_hand_publishes_and_waits_for_those_still_answering(
        self, open_browser, database, now
    ) -> None:
        stage = stage_of(database, now)
        with database.transaction() as session:
            actor = make_participant(session, now, stage)
            services.start_round(session, actor, stage.public_id, device_token="d", now=now)
        desk = open_browser(stage.manager)
        path = f"/competitions/{stage.public_id}"

        refused = desk.post(f"{path}/close")
        with database.transaction() as session:
            attempt = session.scalars(select(Attempt)).one()
            session.delete(attempt)
        closed = desk.post(f"{path}/close")

        assert refused.status_code == 409
        assert "还有人在答题" in refused.text
        assert closed.status_code == 303
        assert "已公布" in desk.get(path).text


class TestWhoMay:
    """The matrix: persona by request."""

    @pytest.fixture
    def personas(self, database, now):
        with database.transaction() as session:
            stage = make_stage(session, now)
            draft_id = services.create_competition(
                session,
                stage.actor,
                raw_organiser_id=stage.association.public_id,
                contest=make_contest(now),
                now=now,
            )
            draft = replace(stage, public_id=draft_id)
            stranger = make_association(session, now, name="另一协会")[1]
            hr = make_user(session, now, "人事")
            grant_role(session, now, hr, Role.HR_MANAGER, stage.association)
            employee = make_user(session, now, "员工")
        return (
            stage,
            draft,
            {
                "nobody": None,
                "employee": employee,
                "hr": hr,
                "stranger": stranger,
                "manager": stage.manager,
            },
        )

    def test_each_persona_gets_what_is_theirs(self, open_browser, personas) -> None:
        stage, draft, users = personas
        browsers = {name: open_browser(user) for name, user in users.items()}
        tokens = {
            name: browser.token("/login" if users[name] is None else "/account")
            for name, browser in browsers.items()
        }

        for method, pattern, expected in MATRIX:
            path = pattern.format(open=stage.public_id, draft=draft.public_id)
            seen = tuple(
                browsers[name].get(path).status_code
                if method == "GET"
                else browsers[name].post(path, token=tokens[name]).status_code
                for name in PERSONAS
            )
            assert seen == expected, (method, pattern)

    def test_without_csrf_token_nothing_is_done(self, open_browser, personas) -> None:
        stage, _, _ = personas
        desk = open_browser(stage.manager)

        for act in ("open", "close", "enter", "start", "edit"):
            reply = desk.post(f"/competitions/{stage.public_id}/{act}", token="none")
            assert reply.status_code == 403, act

    def test_hostile_addresses_are_not_found(self, open_browser, personas) -> None:
        for raw in ["%00", "a%00b", "%F0%9F%98%80", "x" * 2000, "..%2f..", "%27"]:
            assert open_browser().get(f"/competitions/{raw}").status_code == 404, raw
