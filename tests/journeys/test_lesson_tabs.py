"""Tabs in a lesson: by mouse and by keyboard, by an address that leads into one, and on paper."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from learning.courses.services import bring_course, publish_draft, submit_course
from learning.kernel.db import Database
from tests.courses.authoring import course_files, lesson_file, make_desk
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person

CODE = "tab-course"
BODY = """
## 一

!!! tab "手算"
    先列 $x$。

!!! tab "用软件计算的办法，标题很长"
    ### 打开表格

    再填表。

## 二

!!! tab "独自一个"
    没有别的。
"""


@pytest.mark.browser
def test_tabs_are_reached_by_mouse_keyboard_and_address(tmp_path: Path) -> None:
    url, faults = f"sqlite:///{tmp_path}/academy.db", []
    migrate(url, tmp_path)
    database = Database(url)
    publish(database)
    with sync_playwright() as playwright, running_site(url, tmp_path) as site:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        reader = Person(new_context(browser, faults), World(site, database, ""))
        page, lesson = reader.page, f"/courses/{CODE}/lessons/tab-01"
        reader.go(lesson)
        by_hand = page.get_by_role("tab", name="手算")
        by_program = page.get_by_role("tab", name="用软件计算的办法")
        expect(page.get_by_role("tab")).to_have_count(2)
        expect(page.get_by_text("再填表。")).to_be_hidden()
        by_program.click()
        expect(page.get_by_text("再填表。")).to_be_visible()
        expect(page.get_by_text("先列")).to_be_hidden()
        reader.check_accessibility()

        page.keyboard.press("ArrowRight")
        expect(by_hand).to_be_focused()
        expect(page.get_by_text("先列")).to_be_visible()
        assert page.url.endswith(lesson)

        page.emulate_media(media="print")
        expect(page.get_by_text("再填表。")).to_be_visible()
        expect(page.get_by_text("用软件计算的办法，标题很长", exact=True)).to_be_visible()
        page.emulate_media(media="screen")

        reader.go(f"{lesson}#s1-1")
        expect(page.get_by_text("再填表。")).to_be_visible()
        browser.close()
    database.dispose()
    assert faults == []


def publish(database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        desk = make_desk(session, now)
        files = course_files(lessons=1)
        files["course.toml"] = files["course.toml"].replace(b"web-course", CODE.encode())
        files["01-lesson.md"] = lesson_file(1, BODY).replace(b'"les-01"', b'"tab-01"')
        course = bring_course(session, desk.author, files, desk.unit.public_id, now)
        submit_course(
            session, desk.author, course, note="新课", substantial=(), revision=course.revision,
            now=now,
        )  # fmt: skip
        publish_draft(session, desk.reviewer, course, revision=course.revision, now=now)
