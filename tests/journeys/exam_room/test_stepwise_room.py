"""Stepwise delivery, and what the page must not say."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.exam_room.driving import enter
from tests.journeys.exam_room.paper import KEYS, PERSON
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def test_stepwise_shows_the_key_only_after_the_commit(context: BrowserContext, stub: Stub) -> None:
    page = enter(context, stub, "att-steps")
    page.get_by_role("button", name="开始").click()
    article = page.locator("[data-position='1']")
    article.locator(".qa-opt").filter(has_text="0.607").locator("input").click()
    assert "0.905。" not in page.content()
    page.get_by_role("button", name="确认作答").click()
    expect(article.locator("[data-verdict]")).to_contain_text("答错")
    expect(article.locator("[data-verdict]")).to_contain_text("答案：B 0.905")
    expect(article.locator("[data-option=b]")).to_have_attribute("data-review", "missed")
    expect(article.locator("[data-option=d]")).to_have_attribute("data-review", "wrong")
    assert stub.steps.answers() == {1: "d"}
    page.get_by_role("button", name="下一题").click()
    page.locator("[data-position='2'] .qa-opt").filter(has_text="亲和图").locator("input").click()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-position='2'] input[value=d]")).to_be_checked()
    page.get_by_role("button", name="确认作答").click()
    for position in range(3, 7):
        page.get_by_role("button", name="下一题").click()
        expect(page.locator(f"[data-position='{position}']")).to_be_visible()
        page.get_by_role("button", name="确认作答").click()
        expect(page.locator(f"[data-position='{position}'] [data-verdict]")).to_contain_text(
            "未作答"
        )
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/result")
    assert stub.steps.submitted


def test_stepwise_survives_a_cut_network_at_the_commit(context: BrowserContext, stub: Stub) -> None:
    page = enter(context, stub, "att-steps")
    page.get_by_role("button", name="开始").click()
    page.locator("[data-position='1'] .qa-opt").filter(has_text="0.905").locator("input").click()
    context.set_offline(True)
    page.get_by_role("button", name="确认作答").click()
    page.wait_for_timeout(800)
    context.set_offline(False)
    expect(page.locator("[data-position='1'] [data-verdict]")).to_contain_text(
        "答对", timeout=15000
    )


def test_the_room_s_page_says_nothing_of_keys(page: Page) -> None:
    state = json.loads(page.locator("#attempt-state").inner_text())
    assert state["person"] == PERSON
    assert not re.search(
        r'"(key|answer|correct|explanation|difficulty|code)"\s*:', json.dumps(state)
    )
    assert not any(json.dumps(key) in page.content() for key in KEYS.values())
