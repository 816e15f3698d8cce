"""Sections with a limit each: by hand and by the clock, never back, through a lost network."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.exam_room.driving import choose, enter
from tests.journeys.exam_room.paper import ITEMS
from tests.journeys.exam_room.sections import divide
from tests.journeys.exam_room.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.look]


def test_one_section_is_ended_by_hand_the_next_by_the_clock_without_a_network(
    context: BrowserContext, stub: Stub
) -> None:
    divide(stub.paper, (2, 600), (2, 900), (len(ITEMS) - 4, 1200), now_ms=stub.now_ms())
    page = enter(context, stub)
    line, end, grid = (page.locator(at) for at in ("#section-line", "#section-end", "aside"))
    expect(line).to_contain_text("第 1 部分，共 3 部分：单项选择题")
    expect(line).to_contain_text("后进入“多项选择题”")
    expect(page.locator("#section-clock b")).to_have_text(re.compile(r"^(9:5\d|10:00)$"))
    expect(page.locator("#clock b")).to_have_text(re.compile(r"^(44:5\d|45:00)$"))
    assert page.locator("[data-item]").count() == 2, "items of a later section were sent"
    choose(page, 1, "0.905")
    grid.locator("[data-leave]").click()
    expect(end).to_contain_text("本部分还有 1 题未答")
    expect(end).to_contain_text("省下的时间不加到后面的部分")
    page.locator("[data-leave-now]").click()

    expect(line).to_contain_text("第 2 部分，共 3 部分", timeout=15000)
    expect(page.locator("#section-clock b")).to_have_text(re.compile(r"^(14:5\d|15:00)$"))
    assert page.locator("[data-item]").count() == 2, "an ended section can be gone back to"
    expect(grid.locator("[data-go='1']")).to_be_disabled()
    expect(grid.locator("[data-go='1']")).to_have_attribute("aria-label", re.compile("已结束"))
    assert stub.paper.answers() == {1: "b"}

    assert stub.paper.sections is not None
    ends_ms = stub.paper.sections.times[1].ends_at.timestamp() * 1000
    stub.now_offset_ms += ends_ms - stub.now_ms() - 3000
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#conn-time")).to_contain_text("本部分不到 1 分钟")
    context.set_offline(True)
    expect(end).to_contain_text("本部分已结束。还没有连上", timeout=15000)
    expect(page.locator("[data-position='3'] :is(input, textarea)").first).to_be_disabled()
    context.set_offline(False)
    expect(line).to_contain_text("第 3 部分，共 3 部分", timeout=15000)
    expect(line).to_contain_text("后自动交卷")
    expect(grid.locator("[data-check]")).to_be_visible()
