"""Applications over HTTP: the candidate's page, HR's list, the examiner's review."""

import re
from io import BytesIO

from openpyxl import Workbook
from sqlalchemy import select

from learning.accounts.models import User
from learning.exams import services
from learning.exams.models import ApplicationFile, SittingApplication
from learning.exams.rules import agreement_hash
from learning.kernel.permissions import Role
from tests.exams.test_applications import AGREEMENT, make_offer
from tests.factories.exams import make_member
from tests.factories.people import grant_role, make_user
from tests.world.people import PNG


class TestPages:
    def test_from_the_offer_to_the_decision(self, database, now, open_browser) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            user = make_user(session, now, "报考人")
        candidate, examiner = (
            open_browser(session_user(database, user)),
            open_browser(hall.examiner),
        )
        address = f"/sittings/{hall.public_id}"

        offers = candidate.get("/sittings/offers").text
        page = candidate.get(f"{address}/application").text
        form = {
            "statement": "从事检验八年。",
            "agreed": "y",
            "agreed_sha256": agreement_hash(AGREEMENT),
        }
        unsigned = candidate.post(f"{address}/application", {**form, "agreed": ""})
        odd = candidate.post(
            f"{address}/application", {**form, "evidence": (BytesIO(b"<html>"), "a.pdf")}
        )
        sent = candidate.post(f"{address}/application", {**form, "photo": (BytesIO(PNG), "我.png")})
        listed = examiner.get(f"{address}/applications").text
        with database.session(write=False) as session:
            found = session.scalars(select(SittingApplication.public_id)).one()
            file = session.scalars(select(ApplicationFile.public_id)).one()
        review = f"{address}/applications/{found}"
        downloaded = examiner.post(f"{review}/files/{file}")
        decision = {**DECISION, "seen": seen_on(examiner.get(review).text)}
        unfounded = examiner.post(f"{review}/decide", {**decision, "decision": "returned"})
        returned = examiner.post(
            f"{review}/decide", {**decision, "decision": "returned", "answer": "请补毕业证"}
        )
        told = candidate.get(f"{address}/application").text
        candidate.post(f"{address}/application", form)
        decision["seen"] = seen_on(examiner.get(review).text)
        accepted = examiner.post(f"{review}/decide", {**decision, "decision": "accepted"})
        person = re.search(
            r"/candidates/([0-9a-z]{26})", examiner.get(f"{address}/admissions").text
        )
        withdrawal = f"{address}/admissions/{person[1]}/withdraw"
        unexplained = examiner.post(withdrawal)
        admitted = candidate.get(address)
        withdrawn = examiner.post(withdrawal, {"reason": "材料系伪造"})
        refused = candidate.get(f"{address}/application").text

        assert hall.public_id in offers
        assert AGREEMENT in page
        assert (unsigned.status_code, odd.status_code, sent.status_code) == (400, 400, 303)
        assert "报考人" in listed
        assert downloaded.headers["Content-Disposition"] == 'attachment; filename="file.png"'
        assert "sandbox" in downloaded.headers["Content-Security-Policy"]
        assert (unfounded.status_code, returned.status_code) == (400, 303)
        assert "请补毕业证" in told
        assert accepted.status_code == 303
        assert admitted.status_code == 200
        assert unexplained.headers["Location"].endswith(f"{person[1]}#withdraw")
        assert withdrawn.headers["Location"].endswith("/admissions")
        assert "材料系伪造" in refused
        assert candidate.get(address).status_code == 404

    def test_hr_applies_from_a_roster(self, database, now, open_browser) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            make_member(session, now, hall, "员工甲", staff_no="W1")
            hr = make_user(session, now, "人事")
            grant(session, now, hr, hall)
        browser = open_browser(session_user(database, hr))
        address = f"/sittings/{hall.public_id}/application/batch"

        paper = {"evidence": (BytesIO(PNG), "W1-毕业证.png")}
        misnamed = browser.post(address, {"roll": "W1", "evidence": (BytesIO(PNG), "毕业证.png")})
        disguised = browser.post(address, {"roll": "W1", "evidence": (BytesIO(b"<a>"), "W1.png")})
        good = browser.post(address, {"file": (BytesIO(workbook("W1")), "名单.xlsx"), **paper})
        with database.session(write=False) as session:
            kept = session.scalars(select(ApplicationFile.name)).all()
        wrong = browser.post(address, {"roll": "W9"})
        bad = browser.post(address, {"file": (BytesIO(b"no workbook"), "名单.xlsx")})

        assert (good.status_code, wrong.status_code, bad.status_code) == (303, 400, 400)
        assert "第 1 行" in wrong.text
        assert (misnamed.status_code, disguised.status_code) == (400, 400)
        assert "毕业证.png：" in misnamed.text
        assert kept == ["W1-毕业证.png"]

    def test_a_row_that_says_nobody_is_named_by_its_cell_and_nobody_is_applied_for(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            for number in ("W1", "W2"):
                make_member(session, now, hall, "员工甲", staff_no=number)
            hr = make_user(session, now, "人事")
            grant(session, now, hr, hall)
        browser = open_browser(session_user(database, hr))
        address = f"/sittings/{hall.public_id}/application/batch"

        empty = browser.post(address, {"file": (BytesIO(workbook("W1", "", "W2")), "名单.xlsx")})
        twice = browser.post(address, {"file": (BytesIO(workbook("W1", "W1")), "名单.xlsx")})
        unknown = browser.post(address, {"file": (BytesIO(workbook("W1", "W9")), "名单.xlsx")})

        assert [each.status_code for each in (empty, twice, unknown)] == [400] * 3
        assert "A3：" in empty.text
        assert "B3：" in twice.text
        assert "第 3 行" in unknown.text  # as the sheet counts
        with database.session(write=False) as session:
            assert session.scalars(select(SittingApplication.id)).all() == []

    def test_a_fee_noted_as_paid_elsewhere_stands_on_both_pages_as_it_was_noted(
        self, database, now, open_browser
    ) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            user = make_user(session, now, "报考人")
        candidate, examiner = (
            open_browser(session_user(database, user)),
            open_browser(hall.examiner),
        )
        address = f"/sittings/{hall.public_id}"
        signed = {"agreed": "y", "agreed_sha256": agreement_hash(AGREEMENT)}

        def pages() -> tuple[str, str]:
            with database.session(write=False) as session:
                found = session.scalars(select(SittingApplication.public_id)).one()
            own = candidate.get(f"{address}/application").text
            return own, examiner.get(f"{address}/applications/{found}").text

        free = candidate.get(f"{address}/application").text
        with database.transaction() as session:
            services.change_settings(
                session, hall.actor, hall.public_id, changes={"fee": "考试费 300 元"}, now=now
            )
        asked = candidate.get(f"{address}/application").text
        candidate.post(f"{address}/application", signed)
        unpaid = pages()
        candidate.post(f"{address}/application", {**signed, "fee_note": "收据 17 <b>号</b>"})
        paid = pages()

        assert "费用" not in free
        assert "考试费 300 元" in asked
        assert "本系统不收费" in asked
        assert fee_field(asked) == fee_field(unpaid[0]) == ""
        assert "<dt>缴费凭据</dt><dd>没有填写</dd>" in unpaid[1]
        told = "收据 17 &lt;b&gt;号&lt;/b&gt;"
        assert fee_field(paid[0]) == told
        assert f"<dt>缴费凭据</dt><dd>{told}</dd>" in paid[1]


def fee_field(page: str) -> str:
    return re.search(r'<input[^>]*name="fee_note"[^>]*value="([^"]*)"', page)[1]


def seen_on(page: str) -> str:
    return re.search(r'name="seen" type="hidden" value="([^"]+)"', page)[1]


DECISION = {"percent": "0", "minutes": "0", "note": ""}


def session_user(database, user) -> User:
    with database.session(write=False) as session:
        return session.get_one(User, user.id)


def grant(session, now, user, hall) -> None:
    grant_role(session, now, user, Role.HR_MANAGER, hall.company)


def workbook(*staff_numbers: str) -> bytes:
    book = Workbook()
    book.active.append(["姓名", "工号"])
    for staff_no in staff_numbers:
        book.active.append(["员工甲", staff_no])
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()
