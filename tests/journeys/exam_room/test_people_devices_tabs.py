"""Log-ins that run out, other people, other devices, other tabs, refusals."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.exam_room.driving import (
    choose,
    enter,
    expect_saved,
    go,
    kinds_on_device,
    wait_until,
)
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def test_an_expired_log_in_is_renewed_in_place_and_the_queue_goes_on(
    page: Page, stub: Stub
) -> None:
    stub.switch.logged_in = None
    stub.switch.queue_place = 1
    choose(page, 1, "0.905")
    dialog = page.locator("#renew")
    expect(dialog).to_be_visible()
    page.get_by_label("登录名").fill("one")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(dialog).to_contain_text("前面还有 1 位")
    expect(dialog).to_contain_text("登录名或密码不对")
    page.get_by_label("密码").fill("right")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(dialog).not_to_be_visible()
    expect_saved(page)
    assert stub.paper.answers() == {1: "b"}


def test_a_candidate_may_go_on_answering_before_logging_in_again(page: Page, stub: Stub) -> None:
    stub.switch.logged_in = None
    choose(page, 1, "0.905")
    page.get_by_role("button", name="先继续作答").click()
    choose(page, 2, "亲和图")
    expect(page.locator("#conn-net")).to_contain_text("登录已过期，第 1、2 题还没有保存")
    page.get_by_role("button", name="立即重试").click()
    page.get_by_label("登录名").fill("one")
    page.get_by_label("密码").fill("right")
    page.keyboard.press("Enter")
    expect_saved(page)
    assert stub.paper.answers() == {1: "b", 2: ["d"]}


def test_another_person_s_log_in_never_sends_this_queue(page: Page, stub: Stub) -> None:
    stub.switch.logged_in = None
    choose(page, 1, "0.905")
    page.get_by_label("登录名").fill("two")
    page.get_by_label("密码").fill("right")
    before = len(stub.saves)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("#other-person")).to_contain_text("不会用这个账号送出")
    page.wait_for_timeout(1000)
    assert len(stub.saves) == before
    assert stub.paper.answers() == {}
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/")


def test_a_stale_token_is_renewed_without_a_word(page: Page, stub: Stub) -> None:
    stub.csrf = "rotated"
    choose(page, 1, "0.905")
    expect_saved(page)
    assert stub.paper.answers() == {1: "b"}


def test_a_taken_over_attempt_keeps_own_drafts_until_the_person_decides(
    page: Page, stub: Stub
) -> None:
    choose(page, 1, "0.607")
    expect_saved(page)
    stub.paper.epoch, stub.paper.device = 2, "elsewhere"
    stub.paper.rows[2, 2, 1] = ["a"]
    choose(page, 1, "0.905")
    drafts = page.locator("#drafts")
    expect(drafts).to_contain_text("另一台设备")
    expect(drafts.locator("li").first).to_contain_text("B 0.905")
    assert stub.paper.answers() == {1: "d", 2: ["a"]}
    page.get_by_role("button", name="在这台设备上继续").click()
    expect(drafts.locator("li").first).to_contain_text("服务器上的回答：A 0.607")
    page.wait_for_timeout(500)
    assert stub.paper.answers()[1] == "d"
    page.get_by_role("button", name="全部送出").click()
    expect(drafts).not_to_be_visible()
    expect_saved(page)
    assert stub.paper.answers()[1] == "b"
    assert stub.paper.epoch == 3
    go(page, 2)
    expect(page.locator("[data-position='2'] input[value=a]")).to_be_checked()


def test_drafts_of_an_epoch_that_is_over_are_shown_after_a_reload(page: Page, stub: Stub) -> None:
    stub.switch.fail = [503] * 50
    choose(page, 1, "0.905")
    expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
    stub.switch.fail = []
    stub.paper.epoch = 2
    page.reload()
    page.wait_for_selector("html[data-ready]")
    drafts = page.locator("#drafts")
    expect(drafts.locator("li")).to_contain_text("B 0.905")
    page.wait_for_timeout(500)
    assert stub.paper.answers() == {}
    drafts.get_by_role("button", name="丢弃 第 1 题").click()
    expect(drafts).not_to_be_visible()
    assert stub.paper.answers() == {}
    wait_until(lambda: "entry" not in kinds_on_device(page))


def test_a_conflict_ends_with_what_the_person_sees(page: Page, stub: Stub) -> None:
    stub.paper.rows[1, 1, 1] = "a"  # saved elsewhere under the seq this page will use
    choose(page, 1, "0.905")
    expect_saved(page)
    assert stub.paper.answers() == {1: "b"}
    assert stub.paper.current()[1] == (1, 2)


def test_two_tabs_show_the_same_answers_and_never_share_a_seq(
    context: BrowserContext, page: Page, stub: Stub
) -> None:
    other = enter(context, stub)
    choose(page, 1, "0.607")
    expect_saved(page)
    go(other, 1)
    expect(other.locator("[data-position='1'] input[value=d]")).to_be_checked()
    choose(other, 1, "0.905")
    expect_saved(other)
    expect(page.locator("[data-position='1'] input[value=b]")).to_be_checked()
    assert stub.paper.rows == {(1, 1, 1): "d", (1, 1, 2): "b"}


def test_an_answer_of_a_closed_tab_is_sent_by_the_other(
    context: BrowserContext, page: Page, stub: Stub
) -> None:
    other = enter(context, stub)
    stub.switch.fail = [503] * 3
    choose(other, 1, "0.905")
    expect(other.locator("#conn-net")).to_be_visible()
    stub.switch.fail = []
    other.close(run_before_unload=True)
    expect_saved(page)
    wait_until(lambda: stub.paper.answers() == {1: "b"})


def test_an_entry_the_server_refuses_leaves_the_queue_with_a_notice(page: Page, stub: Stub) -> None:
    go(page, 4)
    page.get_by_label("第 1 空").fill("毒")
    page.get_by_label("第 1 空").blur()
    expect(page.locator("#notices")).to_contain_text("第 4 题的这次回答服务器不能接受")
    sent = len(stub.saves)
    choose(page, 1, "0.905")
    expect_saved(page)
    assert len(stub.saves) == sent + 1
    assert stub.paper.answers() == {1: "b"}
    expect(page.locator("[data-grid=aside] [data-go='4']")).to_have_attribute(
        "aria-label", re.compile("未被接受")
    )
    go(page, 4)
    page.get_by_label("第 1 空").fill("S")
    page.get_by_label("第 1 空").blur()
    wait_until(lambda: stub.paper.answers() == {1: "b", 4: ["S", ""]})


def test_one_bad_entry_does_not_hold_up_its_batch(
    context: BrowserContext, page: Page, stub: Stub
) -> None:
    context.set_offline(True)
    choose(page, 1, "0.905")
    go(page, 4)
    page.get_by_label("第 1 空").fill("毒")
    choose(page, 2, "亲和图")
    context.set_offline(False)
    wait_until(lambda: stub.paper.answers() == {1: "b", 2: ["d"]})
    expect(page.locator("#notices")).to_contain_text("第 4 题")
