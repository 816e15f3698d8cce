"""A judge goes through a paper by keyboard; the examiner closes the round and adopts the cut."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.kernel.db import Database
from tests.exams.test_standards import Board
from tests.factories.people import make_login_session
from tests.faults.site import Cookies, running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.pages]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[World, Browser, Cookies, Board]]:
    """Give a running site with a setting of one paper, two of three judges through already."""
    url = f"sqlite:///{tmp_path}/academy.db"
    migrate(url, tmp_path)
    database = Database(url)
    with database.transaction() as session:
        board = Board(session, datetime.now(UTC) + timedelta(minutes=-1), shows_keys=True)
        for judge, percent in ((board.judges[1], 60), (board.judges[2], 70)):
            board.judge(session, judge, [percent] * 5)
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=board.now)
    with running_site(url, tmp_path) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield World(running, database, ""), browser, Cookies(url, tmp_path), board
        browser.close()
    database.dispose()


def enter(site, user: User, faults: list[str]) -> Person:
    """Let somebody in by a log-in of their own."""
    world, browser, cookies, _board = site
    with world.database.transaction() as session:
        token = make_login_session(session, datetime.now(UTC), session.get_one(User, user.id))
    name, value = cookies.headers(token)["Cookie"].split("=", 1)
    context = new_context(browser, faults)
    context.add_cookies([{"name": name, "value": value, "url": world.url}])
    return Person(context, world)


def test_a_paper_is_judged_by_keyboard_and_its_cut_adopted(site) -> None:
    world, _browser, _cookies, board = site
    faults: list[str] = []
    judge = enter(site, board.judges[0], faults).page
    judge.goto(f"{world.url}/sittings")
    judge.get_by_role("link", name="质量可靠性工程师认证考试（示例）").click()
    judge.get_by_role("link", name="开始评").click()
    for position in range(1, 6):
        expect(judge.locator("h1")).to_have_text(f"第 {position} 题")
        judge.keyboard.type("80")
        judge.keyboard.press("Enter")
    expect(judge.get_by_text("已评 5 / 5 题")).to_be_visible()

    desk = enter(site, board.hall.examiner, faults).page
    desk.goto(f"{world.url}/sittings/{board.hall.public_id}/standard/{board.setting}")
    desk.get_by_role("button", name="结束本轮").click()
    expect(desk.get_by_text("14.00").first).to_be_visible()
    desk.get_by_label("理由", exact=True).fill("三位评委一致")
    desk.get_by_role("button", name="定为合格线").click()

    expect(desk.get_by_text("合格线已定为 14 分。")).to_be_visible()
    expect(desk.locator("h1")).to_have_text("合格线评议")
    assert not [fault for fault in faults if not re.search(r"favicon", fault)]
