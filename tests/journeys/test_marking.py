"""Three people mark two essays by keyboard, alone; the third decides, and the results come out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.attempts.rules import Release
from learning.kernel.db import Database
from learning.question_bank.rules import ItemKind
from tests.factories.items import make_item
from tests.factories.marking import Marked, hand_in, make_marked, tell
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World
from tests.journeys.steps import Person

GOOD, WEAK = "定义完整，例子恰当。", "只写了定义。"
TITLE = "质量可靠性工程师认证考试（示例）"

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.pages]


@dataclass
class Desk(Entrance):
    """A running site with a sitting that two people mark, and two papers handed in."""

    marked: Marked


def furnish(database: Database) -> Marked:
    now = datetime.now(UTC)
    with database.transaction() as session:
        marked = make_marked(
            session,
            now,
            items=[make_item("essay", ItemKind.ESSAY, explanation="定义见**手册**。")],
            settings={"double_marking": True, "tolerance_milli": 2_000},
            release=Release.AT_SUBMIT,
        )
        for text in (GOOD, WEAK):
            hand_in(session, marked, now, {1: "b", 2: text})
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
    tell(database, now)
    return marked


@pytest.fixture
def desk(database_maker, tmp_path: Path) -> Iterator[Desk]:
    url = database_maker.make()
    database = Database(url)
    marked = furnish(database)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Desk(World(site, database, ""), browser, Cookies(url, tmp_path), marked)
        browser.close()
    database.dispose()
    database_maker.drop(url)


def open_desk(person: Person) -> Page:
    """Go from one's own sittings to the first answer."""
    person.go("/sittings")
    person.page.get_by_role("link", name=TITLE).click()
    person.check_accessibility()
    person.page.get_by_role("button", name="领取一份").click()
    expect(person.page.locator(".qa-answer")).to_be_visible()
    return person.page


def shown(page: Page) -> str:
    return page.locator(".qa-answer").inner_text()


def mark(page: Page, points: dict[str, tuple[str, str]], *, done: int) -> None:
    """Mark the answer shown, by keyboard alone."""
    for keys in points[shown(page)]:
        page.keyboard.type(keys)
        page.keyboard.press("Enter")
    expect(page.locator(".qa-head")).to_contain_text(f"我已评 {done} 份")


def refuse_nonsense(page: Page) -> None:
    """Points beyond a criterion are shown as wrong at once, and are never sent."""
    first = page.locator("input[name=step1]")
    expect(first).to_be_focused()
    page.keyboard.type("9")
    expect(first).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    page.keyboard.press("=")
    expect(first).to_have_value("3")
    expect(page.locator("[data-marking-total]")).to_have_text("3")
    page.keyboard.press("ControlOrMeta+a")


def take_back(page: Page) -> None:
    """The last mark comes back with its points, and is given again as it was."""
    page.keyboard.press("Alt+z")
    expect(page.locator("input[name=step2]")).not_to_have_value("")
    expect(page.locator(".qa-head")).to_contain_text("我已评 1 份")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".qa-head")).to_contain_text("我已评 2 份")


def test_two_people_mark_alone_a_third_decides_and_the_results_come_out(desk: Desk) -> None:
    faults: list[str] = []
    progress = f"/sittings/{desk.marked.public_id}/marking/progress"
    first, second = desk.enter("阅卷1", faults), desk.enter("阅卷2", faults)

    page = open_desk(first)
    first.check_accessibility()
    expect(page.locator("body")).not_to_contain_text(re.compile("考生[12]"))
    refuse_nonsense(page)
    mark(page, {GOOD: ("3", "2"), WEAK: ("2", "0")}, done=1)
    mark(page, {GOOD: ("3", "2"), WEAK: ("2", "0")}, done=2)
    take_back(page)
    expect(page.locator("main")).to_contain_text("现在没有等您评的答卷")

    page = open_desk(second)
    expect(page.locator("input[name=step1]")).to_have_value("")
    expect(page.locator("main")).not_to_contain_text("两人给分")
    mark(page, {GOOD: ("3", "１。5"), WEAK: ("0", "0")}, done=1)
    mark(page, {GOOD: ("3", "１。5"), WEAK: ("0", "0")}, done=2)

    third = desk.enter("阅卷3", faults)
    page = open_desk(third)
    assert shown(page) == WEAK
    expect(page.locator("main")).to_contain_text("两人给分相差较大：4、0 分。您的评分为准。")
    third.check_accessibility()
    examiner = desk.enter("考务员", faults)
    examiner.go(progress)
    expect(examiner.page.get_by_role("row", name=re.compile("essay")).first).to_contain_text("1")
    expect(examiner.page.get_by_role("button", name="结束阅卷")).to_have_count(0)
    mark(page, {WEAK: ("1", "0.5")}, done=1)

    examiner.go(progress)
    examiner.check_accessibility()
    examiner.page.get_by_role("button", name="结束阅卷").click()
    expect(examiner.page.locator("main")).to_contain_text("阅卷已结束")
    tell(desk.world.database, datetime.now(UTC))
    # 4 for the choice; 5 and 4.5 of 5 are 10 and 9 of 10, their mean 9.5; the third gave 3 of 10.
    for name, points in (("考生1", "13.5"), ("考生2", "7")):
        candidate = desk.enter(name, faults)
        candidate.go(f"/sittings/{desk.marked.public_id}")
        expect(candidate.page.locator("main")).to_contain_text(f"得分 {points} 分")
    assert faults == []
