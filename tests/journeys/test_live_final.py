"""A final on stage: host, screen and three teams in five browsers, from the first buzz to the end."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from learning.live_rounds import queries
from learning.live_rounds.rules import Seat, team_token
from tests.factories.competitions import BANK, make_association
from tests.factories.items import make_bank
from tests.factories.live_rounds import make_room
from tests.factories.people import make_login_session
from tests.faults.site import Cookies, Site, running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context

pytestmark = [
    pytest.mark.browser,
    pytest.mark.look,
    pytest.mark.sqlite,
]  # a journey does not depend on the database


class Final:
    """An open room at a running site, and everybody's page."""

    def __init__(self, browser: Browser, site: Site, database, faults: list[str]) -> None:
        self.site, self.url = site, f"http://127.0.0.1:{site.port}"
        now = datetime.now(UTC)
        with database.transaction() as session:
            make_bank(session, now, bank=BANK, multiples=0)
            association, manager, actor = make_association(session, now)
            self.room = make_room(session, actor, association, now)
            token = make_login_session(session, now, manager)
            made = queries.get_open(session, self.room)
            secret, self.code = made.secret, made.code
        cookie = Cookies(site.url, site.folder).headers(token)["Cookie"]
        name, _equals, value = cookie.partition("=")
        host = new_context(browser, faults)
        host.add_cookies([{"name": name, "value": value, "url": self.url}])
        self.host = self._page(host, "console")
        self.screen = self._page(new_context(browser, faults), "screen")
        phone = {"viewport": {"width": 390, "height": 844}}
        self.teams = {
            number: self._page(
                new_context(browser, faults, **phone),
                f"team/{team_token(secret, Seat(number, 1))}",
            )
            for number in (1, 2, 3)
        }

    def _page(self, context, path: str) -> Page:
        page = context.new_page()
        page.goto(f"{self.url}/live/{self.room}/{path}")
        return page

    def press(self, name: str) -> None:
        self.host.get_by_role("button", name=name, exact=True).click()

    def status(self, text: str) -> None:
        expect(self.screen.locator("[data-status]")).to_have_text(text)

    def buzz(self, team: int) -> None:
        self.teams[team].get_by_role("button", name="抢答", exact=True).click()

    def answer(self, phone: Page, letter: str) -> None:
        phone.get_by_label(letter, exact=False).first.check()
        phone.get_by_role("button", name="提交").click()

    def explain(self, reason: str) -> None:
        """Give the reason that a dialog of the console asks for."""
        dialog = self.host.get_by_role("dialog")
        dialog.get_by_label("理由").fill(reason)
        dialog.get_by_role("button", name="确定").click()
        expect(dialog).to_be_hidden()

    def scores(self, *expected: tuple[str, str]) -> None:
        """Expect place and score of the teams on the screen, the best first."""
        for number, (place, score) in enumerate(expected):
            line = self.screen.locator("[data-board] li").nth(number)
            expect(line.locator("b")).to_have_text(place)
            expect(line.locator("strong")).to_have_text(score)

    def keep(self, name: str) -> None:
        """Keep a picture of every page where SCREENSHOTS names a folder."""
        if folder := os.environ.get("SCREENSHOTS"):
            pages = {"host": self.host, "screen": self.screen, "team": self.teams[2]}
            for who, page in pages.items():
                page.screenshot(path=Path(folder) / f"final-{name}-{who}.png", full_page=True)


@pytest.fixture
def final(database, tmp_path) -> Iterator[Final]:
    faults: list[str] = []
    url = database.url.render_as_string(hide_password=False)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Final(browser, site, database, faults)
        browser.close()
    assert faults == []


