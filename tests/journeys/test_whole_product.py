"""The whole product once: roster, lesson, contest with a lost network, sitting, certificate, HR."""

import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import ORGANISATION_CODE, PASSWORD, World, running_world
from tests.journeys.steps import (
    STAFF_PASSWORD,
    Person,
    ProfileOnDisk,
    answer,
    end_newest_log_in,
    expect_all_saved,
    sit_and_pass,
    start,
    submit,
)

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.long, pytest.mark.pages]
STAFF = [("欧阳示例", "0012"), ("示例𠮷田", "0013"), ("古丽·示例木", "0014")]
COMPETITION = "全面质量管理知识竞赛（示例）"
SITTING = "过程检验员上岗考核（示例）"


@pytest.fixture
def world(backend: str, request: pytest.FixtureRequest) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="academy-journey-") as name:
        if backend == "sqlite":
            url = f"sqlite:///{name}/academy.db"
        else:
            server = request.getfixturevalue("postgres_server")
            server.execute("CREATE DATABASE journey")
            url = server.url("journey")
        with running_world(url, Path(name)) as world:
            yield world
        if backend == "postgresql":
            server.execute("DROP DATABASE journey WITH (FORCE)")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


def write_roster(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "工号", "手机号", "邮箱", "部门", "岗位"])
    for name, number in STAFF:
        sheet.append([name, number, None, None, "质量管理部", "质检员"])
    book.save(path)
    return path


def import_roster(hr: Person, unit: str, folder: Path) -> dict[str, str]:
    """Upload, look at the dry run, apply, print the codes; return them by log-in name."""
    hr.log_in("13800000002", PASSWORD)
    hr.go(f"/units/{unit}/roster")
    hr.check_accessibility()
    hr.page.locator("input[type=file]").set_input_files(write_roster(folder / "roster.xlsx"))
    hr.page.locator("main form[enctype] button[type=submit]").click()
    expect(hr.page.locator("main")).to_contain_text(STAFF[1][0])
    hr.check_accessibility()
    hr.page.locator("form[action$='/apply'] button").click()
    hr.go(f"/units/{unit}/people")
    for name, _ in STAFF:
        expect(hr.page.locator("main")).to_contain_text(name)
    hr.check_accessibility()
    hr.page.locator(
        "button[name=who][value=waiting], form:has(input[name=who][value=waiting]) button"
    ).first.click()
    text = hr.page.locator("body").inner_text()
    codes = {}
    for name, number in STAFF:
        found = re.search(
            rf"{number}[\s\S]{{0,200}}?([2-9A-HJ-NP-Z]{{4}}-[2-9A-HJ-NP-Z]{{4}}-[2-9A-HJ-NP-Z]{{4}})",
            text,
        )
        assert found, (name, text)
        codes[f"{ORGANISATION_CODE}/{number}"] = found.group(1)
    return codes


def open_contest(manager: Person) -> str:
    """Write a contest of 20 single and 5 multiple items, open it; return its address."""
    manager.log_in("13800000001", PASSWORD)
    manager.go("/competitions/new")
    page = manager.page
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    page.get_by_label("名称").fill(COMPETITION)
    page.locator("[name=opens_at]").fill((now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=closes_at]").fill((now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"))
    manager.check_accessibility()
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="开放报名").click()
    expect(page.locator("main")).to_contain_text("20")
    return page.url.replace(manager.world.url, "")


def learn(person: Person) -> None:
    """Read a lesson to its end and do its self-check, step by step."""
    page = person.page
    person.go("/courses")
    person.check_accessibility()
    person.go("/courses/tqm-foundation")
    person.check_accessibility()
    page.get_by_role("button", name="开始学习").click()
    expect(page.locator("math").first).to_be_visible()
    expect(page.locator("figure img").first).to_be_visible()
    person.check_accessibility()
    page.locator("#lesson-end").scroll_into_view_if_needed()
    expect(page.locator("[data-state=read]")).to_contain_text("已读到末尾", timeout=20_000)
    page.get_by_role("button", name="开始自测").click()
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="开始", exact=True).click()
    for position in range(1, 6):
        article = page.locator(f"[data-position='{position}']")
        expect(article).to_be_visible()
        page.get_by_role("button", name="确认作答").click()
        expect(article.locator("[data-verdict]")).to_contain_text("解析")
        page.get_by_role("button", name="下一题" if position < 5 else "完成").click()
    expect(page).to_have_url(re.compile("/result$"))
    page.get_by_role("link", name="回到课时").click()
    expect(page.locator("[data-state=completed]")).to_contain_text("本课时已学完")


def hold_sitting(examiner: Person) -> str:
    """Make a scheme and a sitting whose pass earns its certificate; admit the enterprise."""
    page = examiner.page
    examiner.log_in("13800000003", PASSWORD)
    examiner.go("/schemes/new")
    page.get_by_label("证书名称").fill("过程检验员上岗证（示例）")
    page.get_by_label("代号").fill("QA-PI")
    page.get_by_label("有效期（月）").fill("12")
    examiner.check_accessibility()
    page.get_by_role("button", name="建立").click()
    scheme = page.url.replace(examiner.world.url, "")
    examiner.go("/sittings/new")
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    page.get_by_label("名称", exact=True).fill(SITTING)
    page.locator("[name=opens_at]").fill((now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=closes_at]").fill((now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=source]").select_option("tqm-basics:contest")
    page.locator("[name=rows-0-count]").fill("5")
    page.locator("[name=rows-0-points]").fill("20")
    page.locator("[name=rows-1-count]").fill("0")
    page.locator("[name=cut_points]").fill("60")
    page.locator("[name=release]").select_option("at_submit")
    examiner.check_accessibility()
    page.get_by_role("button", name="保存草稿").click()
    sitting = page.url.replace(examiner.world.url, "").removesuffix("/manage")
    examiner.go(sitting + "/admit")
    page.locator("#unit").fill("示例制造有限公司")
    examiner.check_accessibility()
    page.get_by_role("button", name="核对名单").click()
    page.get_by_role("button", name=re.compile("准考 .* 人")).click()
    examiner.go(sitting + "/manage")
    page.get_by_role("button", name="开放场次").click()
    examiner.check_accessibility()
    examiner.go(scheme)
    page.get_by_role("button", name="关联", exact=True).click()
    expect(page.locator("main")).to_contain_text(SITTING)
    examiner.check_accessibility()
    return sitting


