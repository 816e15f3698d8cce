"""HR's files come in, what posts ask shows who lacks it, people pass, and an auditor may look.

500 people and 800 old certificates come from Excel, wrong cells first. The gap is assigned, closes
as people pass, opens again by a revocation; the report says what held on a day, as known on a day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.attempts.models import Attempt
from learning.attempts.rules import Release
from learning.certification import services as schemes
from learning.certification.models import Certificate, ExternalCertificate
from learning.certification.rules import SchemePlan
from learning.certification.rules.register import ExternalPlan
from learning.certification.services import external
from learning.compliance.jobs import keep_assignment
from learning.compliance.models import Assignment
from learning.exams import services as exams
from learning.exams.rules import SectionPlan
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import Membership
from learning.organisations.queries import get_unit
from learning.question_bank.rules import ItemKind
from tests.factories.certification import Office, make_office
from tests.factories.exams import BANK, make_plan
from tests.factories.items import make_bank
from tests.factories.people import grant_role, make_actor, make_unit, make_user, unit_grant
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.over_http import let_in, sit_and_pass_over_http
from tests.journeys.site import World
from tests.journeys.staffing import (
    FITTER,
    FITTERS,
    INSPECTOR,
    INSPECTORS,
    LAPSED,
    LONG_NAME,
    SAFETY,
    STAFF,
    book,
    name_of,
    old_certificates,
    roster,
    staff_no,
)
from tests.journeys.steps import Person, sit_and_pass
from tests.printed import printed_pages
from tests.world import deliver_all

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.pages]
SCHEME = "过程检验员上岗证（示例）"
DAY = timedelta(days=1)
ROSTER_HEAD = ("姓名", "工号", "手机号", "邮箱", "部门", "岗位")
PAPERS_HEAD = ("持证人姓名", "员工编号", "证书名称", "证号", "发证日期", "有效期止")


@dataclass
class Works:
    """A running site, with an association that examines and an enterprise whose HR has begun."""

    entrance: Entrance
    office: Office
    unit: str
    scheme: str
    sitting: str
    faults: list[str]

    @property
    def database(self) -> Database:
        return self.entrance.world.database

    def enter(self, name: str) -> Person:
        return self.entrance.enter(name, self.faults)

    def count(self, model: type) -> int:
        with self.database.session(write=False) as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def furnish(database: Database) -> tuple[Office, str, str]:
    """An association with a scheme and its exam, an enterprise with HR and a kind of certificate."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        make_bank(session, now, bank=BANK)
        plan = SchemePlan("QA-PI", SCHEME, "Process inspector (sample)", 36)
        office = make_office(session, now - 30 * DAY, plan=plan)
        works = make_unit(
            session, now, name="示例精密制造有限公司", code="WORKS", parent=office.issuer
        )
        hr = make_user(session, now, "人事甲")
        grant_role(session, now, hr, Role.HR_MANAGER, works)
        actor = make_actor(hr, unit_grant(Role.HR_MANAGER, works))
        kind = ExternalPlan(SAFETY, "Safety training", "示例应急管理局", 36, None)
        external.keep_kind(session, actor, get_unit(session, works.id, now), plan=kind, now=now)
        exam = make_plan(
            now,
            title=f"{INSPECTOR}上岗考试（示例）",
            sections=(SectionPlan(ItemKind.SINGLE, 5, Decimal(4)),),
            release=Release.AT_SUBMIT,
        )
        sitting = exams.create_sitting(
            session, office.actor, raw_organiser_id=office.issuer.public_id, plan=exam, now=now
        )
        exams.open_sitting(session, office.actor, sitting, now=now)
        schemes.attach_sitting(
            session, office.actor, office.scheme, raw_sitting_id=sitting, now=now
        )
        session.flush()
        session.expunge_all()
        return office, works.public_id, sitting


@pytest.fixture
def works(database_maker, tmp_path: Path) -> Iterator[Works]:
    url = database_maker.make()
    database = Database(url)
    office, unit, sitting = furnish(database)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        entrance = Entrance(World(site, database, unit), browser, Cookies(url, tmp_path))
        yield Works(entrance, office, unit, office.scheme, sitting, [])
        browser.close()
    database.dispose()
    database_maker.drop(url)


def upload(hr: Person, file: dict[str, object], button: str) -> None:
    hr.page.locator("main input[type=file]").first.set_input_files(file)
    hr.page.get_by_role("button", name=button).click()


