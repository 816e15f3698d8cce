"""Wrong answers of a contest come back as due reviews; a faulty item is reported and answered."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.practice.jobs import take_ready
from tests.factories.people import grant_role
from tests.factories.regrading import close, make_regraded
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person, right_answers
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture
from tests.world import deliver_all

pytestmark = [pytest.mark.browser, pytest.mark.look]
LEARNER, MANAGER = "13800000001", "13800000002"
AGO = timedelta(days=2)


@dataclass
class Scene:
    world: World

    def work(self) -> None:
        """Let the worker hand on what happened and take in what is released."""
        now = datetime.now(UTC)
        deliver_all(self.world.database, now)
        take_ready(self.world.database, now)


def furnish(database: Database) -> None:
    """A contest that is over: the learner had two of its items wrong, and its keys are released."""
    then, password_hash = datetime.now(UTC) - AGO, hash_password(PASSWORD)
    with database.transaction() as session:
        made = make_regraded(session, then, review=True)
        close(session, made.stage, then + timedelta(hours=1))
        user = session.get_one(User, made.people["丁"].user_id)
        add_login_name(session, user, "phone", LEARNER, now=then)
        user.password_hash = password_hash
        manager = person(session, then, "示例题库管理", MANAGER, password_hash)
        grant_role(session, then, manager, Role.ITEM_MANAGER)


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-practising-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""))
        database.dispose()


def step(page: Page, position: int, option: str) -> None:
    """Answer the item in sight and confirm it."""
    item = page.locator(f"[data-item][data-position='{position}']")
    item.locator(f".qa-opt[data-option='{option}'] input").check()
    page.get_by_role("button", name="确认作答").click()
    expect(item.locator("[data-verdict]")).to_contain_text("解析")


def report(learner: Person, page: Page) -> None:
    """Report the item whose key was just told, in a window of its own."""
    with learner.context.expect_page() as opened:
        page.locator("[data-verdict]:visible").get_by_role("link", name="报错").click()
    form = opened.value
    form.get_by_label("答案不对").check()
    form.get_by_label("说明").fill("标准 3.2 条：应选第三项。")
    form.get_by_role("button", name="提交报错").click()
    expect(form.locator("main")).to_contain_text("等待答复")
    form.close()


def reply(manager: Person) -> None:
    page, main = manager.page, manager.page.locator("main")
    manager.go("/items")
    page.get_by_role("link", name="试题报错").click()
    manager.check_accessibility()
    page.get_by_role("link", name=re.compile(r"^s-\d")).click()
    expect(main).to_contain_text("应选第三项")
    page.get_by_label("保持不变，说明理由").check()
    page.get_by_label("答复").fill("3.2 条说的是术语，题目问的是要求，答案不变。")
    manager.check_accessibility()
    page.get_by_role("button", name="答复").click()
    expect(main).to_contain_text("没有等待答复的报错")


def test_wrong_answers_of_a_contest_come_back_as_due_reviews(
    browser: Browser,  # noqa: F811
    scene: Scene,
) -> None:
    faults: list[str] = []
    learner, manager = (Person(new_context(browser, faults), scene.world) for _ in range(2))
    learner.log_in(LEARNER, PASSWORD)
    page, main = learner.page, learner.page.locator("main")
    learner.go("/practice/notebook")
    expect(main).to_contain_text("错题本是空的")

    scene.work()

    learner.go("/practice")
    learner.check_accessibility()
    page.get_by_role("button", name="复习 2 题").click()
    page.wait_for_selector("html[data-ready]")
    keys = right_answers(learner)
    page.get_by_role("button", name="开始", exact=True).click()
    step(page, 1, keys[1])
    report(learner, page)
    page.get_by_role("button", name="下一题").click()
    step(page, 2, "a" if keys[2] != "a" else "b")
    page.get_by_role("button", name="完成").click()
    expect(page).to_have_url(re.compile("/result$"))
    scene.work()
    learner.go("/practice")
    expect(main).not_to_contain_text("复习 2 题")  # the one right for some days, the other for one
    learner.go("/practice/notebook")
    expect(main.locator("li .qa-notebook__facts")).to_have_count(2)
    expect(main).not_to_contain_text("今天复习")

    manager.log_in(MANAGER, PASSWORD)
    reply(manager)
    scene.work()
    learner.go("/notices")
    expect(main).to_contain_text("您的试题报错有了答复")
    learner.go("/practice/reports")
    expect(main).to_contain_text("题目问的是要求")
    learner.check_accessibility()
    assert faults == []
