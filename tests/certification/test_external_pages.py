"""Certificates of others over HTTP: an old list imported, checked, seen; lists verified in bulk."""

import io
import re
import zipfile

import openpyxl
import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.certification.models import ExternalCertificate, ExternalImport
from learning.certification.rules.register import IMPORT_UNDONE
from learning.certification.services import verification
from learning.kernel.audit import AuditEntry
from learning.kernel.documents import Column, write_workbook
from tests.factories.external import make_employer, make_external

TITLES = ("姓名", "工号", "证书名称", "证号", "发证日期", "到期日期", "复审日期")
PEOPLE = (("张三", "0001"), ("李四", "0002"), ("王五", "0003"))
BOMB = b"0" * 1_000_000


def workbook(titles, rows) -> bytes:
    return write_workbook([Column(title, is_text=True) for title in titles], rows)


def lines(count: int):
    return [(*PEOPLE[n % 3], "低压电工", f"N{n:05}", "2026.3.1", "", "") for n in range(count)]


@pytest.fixture
def desk(database, now):
    with database.transaction() as session:
        employer = make_employer(session, now)
        people = {
            "hr": session.get_one(User, employer.hr.user_id),
            "second": session.get_one(User, employer.second.user_id),
            "holder": employer.staff[0],
        }
    return employer, people


def send(browser, path: str, raw: bytes, **fields: str):
    token = browser.token()
    data = {"csrf_token": token, "file": (io.BytesIO(raw), "名单.xlsx"), **fields}
    return browser.client.post(path, data=data, content_type="multipart/form-data")


class TestImport:
    def test_hr_brings_800_old_certificates_and_takes_them_back(
        self, open_browser, desk, database
    ) -> None:
        employer, people = desk
        browser = open_browser(people["hr"])
        address = f"/external-certificates/{employer.unit.public_id}/imports"

        reply = send(browser, address, workbook(TITLES, lines(800)), is_checked="y")
        assert reply.status_code == 303
        look = browser.get(reply.headers["Location"]).text
        assert "导入 800 张证书" in look
        assert count(database, ExternalCertificate) == 0

        assert browser.post(f"{reply.headers['Location']}/apply").status_code == 303
        assert count(database, ExternalCertificate) == 800
        page = browser.get("/external-certificates").text
        assert "N00799" in page
        following = re.search(r'href="([^"]*after=[^"]*)"', page)
        assert following
        assert "N00749" in browser.get(following.group(1).replace("&amp;", "&")).text

        browser.post(f"{reply.headers['Location']}/undo")
        assert "已撤销导入" in browser.get(reply.headers["Location"]).text
        assert "N00799" not in browser.get("/external-certificates").text
        with database.session(write=False) as session:
            row = session.scalars(select(ExternalCertificate).limit(1)).one()
        assert row.withdraw_reason == IMPORT_UNDONE
        address = f"/external-certificates/certificates/{row.public_id}"
        assert "导入已撤销" in browser.get(address).text
        assert "The import was undone" in browser.get(f"{address}?lang=en").text

    def test_the_look_before_tells_the_days_that_are_computed_and_what_is_overdue(
        self, open_browser, desk
    ) -> None:
        employer, people = desk
        browser = open_browser(people["hr"])
        address = f"/external-certificates/{employer.unit.public_id}/imports"
        old = ("张三", "0001", "低压电工", "OLD", "2022-03-01", "", "")
        given = ("李四", "0002", "低压电工", "NEW", "2026-03-01", "2031-12-31", "2029-01-31")

        reply = send(browser, address, workbook(TITLES, [old, given]))
        page = browser.get(reply.headers["Location"]).text

        until, review = (
            re.findall(rf'data-label="{label}">([^<]*)', page)
            for label in ("有效期至", "下次复审日期")
        )
        assert (until, review) == (["2028-02-29", "2031-12-31"], ["2025-02-28", "2029-01-31"])
        assert page.count("按种类算") == 2
        assert re.search(r"新登记中复审逾期</\w+>\s*<\w+[^>]*>\s*1\b", page)
        assert "有证书已过期或复审逾期" in page

    def test_faults_are_told_by_cell_and_nothing_is_done(
        self, open_browser, desk, database
    ) -> None:
        employer, people = desk
        browser = open_browser(people["hr"])
        address = f"/external-certificates/{employer.unit.public_id}/imports"
        rows = [*lines(2), ("张三", "9999", "高处作业", "", "明天", "", "")]

        reply = send(browser, address, workbook(TITLES, rows))
        page = browser.get(reply.headers["Location"]).text

        assert "E4" in page
        assert "有错误，不能导入" in page
        browser.post(f"{reply.headers['Location']}/apply")
        assert count(database, ExternalCertificate) == 0

    def test_hostile_files_are_refused_with_words(self, open_browser, desk, database) -> None:
        employer, people = desk
        browser = open_browser(people["hr"])
        address = f"/external-certificates/{employer.unit.public_id}/imports"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(100):
                archive.writestr(f"xl/worksheets/sheet{number}.xml", BOMB)
        good = workbook(TITLES, lines(3))

        for raw in (
            b"",
            b"PK\x03\x04",
            b"<html>",
            packed.getvalue(),
            good[:-200],
        ):
            reply = send(browser, address, raw)
            assert reply.status_code == 400, raw[:20]
        assert count(database, ExternalImport) == 0

    def test_another_employers_desk_looks_missing(self, open_browser, desk, database, now) -> None:
        _employer, people = desk
        with database.transaction() as session:
            other = make_employer(session, now, "别的企业")
            row = make_external(session, now, other)
            address = f"/external-certificates/certificates/{row.public_id}"
            unit = other.unit.public_id
        browser = open_browser(people["hr"])

        for path in (address, f"{address}/withdraw", f"/external-certificates/{unit}/imports"):
            assert browser.get(path).status_code == 404
        assert browser.post(f"{address}/check").status_code == 404


