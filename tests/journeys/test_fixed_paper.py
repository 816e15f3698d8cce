"""An examiner puts a fixed paper together by hand, looks at it, and prints it for paper."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.factories.exams import make_hall
from tests.factories.people import grant_role, make_login_session
from tests.faults.site import Cookies, running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.pages]
LOOKS = os.environ.get("LOOKS")


def furnish(database: Database) -> tuple[str, str]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        hall = make_hall(session, now, is_open=False)
        who = session.scalars(select(User).where(User.id == hall.examiner.id)).one()
        grant_role(session, now, who, Role.AUTHOR, hall.association)
        give_consent(session, who.id, CURRENT_NOTICE, now=now)
        return hall.public_id, make_login_session(session, now, who)


@pytest.fixture
def examiner(tmp_path: Path) -> Iterator[tuple[Person, str, list[str]]]:
    url, faults = f"sqlite:///{tmp_path}/academy.db", []
    migrate(url, tmp_path)
    database = Database(url)
    public_id, token = furnish(database)
    name, value = Cookies(url, tmp_path).headers(token)["Cookie"].split("=", 1)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        world = World(site, database, "")
        context = new_context(browser, faults)
        context.add_cookies([{"name": name, "value": value, "url": world.url}])
        yield Person(context, world), public_id, faults
        browser.close()
    database.dispose()


def look(page, name: str) -> None:
    if LOOKS:
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{LOOKS}/print_{name}_{width}.png", full_page=True)


def test_a_paper_is_chosen_ordered_saved_looked_at_and_printed(examiner) -> None:
    person, public_id, faults = examiner
    page = person.page
    person.go(f"/sittings/{public_id}/edit")
    page.get_by_label("固定试卷：逐题指定，人人同题").check()
    expect(page.get_by_label("试题编号与分值")).to_be_hidden()

    page.get_by_label("查找试题").fill("s-00")
    page.get_by_label("查找试题").press("Enter")
    found = page.get_by_role("list", name="查到的试题").get_by_role("listitem")
    expect(found.first).to_contain_text("s-000 的题干")
    found.nth(1).get_by_role("button", name="加入").click()
    page.get_by_label("粘贴编号").fill("s-002, m-001\nno-such")
    page.get_by_label("加入的题每题").fill("2.5")
    page.get_by_role("button", name="加入", exact=True).last.click()
    expect(page.get_by_text("题库里没有：no-such")).to_be_visible()

    chosen = page.locator("[data-chosen] > li")
    expect(chosen).to_have_count(3)
    chosen.nth(2).get_by_role("button", name="上移").press("Enter")
    expect(page.get_by_text("m-001 现在是第 2 题。")).to_be_visible()
    expect(chosen.nth(1).get_by_role("button", name="上移")).to_be_focused()
    chosen.nth(1).drag_to(chosen.nth(0), target_position={"x": 60, "y": 4})
    expect(chosen.nth(0)).to_contain_text("m-001")
    expect(page.locator("[data-paper-total]")).to_have_text("6")
    page.get_by_label("合格线（分）").fill("4")
    look(page, "edit")
    person.check_accessibility()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("固定试卷，人人同题")).to_be_visible()

    page.get_by_role("link", name="试卷与打印", exact=True).click()
    page.get_by_label("套数").fill("2")
    page.get_by_role("button", name="抽卷并保存").click()
    expect(page.get_by_role("row")).to_have_count(3)
    look(page, "papers")
    person.check_accessibility()
    with page.expect_download() as download:
        page.get_by_role("button", name="试题册").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="预览", exact=False).first.click()
    expect(page.get_by_role("heading", name="试卷预览")).to_be_visible()
    look(page, "preview")
    person.check_accessibility()
    assert faults == []
