"""HR defines what a post must hold, sees who lacks it, and sees the gap close and open again.

Every page on the way is looked at by axe, on a phone and on a desk, and none is wider than either.
"""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from learning.certification.rules.holdings import held_spans
from learning.certification.services.holdings import keep_holdings
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import log_in
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.looking import GRAVE, findings

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database
PEOPLE = 60
NAMES = ("欧阳示例", "买买提·吐尔逊江·阿卜杜热合曼示例", "赵示例")
SIZES = ({"width": 360, "height": 780}, {"width": 1440, "height": 900})
PICTURES = os.environ.get("JOURNEY_PICTURES", "")  # a folder to look at the pages afterwards


class Desk:
    """HR before the site."""

    def __init__(self, page: Page, url: str, firm: Firm, database: Database) -> None:
        self.page, self.url, self.firm, self.database = page, url, firm, database
        self.looked = 0

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.look()

    def look(self) -> None:
        """Nothing serious by axe, and nothing wider than the screen, on a phone and on a desk."""
        self.looked += 1
        for size in SIZES:
            self.page.set_viewport_size(size)
            grave = [(one.rule, one.html[:200]) for one in findings(self.page, GRAVE)]
            assert grave == [], self.page.url
            width = self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], (self.page.url, width)
            if PICTURES:
                name = f"{self.looked:02d}-{size['width']}.png"
                self.page.screenshot(path=Path(PICTURES, name), full_page=True)

    def hold(self, *, ended: bool = False) -> None:
        """Let everybody pass, as the decisions on their results would; or revoke one of them."""
        now = utc_now()
        with self.database.transaction() as session:
            for number, user_id in enumerate(self.ids, 1):
                gone = ended and number == 1
                spans = held_spans(
                    self.firm.now, now + timedelta(days=200), ended_at=now if gone else None
                )
                keep_holdings(
                    session,
                    source_kind="external",
                    source_id=number,
                    user_id=user_id,
                    scheme_id=self.scheme_id,
                    spans=spans,
                    now=now,
                )

    ids: tuple[int, ...] = ()
    scheme_id = 0


@pytest.fixture
def desk(app, database) -> Iterator[Desk]:
    with database.transaction() as session:
        firm = make_firm(session, utc_now() - timedelta(minutes=5))
        for number in range(PEOPLE):
            firm.hire(f"{NAMES[number % 3]}{number}", 2, 0, staff_no=f"{number:04d}")
        ids = tuple(person.id for person in firm.people)
        scheme_id = firm.schemes[0].id
        session.expunge_all()
    client = app.test_client()
    log_in(client, database, firm.hr, utc_now())
    cookies = [(cookie.key, cookie.value) for cookie in client._cookies.values()]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url, faults = f"http://127.0.0.1:{server.port}", []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = new_context(browser, faults)
        context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies])
        made = Desk(context.new_page(), url, firm, database)
        made.ids, made.scheme_id = ids, scheme_id
        yield made
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert faults == []


def test_what_is_asked_shows_as_a_gap_that_closes_and_opens_again(desk: Desk) -> None:
    page, scheme = desk.page, desk.firm.schemes[0]
    desk.open(f"/staff/matrix?unit={desk.firm.units[0].public_id}&scheme={scheme.public_id}")
    page.locator("a.qv-cell").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("a.qv-cell").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_label("必须").check()
    page.get_by_label("每个单位至少几人持证").fill("2")
    desk.look()
    page.get_by_role("button", name="保存").click()
    desk.look()
    expect(page.locator("a.qv-cell").first).to_contain_text("必须 2")

    desk.open("/staff/coverage")
    expect(page.locator("main")).to_contain_text("0.0%")
    page.get_by_role("link", name="看缺口名单").click()
    desk.look()
    expect(page.locator("main")).to_contain_text("从未持有")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_role("link", name="回到开头")).to_be_visible()

    desk.hold()
    desk.open("/staff/coverage?by=scheme_id")
    expect(page.locator("main")).to_contain_text("100%")
    desk.open("/staff/coverage/forecast")
    expect(page.locator("main")).to_contain_text("起无人持证")

    desk.hold(ended=True)
    desk.open("/staff/coverage/gaps")
    expect(page.locator("tbody tr")).to_have_count(1)

    page.goto(desk.url + "/staff/exemptions")
    page.get_by_label("工号或姓名").fill("0000")
    page.get_by_label("认证项目").select_option(label=scheme.title)
    later = (utc_now() + timedelta(days=30)).date().isoformat()
    page.get_by_label("到哪天为止").fill(later)
    page.get_by_label("理由").fill("正在转岗")
    page.get_by_role("button", name="登记").click()
    desk.look()
    expect(page.locator("main")).to_contain_text("生效中")
    desk.open("/staff/coverage")
    expect(page.locator("main")).to_contain_text("100%")
    with page.expect_download() as given:
        page.get_by_role("button", name="审核报告 PDF").click()
    assert Path(given.value.path()).read_bytes().startswith(b"%PDF")
