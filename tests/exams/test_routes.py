"""Sittings over HTTP: who sees and may do what, from the draft to the downloaded results."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import event, select

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.rules import Release
from learning.exams import services
from learning.exams.jobs import RESULTS
from learning.exams.models import Admission, Sitting
from learning.exams.queries import list_organisers
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from tests.factories.competitions import add_scored_attempt, record_scored
from tests.factories.exams import (
    BANK,
    make_candidate,
    make_examiner,
    make_hall,
    make_member,
    make_plan,
)
from tests.factories.items import make_bank
from tests.factories.people import make_user

BAD_FIELDS: list[dict[str, str]] = [
    {"title": ""},
    {"title": "长" * 201},
    {"title": "a\x01b"},
    {"opens_at": "gestern"},
    {"opens_at": "0001-01-01T00:00"},
    {"closes_at": "2026-11-22T09:00"},
    {"single_count": "-1"},
    {"single_count": "9" * 5000},
    {"single_count": "0", "multiple_count": "0"},
    {"numeric_count": "1"},
    {"single_points": "NaN"},
    {"single_points": "1e999999"},
    {"single_points": "0.00001"},
    {"multiple_marking": "generous"},
    {"counts": "worst"},
    {"release": "never"},
    {"release": "at_submit", "review": "y"},
    {"source": "../etc"},
    {"source": "sample:secure"},
    {"organiser": "elsewhere"},
    {"cut_points": "20.001"},
    {"cut_points": "0"},
    {"cut_points": "Infinity"},
    {"limit_minutes": "0"},
    {"max_attempts": "21"},
]

# What differs from reply to reply: the script nonce, the id of the sitting in the address.
VARYING = re.compile(r'nonce="[^"]*"|[0-9a-z]{26}')


def form_of(**changes: str) -> dict[str, str]:
    fields = {
        "title": "新的场次",
        "description": "## 须知\n\n<script>alert(1)</script>",
        "opens_at": "2026-11-23T09:00",
        "closes_at": "2026-11-23T17:00",
        "source": f"{BANK}:contest",
        "multiple_marking": "half",
        "cut_points": "12",
        "limit_minutes": "30",
        "max_attempts": "2",
        "counts": "best",
        "release": "at_close",
    }
    for kind, count in {"single": "3", "multiple": "2"}.items():
        fields |= {f"{kind}_count": count, f"{kind}_points": "4"}
    for kind in ("true_false", "blank", "numeric"):
        fields |= {f"{kind}_count": "0", f"{kind}_points": "2"}
    return fields | changes


def hall_of(database, now, **changes):
    with database.transaction() as session:
        return make_hall(session, now, **changes)


def candidate_of(database, now, hall, name="考生甲") -> User:
    with database.transaction() as session:
        actor = make_candidate(session, now, hall, name)
        return session.get_one(User, actor.user_id)


PERSONAS = ("nobody", "candidate", "colleague", "stranger", "examiner")
MATRIX: list[tuple[str, str, tuple[int, ...]]] = [
    ("GET", "/sittings", (302, 200, 200, 200, 200)),
    ("GET", "/sittings/{open}", (302, 200, 404, 404, 404)),
    ("GET", "/sittings/{draft}", (302, 404, 404, 404, 404)),
    ("GET", "/sittings/" + "0" * 26, (302, 404, 404, 404, 404)),
    ("GET", "/sittings/manage", (302, 403, 403, 200, 200)),
    ("GET", "/sittings/new", (302, 403, 403, 200, 200)),
    ("GET", "/sittings/{open}/manage", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{draft}/manage", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/edit", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/admissions", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/admit", (302, 403, 403, 404, 200)),
    ("GET", "/sittings/{open}/results", (302, 403, 403, 404, 200)),
    ("POST", "/sittings/{open}/results.xlsx", (302, 403, 403, 404, 200)),
    ("POST", "/sittings/{open}/admit", (302, 403, 403, 404, 400)),
    ("POST", "/sittings/{open}/admissions/" + "0" * 26 + "/withdraw", (302, 403, 403, 404, 404)),
    ("POST", "/sittings/{open}/open", (302, 403, 403, 404, 409)),
    ("POST", "/sittings/{draft}/start", (302, 404, 404, 404, 404)),
    ("POST", "/sittings/{open}/start", (302, 303, 404, 404, 404)),
    ("POST", "/sittings/{open}/close", (302, 403, 403, 404, 409)),
    ("POST", "/sittings/{draft}/open", (302, 403, 403, 404, 303)),
]


class TestWhoMay:
    @pytest.fixture
    def personas(self, database, now):
        with database.transaction() as session:
            hall = make_hall(session, now)
            draft = services.create_sitting(
                session,
                hall.actor,
                raw_organiser_id=hall.association.public_id,
                plan=make_plan(now),
                now=now,
            )
            users = {
                "nobody": None,
                "candidate": session.get_one(User, make_candidate(session, now, hall).user_id),
                "colleague": make_member(session, now, hall),
                "stranger": make_examiner(session, now, name="另一协会")[1],
                "examiner": hall.examiner,
            }
        return hall, draft, users

    def test_each_persona_gets_what_is_theirs(self, open_browser, personas) -> None:
        hall, draft, users = personas
        browsers = {name: open_browser(user) for name, user in users.items()}
        tokens = {
            name: browser.token("/login" if users[name] is None else "/account")
            for name, browser in browsers.items()
        }

        for method, pattern, expected in MATRIX:
            path = pattern.format(open=hall.public_id, draft=draft)
            seen = tuple(
                browsers[name].get(path).status_code
                if method == "GET"
                else browsers[name].post(path, {"confirm": "y"}, token=tokens[name]).status_code
                for name in PERSONAS
            )
            assert seen == expected, (method, pattern)

    def test_foreign_and_missing_look_the_same(self, open_browser, personas) -> None:
        hall, _, users = personas
        stranger = open_browser(users["stranger"])

        for page in ("", "/manage", "/edit", "/admissions", "/admit", "/results"):
            foreign = stranger.get(f"/sittings/{hall.public_id}{page}")
            missing = stranger.get(f"/sittings/{'0' * 26}{page}")
            assert foreign.status_code == missing.status_code == 404
            assert VARYING.sub("", foreign.text) == VARYING.sub("", missing.text), page

    def test_without_csrf_token_nothing_is_done(self, open_browser, personas) -> None:
        hall, _, _ = personas
        desk = open_browser(hall.examiner)

        for act in ("open", "close", "start", "edit", "admit", "results.xlsx"):
            reply = desk.post(f"/sittings/{hall.public_id}/{act}", token="none")
            assert reply.status_code == 403, act

    def test_hostile_addresses_are_not_found_and_bad_pages_refused(
        self, open_browser, personas
    ) -> None:
        hall, _, _ = personas
        desk = open_browser(hall.examiner)

        for raw in ["%00", "a%00b", "%F0%9F%98%80", "x" * 2000, "%27"]:
            for page in ("", "/manage", "/results"):
                assert desk.get(f"/sittings/{raw}{page}").status_code == 404, raw
        for query in ("page=0", "page=-1", "page=x", "page=1&page=2", "page=" + "9" * 99):
            for page in ("manage", f"{hall.public_id}/admissions", f"{hall.public_id}/results"):
                assert desk.get(f"/sittings/{page}?{query}").status_code == 400, query
        for query in ("page=999999999", "sort=%27", "show=x", "q=" + "龘" * 9000, "q=%25_"):
            for page in ("manage", f"{hall.public_id}/admissions", f"{hall.public_id}/results"):
                assert desk.get(f"/sittings/{page}?{query}").status_code == 200, query


class TestWriting:
    @pytest.fixture
    def examiner(self, database, now):
        with database.transaction() as session:
            make_bank(session, now, bank=BANK)
            _, user, actor = make_examiner(session, now)
            return user, list_organisers(session, actor, now)[0][0]

    def test_a_sitting_is_written_and_opened(self, open_browser, examiner) -> None:
        user, organiser_id = examiner
        desk = open_browser(user)
        assert "还没有场次" in desk.get("/sittings/manage").text

        written = desk.post("/sittings/new", form_of(organiser=organiser_id))
        page = written.headers["Location"]
        opened = desk.post(page.replace("/manage", "/open"))

        assert (written.status_code, opened.status_code) == (303, 303)
        shown = desk.get(page).text
        for words in (
            "2026-11-23 09:00 至 17:00（Asia/Shanghai）",
            "单项选择题 3 题，每题 4 分；多项选择题 2 题，每题 4 分，少选得一半分，错选不得分",
            "满分 20 分，12 分及以上合格",
            "每人最多 2 次，取最好的一次",
            "从公开的竞赛题中抽题",
        ):
            assert words in shown
        assert "<script>alert" not in shown
        assert "新的场次" in desk.get("/sittings/manage").text

    def test_a_bad_form_comes_back_with_what_is_wrong(
        self, open_browser, examiner, database
    ) -> None:
        user, organiser_id = examiner
        desk = open_browser(user)
        token = desk.token()

        # One browser for all: each case changes nothing, which the last lines prove.
        for change in BAD_FIELDS:
            reply = desk.post(
                "/sittings/new", form_of(organiser=organiser_id) | change, token=token
            )
            assert reply.status_code == 400, change
            assert "还不能提交" in reply.text, change

        with database.session(write=False) as session:
            assert session.scalars(select(Sitting)).all() == []

    def test_a_field_given_twice_is_refused(self, open_browser, examiner) -> None:
        fields = [*form_of(organiser=examiner[1]).items(), ("title", "zwei")]

        assert open_browser(examiner[0]).post("/sittings/new", fields).status_code == 400

    def test_an_edit_keeps_what_was_written(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, is_open=False)
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/edit"
        assert 'value="质量可靠性工程师认证考试（示例）"' in desk.get(path).text

        assert desk.post(path, form_of(title="改好的名称")).status_code == 303
        assert "改好的名称" in desk.get(f"/sittings/{hall.public_id}/manage").text

    def test_a_refused_edit_says_why(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)
        desk = open_browser(hall.examiner)

        moved = desk.post(f"/sittings/{hall.public_id}/edit", form_of())

        assert moved.status_code == 409
        assert "场次开放后，考试时间不能再改" in moved.text


class TestAdmitting:
    def test_the_first_post_shows_and_the_second_admits(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)
        with database.transaction() as session:
            make_member(session, now, hall, "王小明", staff_no="0012")
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/admit"
        fields = {"kind": "unit", "unit": "示例机械集团"}

        shown = desk.post(path, fields)
        assert "将准考 1 人" in shown.text
        assert "王小明" in shown.text
        with database.session(write=False) as session:
            assert session.scalars(select(Admission)).all() == []
        admitted = desk.post(path, fields | {"apply": "y"})
        listed = desk.get(admitted.headers["Location"]).text
        again = desk.post(path, fields | {"apply": "y"})

        assert (admitted.status_code, again.status_code) == (303, 200)
        assert "没有要新准考的人" in again.text
        assert "已准考 1 人" in listed
        assert "0012" in listed

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"kind": "unit", "unit": "没有"}, "没有找到这个单位"),
            ({"kind": "post", "unit": "示例机械集团", "post": "没有"}, "没有找到可以准考的人"),
            ({"kind": "roll", "roll": ""}, "名单是空的"),
            ({"kind": "roll", "roll": "\n\n99\n"}, "第 3 行：“99”"),
            ({"kind": "roll", "roll": "龘" * 10_000}, "第 1 行"),
            ({"kind": "roll", "roll": "x" * 200_001}, "还不能提交"),
            ({"kind": "roll", "roll": "\n".join(map(str, range(100)))}, "还有 50 处错误"),
            ({"kind": "everybody"}, "还不能提交"),
            ({}, "没有找到这个单位"),
        ],
    )
    def test_what_is_wrong_is_named(self, open_browser, database, now, fields, words) -> None:
        hall = hall_of(database, now)

        reply = open_browser(hall.examiner).post(f"/sittings/{hall.public_id}/admit", fields)

        assert reply.status_code == 400
        assert words in reply.text

    def test_an_admission_is_withdrawn_from_the_list(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)
        user = candidate_of(database, now, hall)
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/admissions"

        reply = desk.post(f"{path}/{user.public_id}/withdraw")

        assert reply.status_code == 303
        assert "还没有考生" in desk.get(path).text


class TestSitting:
    def test_a_candidate_reads_confirms_sits_and_sees_the_verdict(
        self, open_browser, database, now, clock
    ) -> None:
        hall = hall_of(database, now, release=Release.AT_SUBMIT)
        user = candidate_of(database, now, hall)
        browser = open_browser(user)
        page = f"/sittings/{hall.public_id}"
        assert "现在可考" in browser.get("/sittings").text
        shown = browser.get(page).text
        for words in (
            "满分 20 分，12 分及以上合格",
            "设备检查",
            "还可以考 1 次",
            "device_check.js",
        ):
            assert words in shown

        unconfirmed = browser.post(f"{page}/start")
        assert unconfirmed.headers["Location"] == page
        with database.session(write=False) as session:
            assert session.scalars(select(Attempt)).all() == []
        started = browser.post(f"{page}/start", {"confirm": "y"})
        assert started.headers["Location"].startswith("/attempts/")
        assert "继续考试" in browser.get(page).text

        room = started.headers["Location"]
        token = browser.token()
        handed_in = browser.client.post(
            f"{room}/submit",
            json={"epoch": 1, "responses": [], "last_seq": {}},
            headers={"X-CSRFToken": token},
        )
        events.deliver(database, RESULTS, now)

        assert handed_in.status_code == 200
        result = browser.get(f"{room}/result").text
        for words in ("未合格", "合格线", "回到考试", page):
            assert words in result
        assert "得分 0 分，满分 20 分，合格线 12 分" in browser.get(page).text
        assert "0 分，满分 20 分" in browser.get("/sittings").text

    def test_before_release_nothing_tells_the_result(self, open_browser, database, now) -> None:
        hall = hall_of(database, now)
        user = candidate_of(database, now, hall)
        with database.transaction() as session:
            told = add_scored_attempt(
                session,
                hall.view(session, now).assessment_id,
                user.id,
                points_milli=16_000,
                started_at=now,
            )
            record_scored(session, told, now)
        events.deliver(database, RESULTS, now)
        browser = open_browser(user)

        for page in (f"/sittings/{hall.public_id}", "/sittings"):
            shown = browser.get(page).text
            assert "已交卷，待公布" in shown
            assert "16 分" not in shown
            assert 'data-s="pass"' not in shown

    @pytest.mark.parametrize(("hours", "words"), [(-2, "未开考"), (9, "没有作答记录"), (9, "缺考")])
    def test_outside_the_window_the_page_says_what_is_so(
        self, open_browser, database, now, clock, hours, words
    ) -> None:
        hall = hall_of(database, now)
        browser = open_browser(candidate_of(database, now, hall))
        clock.move_to(now + timedelta(hours=hours), tick=False)

        assert words in browser.get(f"/sittings/{hall.public_id}").text

    def test_a_cancelled_sitting_says_so(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, opens_at=now + timedelta(hours=1))
        user = candidate_of(database, now, hall)
        assert open_browser(hall.examiner).post(f"/sittings/{hall.public_id}/close")

        assert "开考前已取消" in open_browser(user).get(f"/sittings/{hall.public_id}").text

    def test_who_is_admitted_nowhere_is_told_so(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            user = make_user(session, now)

        assert "还没有您的考试" in open_browser(user).get("/sittings").text


class TestResults:
    @pytest.fixture
    def hall(self, database, now):
        with database.transaction() as session:
            hall = make_hall(session, now)
            for name, points in (("甲", 16_000), ("=乙", 4_000)):
                actor = make_candidate(session, now, hall, name)
                told = add_scored_attempt(
                    session,
                    hall.view(session, now).assessment_id,
                    actor.user_id,
                    points_milli=points,
                    started_at=now,
                )
                record_scored(session, told, now)
            make_candidate(session, now, hall, "丙")
        events.deliver(database, RESULTS, now)
        return hall

    def test_the_table_shows_filters_and_derives_absence(
        self, open_browser, hall, now, clock
    ) -> None:
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/results"

        assert "未开始" in desk.get(path).text
        passed = desk.get(f"{path}?show=passed&sort=-points").text
        assert "甲" in passed
        assert "=乙" not in passed
        clock.move_to(now + timedelta(hours=9), tick=False)
        assert "缺考" in desk.get(f"{path}?show=other").text

    def test_the_workbook_holds_text_and_the_download_is_in_the_audit(
        self, open_browser, hall, database
    ) -> None:
        reply = open_browser(hall.examiner).post(f"/sittings/{hall.public_id}/results.xlsx")

        book = openpyxl.load_workbook(io.BytesIO(reply.data))
        rows = [[cell.value for cell in row] for row in book["成绩"].iter_rows(min_row=2)]
        assert [(row[0], row[3], row[4]) for row in rows] == [
            ("甲", "合格", 16),
            ("=乙", "未合格", 4),
            ("丙", "未开始", None),
        ]
        with database.session(write=False) as session:
            acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "sitting.results_downloaded"


class TestCost:
    def statements_of(self, database, browser, path) -> int:
        browser.get(path)  # what is read once a process is read
        seen: list[str] = []

        def note(*told) -> None:
            seen.append(told[2])

        event.listen(database.engine, "before_cursor_execute", note)
        assert browser.get(path).status_code == 200
        event.remove(database.engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])

    def test_pages_cost_the_same_however_much_they_show(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, max_attempts=5)
        user = candidate_of(database, now, hall)
        candidate, desk = open_browser(user), open_browser(hall.examiner)
        pages = [
            (candidate, "/sittings"),
            (candidate, f"/sittings/{hall.public_id}"),
            (desk, "/sittings/manage"),
            (desk, f"/sittings/{hall.public_id}/admissions"),
            (desk, f"/sittings/{hall.public_id}/results"),
        ]
        before = [self.statements_of(database, *page) for page in pages]

        with database.transaction() as session:
            assessment_id = hall.view(session, now).assessment_id
            for number in range(1, 4):
                add_scored_attempt(session, assessment_id, user.id, number=number, started_at=now)
                make_candidate(session, now, hall)
                other = services.create_sitting(
                    session,
                    hall.actor,
                    raw_organiser_id=hall.association.public_id,
                    plan=make_plan(now),
                    now=now,
                )
                services.open_sitting(session, hall.actor, other, now=now)
                services.admit(session, hall.actor, other, user_ids=[user.id], now=now)
        after = [self.statements_of(database, *page) for page in pages]

        assert before == after
        assert max(after[:2]) <= 6
