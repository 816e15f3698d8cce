"""Notes in a lesson: by touch on a phone and by keyboard, kept through a new version of the lesson."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from learning.accounts.password_hashing import hash_password
from learning.courses.services import sync_course
from learning.kernel.db import Database
from tests.factories.courses import BODY, CODE, load_one, make_course, write_lesson
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
READER, OTHER = "13800000001", "13800000002"
LESSON = f"/courses/{CODE}/lessons/les-01"
TWICE = "检验不增加价值。"
TEXT = BODY.replace("引言。", f"**甲**说：{TWICE}\n\n乙说：{TWICE}它只发现问题。")
HOSTILE = "<img src=x onerror=alert(1)> 记住"
SELECT = """([paragraph, from, to]) => {
  const p = [...document.querySelectorAll("[data-lesson-text] p")].find((one) => one.textContent.startsWith(paragraph));
  const [start, end] = [p.textContent.indexOf(from), p.textContent.indexOf(to) + to.length];
  const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let at = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (start >= at && start < at + node.data.length) range.setStart(node, start - at);
    if (end > at && end <= at + node.data.length) range.setEnd(node, end - at);
    at += node.data.length;
  }
  p.scrollIntoView({ block: "center" });
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
}"""


@dataclass
class Scene:
    world: World
    course: Path

    def publish(self, body: str) -> None:
        """Bring another version of the lesson into the product."""
        write_lesson(self.course, 1, body)
        with self.world.database.transaction() as session:
            sync_course(session, load_one(self.course), datetime.now(UTC))


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-notes-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database, now = Database(url), datetime.now(UTC)
        secret = hash_password(PASSWORD)
        with database.transaction() as session:
            make_course(session, now, folder / "course")
            person(session, now, "示例学员", READER, secret)
            person(session, now, "示例旁人", OTHER, secret)
        with running_site(url, folder) as site:
            made = Scene(World(site, database, ""), folder / "course")
            made.publish(TEXT)
            yield made
        database.dispose()


def select(page: Page, paragraph: str, first: str, last: str) -> None:
    page.evaluate(SELECT, [paragraph, first, last])


def marked(page: Page) -> list[str]:
    """Return the marked text by paragraph, in the order of the lesson."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-lesson-text] p")]
          .filter((p) => p.querySelector("mark"))
          .map((p) => [...p.querySelectorAll("mark")].map((m) => m.textContent).join(""))"""
    )


def test_notes_are_made_on_a_phone_and_by_keyboard_and_follow_the_text(
    browser: Browser,  # noqa: F811
    scene: Scene,
) -> None:
    faults: list[str] = []
    context = new_context(
        browser, faults, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    reader = Person(context, scene.world)
    reader.log_in(READER, PASSWORD)
    page, notes = reader.page, reader.page.locator("#note-list > li")
    reader.go(LESSON)
    expect(page.locator("#note-none")).to_be_visible()

    select(page, "乙说", TWICE, TWICE)  # the same words stand in the paragraph before
    page.get_by_role("toolbar").get_by_role("button", name="高亮").tap()
    expect(notes).to_have_count(1)
    assert marked(page) == [TWICE]
    assert page.locator("p:has(mark)").inner_text().startswith("乙说")

    select(page, "甲说", "甲", "检验")
    page.keyboard.press("Enter")
    page.get_by_label("笔记内容").fill(HOSTILE)
    reader.check_accessibility()
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(notes).to_have_count(2)
    expect(notes.nth(1)).to_contain_text(HOSTILE)
    assert marked(page) == ["甲说：检验", TWICE]
    reader.check_accessibility()

    scene.publish(
        "\n新加的一段。\n" + TEXT.replace("**甲**说", "**丙**说").replace("它只", "它也只")
    )
    page.reload()
    expect(notes).to_have_count(2)
    expect(notes.nth(1)).to_contain_text("原文已改动")
    assert marked(page) == [TWICE]
    assert page.locator("p:has(mark)").inner_text().startswith("乙说")

    page.locator(".qa-noteopen").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(notes).to_have_count(1)
    assert marked(page) == []

    reader.go("/courses/notes")
    reader.check_accessibility()
    expect(page.locator("main")).to_contain_text("原文已改动")
    expect(page.locator("main")).to_contain_text(HOSTILE)
    other = Person(new_context(browser, faults), scene.world)
    other.log_in(OTHER, PASSWORD)
    other.go("/courses/notes")
    expect(other.page.locator("main")).to_contain_text("还没有笔记")
    assert faults == []


def test_what_is_selected_before_the_notes_have_come_can_be_marked(
    browser: Browser,  # noqa: F811
    scene: Scene,
) -> None:
    faults: list[str] = []
    reader = Person(new_context(browser, faults), scene.world)
    reader.log_in(READER, PASSWORD)
    page = reader.page
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/notes", hold, times=1)
    reader.go(LESSON)
    while not asked:
        page.wait_for_timeout(50)

    select(page, "乙说", TWICE, TWICE)
    asked[0].continue_()
    page.get_by_role("toolbar").get_by_role("button", name="高亮").click()

    expect(page.locator("#note-list > li")).to_have_count(1)
    assert marked(page) == [TWICE]
    assert faults == []


def test_terms_are_found_while_typing(browser: Browser, scene: Scene) -> None:  # noqa: F811
    faults: list[str] = []
    reader = Person(new_context(browser, faults), scene.world)
    reader.log_in(READER, PASSWORD)
    page = reader.page
    reader.go(LESSON)
    page.get_by_role("link", name="全部术语").click()
    reader.check_accessibility()
    expect(page.locator(".qa-terms dt")).to_have_count(1)

    page.get_by_label("查找术语").press_sequentially("zzz")
    expect(page.locator("#terms")).to_contain_text("没有找到“zzz”")
    page.get_by_label("查找术语").fill("syj")
    expect(page.locator(".qa-terms dt")).to_contain_text("术语甲")
    page.get_by_role("link", name="第 1 课").click()
    expect(page.locator("h1")).to_contain_text("第 1 课")
    assert faults == []
