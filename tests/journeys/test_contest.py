"""From a roster to a ranked list, with a lost network, a closed browser and a second device."""

import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import ORGANISATION_CODE, PASSWORD, World, running_world

pytestmark = pytest.mark.browser
STAFF = [("欧阳示例", "0012"), ("示例𠮷田", "0013"), ("古丽·示例木", "0014")]
STAFF_PASSWORD = "工号登录口令 2026"
COMPETITION = "全面质量管理知识竞赛（示例）"


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


class Person:
    """Somebody at a browser."""

    def __init__(self, context: BrowserContext, world: World) -> None:
        self.context, self.world = context, world
        context.set_default_timeout(30_000)
        self.page: Page = context.pages[0] if context.pages else context.new_page()

    def go(self, path: str) -> None:
        self.page.goto(self.world.url + path)

    def log_in(self, name: str, password: str) -> None:
        self.go("/login")
        self.page.get_by_label("手机号、邮箱或工号").fill(name)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page).not_to_have_url(re.compile("/login"))

    def activate(self, name: str, code: str) -> None:
        self.go("/activate")
        self.page.get_by_label("手机号、邮箱或工号").fill(name)
        self.page.get_by_label("一次性代码").fill(code)
        self.page.get_by_label("新密码", exact=True).fill(STAFF_PASSWORD)
        self.page.get_by_role("button", name="设置密码并登录").click()
        expect(self.page).not_to_have_url(re.compile("/activate"))

    def check_accessibility(self) -> None:
        """axe finds nothing at 360 and at 1440 pixels, and nothing overflows sideways."""
        for width in (360, 1440):
            self.page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(self.page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                width,
                self.page.url,
            )


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


def start(person: Person, contest: str) -> Page:
    person.go(contest)
    person.check_accessibility()
    person.page.get_by_role("button", name="报名").click()
    person.page.get_by_role("button", name="开始答题").click()
    person.page.wait_for_selector("html[data-ready]")
    return person.page


def answer(page: Page, position: int, option: int = 0) -> None:
    """Choose an option of a position by its place."""
    page.evaluate("n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", position)
    page.locator(f"[data-position='{position}'] .qa-opt input").nth(option).click()


def expect_all_saved(page: Page) -> None:
    expect(page.locator("[data-save-total=long]")).to_have_text(
        re.compile("全部已保存"), timeout=20_000
    )


def submit(person: Person) -> None:
    page = person.page
    page.locator("[data-check]:visible").first.click()
    page.locator("[data-submit]").click()
    expect(page).to_have_url(re.compile("/result$"), timeout=20_000)


def test_a_contest_from_roster_to_ranked_list(
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
        page = start(first, contest)
        first.check_accessibility()
        for position in range(1, 11):
            answer(page, position)
        expect_all_saved(page)
        # Closing lifts the emulated loss of network, and the page's last try would then get through.
        first.context.route("**/responses", lambda route: route.abort())
        first.context.set_offline(True)
        answer(page, 11, 1)
        answer(page, 12, 2)
        expect(page.locator("[data-save-total=long]")).to_have_text("2 题未保存，已存本机")
        room = page.url
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


class ProfileOnDisk:
    """Opens the same profile on disk again and again, as a person's own browser does."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder = browser, folder / "profile"

    def __enter__(self):
        return lambda: self.browser.browser_type.launch_persistent_context(
            str(self.folder), executable_path=CHROMIUM, args=ARGS, locale="zh-CN"
        )

    def __exit__(self, *_error: object) -> None:
        return None
