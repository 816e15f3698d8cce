"""The examiner's desk over HTTP: writing, admitting, results and their download."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules, Integrity
from learning.exams.jobs import RESULTS
from learning.exams.models import Admission, Sitting
from learning.exams.queries import list_organisers
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from tests.exams.halls import candidate_of, hall_of
from tests.factories.competitions import add_scored_attempt, record_scored
from tests.factories.exams import BANK, make_candidate, make_examiner, make_hall, make_member
from tests.factories.items import make_bank

ROW = {"kind": "single", "count": "1", "points": "1", "area": "", "level": "", "band": ""}
ROW |= {"title": "", "marking": ""}
BAD_FIELDS: list[dict[str, str]] = [
    {"title": ""},
    {"title": "长" * 201},
    {"title": "a\x01b"},
    {"opens_at": "gestern"},
    {"opens_at": "0001-01-01T00:00"},
    {"closes_at": "2026-11-22T09:00"},
    {"rows-0-count": "-1"},
    {"rows-0-count": "9" * 5000},
    {"rows-0-count": "0", "rows-1-count": "0"},
    {"rows-2-kind": "numeric", "rows-2-count": "1", "rows-2-points": "1"},
    {"rows-0-points": "NaN"},
    {"rows-0-points": "1e999999"},
    {"rows-0-points": "0.00001"},
    {"multiple_marking": "generous"},
    {"rows-0-kind": "riddle"},
    {"rows-0-level": "guru"},
    {"rows-0-band": "brutal"},
    {"rows-0-area": "长" * 121},
    {"rows-1-area": "没有的知识点"},
    {"rows-0-title": "a\x01b"},
    {"rows-0-minutes": "20"},  # the other section has no limit
    {"rows-0-minutes": "300", "rows-1-minutes": "200"},  # the window is eight hours
    {"rows-0-minutes": "-1", "rows-1-minutes": "5"},
    {"rows-1-marking": "generous"},
    {"unseen_days": "-1"},
    {"forms": "9"},
    {"forms": "x"},
    {"forms": "8"},  # the pool holds 20 single items: 3 for each of 8 are too many
    {f"rows-{n}-{name}": text for n in range(62) for name, text in ROW.items()},
    {"counts": "worst"},
    {"release": "never"},
    {"review": "everything"},
    {"score_from": "2026-11-23T16:59"},  # before the end
    {"release": "at_submit", "score_from": "2026-11-24T09:00"},
    {"review": "keys", "keys_from": "0026-11-24T09:00"},
    {"source": "../etc"},
    {"source": "sample:secure"},
    {"organiser": "elsewhere"},
    {"cut_points": "20.001"},
    {"cut_points": "0"},
    {"cut_points": "Infinity"},
    {"limit_minutes": "0"},
    {"max_attempts": "21"},
    {"warn_at": "3", "end_at": "3"},
    {"end_at": "100", "warn_at": "1"},
]


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
        "unseen_days": "0",
        "forms": "0",
    }
    for n, (kind, count) in enumerate({"single": "3", "multiple": "2"}.items()):
        row = ROW | {"kind": kind, "count": count, "points": "4"}
        fields |= {f"rows-{n}-{name}": text for name, text in row.items()}
    return fields | changes


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

    def test_what_is_told_when_is_written_said_to_candidates_and_comes_back(
        self, open_browser, examiner
    ) -> None:
        user, organiser_id = examiner
        desk = open_browser(user)
        days = {
            "score_from": "2026-11-25T09:00",
            "review": "keys",
            "keys_from": "2026-12-01T09:00",
            "explanations_from": "2026-12-02T09:00",  # never told, and so not kept
        }

        written = desk.post("/sittings/new", form_of(organiser=organiser_id, **days))
        shown = desk.get(written.headers["Location"]).text
        form = desk.get(written.headers["Location"].replace("/manage", "/edit")).text

        for words in (
            "考试时间结束后公布成绩；考后可回看试题、作答与答案，不公布解析；",
            "成绩不早于 2026-11-25 09:00 公布；答案不早于 2026-12-01 09:00 公布。",
        ):
            assert words in shown
        assert "2026-12-02" not in shown + form
        assert form.count('value="2026-12-01T09:00"') == 1
        assert '<option selected value="keys">' in form

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

    def test_what_the_room_does_about_conduct_is_kept(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, is_open=False)
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/edit"
        strict = {"warn_at": "2", "end_at": "5", "closed_book": "y", "no_calculator": "y"}

        assert desk.post(path, form_of(**strict)).status_code == 303

        with database.session(write=False) as session:
            text = session.scalar(select(Assessment.rules).order_by(Assessment.id.desc()))
        rules = AttemptRules.from_json(text)
        assert rules.integrity == Integrity(warn_at=2, end_at=5, closed_book=True)
        assert not rules.calculator
        page = desk.get(path).text
        assert re.search(r'name="end_at"[^>]* value="5"', page)

    def test_limits_of_sections_are_written_and_told(self, open_browser, database, now) -> None:
        hall = hall_of(database, now, is_open=False)
        desk = open_browser(hall.examiner)
        path = f"/sittings/{hall.public_id}/edit"
        limits = {"rows-0-minutes": "20", "rows-1-minutes": "10"}

        assert desk.post(path, form_of(**limits)).status_code == 303

        page = desk.get(path).text
        assert re.search(r'name="rows-0-minutes"[^>]* value="20"', page)
        assert re.search(r'name="limit_minutes"[^>]* value="30"', page), "not the sum"
        told = desk.get(f"/sittings/{hall.public_id}/manage").text
        assert "各有限时：单项选择题 20 分钟、多项选择题 10 分钟" in told
        assert "省下的时间不加到后面的部分" in told

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
