"""Items written in the browser: a parametric one through to its pool, one by keyboard, two tabs."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from learning.question_bank.drafts import draft_from_json
from learning.question_bank.models import ItemDraftRow, ItemRow
from tests.journeys.items.site import AUTHOR, BANK, EXAMINER, REVIEWER
from tests.journeys.site import PASSWORD, World
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.pages]
DRAW = """[draw]
n = [50, 80, 100, 200]
hours = [200, 500, 1000]
r = [2, 3, 4, 5]
[answer]
value = "n * hours / r"
unit = "h"
tolerance = { relative = 0.01 }
[require]
positive = "value > 0"
"""


def begin(author: Person, kind: str) -> Page:
    author.go(f"/items/{BANK}/new?kind={kind}")
    author.page.wait_for_selector("html[data-live]")
    return author.page


def expect_saved(page: Page) -> str:
    """Wait until the page says that all is saved; return the item's code."""
    expect(page.locator("#save-state")).to_have_text(re.compile("^已保存"), timeout=15_000)
    return page.url.rsplit("/", 2)[1]


def stored(world: World, code: str):
    with world.database.session(write=False) as session:
        query = select(ItemDraftRow.content).join(ItemRow, ItemRow.id == ItemDraftRow.item_id)
        return draft_from_json(session.scalars(query.where(ItemRow.code == code)).one())


def test_a_parametric_item_goes_from_its_author_to_a_pool(enter, world):
    author = enter(AUTHOR)
    page = begin(author, "numeric")
    page.get_by_label("题干").fill("{n} 件试验 {hours} h，{r} 件故障，MTBF 的点估计为____ h。")
    page.get_by_text("参数题：每份试卷换一组数").click()
    page.get_by_label("变量与答案").fill(DRAW)
    page.get_by_label("解析").fill("${n}\\times{hours}/{r}$ ＝ {value} h。")
    stems = page.locator("#preview .qa-q__stem")
    expect(page.locator("#variants")).to_be_visible(timeout=15_000)
    code = expect_saved(page)
    seen = {stems.first.inner_text()}
    for _ in range(8):  # two variants may draw the same
        with page.expect_response("**/preview"):
            page.get_by_role("button", name="下一份").click()
        page.wait_for_timeout(100)
        seen.add(stems.first.inner_text())
    assert len(seen) >= 3
    assert "{" not in "".join(seen)
    page.get_by_role("button", name="另看三份").click()
    expect(stems).to_have_count(3)
    page.locator("[data-show-key]").check()
    expect(page.locator(".qe-key").first).to_be_visible()
    author.check_accessibility()
    expect_saved(page)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("main")).to_contain_text("已提交审核")

    reviewer = enter(REVIEWER)
    reviewer.go(f"/items/review/{BANK}/{code}")
    reviewer.page.get_by_role("button", name="审定").click()
    expect(reviewer.page).not_to_have_url(re.compile(code))
    with world.database.session(write=False) as session:
        row = session.scalars(select(ItemRow).where(ItemRow.code == code)).one()
        assert row.state == "approved"

    examiner = enter(EXAMINER)
    examiner.go("/sittings/new")
    expect(examiner.page.get_by_label("题源")).to_contain_text(re.compile(f"{BANK} · .*计算\\D* 1"))


def test_a_multiple_choice_item_is_written_by_keyboard_alone(enter, world):
    author = enter(AUTHOR)
    page = begin(author, "multiple")
    press = page.keyboard.press
    page.locator("#f-stem").focus()
    page.keyboard.type("关于故障率，正确的有（　）。")
    press("Tab")
    for n, text in enumerate(["条件概率密度", "故障台数", "近似为常数", "正在下降"]):
        while page.evaluate("document.activeElement.name") != f"o.{n}.text":
            if page.evaluate("document.activeElement.type") == "checkbox" and n in {0, 2}:
                press("Space")
            press("Tab")
        page.keyboard.type(text)
    press("Enter")
    page.keyboard.type("第五项")
    press("Alt+ArrowUp")
    press("Control+s")
    code = expect_saved(page)
    draft = stored(world, code)
    assert [option.text for option in draft.options] == [
        "条件概率密度", "故障台数", "近似为常数", "第五项", "正在下降",
    ]  # fmt: skip
    assert [option.is_key for option in draft.options] == [True, False, True, False, False]
    assert page.evaluate("document.activeElement.value") == "第五项"
    while page.evaluate("document.activeElement.getAttribute('data-remove')") is None:
        press("Tab")
    press("Enter")
    expect(page.locator("[data-rows=o] .qe-row")).to_have_count(4)
    page.locator("[data-undo]").focus()
    press("Enter")
    expect(page.locator("[data-rows=o] .qe-row")).to_have_count(5)
    press("?")
    expect(page.locator("#keys")).to_be_visible()
    press("Escape")
    page.locator("#f-explanation").focus()
    page.keyboard.type("故障率是条件概率密度。")
    expect(page.locator("#findings li")).to_have_count(0)
    page.keyboard.type("完")  # sent at once: what is still on its way is saved first
    page.locator("[data-submit-review]").focus()
    press("Enter")
    expect(page.locator("main")).to_contain_text("已提交审核")