def test_a_final_with_a_refresh_a_restart_an_overruling_and_a_tie_break(final: Final) -> None:
    final.status("现场还没有开始")
    final.press("进入抢答")
    final.press("出下一题")
    final.status("请看题，听到“开始”再抢")
    final.press("开始")
    final.status("开始抢答")

    final.buzz(2)
    final.status("卓越队 抢到，请作答")
    final.teams[2].reload()  # a phone that was refreshed goes on where it was
    final.answer(final.teams[2], "B")
    expect(final.host.locator("[data-face]")).to_contain_text("卓越队：B")
    final.keep("claimed")
    final.press("判错")
    final.status("卓越队 答错")
    final.scores(("1", "100"), ("1", "100"), ("3", "90"))

    final.press("改判")
    final.host.get_by_role("dialog").get_by_label("卓越队 答对").check()
    final.explain("表述等价")
    final.scores(("1", "110"), ("2", "100"), ("2", "100"))

    final.press("出下一题")
    final.press("开始")
    final.buzz(1)
    final.status("精益队 抢到，请作答")
    final.site.stop()  # the server restarts in the middle of the item
    final.site.start()
    final.press("判对")
    final.status("精益队 答对")
    final.press("向全场公布答案")
    expect(final.screen.locator("[data-right]")).to_have_count(1)
    final.keep("settled")
    final.scores(("1", "110"), ("1", "110"), ("3", "100"))

    final.press("进入加赛")
    final.press("出下一题")
    final.press("开始")
    expect(final.teams[3].get_by_role("button", name="抢答", exact=True)).to_have_count(0)
    final.buzz(2)
    final.press("判对")
    final.scores(("1", "110"), ("2", "110"), ("3", "100"))
    expect(final.screen.locator("[data-board] li").first).to_contain_text("卓越队")

    final.host.on("dialog", lambda asked: asked.accept())
    final.press("结束现场")
    final.status("现场已结束")


@pytest.mark.deep
def test_every_kind_of_stage_from_the_phones_to_the_screen(final: Final) -> None:
    seat = final.screen.context.new_page()
    seat.goto(f"{final.url}/live/join?code={final.code}")
    seat.get_by_role("button", name="进入").click()
    expect(seat.locator("[data-status]")).to_have_text("现场还没有开始")

    final.press("进入必答")
    final.press("出下一题")
    final.press("开始")
    final.status("请 精益队 作答")
    final.answer(final.teams[1], "A")
    expect(final.teams[1].locator("[data-do]")).to_contain_text("已提交：A")
    expect(final.teams[2].locator("input[name=option]").first).to_be_disabled()
    final.press("判错")
    final.press("撤回上一步")
    final.explain("误按")
    final.press("判对")
    final.press("改分")
    dialog = final.host.get_by_role("dialog")
    dialog.get_by_label("参赛队").select_option(label="求真队")
    dialog.get_by_label("加减分").fill("-5")
    final.explain("场外提示")
    final.scores(("1", "110"), ("2", "100"), ("3", "95"))

    final.press("进入共同必答")
    final.press("出下一题")
    final.press("开始")
    final.teams[2].get_by_label("B", exact=False).first.check()
    final.answer(final.teams[1], "B")
    expect(final.host.locator("[data-face]")).to_contain_text("精益队：B")
    final.teams[2].wait_for_timeout(1_000)  # it asks three times a second
    # What is ticked stays ticked while others hand in.
    final.teams[2].get_by_role("button", name="提交").click()
    final.answer(final.teams[3], "C")
    expect(final.host.locator("[data-face]")).to_contain_text("求真队：C")
    final.press("看答案")  # from then on the console says whose answer is right
    expect(final.host.get_by_label("卓越队 答对")).to_be_checked()
    expect(final.host.get_by_label("求真队 答对")).not_to_be_checked()
    final.press("确认判分")
    final.scores(("1", "120"), ("2", "110"), ("3", "95"))

    final.press("进入抢答")
    final.press("出下一题")
    final.teams[3].get_by_role("button", name="等“开始”", exact=True).click()
    final.status("求真队 抢跑，本题作废")

    final.press("进入风险")
    final.status("请 精益队 选分值")
    final.teams[1].get_by_role("button", name="30 分").click()
    final.status("精益队 选了 30 分")
    final.press("出下一题")
    final.press("开始")
    final.press("判错")
    final.scores(("1", "110"), ("2", "90"), ("3", "85"))
    expect(final.teams[2].get_by_role("button", name="30 分")).to_have_count(0)

    final.press("进入观众题")
    final.press("出下一题")
    final.press("开始")
    final.answer(seat, "B")
    expect(seat.get_by_role("button", name="提交")).to_have_count(0)
    seat.reload()
    expect(seat.locator("[data-do]")).to_contain_text("已提交：B")
    final.press("给 求真队")
    expect(final.screen.locator("[data-face]")).to_contain_text("100 %")
    final.scores(("1", "110"), ("2", "95"), ("3", "90"))
