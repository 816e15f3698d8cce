"""Answering: every kind of item, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.exam_room.driving import choose, expect_saved, go, wait_until
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def test_every_kind_of_item_is_answered_and_saved(page: Page, stub: Stub) -> None:
    choose(page, 1, "0.905")
    choose(page, 2, "亲和图")
    choose(page, 2, "矩阵图")
    choose(page, 3, "错误")
    go(page, 4)
    page.get_by_label("第 1 空").fill("S")
    page.get_by_label("第 2 空").fill("A")
    go(page, 5)
    page.get_by_label("数值").fill("4.1")
    page.get_by_label("数值").blur()
    expect_saved(page)
    assert stub.paper.answers() == {1: "b", 2: ["c", "d"], 3: "f", 4: ["S", "A"], 5: "4.1"}
    expect(page.locator("aside [data-answered]")).to_have_text("已答 5 / 6")


def test_clearing_an_answer_withdraws_it(page: Page, stub: Stub) -> None:
    choose(page, 1, "0.905")
    page.get_by_role("button", name="清除作答").click()
    wait_until(lambda: stub.paper.answers() == {1: None})
    expect(page.locator("[data-grid=aside] [data-go='1']")).to_have_attribute(
        "aria-label", re.compile("未答")
    )


def test_a_struck_option_comes_back_when_it_is_chosen(page: Page, stub: Stub) -> None:
    page.get_by_role("button", name="排除 B").click()
    row = page.locator("[data-position='1'] [data-option=b]")
    expect(row).to_have_attribute("data-out", "")
    assert stub.paper.answers() == {}
    choose(page, 1, "0.905")
    expect(row).not_to_have_attribute("data-out", "")


def test_a_paper_is_finished_by_keyboard_alone(page: Page, stub: Stub) -> None:
    keys = page.keyboard
    for key in ("b", "f", "ArrowRight", "a", "c", "ArrowRight", "b", "ArrowRight"):
        keys.press(key)
    for key in ("Tab", "S", "Tab", "A"):
        keys.press(key)
    for _ in range(24):  # out of the fields, to the foot: the next button
        keys.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-next]')"):
            break
    keys.press("Enter")
    keys.press("Tab")
    keys.type("4.1")
    for _ in range(24):
        keys.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-next]')"):
            break
    keys.press("Enter")
    keys.press("D")
    for _ in range(24):
        keys.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-next]')"):
            break
    keys.press("Enter")  # on the last item this checks the paper
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("[data-count=flagged]")).to_have_text("1")
    expect(page.locator("[data-count=unanswered]")).to_have_text("0")
    for _ in range(24):
        keys.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-submit]')"):
            break
    keys.press("Enter")
    page.wait_for_url("**/result")
    assert stub.paper.submitted
    assert stub.paper.answers() == {1: "b", 2: ["c", "d"], 3: "f", 4: ["S", "A"], 5: "4.1", 6: "a"}


def test_single_key_shortcuts_can_be_switched_off(page: Page, stub: Stub) -> None:
    page.keyboard.press("?")
    page.get_by_label("启用单键快捷键").uncheck()
    page.get_by_role("button", name="知道了").click()
    page.keyboard.press("b")
    page.wait_for_timeout(300)
    assert stub.paper.answers() == {}


def test_flags_and_the_place_survive_a_reload(page: Page) -> None:
    go(page, 3)
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-position='3']")).to_be_visible()
    expect(page.locator("[data-grid=aside] [data-go='3']")).to_have_attribute(
        "aria-label", "第 3 题、未答、已标记"
    )
