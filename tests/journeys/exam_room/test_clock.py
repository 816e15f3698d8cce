"""The clock: the server's alone, whatever the device believes; the deadline."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.exam_room.driving import choose, enter
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def test_the_clock_does_not_follow_the_device_s_clock(context: BrowserContext, stub: Stub) -> None:
    stub.set_deadline(stub.paper, 1800)
    context.add_init_script(
        "{ const real = Date.now; Date.now = () => real() + 86400000 * (window.shift ?? 3); const D = Date; window.Date = class extends D { constructor(...a) { super(...(a.length ? a : [Date.now()])); } }; }"
    )
    page = enter(context, stub)
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^(29:5\d|30:00)$"))
    page.evaluate("window.shift = -40")
    page.wait_for_timeout(600)
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^29:5\d$"))


def test_the_clock_corrects_itself_by_the_server_s_replies(page: Page, stub: Stub) -> None:
    stub.now_offset_ms = 600_000  # the device slept for ten minutes
    choose(page, 1, "0.905")
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^(49:5\d|50:00)$"))


# Each is read aloud once and soon replaced: they are collected, not caught one by one.
COLLECT_ANNOUNCEMENTS = """() => {
  const place = document.getElementById('announce');
  const said = window.said = [place.textContent];
  new MutationObserver(() => {
    if (said.at(-1) !== place.textContent) said.push(place.textContent);
  }).observe(place, {childList: true, characterData: true, subtree: true});
}"""


def wait_until_said(page: Page, words: str) -> None:
    for _ in range(150):
        if page.evaluate("words => said.includes(words)", words):
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("said"))


def test_time_is_announced_at_ten_five_and_one_minute_only(
    context: BrowserContext, stub: Stub
) -> None:
    stub.set_deadline(stub.paper, 3600)
    began = time.monotonic()

    def leave(seconds: int) -> None:
        """Let so much time be left, however long this took so far."""
        stub.now_offset_ms = int(3600 - seconds - (time.monotonic() - began)) * 1000
        page.evaluate("dispatchEvent(new Event('online'))")

    page = enter(context, stub)
    page.evaluate(COLLECT_ANNOUNCEMENTS)
    leave(603)
    wait_until_said(page, "还剩 10 分钟")
    expect(page.locator("#clock")).to_have_attribute("data-level", "low")
    leave(63)
    wait_until_said(page, "还剩 1 分钟")
    assert page.evaluate("said.filter(Boolean)") == ["还剩 10 分钟", "还剩 5 分钟", "还剩 1 分钟"]
    expect(page.locator("#conn-time")).to_contain_text("不到 1 分钟")


def test_time_that_was_added_moves_the_deadline(page: Page, stub: Stub) -> None:
    stub.set_deadline(stub.paper, 7200)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^1:59:|^2:00:00"))


def test_the_paper_is_handed_in_at_the_deadline_with_what_is_unsent(
    context: BrowserContext, stub: Stub
) -> None:
    stub.set_deadline(stub.paper, 4)
    page = enter(context, stub)
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    page.wait_for_url("**/result", timeout=15000)
    assert stub.paper.submitted
    assert stub.paper.answers() == {1: "b"}


def test_a_deadline_without_a_network_is_met_when_it_is_back(
    context: BrowserContext, stub: Stub
) -> None:
    stub.set_deadline(stub.paper, 3)
    page = enter(context, stub)
    choose(page, 1, "0.905")
    context.set_offline(True)
    expect(page.locator("#summary-status")).to_contain_text("会一直重试", timeout=12000)
    expect(page.locator("[data-position='1'] input").first).to_be_disabled()
    context.set_offline(False)
    page.wait_for_url("**/result", timeout=15000)
    assert stub.paper.answers() == {1: "b"}
