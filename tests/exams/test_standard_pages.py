"""The pages of a cut score by judges: numbers typed, feedback, the adoption, the record."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from learning.kernel.audit import AuditEntry
from tests.exams.test_standards import TABLES, Board
from tests.factories.exams import make_member


class TestPages:
    @pytest.fixture
    def committed(self, database, now):
        with database.transaction() as session:
            return Board(session, now)

    def test_a_judge_types_numbers_and_is_led_from_item_to_item(
        self, committed, open_browser
    ) -> None:
        browser = open_browser(committed.judges[0])
        desk = f"/sittings/{committed.hall.public_id}/standard/{committed.setting}/judge"

        first = browser.get(f"{desk}/1").get_data(as_text=True)
        saved = browser.post(f"{desk}/1", {"percent": "62", "round": "1"})
        wrong = browser.post(f"{desk}/2", {"percent": "101", "round": "1"})
        for position in range(2, 5):
            browser.post(f"{desk}/{position}", {"percent": "50", "round": "1"})
        last = browser.post(f"{desk}/5", {"percent": "50", "round": "1"})

        assert " autofocus " in first
        assert f"{desk}/1/key" not in first
        assert (saved.status_code, saved.location.endswith("/judge/2")) == (303, True)
        assert wrong.status_code == 400
        assert last.location.endswith("/judge")
        assert "已评 5 / 5 题" in browser.get(desk).get_data(as_text=True)
        assert f"{desk}" in browser.get("/sittings").get_data(as_text=True)

    def test_feedback_comes_after_the_round_and_names_nobody(
        self, database, committed, open_browser
    ) -> None:
        judge, examiner = open_browser(committed.judges[0]), open_browser(committed.hall.examiner)
        address = f"/sittings/{committed.hall.public_id}/standard/{committed.setting}"
        with database.transaction() as session:
            committed.judged_by_all(session, *TABLES)
        during = judge.get(f"{address}/judge/1").get_data(as_text=True)
        secret = examiner.get(address).get_data(as_text=True)

        examiner.post(f"{address}/step", {"step": "close"})
        examiner.post(f"{address}/step", {"step": "next"})
        after = judge.get(f"{address}/judge/1").get_data(as_text=True)
        open_page = examiner.get(address).get_data(as_text=True)

        assert "60–80" not in during
        assert "60–80" not in secret
        assert "60–80" in after
        assert "评委乙" not in after
        assert "14.00" in open_page

    def test_the_examiner_adopts_and_takes_the_record_home(
        self, database, committed, open_browser
    ) -> None:
        examiner = open_browser(committed.hall.examiner)
        address = f"/sittings/{committed.hall.public_id}/standard/{committed.setting}"
        with database.transaction() as session:
            committed.judged_by_all(session, *TABLES)
        examiner.post(f"{address}/step", {"step": "close"})
        offered = examiner.get(address).get_data(as_text=True)

        missing = examiner.post(f"{address}/adopt", {"adjustment": "none", "reason": " "})
        done = examiner.post(f"{address}/adopt", {"adjustment": "none", "reason": "评议一致"})
        page = examiner.get(address).get_data(as_text=True)
        book = load_workbook(io.BytesIO(examiner.post(f"{address}.xlsx", {}).data))

        rows = list(book.worksheets[0].values)
        notes = [row[0] for row in book.worksheets[1].values]
        assert offered.count(">采用<") == 1  # the heading; the choice below says of what
        assert (missing.status_code, done.status_code) == (400, 303)
        assert "采用 14 分" in page
        assert list(rows[1][4:9]) == [60, 70, 80, 70, 10]
        assert any("采用 14 分" in str(note) for note in notes)
        with database.session(write=False) as session:
            assert session.scalar(
                select(func.count()).where(AuditEntry.act == "standard.downloaded")
            )

    def test_foreign_settings_look_missing(self, committed, open_browser, database, now) -> None:
        address = f"/sittings/{committed.hall.public_id}/standard/{committed.setting}"
        with database.transaction() as session:
            stranger = make_member(session, now, committed.hall, "路人")

        browser = open_browser(stranger)

        assert browser.get(f"{address}/judge").status_code == 404
        assert browser.get(f"{address}/judge/1").status_code == 404
        assert browser.post(f"{address}/judge/1", {"percent": "5", "round": "1"}).status_code == 404
