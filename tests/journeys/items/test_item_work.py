"""The editor's hands-on parts: a picture, tags, dragging, leaving; and a review that sends back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories.pictures import make_png
from tests.journeys.items.site import AUTHOR, BANK, REVIEWER, write_item
from tests.journeys.items.test_item_editor import begin, expect_saved, stored

pytestmark = [pytest.mark.browser, pytest.mark.pages]


def drag(page: Page, grip: Locator, target: Locator) -> None:
    start, end = grip.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 5, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"] - 4, steps=8)
    page.mouse.up()


def test_a_picture_is_put_in_and_steps_are_dragged_and_tags_are_pressed(enter, world):
    page = begin(enter(AUTHOR), "ordering")
    page.get_by_label("题干").fill("按先后排列：")
    page.locator("[data-picture]").click()
    dialog = page.locator("#picture")
    page.locator("#picture-file").set_input_files(
        {"name": "flow.png", "mimeType": "image/png", "buffer": make_png(40, 20)}
    )
    dialog.get_by_role("button", name="插入").click()
    expect(dialog.get_by_role("status")).to_have_text("写一句图里是什么。")
    dialog.get_by_label("图里是什么").fill("流程")
    dialog.get_by_role("button", name="插入").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("题干")).to_have_value(
        re.compile(r"!\[流程\]\(/media/[0-9a-f]{64}\.png\)")
    )
    expect(page.locator("#preview img")).to_have_js_property("naturalWidth", 40)

    lines = page.locator("[data-rows=a] textarea")
    for n, text in enumerate(["计划", "执行", "检查"]):
        lines.nth(n).fill(text)
    rows = page.locator("[data-rows=a] .qe-row")
    drag(page, rows.nth(0).locator("[data-grip]"), rows.nth(2))
    assert [line.input_value() for line in lines.all()] == ["执行", "检查", "计划"]
    page.locator("#f-tags").fill("过程、2026")
    code = expect_saved(page)
    assert stored(world, code).answers == ("执行", "检查", "计划")

    page.reload()
    page.wait_for_selector("html[data-live]")
    tag = page.get_by_role("button", name="过程")
    expect(tag).to_have_attribute("aria-pressed", "true")
    tag.press("Enter")
    expect(page.locator("#f-tags")).to_have_value("2026")
    expect_saved(page)
    page.goto(f"{world.url}/items/{BANK}/{code}")
    expect(page.locator("main")).to_contain_text("2026")
    expect(page.locator("main .qa-kv").first).not_to_contain_text("过程")


def test_leaving_with_unsaved_changes_asks_first(enter, world):
    author = enter(AUTHOR)
    code = write_item(world, "离开之前（　）。")
    author.go(f"/items/{BANK}/{code}/edit")
    page = author.page
    page.wait_for_selector("html[data-live]")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("题干").press_sequentially("改")
    page.evaluate("location.href = '/items'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page).to_have_url(re.compile(f"{code}/edit"))
    expect_saved(page)
    page.goto(f"{world.url}/items")  # all is saved: nobody is asked
    expect(page).to_have_url(re.compile("/items$"))


def test_a_reviewer_looks_at_the_key_and_sends_back_with_a_reason(enter, world):
    code = write_item(world, "待审的题（　）。", waits=True)
    reviewer = enter(REVIEWER)
    reviewer.go("/items/review")
    page = reviewer.page
    page.locator("main").get_by_role("link", name=re.compile(code)).first.click()
    expect(page.locator("main")).not_to_contain_text("CANARY-OF-THE-KEY")
    page.get_by_role("button", name="查看答案").click()
    expect(page.locator("main")).to_contain_text("CANARY-OF-THE-KEY")
    reviewer.check_accessibility()
    page.locator("textarea[name=comment]").first.fill("题干没有说清条件")
    page.get_by_role("button", name="退回").click()
    expect(page.locator("main")).to_contain_text(f"{code} 已退回")

    author = enter(AUTHOR)
    author.go(f"/items/{BANK}/{code}")
    expect(author.page.locator("main")).to_contain_text("题干没有说清条件")