def test_two_tabs_notice_each_other_and_lose_nothing(enter, world):
    author = enter(AUTHOR)
    first = begin(author, "essay")
    first.get_by_label("题干").fill("第一页写的")
    code = expect_saved(first)
    second = author.context.new_page()
    second.goto(f"{world.url}/items/{BANK}/{code}/edit")
    second.get_by_label("题干").fill("第二页写的")
    expect_saved(second)

    first.get_by_label("题干").fill("第一页又写的")
    expect(first.locator("#conflict")).to_be_visible(timeout=15_000)
    expect(first.locator("#conflict")).to_contain_text("示例命题人")
    first.get_by_role("button", name="看对方的版本").click()
    expect(first.get_by_label("题干")).to_have_value("第二页写的")
    first.get_by_role("button", name="撤销一步").click()
    expect(first.get_by_label("题干")).to_have_value("第一页又写的")
    expect_saved(first)
    assert stored(world, code).stem == "第一页又写的"

    second.get_by_label("题干").fill("第二页坚持")
    expect(second.locator("#conflict")).to_be_visible(timeout=15_000)
    second.get_by_role("button", name="用我的覆盖").click()
    expect_saved(second)
    assert stored(world, code).stem == "第二页坚持"


def test_a_lost_network_is_said_and_made_up_for(enter, world):
    author = enter(AUTHOR)
    page = begin(author, "single")
    author.context.set_offline(True)
    page.get_by_label("题干").fill("断网时写的")
    expect(page.locator("#save-state")).to_have_text("未保存，正在重试", timeout=15_000)
    author.context.set_offline(False)
    code = expect_saved(page)
    assert stored(world, code).stem == "断网时写的"


def test_pasted_options_are_split_and_kinds_change_without_loss(enter, world):
    author = enter(AUTHOR)
    page = begin(author, "single")
    page.get_by_label("选项 A", exact=True).focus()
    page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        "A．大小 B．形状 C．颜色 D．气味 E．重量",
    )
    texts = page.locator("[data-rows=o] textarea")
    expect(texts).to_have_count(5)
    assert [box.input_value() for box in texts.all()] == ["大小", "形状", "颜色", "气味", "重量"]
    page.get_by_label("答案是 B").check()
    page.get_by_role("radio", name="多选").check()
    expect(page.get_by_label("B 是答案")).to_be_checked()
    page.get_by_role("radio", name="问答").check()
    expect(page.locator(".qe-left")).to_contain_text("没有选项")
    page.get_by_role("button", name="撤销一步").click()
    expect(page.get_by_label("B 是答案")).to_be_checked()


def test_without_scripts_an_item_is_written_by_plain_posts(browser, world):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    author = Person(context, world)
    author.log_in(AUTHOR, PASSWORD)
    author.go(f"/items/{BANK}/new?kind=single")
    page = author.page
    page.locator("#f-stem").fill("不用脚本")
    page.locator("#f-o-0-text").fill("甲")
    page.locator("#f-o-1-text").fill("乙")
    page.get_by_role("button", name="加选项").click()
    expect(page.locator("[data-rows=o] > li")).to_have_count(5)
    page.locator("input[name=key]").first.check()
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("#preview")).to_contain_text("不用脚本")
    page.get_by_role("button", name="保存草稿").last.click()
    expect(page.locator("main")).to_contain_text("草稿已保存")
