"""Certificates over HTTP: who sees, prints, verifies, manages and revokes what."""

import io
import json
from datetime import timedelta

import openpyxl
from sqlalchemy import event, func, select

from learning.certification.models import Revocation, Scheme
from learning.kernel.audit import AuditEntry
from tests.factories.certification import make_certificate, make_sitting
from tests.factories.people import make_user

MISSING = "0" * 26

BAD_SCHEMES: list[dict[str, str]] = [
    {"code": "QA-TQM"},
    {"code": "质量"},
    {"code": "A" * 5000},
    {"title": ""},
    {"title": "\u200b"},
    {"title": "a\x0bb"},
    {"title": "长" * 10_000},
    {"validity_months": "-1"},
    {"validity_months": "9" * 5000},
    {"validity_months": "一年"},
    {"issuer": MISSING},
]


PERSONAS = ("nobody", "employee", "hr", "stranger", "holder", "examiner")
SCHEME_FORM = {"title": "新名称", "title_en": "", "validity_months": "12"}
MATRIX: list[tuple[str, str, dict[str, str], tuple[int, ...]]] = [
    ("GET", "/certificates", {}, (302, 200, 200, 200, 200, 200)),
    ("GET", "/certificates/{certificate}", {}, (302, 404, 404, 404, 200, 200)),
    ("GET", "/certificates/{certificate}.pdf", {}, (302, 404, 404, 404, 200, 200)),
    ("GET", "/certificates/{certificate}.png", {}, (302, 404, 404, 404, 200, 200)),
    ("GET", "/certificates/{certificate}/share", {}, (302, 404, 404, 404, 200, 404)),
    ("GET", "/certificates/{certificate}/share.png", {}, (302, 404, 404, 404, 200, 404)),
    ("GET", f"/certificates/{MISSING}", {}, (302, 404, 404, 404, 404, 404)),
    ("GET", f"/certificates/{MISSING}.pdf", {}, (302, 404, 404, 404, 404, 404)),
    ("GET", "/certificates/{certificate}/revoke", {}, (302, 403, 403, 404, 403, 200)),
    ("GET", "/certificates/{certificate}/correct", {}, (302, 403, 403, 404, 403, 200)),
    ("GET", "/certificates/{certificate}/suspend", {}, (302, 403, 403, 404, 403, 200)),
    ("GET", "/certificates/{certificate}/lift", {}, (302, 403, 403, 404, 403, 409)),
    ("GET", "/verify", {}, (200,) * 6),
    ("GET", "/verify/{code}", {}, (200,) * 6),
    ("GET", "/schemes", {}, (302, 403, 403, 200, 403, 200)),
    ("GET", "/schemes/new", {}, (302, 403, 403, 200, 403, 200)),
    ("GET", "/schemes/{scheme}", {}, (302, 403, 403, 404, 403, 200)),
    ("GET", "/schemes/{scheme}/edit", {}, (302, 403, 403, 404, 403, 200)),
    ("GET", "/schemes/{scheme}/certificates.xlsx", {}, (302, 403, 403, 404, 403, 200)),
    ("POST", "/schemes/{scheme}/edit", SCHEME_FORM, (302, 403, 403, 404, 403, 303)),
    (
        "POST",
        "/schemes/{scheme}/sittings",
        {"sitting": "{sitting}"},
        (302, 403, 403, 404, 403, 303),
    ),
    ("POST", "/schemes/{scheme}/sittings/{rule}/end", {}, (302, 403, 403, 404, 403, 303)),
    (
        "POST",
        "/certificates/{certificate}/revoke",
        {"reason": "复核"},
        (302, 403, 403, 404, 403, 303),
    ),
]


def filled(text: str, world) -> str:
    names = ("certificate", "code", "scheme", "sitting", "rule")
    return text.format(**{name: world[name] for name in names})


def test_each_persona_gets_what_the_matrix_says(open_browser, world) -> None:
    browsers = {persona: open_browser(world["people"][persona]) for persona in PERSONAS}
    tokens = {persona: browser.token("/verify") for persona, browser in browsers.items()}
    found = []
    for method, path, data, _expected in MATRIX:
        statuses = []
        for persona, browser in browsers.items():
            address = filled(path, world)
            if method == "GET":
                reply = browser.get(address)
            else:
                sent = {name: filled(value, world) for name, value in data.items()}
                reply = browser.post(address, sent, token=tokens[persona])
            statuses.append(reply.status_code)
        found.append((method, path, data, tuple(statuses)))

    assert found == MATRIX


class TestOwn:
    def test_the_file_and_the_picture_are_what_they_say(self, open_browser, world) -> None:
        holder = open_browser(world["people"]["holder"])

        pdf = holder.get(f"/certificates/{world['certificate']}.pdf")
        png = holder.get(f"/certificates/{world['certificate']}.png")

        assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
        assert f"attachment; filename={world['number']}.pdf" in pdf.headers["Content-Disposition"]
        assert (png.mimetype, png.data[:4]) == ("image/png", b"\x89PNG")
        for reply in (pdf, png):
            assert reply.headers["Cache-Control"] == "private, no-store"

    def test_wechat_is_told_to_press_the_picture_and_offered_no_file(
        self, open_browser, world
    ) -> None:
        holder = open_browser(world["people"]["holder"])
        page = f"/certificates/{world['certificate']}"

        agent = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"
        wechat = holder.client.get(page, headers={"User-Agent": agent}).text

        assert "微信里不能下载文件" in wechat
        assert f"{page}.pdf" not in wechat
        assert f"{page}.pdf" in holder.get(page).text
        assert "长按图片保存" in holder.get(page).text

    def test_the_list_says_what_each_is_worth(self, open_browser, world, database, now) -> None:
        office, holder = world["office"], world["people"]["holder"]
        with database.transaction() as session:
            for days in (1_060, 1_500):
                sitting = make_sitting(session, now, office)
                at = now - timedelta(days=days)
                make_certificate(session, at, office, holder, sitting=sitting)

        page = open_browser(holder).get("/certificates").text

        assert page.index("有效<") < page.index("即将到期<") < page.index("已过期<")