def bring_in_staff(hr: Person, works: Works) -> None:
    """Wrong cells are named and nobody comes in; the mended file comes in whole, from a day on."""
    main, rows = hr.page.locator("main"), roster()
    wrong = [list(row) for row in rows]
    wrong[10][0] = None  # row 12 of the sheet: no name
    wrong[200][1] = staff_no(200)  # row 202: a number twice
    wrong[400][2] = "1380013"  # row 402: no phone number
    hr.go(f"/units/{works.unit}/roster")
    hr.page.get_by_label("自动新建表中没有的部门").check()
    upload(hr, book(ROSTER_HEAD, wrong), "上传并检查")
    hr.page.get_by_role("link", name=re.compile("^有错误")).click()
    for cell in ("A12", "B202", "C402"):
        expect(main).to_contain_text(cell)
    expect(hr.page.get_by_role("button", name=re.compile("^导入"))).to_have_count(0)
    hr.check_accessibility()
    assert works.count(Membership) == 0

    hr.go(f"/units/{works.unit}/roster")
    hr.page.get_by_label("自动新建表中没有的部门").check()
    upload(hr, book(ROSTER_HEAD, rows), "上传并检查")
    hr.check_accessibility()
    hr.page.get_by_label("生效日期").fill((today() - 30 * DAY).isoformat())
    hr.page.get_by_role("button", name=f"导入 {STAFF} 人").click()
    expect(main).to_contain_text("导入，自")
    assert works.count(Membership) == STAFF


def bring_in_certificates(hr: Person, works: Works) -> None:
    """Wrong cells are named and nothing is on file; the mended list is, all 800."""
    main, rows = hr.page.locator("main"), old_certificates(SCHEME, today())
    wrong = [list(row) for row in rows]
    wrong[0][1] = "S9999"  # row 2: nobody's number
    wrong[99][0] = "别人"  # row 101: another's name
    wrong[500][2] = "过程检验圆"  # row 502: no such kind
    wrong[799][4] = "去年三月"  # row 801: no date
    hr.go(f"/external-certificates/{works.unit}/imports")
    upload(hr, book(PAPERS_HEAD, wrong), "检查名单")
    for cell, words in (
        ("B2", "本单位现在没有这个工号"),
        ("A101", "姓名与记录不符"),
        ("C502", "没有这个证书种类"),
        ("E801", "看不懂这个日期"),
    ):
        row = hr.page.get_by_role("row", name=re.compile(rf"^{cell}\b"))
        expect(row).to_contain_text(words)
    expect(main).to_contain_text("现在没有改动任何登记")
    expect(hr.page.get_by_role("button", name=re.compile("^导入"))).to_have_count(0)
    hr.check_accessibility()
    assert works.count(ExternalCertificate) == 0

    hr.go(f"/external-certificates/{works.unit}/imports")
    hr.page.get_by_label(re.compile("逐一核对过原件")).check()
    upload(hr, book(PAPERS_HEAD, rows), "检查名单")
    hr.check_accessibility()
    hr.page.get_by_role("button", name=f"导入 {len(rows)} 张证书").click()
    expect(main).to_contain_text("已导入")
    assert works.count(ExternalCertificate) == len(rows) == 800


def ask(hr: Person, works: Works) -> None:
    """Ask the scheme of inspectors in the cell, safety of fitters by a further one."""
    page = hr.page
    for title, post, needed in ((SCHEME, INSPECTOR, "2"), (SAFETY, FITTER, "")):
        hr.go(f"/staff/matrix?unit={works.unit}")
        page.get_by_label("加一列").select_option(label=title)
        page.get_by_role("button", name="查看").last.click()
        page.get_by_role("link", name=re.compile(f"^{post} · {re.escape(title)}")).click()
        page.get_by_label("必须").check()
        page.get_by_label("每个单位至少几人持证").fill(needed)
        page.get_by_label("自哪天起").fill((today() - 20 * DAY).isoformat())
        page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name=re.compile(f"^{INSPECTOR}.*必须 2"))).to_be_visible()
    hr.check_accessibility()


def expect_coverage(hr: Person, works: Works, ratio: str, missing: int) -> None:
    hr.go(f"/staff/coverage?unit={works.unit}&by=scheme_id")
    row = hr.page.get_by_role("row", name=re.compile(f"^{re.escape(SCHEME)}"))
    expect(row).to_contain_text(ratio)
    expect(row.get_by_role("cell").nth(3)).to_have_text(str(missing))


def assign(hr: Person, works: Works) -> int:
    """Give the gap, all of it, the task to earn the certificate; return the task's row."""
    page, main = hr.page, hr.page.locator("main")
    hr.go(f"/staff/grid?scheme={works.scheme}&lacks=missing")
    expect(page.locator("tbody tr")).to_have_count(len(LAPSED))
    hr.check_accessibility()
    page.get_by_label(re.compile("^全部符合条件的人")).check()
    page.get_by_role("button", name="派培训任务…").click()
    page.get_by_label("要取得的认证项目").select_option(label=SCHEME)
    page.get_by_role("button", name="预览").click()
    expect(main).to_contain_text(f"将处理 {len(LAPSED)} 人")
    hr.check_accessibility()
    page.get_by_label("任务名称").fill("补齐过程检验员上岗证")
    page.get_by_label("截止日期").fill((today() + 30 * DAY).isoformat())
    page.get_by_role("button", name="派发").click()
    expect(main).to_contain_text(f"已向 {len(LAPSED)} 人派发培训任务")
    with works.database.session(write=False) as session:
        made = session.scalars(select(Assignment.id)).one()
    keep_assignment(works.database, made, utc_now())
    return made


