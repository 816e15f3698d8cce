"""Looks that everybody can use: axe at both widths, in both themes."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.exam_room.driving import enter, new_context
from tests.journeys.exam_room.stub import Stub
from tests.journeys.looking import findings, wait_for_transitions

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (360, "light"),
        (1440, "dark"),
        pytest.param(360, "dark", marks=pytest.mark.deep),
        pytest.param(1440, "light", marks=pytest.mark.deep),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, stub: Stub, faults: list[str], width: int, theme: str
) -> None:
    made = new_context(
        browser, faults, viewport={"width": width, "height": 780}, color_scheme=theme
    )
    page = enter(made, stub)
    found: dict[str, list[str]] = {}

    def check(name: str) -> None:
        wait_for_transitions(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name} scrolls sideways"
        )
        problems = [f"{one.rule}: {one.html[:120]}" for one in findings(page)]
        if problems:
            found[name] = problems

    check("single")
    for position in range(2, 6):
        page.locator("[data-next]").click()
        check(f"item {position}")
    page.locator("[data-next]").click()
    box = page.locator("[data-next]").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    page.locator("[data-previous]").click()
    stub.switch.fail = [503] * 4
    page.get_by_label("数值").fill("4")
    page.get_by_label("数值").blur()
    expect(page.locator("#conn-net")).to_be_visible()
    check("banner")
    if width < 1000:
        page.locator("[data-open-sheet]").click()
        check("sheet")
        page.locator("#sheet [data-check]").click()
    else:
        page.locator("aside [data-check]").click()
    check("summary")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    check("shortcuts")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="工具").click()
    page.get_by_role("radio", name="加强").check()
    check("tools")
    page.locator("#tools [data-calculator]").click()
    check("calculator")
    page.keyboard.press("Escape")
    stub.paper.paused_ms = stub.now_ms()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#paused")).to_be_visible()
    check("paused")
    for name in (
        "/",
        "/attempts/att-paper/result",
        "/attempts/att-paper/result?hidden",
        "/specimen/attempts-takeover",
    ):
        page.goto(f"http://127.0.0.1:{stub.port}{name}")
        check(name)
    page.goto(stub.url("att-steps"))
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="开始").click()
    page.locator("[data-position='1'] .qa-opt input").first.click()
    page.get_by_role("button", name="确认作答").click()
    expect(page.locator("[data-verdict]").first).to_be_visible()
    check("verdict")
    made.close()
    assert found == {}
    assert faults == []
