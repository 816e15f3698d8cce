"""Handing in: nothing missing, nothing left behind."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.exam_room.driving import (
    choose,
    expect_saved,
    go,
    kinds_on_device,
    room_caches,
    wait_for_kept_room,
)
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def hand_in(page: Page) -> None:
    page.locator("aside [data-check]").click()
    page.get_by_role("button", name="交卷", exact=True).click()


def test_the_check_names_what_is_open_and_leads_there(page: Page, stub: Stub) -> None:
    choose(page, 1, "0.905")
    go(page, 3)
    page.keyboard.press("f")
    page.locator("aside [data-check]").click()
    expect(page.locator("#summary-words")).to_contain_text("还有 5 题未答")
    page.locator("[data-list=flagged]").get_by_role("button", name="第 3 题").click()
    expect(page.locator("#summary")).not_to_be_visible()
    expect(page.locator("[data-position='3']")).to_be_visible()
    assert not stub.paper.submitted


def test_handing_in_carries_the_unsent_queue_and_purges_the_device(page: Page, stub: Stub) -> None:
    wait_for_kept_room(page)
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    go(page, 4)
    page.get_by_label("第 1 空").fill("S")
    hand_in(page)
    page.wait_for_url("**/result")
    assert stub.paper.answers() == {1: "b", 4: ["S", ""]}
    assert stub.paper.late == []
    assert kinds_on_device(page) == []
    assert room_caches(page) == []


def test_answers_the_server_lacks_are_sent_again_before_it_accepts(page: Page, stub: Stub) -> None:
    choose(page, 1, "0.905")
    choose(page, 3, "正确")
    expect_saved(page)
    stub.switch.forget = {3}
    hand_in(page)
    page.wait_for_url("**/result")
    assert stub.paper.answers() == {1: "b", 3: "t"}


def test_handing_in_renews_an_expired_log_in_on_the_way(page: Page, stub: Stub) -> None:
    choose(page, 1, "0.905")
    expect_saved(page)
    stub.switch.logged_in = None
    hand_in(page)
    page.get_by_label("登录名").fill("one")
    page.get_by_label("密码").fill("right")
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    assert stub.paper.submitted


def test_an_attempt_handed_in_elsewhere_is_read_only_here(page: Page, stub: Stub) -> None:
    stub.paper.submitted = True
    choose(page, 1, "0.905")
    expect(page.locator("#finished")).to_be_visible()
    expect(page.locator("#notices")).to_contain_text("交卷后才送到")
    expect(page.locator("[data-position='1'] input").first).to_be_disabled()
    assert stub.paper.late == [(1, 1)]
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#finished")).to_be_visible()
    expect(page.locator("[data-item]")).to_have_count(0)


def test_answers_left_on_a_device_reach_the_examiner_after_the_end(page: Page, stub: Stub) -> None:
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
    stub.paper.submitted = True  # the sweep, while this device was away
    page.goto("about:blank")
    stub.switch.fail = []
    stub.saves.clear()

    page.goto(stub.url() + "/result")

    expect(page.locator("#leftovers")).to_contain_text("第 1 题的回答在交卷后才送到")
    assert stub.paper.late == [(1, 1)]
    assert kinds_on_device(page) == []