def examine(works: Works) -> list[int]:
    """Admit the gap, all of it; return who is to sit, the first of them in the browser."""
    now = utc_now()
    with works.database.transaction() as session:
        people = session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.staff_no.in_([staff_no(n) for n in LAPSED]))
            .order_by(Membership.staff_no)
        ).all()
        ids = [one.id for one in people]
        exams.admit(session, works.office.actor, works.sitting, user_ids=ids, now=now)
        give_consent(session, people[0].id, CURRENT_NOTICE, now=now)
    return ids


def revoke(works: Works) -> tuple[str, str]:
    """Let the examiner revoke the certificate with the long name; return its number and code."""
    with works.database.session(write=False) as session:
        held = session.scalars(
            select(Certificate)
            .join(User, User.id == Certificate.user_id)
            .where(User.display_name == LONG_NAME)
        ).one()
        public_id, number, code = held.public_id, held.number, held.code
    examiner = works.enter("考务员甲")
    examiner.go(f"/certificates/{public_id}")
    examiner.page.get_by_role("link", name="撤销证书").click()
    examiner.page.get_by_label("撤销原因").fill("成绩复核后不合格。")
    examiner.check_accessibility()
    examiner.page.get_by_role("button", name="撤销证书").click()
    expect(examiner.page.locator("main")).to_contain_text("已撤销")
    return number, code


def verify(works: Works, code: str, words: str) -> None:
    anybody = works.enter("人事甲")
    anybody.context.clear_cookies()
    anybody.go(f"/verify/{code}")
    expect(anybody.page.locator(".qa-vcard__verdict")).to_have_text(words)
    anybody.check_accessibility()


def printed(hr: Person, works: Works, on: date, known: date) -> str:
    """Return the text of the auditor's report as of a day, as known on a day."""
    address = f"/staff/coverage?unit={works.unit}&on={on.isoformat()}&known={known.isoformat()}"
    hr.go(address)
    with hr.page.expect_download() as given:
        hr.page.get_by_role("button", name="审核报告 PDF").click()
    pages = printed_pages(Path(given.value.path()).read_bytes())
    assert all("SHA-256" in page for page in pages)
    return "".join(pages).replace("\n", "")  # a long name may be broken into lines


def test_a_gap_out_of_excel_closes_opens_again_and_is_printed_for_the_auditor(works: Works) -> None:
    hr, asked = works.enter("人事甲"), INSPECTORS + FITTERS
    bring_in_staff(hr, works)
    bring_in_certificates(hr, works)
    ask(hr, works)
    expect_coverage(hr, works, "93.3%", len(LAPSED))  # 280 of 300
    hr.page.get_by_role("link", name=SCHEME).click()
    expect(hr.page.locator("tbody tr")).to_have_count(len(LAPSED))
    expect(hr.page.get_by_role("row", name=LONG_NAME)).to_contain_text("到期")
    hr.check_accessibility()

    task = assign(hr, works)
    _first, *others = examine(works)
    candidate = works.enter(name_of(LAPSED[0]))
    sit_and_pass(candidate, f"/sittings/{works.sitting}")
    for one in others:  # each paper is sat: started, saved answer by answer, handed in, scored
        caller = let_in(works.entrance.world, works.entrance.cookies, one)
        sit_and_pass_over_http(caller, works.sitting)
    assert works.count(Attempt) == len(LAPSED)
    deliver_all(works.database, utc_now())
    keep_assignment(works.database, task, utc_now())
    candidate.go("/certificates")
    expect(candidate.page.locator(".qa-certcard")).to_have_count(1)

    expect_coverage(hr, works, "100%", 0)
    hr.go("/staff/assignments")
    expect(hr.page.get_by_role("row", name="补齐过程检验员上岗证")).to_contain_text("20")
    hr.check_accessibility()

    number, code = revoke(works)
    deliver_all(works.database, utc_now())
    verify(works, code, "已撤销")
    expect_coverage(hr, works, "99.6%", 1)  # rounded down
    hr.page.get_by_role("link", name=SCHEME).click()
    expect(hr.page.locator("tbody tr")).to_have_count(1)
    expect(hr.page.get_by_role("row", name=LONG_NAME)).to_contain_text("撤销")

    now, before = printed(hr, works, today(), today()), today() - DAY
    assert f"应持证 {asked} 项，有效 {asked - 1} 项" in now
    assert LONG_NAME in now
    assert number not in now  # among who lacks it, not among the holders
    assert "质检（旧）字第0001号" in now  # what was on file before is told by its number, too
    then = printed(hr, works, before, today())
    assert f"统计日：{before.isoformat()}" in then
    assert f"应持证 {asked} 项，有效 {asked - len(LAPSED)} 项" in then
    assert "应持证 0 项，有效 0 项" in printed(hr, works, before, before)  # nobody knew then
    assert works.faults == []
