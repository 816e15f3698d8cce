"""A list stands still at the freeze and is revealed from the last to the first, on a big screen."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from learning.competitions import services
from learning.competitions.jobs import BOARD, freeze_due, publish_due
from learning.kernel import events
from tests.factories.competitions import (
    add_scored_attempt,
    make_participant,
    make_stage,
    record_scored,
)
from tests.factories.people import make_login_session
from tests.faults.site import Cookies, Site, running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database


class Hall:
    """A running contest at a running site: the organiser's desk and the big screen."""

    def __init__(self, browser: Browser, site: Site, database, faults: list[str]) -> None:
        self.database, self.url = database, f"http://127.0.0.1:{site.port}"
        self.began = datetime.now(UTC)
        with database.transaction() as session:
            self.stage = make_stage(session, self.began, max_attempts=3)
            names = ("王小明", "李四", "赵小五")
            self.people = [make_participant(session, self.began, self.stage, n) for n in names]
            token = make_login_session(session, self.began, self.stage.manager)
        cookie = Cookies(site.url, site.folder).headers(token)["Cookie"]
        name, _equals, value = cookie.partition("=")
        desk = new_context(browser, faults)
        desk.add_cookies([{"name": name, "value": value, "url": self.url}])
        self.desk, self.screen = desk.new_page(), new_context(browser, faults).new_page()

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.url}/competitions/{self.stage.public_id}/{path}")

    def score(self, who: int, points: int, minutes: int, number: int = 1) -> None:
        """A result that took so many minutes, begun forty before the journey."""
        with self.database.transaction() as session:
            view = self.stage.view(session, self.began)
            told = add_scored_attempt(
                session,
                view.assessment_id,
                self.people[who].user_id,
                number=number,
                points_milli=points,
                started_at=self.began - timedelta(minutes=40),
                duration_us=minutes * 60_000_000,
            )
            record_scored(session, told, self.began)
        self.work()

    def work(self) -> None:
        """Do what the worker does."""
        now = datetime.now(UTC)
        events.deliver(self.database, BOARD, now)
        freeze_due(self.database, now)
        publish_due(self.database, now)

    def freeze_soon(self, seconds: int) -> datetime:
        """Bring the freeze forward, which a form does by the minute."""
        now = datetime.now(UTC)
        at = now + timedelta(seconds=seconds)
        with self.database.transaction() as session:
            held = self.stage.view(session, now).showing
            services.set_showing(
                session,
                self.stage.actor,
                self.stage.public_id,
                showing=replace(held, freeze_at=at),
                now=now,
            )
        return at

    def shows(self, *rows: str) -> None:
        """Expect exactly these people on the screen, in this order, without a page being loaded."""
        lines = self.screen.locator(".qa-wallboard").first.locator("li")
        expect(lines).to_have_count(len(rows), timeout=20_000)
        for number, row in enumerate(rows):
            expect(lines.nth(number)).to_contain_text(row)

    def close(self) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            plan = services.plan_close(session, self.stage.view(session, now))
            services.close_competition(session, plan, actor=self.stage.actor, now=now)
        self.work()

    def reveal(self) -> None:
        self.desk.get_by_role("button", name="揭晓这一步").click()
        expect(self.desk.get_by_text("已揭晓。")).to_be_visible()
        self.work()

    def keep(self, name: str) -> None:
        """Keep pictures of both pages, narrow and wide, where SCREENSHOTS names a folder."""
        if folder := os.environ.get("SCREENSHOTS"):
            for who, page in {"desk": self.desk, "screen": self.screen}.items():
                page.screenshot(path=Path(folder) / f"reveal-{name}-{who}.png", full_page=True)
            self.desk.set_viewport_size({"width": 360, "height": 800})
            self.desk.screenshot(path=Path(folder) / f"reveal-{name}-360.png", full_page=True)
            self.desk.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def hall(database, tmp_path) -> Iterator[Hall]:
    faults: list[str] = []
    url = database.url.render_as_string(hide_password=False)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Hall(browser, site, database, faults)
        browser.close()
    assert faults == []


def test_live_then_frozen_then_revealed_from_the_last_to_the_first(hall: Hall) -> None:
    freeze = datetime.now(UTC) + timedelta(minutes=30)
    hall.open(hall.desk, "showing")
    hall.desk.get_by_label("竞赛进行中就公开名次").check()
    local = (freeze + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M")
    hall.desk.get_by_label("封榜时间").fill(local)
    hall.desk.get_by_label("揭晓步骤").fill("2\n1")
    hall.desk.get_by_role("button", name="保存").click()
    expect(hall.desk.get_by_text("已保存。")).to_be_visible()

    hall.score(0, 17_000, 10)
    hall.open(hall.screen, "wall")
    hall.shows("王*明")
    hall.score(1, 18_000, 20)
    hall.shows("李*", "王*明")
    hall.keep("live")

    came = hall.freeze_soon(seconds=2)
    while datetime.now(UTC) <= came:
        time.sleep(0.2)
    hall.score(2, 20_000, 50)  # better than both, and later than the freeze
    expect(hall.screen.get_by_text("已封榜")).to_be_visible(timeout=20_000)
    hall.shows("李*", "王*明")

    hall.close()
    hall.open(hall.desk, "showing")
    hall.reveal()
    hall.shows("李*", "王*明")
    expect(hall.screen.locator(".qa-wallboard").first.locator("li b").first).to_have_text("2")
    hall.keep("half")
    hall.reveal()
    hall.shows("赵*五", "李*", "王*明")
    hall.keep("whole")


def test_a_list_published_while_the_screen_is_opened_is_drawn(hall: Hall) -> None:
    hall.open(hall.desk, "showing")
    hall.desk.get_by_label("竞赛进行中就公开名次").check()
    hall.desk.get_by_role("button", name="保存").click()
    expect(hall.desk.get_by_text("已保存。")).to_be_visible()
    scored: list[int] = []

    def between_page_and_document(route: Route) -> None:
        if not scored:
            scored.append(0)
            hall.score(0, 17_000, 10)
        route.continue_()

    hall.screen.route("**/board.json", between_page_and_document)
    hall.open(hall.screen, "wall")
    hall.shows("王*明")
