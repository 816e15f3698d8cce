"""What people do at a browser in a journey: log in, answer, hand in, look at a page as axe does."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update

from learning.accounts.models import LoginSession
from learning.attempts.models import Attempt
from learning.attempts.rules import Form
from learning.kernel.clock import utc_now
from learning.question_bank.queries import get_keys
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.looking import findings
from tests.journeys.site import World

STAFF_PASSWORD = "工号登录口令 2026"


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
        expect(self.page).to_have_url(re.compile("/privacy/consent"))
        self.check_accessibility()
        self.page.get_by_label("我已阅读并同意这份说明").check()
        self.page.get_by_role("button", name="同意并继续").click()
        expect(self.page).not_to_have_url(re.compile("/privacy"))

    def check_accessibility(self) -> None:
        """axe finds nothing at 360 and at 1440 pixels, and nothing overflows sideways.

        Looked at on one database: a look does not depend on it.
        """
        if not self.world.database.is_sqlite:
            return
        self.page.wait_for_load_state()  # what was clicked may still be bringing the next page
        for width in (360, 1440):
            self.page.set_viewport_size({"width": width, "height": 900})
            found = [
                (one.rule, one.html[:120])
                for one in findings(self.page)
                # axe takes a formula for nothing; screen readers read it.
                if not (one.rule == "empty-table-header" and "<math" in one.html)
            ]
            assert found == [], self.page.url
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                width,
                self.page.url,
            )


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


def end_newest_log_in(world: World) -> None:
    """End the last log-in on the server: what its closing browser still sends is then refused."""
    with world.database.transaction() as session:
        newest = select(LoginSession.id).order_by(LoginSession.created_at.desc()).limit(1)
        session.execute(
            update(LoginSession)
            .where(LoginSession.id == newest.scalar_subquery())
            .values(revoked_at=utc_now())
            .execution_options(synchronize_session=False)
        )


def right_answers(person: Person) -> dict[int, str]:
    """Return the right option of each position of the attempt in the person's room."""
    public_id = person.page.url.rsplit("/", 1)[1]
    with person.world.database.session(write=False) as session:
        form = session.scalars(select(Attempt.form).where(Attempt.public_id == public_id)).one()
        versions = Form.from_json(form).version_ids
        keys = get_keys(session, versions)
        return {n: keys[version].choices[0] for n, version in enumerate(versions, start=1)}


def sit_and_pass(person: Person, sitting: str) -> None:
    """Check the device, choose every right option (single choice), hand in, see the pass."""
    page = person.page
    person.go(sitting)
    expect(page.locator("main")).to_contain_text("设备检查")
    person.check_accessibility()
    page.locator("#confirm").check()
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_selector("html[data-ready]")
    for position, option in right_answers(person).items():
        page.evaluate(
            "n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", position
        )
        page.locator(f"[data-position='{position}'] input[value='{option}']").click()
    submit(person)
    expect(page.locator("main")).to_contain_text("合格")


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