class TestManaging:
    def test_a_scheme_is_written_attached_and_downloaded(
        self, open_browser, world, database
    ) -> None:
        desk = open_browser(world["people"]["examiner"])
        issuer = world["office"].issuer.public_id

        written = desk.post(
            "/schemes/new",
            {
                "issuer": issuer,
                "code": "qa-cqo",
                "title": "首席质量官",
                "title_en": "Chief Quality Officer",
                "validity_months": "",
            },
        )
        page = written.headers["Location"]
        attached = desk.post(f"{page}/sittings", {"sitting": world["sitting"]})

        assert (written.status_code, attached.status_code) == (303, 303)
        shown = desk.get(page).text
        assert "长期有效" in shown
        assert "第二场" in shown
        with database.session(write=False) as session:
            codes = session.scalars(select(Scheme.number_prefix)).all()
        assert "QA-CQO" in codes

    def test_a_bad_scheme_is_refused_with_the_page_and_nothing_is_written(
        self, open_browser, world, database
    ) -> None:
        desk = open_browser(world["people"]["examiner"])
        token = desk.token("/verify")
        form = {
            "issuer": world["office"].issuer.public_id,
            "code": "QA-NEW",
            "title": "新证书",
            "title_en": "",
            "validity_months": "36",
        }

        for change in BAD_SCHEMES:
            reply = desk.post("/schemes/new", {**form, **change}, token=token)
            assert reply.status_code == 400, change

        with database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(Scheme)) == 2

    def test_the_workbook_holds_names_as_text_and_only_what_was_searched(
        self, open_browser, world, database, now
    ) -> None:
        with database.transaction() as session:
            for name in ("=1+1", "@SUM(A1)", "0012"):
                make_certificate(session, now, world["office"], make_user(session, now, name))
        desk = open_browser(world["people"]["examiner"])
        page = f"/schemes/{world['scheme']}/certificates.xlsx"

        book = openpyxl.load_workbook(io.BytesIO(desk.get(page).data))
        searched = openpyxl.load_workbook(io.BytesIO(desk.get(f"{page}?q=0012").data))

        rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
        assert [row[1] for row in rows] == ["王小明", "=1+1", "@SUM(A1)", "0012"]
        assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
        assert searched.worksheets[0].max_row == 2

    def test_each_download_of_the_workbook_is_in_the_audit_a_refused_one_is_not(
        self, open_browser, world, database
    ) -> None:
        examiner, path = (
            world["people"]["examiner"],
            f"/schemes/{world['scheme']}/certificates.xlsx",
        )

        statuses = [
            open_browser(who).get(f"{path}?q={search}").status_code
            for who, search in ((world["people"]["holder"], ""), (examiner, ""), (examiner, "无"))
        ]

        assert statuses == [403, 200, 200]
        with database.session(write=False) as session:
            noted = session.scalars(
                select(AuditEntry)
                .where(AuditEntry.act == "scheme.certificates_downloaded")
                .order_by(AuditEntry.id)
            ).all()
        assert {(n.subject, n.actor_id) for n in noted} == {(world["scheme"], examiner.id)}
        assert [json.loads(n.details) for n in noted] == [
            {"rows": 1, "search": ""},
            {"rows": 0, "search": "无"},
        ]

    def test_a_revocation_needs_a_reason_and_happens_once(
        self, open_browser, world, database
    ) -> None:
        desk = open_browser(world["people"]["examiner"])
        page = f"/certificates/{world['certificate']}/revoke"

        statuses = [
            desk.post(page, {"reason": reason}).status_code
            for reason in ("", "\u200b", "长" * 501, "复核", "再次")
        ]

        assert statuses == [400, 400, 400, 303, 409]
        with database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(Revocation)) == 1

    def test_hostile_queries_are_no_crash(self, open_browser, world) -> None:
        desk = open_browser(world["people"]["examiner"])

        for query in ("page=0", "page=x", "page=1&page=2", "q=" + "a" * 10_000, "page=999999999"):
            for path in ("/schemes", f"/schemes/{world['scheme']}"):
                assert desk.get(f"{path}?{query}").status_code in {200, 400}, query

    def test_the_number_of_statements_does_not_grow_with_the_list(
        self, open_browser, world, database, now
    ) -> None:
        desk = open_browser(world["people"]["examiner"])
        page = f"/schemes/{world['scheme']}"
        statements: list[str] = []
        event.listen(
            database.engine, "before_cursor_execute", lambda *args: statements.append(args[2])
        )

        def cost() -> int:
            statements.clear()
            assert desk.get(page).status_code == 200
            return len(statements)

        before = cost()
        with database.transaction() as session:
            sitting = make_sitting(session, now, world["office"])
            for _ in range(60):
                person = make_user(session, now)
                make_certificate(session, now, world["office"], person, sitting=sitting)

        assert cost() == before
        _doubtful, issued = desk.get(f"{page}?page=2").text.split("已签发的证书")
        assert issued.count("QA-TQM-2026-") == 11