class TestOneCertificate:
    def test_entered_by_one_checked_by_another_seen_by_its_holder(self, open_browser, desk) -> None:
        employer, people = desk
        first, second = open_browser(people["hr"]), open_browser(people["second"])
        form = {
            "name": "张三", "staff_no": "0001", "number": "T-9", "valid_from": "2026-03-01",
            "scheme": re.findall(r'<option value="(X-[^"]+)"', first.get(f"/external-certificates/{employer.unit.public_id}/new").text)[0],
        }  # fmt: skip

        wrong = first.post(
            f"/external-certificates/{employer.unit.public_id}/new", {**form, "name": "李四"}
        )
        assert wrong.status_code == 400
        assert "姓名与记录不符" in wrong.text
        reply = first.post(f"/external-certificates/{employer.unit.public_id}/new", form)
        address = reply.headers["Location"]
        assert first.post(f"{address}/check").status_code == 409
        assert second.post(f"{address}/check").status_code == 303

        own = open_browser(people["holder"]).get("/certificates").text
        assert "T-9" in own
        assert "2032-02-29" in own
        again = first.post(f"/external-certificates/{employer.unit.public_id}/new", form)
        assert "这张证书已经登记" in again.text


class TestVerifyingLists:
    def ask(self, browser, pairs, titles=("证书编号", "姓名")):
        return send(browser, "/verify/list", workbook(titles, pairs))

    def test_each_row_gets_its_state_and_a_wrong_name_is_no_certificate(
        self, open_browser, world, database
    ) -> None:
        browser = open_browser(world["people"]["employee"])
        number = world["number"]

        reply = self.ask(
            browser,
            [
                (number.lower(), "王 小明"),
                (number, "李鬼"),
                ("QA-TQM-2026-999999", "王小明"),
                ("x", ""),
            ],
        )

        sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0]
        states = [row[3].value for row in sheet.iter_rows(min_row=2)]
        assert states == ["有效", "查无此证", "查无此证", "查无此证"]
        assert [row[2].value for row in sheet.iter_rows(min_row=3, max_row=3)] == ["李鬼"]
        assert "no-store" in reply.headers["Cache-Control"]
        assert noted(database) == 1

    def test_who_is_not_logged_in_is_led_to_the_log_in(self, open_browser) -> None:
        assert open_browser().get("/verify/list").status_code == 302

    def test_lists_have_an_end_in_length_and_in_number(
        self, open_browser, world, database, monkeypatch
    ) -> None:
        monkeypatch.setattr(verification, "MAX_PAIRS", 2)
        monkeypatch.setattr(verification, "MAX_LISTS", 2)
        browser = open_browser(world["people"]["employee"])

        long = self.ask(browser, [("A", "甲")] * 3)
        replies = [self.ask(browser, [("A", "甲")]).status_code for _ in range(3)]

        assert (long.status_code, "一次最多查验" in long.text) == (400, True)
        assert replies == [200, 200, 429]
        assert self.ask(open_browser(world["people"]["hr"]), [("A", "甲")]).status_code == 200

    @pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"=cmd|'/c calc'!A1"])
    def test_what_is_no_list_is_told(self, open_browser, world, raw) -> None:
        browser = open_browser(world["people"]["employee"])

        assert send(browser, "/verify/list", raw).status_code == 400
        assert self.ask(browser, [("A",)], titles=("编号",)).status_code == 400


def count(database, table) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


def noted(database) -> int:
    with database.session(write=False) as session:
        act = AuditEntry.act == "certificates.list_verified"
        return session.scalar(select(func.count()).where(act))
