"""Questions brought in from a browser: pasted, two mended, applied, undone."""

import os

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from learning.question_bank.models import ItemRow
from tests.journeys.items.site import AUTHOR, IMPORTS
from tests.journeys.site import World

pytestmark = [pytest.mark.browser, pytest.mark.pages]
PAPER = """一、单项选择题（每题 1 分）
1、质量管理的基本工具中，用来找主要问题的是（ B ）
A. 因果图　B. 排列图　C. 直方图　D. 散布图
2．控制图的控制限由什么算出？
A、公差　B、过程数据　C、合同　D、经验
答案：B　解析：见第 3 章。
3、关于 8D，正确的是（ ）
A.先遏制 B.先归零 C.先追责
答案：D
二、判断题
1、过程能力指数大于 1 即无不合格品。
"""


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("JOURNEY_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def items(world: World) -> int:
    with world.database.session(write=False) as session:
        return session.scalar(select(func.count()).where(ItemRow.bank == IMPORTS)) or 0


def test_pasted_questions_are_mended_applied_and_undone(enter, world: World):
    author = enter(AUTHOR)
    page = author.page

    page.goto(f"{world.url}/items/imports/new?bank={IMPORTS}")
    page.get_by_label("粘贴题目").fill(PAPER)
    expect(page.locator("[data-count]")).to_contain_text("认出 4 题")
    shot(page, "new")
    page.get_by_role("button", name="识别并核对").click()
    expect(page.get_by_role("heading", name="核对 4 道题")).to_be_visible()
    shot(page, "preview")
    assert items(world) == 0

    page.locator("#q3").get_by_role("link", name="修改").click()
    page.get_by_label("答案是 C").check()
    shot(page, "edit")
    page.get_by_role("button", name="保存并重新检查").click()
    expect(page.get_by_text("第 3 题已改好")).to_be_visible()
    page.locator("#q4").get_by_role("link", name="修改").click()
    page.get_by_label("错误", exact=True).check()
    page.get_by_role("button", name="保存并重新检查").click()
    expect(page.get_by_text("第 4 题已改好")).to_be_visible()

    page.get_by_role("button", name="入库 4 题").click()
    expect(page.get_by_text("已入库 4 题")).to_be_visible()
    shot(page, "result")
    assert items(world) == 4
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("已撤销，删除了 4 题")).to_be_visible()
    assert items(world) == 0
