"""Items with seconds of their own, and a run that its first mistake ends, in the browser."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.exam_room.attempt import Attempt
from tests.journeys.exam_room.driving import enter
from tests.journeys.exam_room.stub import Stub

pytestmark = pytest.mark.browser
RIGHT, WRONG = "0.905", "0.607"


@pytest.fixture
def run(stub: Stub) -> Attempt:
    attempt = stub.steps
    attempt.tells_key, attempt.ends_at_mistake, attempt.item_s = False, True, 30
    return attempt


def begin(context: BrowserContext, stub: Stub) -> Page:
    page = enter(context, stub, "att-steps")
    page.get_by_role("button", name="开始").click()
    expect(page.locator("[data-position='1']")).to_be_visible()
    return page


def choose(page: Page, text: str, position: int = 1) -> None:
    page.locator(f"[data-position='{position}'] .qa-opt").filter(has_text=text).locator(
        "input"
    ).click()


def test_the_room_says_beforehand_what_the_rules_are(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    page = enter(context, stub, "att-steps")

    intro = page.locator("#step-intro")
    expect(intro).to_contain_text("不显示答案")
    expect(intro).to_contain_text("每题 30 秒")
    expect(intro).to_contain_text("本次作答随即结束")
    expect(page.locator("#item-clock")).to_be_hidden()


def test_the_seconds_run_from_the_reveal_and_a_reload_does_not_stop_them(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    page = begin(context, stub)
    clock = page.locator("#item-clock b")
    expect(clock).to_have_text(re.compile(r"^(30|2\d)$"))
    stub.now_offset_ms += 20_000
    page.reload()
    page.wait_for_selector("html[data-ready]")

    expect(clock).to_have_text(re.compile(r"^(10|\d)$"))
    expect(page.locator("#item-clock")).to_have_attribute("data-level", re.compile("low|critical"))


def test_at_zero_what_is_chosen_is_committed_and_the_next_item_is_offered(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    run.item_s = 3
    page = begin(context, stub)
    choose(page, RIGHT)

    expect(page.locator("[data-position='1'] [data-verdict]")).to_contain_text("答对", timeout=9000)
    expect(page.get_by_role("button", name="下一题")).to_be_visible()
    expect(page.locator("#item-clock")).to_be_hidden()
    expect(page.locator("[data-position='1'] input").first).to_be_disabled()


def test_the_first_mistake_ends_it_with_the_fact_alone(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    page = begin(context, stub)
    choose(page, WRONG)
    page.get_by_role("button", name="确认作答").click()

    expect(page.locator("#finished")).to_contain_text("本次到此为止")
    expect(page.locator("#finished")).to_contain_text("第 1 题没有答对")
    verdict = page.locator("[data-position='1'] [data-verdict]")
    expect(verdict).to_have_text("答错")
    expect(page.locator("[data-review]")).to_have_count(0)
    expect(page.locator(".qa-foot")).to_be_hidden()
    expect(page.locator("#receipt")).to_contain_text("0f1e 2d3c")
    page.get_by_role("link", name="看结果").click()
    page.wait_for_url("**/result")


def test_no_answer_when_the_seconds_are_over_ends_the_run(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    run.item_s = 2
    page = begin(context, stub)

    expect(page.locator("#finished")).to_contain_text("本次到此为止", timeout=9000)


def test_an_answer_cut_off_by_the_network_is_sent_later_and_kept_aside(
    context: BrowserContext, stub: Stub, run: Attempt
) -> None:
    run.ends_at_mistake, run.item_s = False, 3
    page = begin(context, stub)
    context.set_offline(True)
    choose(page, RIGHT)
    page.wait_for_timeout(6500)
    context.set_offline(False)

    expect(page.locator("#notices")).to_contain_text("本题时间之后才送到", timeout=15000)
    expect(page.locator("[data-position='1'] [data-verdict]")).to_be_visible(timeout=15000)
    assert stub.steps.late == [(1, 1)]