def be_certified(person: Person, sitting: str) -> str:
    """Sit and pass; return the address at which anybody can verify the certificate."""
    page = person.page
    sit_and_pass(person, sitting)
    for _ in range(60):  # the worker issues it
        person.go("/certificates")
        if page.locator(".qa-certcard").count():
            break
        page.wait_for_timeout(500)
    person.check_accessibility()
    page.locator(".qa-certcard").first.click()
    expect(page.locator("main img")).to_be_visible()
    person.check_accessibility()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    return str(page.get_by_role("link", name="打开查验页").get_attribute("href"))


def test_everything_from_roster_to_certificate(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    hr = Person(browser.new_context(locale="zh-CN"), world)
    codes = import_roster(hr, world.unit, tmp_path)
    manager = Person(browser.new_context(locale="zh-CN"), world)
    contest = open_contest(manager)

    # The first device: a browser with a profile on disk, so that it can be closed and reopened.
    with ProfileOnDisk(browser, tmp_path) as open_profile:
        first = Person(open_profile(), world)
        name, code = next(iter(codes.items()))
        first.activate(name, code)
        first.check_accessibility()
        learn(first)
        page = start(first, contest)
        first.check_accessibility()
        for position in range(1, 11):
            answer(page, position)
        expect_all_saved(page)
        first.context.set_offline(True)
        answer(page, 11, 1)
        answer(page, 12, 2)
        expect(page.locator("[data-save-total=long]")).to_have_text("2 题未保存，已存本机")
        room = page.url
        # Closing lifts the emulated loss of network, and the page's last try would get through.
        end_newest_log_in(world)
        first.context.close()

        # A second device: log in with the staff number, take over, go on.
        second = Person(browser.new_context(locale="zh-CN"), world)
        second.log_in(name, STAFF_PASSWORD)
        second.page.goto(room)
        expect(second.page.locator("main")).to_contain_text("这次作答正在另一台设备上进行")
        second.check_accessibility()
        second.page.locator("form[action$='/takeover'] button").click()
        second.page.wait_for_selector("html[data-ready]")
        answer(second.page, 13)
        expect_all_saved(second.page)

        # The first one again: its two answers are shown as not delivered.
        # Closing the browser ended its log-in: terminals on a shop floor are shared.
        first = Person(open_profile(), world)
        first.page.goto(room)
        expect(first.page).to_have_url(re.compile("/login"))
        first.log_in(name, STAFF_PASSWORD)
        first.page.goto(room)
        first.page.locator("form[action$='/takeover'] button").click()
        first.page.wait_for_selector("html[data-ready]")
        drafts = first.page.locator("#drafts")
        expect(drafts).to_be_visible()
        expect(drafts).to_contain_text("未送达")
        expect(drafts.locator("li")).to_have_count(2)
        first.page.locator("[data-drafts-send]").click()
        expect_all_saved(first.page)
        submit(first)
        expect(first.page.locator("main")).to_contain_text("已交卷")
        first.check_accessibility()
        first.context.close()

    # A colleague answers everything; then the organiser closes and the list is there.
    other = Person(browser.new_context(locale="zh-CN"), world)
    name, code = list(codes.items())[1]
    other.activate(name, code)
    start(other, contest)
    for position in range(1, 26):
        answer(other.page, position)
    submit(other)
    manager.go(contest)
    manager.page.get_by_role("button", name="结束并公布名次").click()
    manager.go(contest + "/standings")
    expect(manager.page.locator("main")).to_contain_text(STAFF[0][0])
    expect(manager.page.locator("main")).to_contain_text(STAFF[1][0])
    expect(manager.page.locator("main")).to_contain_text("同分")
    manager.check_accessibility()
    with manager.page.expect_download() as download:
        manager.page.locator("a[href$='standings.xlsx']").click()
    download.value.save_as(tmp_path / "standings.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "standings.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert any(STAFF[1][0] in row for row in rows)
    other.go(contest + "/standings")
    other.check_accessibility()

    # A sitting, a pass, a certificate that anybody can verify; HR sees it and takes the list home.
    examiner = Person(browser.new_context(locale="zh-CN"), world)
    sitting = hold_sitting(examiner)
    address = be_certified(other, sitting)
    anybody = Person(browser.new_context(locale="zh-CN"), world)
    anybody.go(re.sub(r"^https?://[^/]+", "", address))
    expect(anybody.page.locator("main")).to_contain_text("有效")
    expect(anybody.page.locator("main")).to_contain_text(STAFF[1][0])
    anybody.check_accessibility()
    hr.go("/staff?state=holds")
    expect(hr.page.locator("main")).to_contain_text(STAFF[1][0])
    hr.check_accessibility()
    with hr.page.expect_download() as download:
        hr.page.get_by_role("button", name="下载 .xlsx").click()
    download.value.save_as(tmp_path / "staff.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "staff.xlsx").active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == [STAFF[1][0]]
    assert "QA-PI-" in rows[1][9]
