"""A learner takes a track on a phone, reads its course, and leaves with a certificate of hours.

The minutes of reading are those of a clock that the journey moves, in the page and at the server
alike: nobody waits for them.
"""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from learning.kernel.clock import utc_now
from learning.study.loader import LoadedTrack
from learning.study.rules.entry import Background, Education
from learning.study.rules.tracks import Condition, ConfirmedBy, Step, StepKind, TrackDocument
from learning.study.services.tracks import sync_track
from tests.factories.courses import CODE, make_course
from tests.factories.people import log_in, make_user
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.looking import GRAVE, findings

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database
PHONE = {"width": 360, "height": 780}
MINUTE_MS = 60_000
NEEDED = 7  # minutes; half of the lesson's twelve, and one
TRACK = TrackDocument(
    code="sample-way",
    title="示例方向",
    title_en="Sample track",
    summary="示例。",
    summary_en="A sample.",
    hours_milli=100,
    electives=0,
    exam="",
    exam_en="",
    scheme="",
    conditions=(
        Condition(
            "从事质量工作。",
            "Works in quality.",
            ConfirmedBy.SELF,
            (Background(Education.COLLEGE, 5),),
        ),
    ),
    steps=(Step(CODE, StepKind.COMPULSORY, ()),),
)


class Phone:
    """A learner's phone before the site; `passed` is how far the journey moved the clock."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.passed = timedelta()

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.look()

    def look(self) -> None:
        """Nothing serious by axe, and nothing wider than the phone."""
        assert findings(self.page, GRAVE) == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def read_a_minute(self) -> None:
        """The reader does something; a minute later the page reports."""
        self.page.keyboard.press("ArrowDown")
        self.passed += timedelta(minutes=1)
        with self.page.expect_response(lambda reply: "/study/clock/" in reply.url):
            self.page.clock.run_for(MINUTE_MS)


@pytest.fixture
def phone(app, database, tmp_path, monkeypatch) -> Iterator[Phone]:
    now = utc_now()
    with database.transaction() as session:
        make_course(session, now, tmp_path / "course", lessons=1)
        sync_track(session, LoadedTrack(TRACK, ()), now)
        user = make_user(session, now)
    client = app.test_client()
    log_in(client, database, user, now)
    cookies = [(cookie.key, cookie.value) for cookie in client._cookies.values()]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url, faults = f"http://127.0.0.1:{server.port}", []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = new_context(browser, faults)
        context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies])
        page = context.new_page()
        page.set_viewport_size(PHONE)
        made = Phone(page, url)
        monkeypatch.setattr("learning.study.routes.clock.utc_now", lambda: utc_now() + made.passed)
        yield made
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert faults == []


def test_a_track_on_a_phone_ends_with_a_certificate_of_hours(phone: Phone) -> None:
    page = phone.page
    phone.open("/tracks/sample-way")
    phone.look()
    page.get_by_label("最高学历").select_option("大专")
    page.get_by_label("相关工作年限").fill("5")
    page.get_by_label("我声明符合以上条件").check()
    page.get_by_role("button", name="选定这个方向").click()
    phone.look()
    page.get_by_role("link", name="接着学").click()
    phone.look()
    page.clock.install()
    with page.expect_response(lambda reply: "/study/clock/" in reply.url):
        page.locator(".qa-lessons a").first.click()
    phone.look()

    for _minute in range(NEEDED):
        phone.read_a_minute()
    phone.open("/tracks/sample-way")  # the lesson is left: its page says so while it goes
    for _try in range(20):
        phone.page.goto(phone.url + "/study")
        if page.get_by_role("table").count():
            break
        time.sleep(0.25)
    phone.look()

    expect(page.get_by_role("table")).to_contain_text("在线课时")
    page.get_by_role("button", name="出具证明").click()
    phone.look()
    expect(page.get_by_role("link", name="下载 PDF")).to_be_visible()
    page.get_by_role("link", name="查验页").click()
    phone.look()
    expect(page.locator("main")).to_contain_text("示例员工")
    expect(page.locator("main")).to_contain_text("0.1")
    phone.open("/tracks/sample-way")
    expect(page.locator("main")).to_contain_text("课程与学时都已完成")
