"""A paper with every kind of item: by keyboard alone, and by touch on a small phone."""

import json
import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from learning.attempts.queries import find_score
from learning.attempts.rules import Delivery
from tests.factories.items import ALL_KINDS
from tests.journeys.exam_room.driving import expect_saved, new_context, wait_for_kept_room
from tests.journeys.exam_room.live import enter_live, served, take_seat
from tests.journeys.looking import findings, wait_for_transitions

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.pages]

TOO_SMALL = """() => [...document.querySelectorAll(
    '.qa-q:not([hidden]) :is(button, select, textarea, summary, .qa-opt, input.form-control)')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML.slice(0, 90))"""
FOCUSED = "selector => document.activeElement.matches(selector)"


def position_of(kind: str) -> int:
    """Return where the form has the item of a kind; two are numeric."""
    at = [str(each) for each in ALL_KINDS].index(kind) + 1
    return at + (at > 5)


def item(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-item][data-position='{position_of(kind)}']")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something of the visible item or of the foot has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def press_next(page: Page) -> None:
    tab_to(page, "[data-next]")
    page.keyboard.press("Enter")


def check_looks(page: Page) -> None:
    wait_for_transitions(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
    assert [(one.rule, one.html[:120]) for one in findings(page)] == []


def answers_on_server(page: Page) -> dict[int, object]:
    state = page.evaluate("url => fetch(url).then((reply) => reply.json())", f"{page.url}/state")
    return {int(n): row["response"] for n, row in state["responses"].items()}


def answer_by_keyboard(page: Page) -> None:
    keys = page.keyboard
    for letters in ("B", "AC", "A"):  # one choice, several, right or wrong
        for letter in letters:
            keys.press(letter)
        press_next(page)
    for text in ("抽检", "49200", "1000"):  # a gap and two numbers
        tab_to(page, "[data-item]:not([hidden]) [data-field]")
        keys.insert_text(text)
        press_next(page)
    for _ in range(3):
        tab_to(page, "[data-item]:not([hidden]) select")
        keys.press("ArrowDown")
    press_next(page)
    tab_to(page, "[data-item]:not([hidden]) [data-move='1']")
    keys.press("Enter")
    assert page.evaluate(FOCUSED, "[data-move='1']"), "the step takes the focus with it"
    expect(item(page, "ordering").locator("[data-moved]")).to_have_text(
        re.compile("第 2 项，共 3 项")
    )
    press_next(page)
    tab_to(page, "textarea")
    keys.insert_text("第一行")
    keys.press("Enter")
    keys.insert_text("第二行")
    press_next(page)
    tab_to(page, "[data-part='1'] input")
    keys.press("Space")
    tab_to(page, "[data-part='2'] [data-field]")
    keys.insert_text("抽样检验")
    tab_to(page, "[data-part='3'] textarea")
    keys.insert_text("一段话")


def test_every_kind_is_answered_by_keyboard_through_a_lost_network(
    browser: Browser, app, database, faults: list[str]
) -> None:
    seat = take_seat(database)
    with served(app) as live:
        context = new_context(browser, faults)
        page = enter_live(context, live, seat)
        wait_for_kept_room(page)
        live.go()
        answer_by_keyboard(page)
        page.keyboard.press("Tab")
        expect(page.locator("aside [data-answered]")).to_have_text("已答 10 / 10")
        # The last words are sealed and kept: a reload before that would ask first.
        expect(page.locator("[data-save-total=long]")).to_contain_text("已存本机")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(item(page, "case").locator("[data-part='3'] textarea")).to_have_value("一段话")
        expect(item(page, "essay").locator("textarea[data-field]")).to_have_value("第一行\n第二行")
        live.come()
        expect_saved(page)
        held = answers_on_server(page)
        assert held[position_of("essay")] == "第一行\n第二行"
        assert sorted(map(str, held[position_of("ordering")])) == ["a", "b", "c"]
        assert len(set(map(str, held[position_of("matching")]))) == 1
        page.locator("aside [data-check]").focus()
        page.keyboard.press("Enter")
        tab_to(page, "[data-submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/result")
        expect(page.get_by_text("请对照要点自评").first).to_be_visible()
        check_looks(page)
        context.close()
    with database.session(write=False) as session:
        score = find_score(session, seat.attempt_id)
        assert score
        outcomes = [row[2] for row in json.loads(score.items)]
    assert outcomes[3:5] == ["right", "right"]
    assert outcomes[-2:] == ["pending", "pending"]
    assert faults == []


def test_every_kind_is_answered_by_touch_at_360_pixels(
    browser: Browser, app, database, faults: list[str]
) -> None:
    seat = take_seat(database)
    with served(app) as live:
        screen = {"width": 360, "height": 740}
        context = new_context(
            browser, faults, viewport=screen, has_touch=True, is_mobile=True, color_scheme="dark"
        )
        page = enter_live(context, live, seat)

        def go(kind: str) -> Locator:
            go_by_grid(page, kind)
            assert page.evaluate(TOO_SMALL) == []
            check_looks(page)
            return item(page, kind)

        go("single").locator(".qa-opt").nth(1).tap()
        matching = go("matching")
        for n in range(3):
            matching.locator("select").nth(n).select_option(index=n + 1)
        ordering = go("ordering")
        first = ordering.locator("[data-option]").first.get_attribute("data-option")
        ordering.get_by_role("button", name="以现在的顺序作答").tap()
        ordering.locator("[data-move='1']").first.tap()
        expect(ordering.locator("[data-option]").nth(1)).to_have_attribute(
            "data-option", first or ""
        )
        essay = go("essay")
        essay.locator("textarea[data-field]").fill("长" * 100)
        expect(essay.locator("[data-characters]")).to_have_text("100")
        case = go("case")
        case.locator(".qa-stimulus > summary").tap()
        expect(case.locator(".qa-stimulus .qa-q__stem")).not_to_be_visible()
        case.locator("[data-part='1'] .qa-opt").first.tap()
        page.locator("[data-previous]").tap()
        expect_short_saved(page)
        ordering_at = position_of("ordering")
        page.evaluate(
            "n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", ordering_at
        )
        ordering.get_by_role("button", name="清除作答").tap()
        expect(ordering.locator("[data-option]").first).to_have_attribute(
            "data-option", first or ""
        )
        expect_short_saved(page)
        held = answers_on_server(page)
        assert held[ordering_at] is None
        assert held[position_of("case")][1:] == [None, None]
        page.locator("[data-open-sheet]").tap()
        page.locator("#sheet [data-check]").tap()
        page.locator("[data-submit]").tap()
        page.wait_for_url("**/result")
        check_looks(page)
        context.close()
    assert faults == []


def expect_short_saved(page: Page) -> None:
    expect(page.locator("[data-save-total=short]")).to_have_text("已保存", timeout=15_000)


def test_stepwise_each_kind_tells_its_key_after_the_commit(
    browser: Browser, app, database, faults: list[str]
) -> None:
    seat = take_seat(database, Delivery.STEPWISE)
    with served(app) as live:
        context = new_context(browser, faults, viewport={"width": 360, "height": 740})
        page = enter_live(context, live, seat)
        page.get_by_role("button", name="开始", exact=True).click()
        for position in range(1, 11):
            article = page.locator(f"[data-item][data-position='{position}']")
            if position == position_of("matching"):
                article.locator("select").first.select_option(index=1)
            if position == position_of("essay"):
                article.locator("textarea[data-field]").fill("一段话")
            if position == position_of("case"):
                article.locator("[data-part='1'] .qa-opt input").first.click()
            page.get_by_role("button", name="确认作答").click()
            expect(article.locator("[data-verdict]")).to_be_visible()
            if position == position_of("matching"):
                expect(article.locator("[data-verdict]")).to_contain_text("右项 c")
                check_looks(page)
            if position == position_of("essay"):
                expect(article.locator("[data-verdict]")).to_contain_text("待评")
                expect(article.locator("textarea[data-field]")).to_be_disabled()
            if position < 10:
                page.get_by_role("button", name="下一题").click()
        expect(article.locator("[data-part='1'] .qa-mark").first).to_be_visible()
        check_looks(page)
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(article.locator("[data-verdict]")).to_contain_text("第 2 小题")
        context.close()
    assert faults == []


def test_answers_left_on_another_device_are_said_in_words(
    browser: Browser, app, database, faults: list[str]
) -> None:
    seat = take_seat(database)
    with served(app) as live:
        left, other = new_context(browser, faults), new_context(browser, faults)
        page = enter_live(left, live, seat)
        left.route("**/responses", lambda route: route.abort())
        for kind in ("matching", "ordering", "essay", "case"):
            go_by_grid(page, kind)
            part = item(page, kind)
            if kind == "matching":
                part.locator("select").nth(1).select_option(value="a")
            elif kind == "ordering":
                part.get_by_role("button", name="以现在的顺序作答").click()
            elif kind == "essay":
                part.locator("textarea[data-field]").fill("一段话")
            else:
                part.locator("[data-part='2'] [data-field]").fill("抽检")
        page.locator("h2:visible").first.click()
        enter_live(other, live, seat)
        left.unroute("**/responses")
        page.get_by_role("button", name="立即重试").click()
        drafts = page.locator("[data-drafts-list]")
        expect(drafts.locator("li")).to_have_count(4)
        expect(drafts).to_contain_text(re.compile("（空）；[A-D] all-matching 的右项 a；（空）"))
        expect(drafts).to_contain_text(re.compile("步骤 . → all-ordering 的步骤 . → "))
        expect(drafts).to_contain_text("第 1 小题：未作答；第 2 小题：抽检；第 3 小题：未作答")
        expect(item(page, "case").locator("textarea[data-field]")).to_be_disabled()
        page.get_by_role("button", name="在这台设备上继续").click()
        expect(item(page, "case").locator("textarea[data-field]")).to_be_enabled()
        left.close()
        other.close()
    assert faults == []


def go_by_grid(page: Page, kind: str) -> None:
    page.evaluate(
        "n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", position_of(kind)
    )
