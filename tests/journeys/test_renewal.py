"""Certificates renewed by hours, exam, project and continuous work, by terms that an author wrote.

Each way alone is enough; a person decides. And a first one with a project and years: the project
reviewed by its assessor, the years confirmed by HR.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from learning.accounts.password_hashing import hash_password
from learning.certification import services as schemes
from learning.certification.rules import SchemePlan
from learning.kernel import events
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.study.events import HOURS_CHANGED, HoursChanged
from tests.factories.certification import make_certificate, make_office, make_sitting, record_result
from tests.factories.people import grant_role, make_membership, make_unit
from tests.factories.study import make_credit
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person
from tests.world import deliver_all
from tests.world.people import PNG

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database
PHONES = {
    role: f"1380000000{number}"
    for number, role in enumerate(
        (
            "studious",
            "examined",
            "author",
            "decider",
            "newcomer",
            "assessor",
            "hr",
            "improver",
            "steady",
        ),
        1,
    )
}
RENEWING = ("studious", "examined", "improver", "steady")


@dataclass
class Scene:
    world: World
    scheme: str
    sitting: object
    office: object
    people: dict[str, object]
    codes: dict[str, str]


def furnish(database: Database) -> Scene:
    """Four certificates of twelve months with some weeks left, and everybody with an account."""
    now, secret = datetime.now(UTC), hash_password(PASSWORD)
    then = now - timedelta(days=330)
    with database.transaction() as session:
        plan = SchemePlan("QA-RE", "质量可靠性工程师", "Reliability engineer", 12)
        office = make_office(session, then, plan=plan)
        firm = make_unit(session, now, name="示例精密制造有限公司")
        names = (
            "好学㛃", "应考乙", "编者丙", "决定丁", "新人戊", "评审己", "人事庚", "改进辛", "连续壬",
        )  # fmt: skip
        people = {
            role: person(session, now, name, phone, secret)
            for name, (role, phone) in zip(names, PHONES.items(), strict=True)
        }
        for role, right in (
            ("author", Role.EXAMINER),
            ("decider", Role.DECIDER),
        ):
            grant_role(session, now, people[role], right, office.issuer)
        grant_role(session, now, people["hr"], Role.HR_MANAGER, firm)
        for role in ("newcomer", "improver", "steady"):
            make_membership(session, now, people[role], firm)
        make_membership(session, now, people["assessor"], office.issuer)
        held = {role: make_certificate(session, then, office, people[role]) for role in RENEWING}
        sitting = make_sitting(session, now, office, "复审考试")
        schemes.attach_sitting(
            session, office.actor, office.scheme, raw_sitting_id=sitting.public_id, now=now
        )
        codes = {role: one.code for role, one in held.items()}
        session.flush()
        session.expunge_all()
    deliver_all(database, now)
    return Scene(World(None, database, ""), office.scheme, sitting, office, people, codes)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-renewal-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        made = furnish(database)
        with running_site(url, folder) as site:
            made.world = World(site, database, "")
            yield made
        database.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


def write_terms(author: Person, scheme: str) -> None:
    """Ask for years and a project, renew by any of four ways, preview both languages, publish."""
    page, main = author.page, author.page.locator("main")
    author.go(f"/schemes/{scheme}")
    page.get_by_role("link", name="发证要求").click()
    first = page.get_by_role("group", name="初次发证")
    first.get_by_label("考试", exact=True).select_option(label="不要求")
    first.get_by_label("项目评审", exact=True).select_option(label="必须满足")
    first.get_by_label("工作年限", exact=True).select_option(label="必须满足")
    first.get_by_label("工作满多少年").fill("3")
    renewal = page.get_by_role("group", name=re.compile("^换证"))
    renewal.get_by_label("考试", exact=True).select_option(label="甲组任选其一")
    renewal.get_by_label("学时", exact=True).select_option(label="甲组任选其一")
    renewal.get_by_label("学时数", exact=True).fill("1.3")
    renewal.get_by_label("最近多少个月内", exact=True).fill("12")
    for way in ("项目评审", "连续从业"):
        renewal.get_by_label(way, exact=True).select_option(label="甲组任选其一")
    renewal.get_by_label("连续满多少年", exact=True).fill("3")
    page.get_by_label("到期前多少天起可换证").fill("90")
    page.get_by_label("到期后宽限多少天").fill("30")
    page.get_by_label("由发证决定人逐人决定").check()
    page.get_by_label("项目评分项").fill("问题界定清楚\n改进有数据支持 60")
    page.get_by_role("button", name="预览").click()
    expect(main).to_contain_text("第 1 行末尾没有分值")
    page.get_by_label("项目评分项").fill("问题界定清楚 40\n改进有数据支持 60")
    page.get_by_role("button", name="预览").click()
    expect(main).to_contain_text("尚未生效")
    expect(main).to_contain_text("考试合格；或者12 个月内累计 1.3 学时（不限类别），来源不限")
    expect(main).to_contain_text(
        "Exam passed; or 1.3 hours of any field within 12 months, from any source"
    )
    author.check_accessibility()
    page.get_by_role("button", name="发布").click()
    expect(main).to_contain_text("已发布为第 2 版")
    author.go(f"/schemes/{scheme}/terms")
    page.get_by_label("评审人").fill(PHONES["assessor"])
    page.get_by_role("button", name="指定").click()
    expect(main).to_contain_text("已指定评审人 1 名")


def begin_renewal(holder: Person) -> None:
    page = holder.page
    holder.go("/certificates")
    page.get_by_role("link", name=re.compile("质量可靠性工程师")).click()
    expect(page.locator("main")).to_contain_text("可以换证，最迟")
    holder.check_accessibility()
    page.get_by_role("button", name="开始换证").click()
    expect(page.locator("main")).to_contain_text("以下任一条即可")
    expect(page.locator("main")).to_contain_text("未满足")
    holder.check_accessibility()


def hand_in(person: Person, title: str) -> None:
    """Hand in a project on the page of one's file."""
    page = person.page
    page.get_by_label("项目名称").fill(title)
    project = page.locator("form", has=page.get_by_label("项目名称"))
    project.get_by_label("证明材料").set_input_files(
        {"name": "报告.png", "mimeType": "image/png", "buffer": PNG}
    )
    page.get_by_role("button", name="提交项目").click()
    expect(page.locator("main")).to_contain_text("项目已提交，等待评审")


