"""What the room tells and says of conduct, what supervision does to it, and its tools."""

import re

import pytest
from playwright.sync_api import Page, expect

from learning.attempts.rules import Integrity
from tests.journeys.exam_room.driving import (
    choose,
    enter,
    expect_saved,
    go,
    kinds_on_device,
    wait_until,
)
from tests.journeys.exam_room.stub import Stub

pytestmark = pytest.mark.browser

HIDE = """(seconds) => {
  const set = (state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  set('hidden');
  const real = Date.now;
  Date.now = () => real() + seconds * 1000;
  set('visible');
  Date.now = real;
}"""
ONLINE = "dispatchEvent(new Event('online'))"


def leave(page: Page, seconds: float) -> None:
    page.wait_for_timeout(1100)  # the same thing within a second is told once
    page.evaluate(HIDE, seconds)


def test_leaving_is_told_and_nothing_follows_without_rules(page: Page, stub: Stub) -> None:
    page.evaluate("document.dispatchEvent(new ClipboardEvent('copy'))")
    leave(page, 9)
    wait_until(lambda: len(stub.paper.told) >= 4)
    told = dict(stub.paper.told)
    assert {"open", "copy", "leave", "back"} <= set(told)
    assert told["back"] == pytest.approx(9000, abs=500)
    expect(page.locator("#warned")).not_to_be_visible()
    choose(page, 1, "0.905")
    expect_saved(page)


def test_rules_warn_in_words_before_they_end_an_attempt(context, stub: Stub) -> None:
    stub.paper.integrity = Integrity(warn_at=1, end_at=2)
    page = enter(context, stub)
    expect(page.get_by_label("作答记录")).to_contain_text("满 2 次自动交卷")
    choose(page, 1, "0.905")
    expect_saved(page)
    leave(page, 5)
    expect(page.locator("#warned")).to_contain_text("满 2 次将自动交卷")
    page.get_by_role("button", name="知道了，继续作答").click()
    leave(page, 5)
    expect(page.locator("#finished")).to_contain_text("离开本页已满 2 次，按本场规则交卷")
    assert stub.paper.answers() == {1: "b"}


def test_a_paused_paper_is_covered_and_goes_on_by_itself_with_its_time(
    page: Page, stub: Stub
) -> None:
    stub.paper.paused_ms = stub.now_ms()
    page.evaluate(ONLINE)
    expect(page.locator("#paused")).to_be_visible()
    expect(page.locator("#paused")).to_contain_text(re.compile("剩余 (59:|1:00:)"))
    page.keyboard.press("Escape")
    expect(page.locator("#paused")).to_be_visible()
    stub.paper.paused_ms = None
    stub.paper.deadline_ms += 600_000
    page.evaluate(ONLINE)
    expect(page.locator("#paused")).not_to_be_visible()
    expect(page.locator("#announce")).to_have_text("考试已恢复，请继续作答。")
    stub.paper.deadline_ms += 300_000
    page.evaluate(ONLINE)
    expect(page.locator("#announce")).to_have_text("作答时间延长了 5 分钟。")


def test_a_paper_taken_in_by_somebody_else_says_so_and_names_what_is_left(
    page: Page, stub: Stub
) -> None:
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    stub.paper.submitted, stub.paper.finish_kind = True, "forced"
    page.evaluate(ONLINE)
    expect(page.locator("#finished")).to_contain_text("考务已收卷")
    expect(page.locator("#finished")).to_contain_text("第 1 题没有送达")


def test_handing_in_on_a_shared_device_ends_the_log_in_and_leaves_nothing(
    context, stub: Stub
) -> None:
    stub.paper.integrity = Integrity(log_out=True)
    page = enter(context, stub)
    choose(page, 1, "0.905")
    page.keyboard.press("n")
    page.keyboard.type("5000/500")
    expect_saved(page)
    wait_until(lambda: "note" in kinds_on_device(page))
    page.locator("aside [data-check]").click()
    page.locator("#summary [data-submit]").click()
    expect(page.locator("#receipt")).to_contain_text("0f1e2d3c")
    expect(page.get_by_text("已退出登录")).to_be_visible()
    expect(page.locator("[data-item]")).to_have_count(0)
    wait_until(lambda: kinds_on_device(page) == [])
    assert stub.switch.logged_in is None


def test_notes_and_struck_options_outlive_a_reload_and_are_never_sent(
    page: Page, stub: Stub
) -> None:
    page.keyboard.press("Shift+A")
    page.keyboard.press("n")
    page.keyboard.type("lambda t = 0.1")
    page.wait_for_timeout(800)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_label("第 1 题的草稿")).to_have_value("lambda t = 0.1")
    expect(page.locator("[data-position='1'] [data-out]")).to_have_count(1)
    page.locator("h2#item-1").focus()
    page.keyboard.press("Shift+A")
    expect(page.locator("[data-position='1'] [data-out]")).to_have_count(0)
    assert stub.saves == []


def test_the_calculator_reckons_by_keyboard_and_by_touch(page: Page) -> None:
    page.keyboard.press("=")
    field, result = page.get_by_label("算式"), page.locator("#calculator output")
    for typed, expected in (
        ("2+3*4", "= 14"),
        ("-2^2", "= −4"),
        ("2^3^2", "= 512"),
        ("exp(-500/5000)", "= 0.904837418036"),
        ("10!/(3!*7!)", "= 120"),
        ("√16 + 50%", "= 4.5"),
        ("0.1+0.2", "= 0.3"),
        ("2π", "= 6.28318530718"),
        ("1/0", ""),
        ("alert(1)", ""),
        ("(" * 300, ""),
    ):
        field.fill(typed)
        expect(result).to_have_text(expected)
    page.get_by_role("button", name="清空").click()
    for key in ("7", "×", "8"):
        page.locator("#calculator").get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="等于").click()
    expect(field).to_have_value("56")
    page.keyboard.press("Escape")
    expect(page.locator("#calculator")).not_to_be_visible()


def test_looks_are_kept_on_the_device_and_a_hidden_clock_still_speaks(
    page: Page, stub: Stub
) -> None:
    page.get_by_role("button", name="工具").click()
    for look in ("特大", "全部列出", "隐藏"):
        page.get_by_role("radio", name=look).check()
    page.keyboard.press("Escape")
    expect(page.locator("#clock")).not_to_be_visible()
    expect(page.locator("[data-item]:visible")).to_have_count(6)
    go(page, 6)
    page.keyboard.press("a")
    wait_until(lambda: stub.paper.answers() == {6: "d"})
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("html")).to_have_attribute("data-size", "xl")
    expect(page.locator("[data-item]:visible")).to_have_count(6)
    stub.set_deadline(stub.paper, 599)
    page.evaluate(ONLINE)
    expect(page.locator("#announce")).to_have_text("还剩 10 分钟")