def declare(person: Person, kind: str, years: str) -> None:
    """Declare years on the page of one's file."""
    page = person.page
    page.get_by_label("申报哪一项").select_option(kind)
    page.get_by_label("年数").fill(years)
    page.get_by_label("说明").fill(f"检验岗位{years}年。")
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator("main")).to_contain_text("待确认")


def assess(assessor: Person, title: str) -> None:
    page = assessor.page
    assessor.go("/project-assessments")
    page.get_by_role("link", name=title).click()
    assessor.check_accessibility()
    page.get_by_label(re.compile("问题界定清楚")).fill("30")
    page.get_by_label(re.compile("改进有数据支持")).fill("61")
    page.get_by_label("评语").fill("数据充分。")
    page.get_by_role("button", name="提交评审").click()
    expect(page.locator("main")).to_contain_text("须是 0 到 60 的整数")
    page.get_by_label(re.compile("改进有数据支持")).fill("50")
    page.get_by_role("button", name="提交评审").click()
    expect(page.locator("main")).to_contain_text("项目合格")


def confirm(hr: Person, name: str) -> None:
    page = hr.page
    hr.go("/award-declarations")
    hr.check_accessibility()
    page.get_by_role("link", name=name).click()
    hr.check_accessibility()
    page.get_by_role("button", name="确认属实").click()
    expect(page.locator("main")).to_contain_text("已处理")


def grant_all(decider: Person, count: int) -> None:
    """Look at one file, then grant all that wait after the preview."""
    page, main = decider.page, decider.page.locator("main")
    decider.go("/award-decisions")
    decider.check_accessibility()
    page.get_by_role("link", name="好学㛃").click()
    expect(main).to_contain_text("已满足")
    decider.check_accessibility()
    page.go_back()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="预览批量发证").click()
    expect(main).to_contain_text(f"将发证 {count} 张")
    decider.check_accessibility()
    page.get_by_role("button", name=f"发证 {count} 张").click()
    expect(main).to_contain_text(f"已发证 {count} 张")


def test_four_ways_renew_and_a_first_certificate_has_a_project(
    scene: Scene, browser: Browser
) -> None:
    faults: list[str] = []
    logged_in = {}
    for role, phone in PHONES.items():
        logged_in[role] = Person(new_context(browser, faults), scene.world)
        logged_in[role].log_in(phone, PASSWORD)

    write_terms(logged_in["author"], scene.scheme)
    for role in RENEWING:
        begin_renewal(logged_in[role])
    newcomer = logged_in["newcomer"]
    newcomer.go("/award-files")
    newcomer.check_accessibility()
    newcomer.page.get_by_role("button", name="申请 质量可靠性工程师").click()
    hand_in(newcomer, "减少错装的改进")
    declare(newcomer, "experience", "5")
    newcomer.check_accessibility()
    hand_in(logged_in["improver"], "缩短换型时间")
    declare(logged_in["steady"], "continuity", "3")
    for title in ("减少错装的改进", "缩短换型时间"):
        assess(logged_in["assessor"], title)
    for name in ("新人戊", "连续壬"):
        confirm(logged_in["hr"], name)

    # One studies, from whatever source; the other passes the exam.
    now = datetime.now(UTC)
    with scene.world.database.transaction() as session:
        studious = scene.people["studious"].id
        for _ in range(2):
            make_credit(session, now, studious)
        events.record(session, HOURS_CHANGED, HoursChanged((studious,)).payload(), now)
        record_result(session, now, scene.sitting, scene.people["examined"])
    deliver_all(scene.world.database, datetime.now(UTC))

    grant_all(logged_in["decider"], 1 + len(RENEWING))
    deliver_all(scene.world.database, datetime.now(UTC))

    for role in RENEWING:
        holder = logged_in[role]
        holder.go("/certificates")
        expect(holder.page.locator(".qa-certcard")).to_have_count(2)
        holder.go(f"/verify/{scene.codes[role]}")
        expect(holder.page.locator("main")).to_contain_text(re.compile("已换|新证书"))
    logged_in["newcomer"].go("/certificates")
    expect(logged_in["newcomer"].page.locator(".qa-certcard")).to_have_count(1)
    assert faults == []
