"""A candidate in a sitting: the server goes away, the network is lost, another device takes over."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.attempts.models import Attempt, ResponseRow, ScoreRow
from learning.exams import services
from learning.exams.rules import SectionPlan
from learning.kernel.db import Database
from learning.question_bank.rules import ItemKind
from tests.factories.exams import make_candidate, make_hall
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import DEVICE, Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person, expect_all_saved, submit

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.pages]
CANDIDATE = "示例考生"
OTHER_DEVICE = "e" * 43
SIX_SINGLES = (SectionPlan(ItemKind.SINGLE, 6, Decimal(2)),)

Row = tuple[int, int, str, bool]  # position, epoch, answer, kept aside


@dataclass
class Seat(Entrance):
    """A candidate's attempt in a running sitting, begun on the first device."""

    attempt: str
    faults: list[str]

    def open(self, device: str) -> Person:
        """The candidate at a device, on the page of the attempt."""
        person = self.enter(CANDIDATE, self.faults, device)
        person.go(f"/attempts/{self.attempt}")
        return person

    def rows(self) -> list[Row]:
        """Every answer that the database has, in the order of position, epoch and seq."""
        with self.world.database.session(write=False) as session:
            found = session.execute(
                select(ResponseRow)
                .join(Attempt, Attempt.id == ResponseRow.attempt_id)
                .where(Attempt.public_id == self.attempt)
                .order_by(ResponseRow.position, ResponseRow.epoch, ResponseRow.seq)
            ).scalars()
            return [(r.position, r.epoch, json.loads(r.answer), r.after_submit) for r in found]

    def scored(self) -> list[dict[int, str]]:
        """What was answered, by position, as each version of the score was computed from it."""
        with self.world.database.session(write=False) as session:
            texts = session.scalars(
                select(ScoreRow.answers)
                .join(Attempt, Attempt.id == ScoreRow.attempt_id)
                .where(Attempt.public_id == self.attempt)
            )
            return [
                {n: json.loads(line[4]) for n, line in enumerate(json.loads(text), 1) if line[4]}
                for text in texts
            ]


def furnish(database: Database) -> str:
    now = datetime.now(UTC)
    with database.transaction() as session:
        hall = make_hall(session, now, sections=SIX_SINGLES)
        actor = make_candidate(session, now, hall, CANDIDATE)
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
        return services.start_sitting(session, actor, hall.public_id, device_token=DEVICE, now=now)


@pytest.fixture
def seat(backend: str, request: pytest.FixtureRequest) -> Iterator[Seat]:
    with tempfile.TemporaryDirectory(prefix="academy-journey-") as name:
        url = f"sqlite:///{name}/academy.db"
        if backend == "postgresql":
            server = request.getfixturevalue("postgres_server")
            server.execute("CREATE DATABASE takeover")
            url = server.url("takeover")
        migrate(url, Path(name))
        database = Database(url)
        attempt = furnish(database)
        with running_site(url, Path(name)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            world = World(site, database, "")
            yield Seat(world, browser, Cookies(url, Path(name)), attempt, [])
            browser.close()
        database.dispose()
        if backend == "postgresql":
            server.execute("DROP DATABASE takeover WITH (FORCE)")


def options(page: Page, position: int) -> Locator:
    return page.locator(f"[data-position='{position}'] .qa-opt input")


def choose(person: Person, position: int, option: int) -> str:
    """Choose an option by its place; return what is sent for it."""
    page = person.page
    page.evaluate("n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", position)
    chosen = options(page, position).nth(option)
    chosen.click()
    return str(chosen.get_attribute("value"))


def take_over(person: Person) -> None:
    person.page.get_by_role("button", name="在这台设备上继续").click()
    person.page.wait_for_selector("html[data-ready]")


def test_nothing_is_lost_or_doubled_through_lost_network_and_a_takeover(seat: Seat) -> None:
    first = seat.open(DEVICE)
    first.page.wait_for_selector("html[data-ready]")
    one, two = choose(first, 1, 0), choose(first, 2, 0)
    expect_all_saved(first.page)

    # The server is away for a while, as when it is replaced: what was chosen meanwhile arrives once.
    seat.world.site.stop()
    two_anew = choose(first, 2, 1)
    expect(first.page.locator("[data-save-total=long]")).to_have_text("1 题未保存，已存本机")
    seat.world.site.start()
    expect_all_saved(first.page)
    saved = [(1, 1, one, False), (2, 1, two, False), (2, 1, two_anew, False)]
    assert seat.rows() == saved

    # The network is lost with two answers unsent; another device takes over.
    first.context.set_offline(True)
    one_unsent, three_unsent = choose(first, 1, 1), choose(first, 3, 0)
    unsent = first.page.locator("[data-save-total=long]")
    expect(unsent).to_have_text("2 题未保存，已存本机")
    second = seat.open(OTHER_DEVICE)
    expect(second.page.get_by_role("heading", level=1)).to_contain_text("另一台设备")
    second.check_accessibility()
    take_over(second)
    expect(options(second.page, 1).nth(0)).to_be_checked()
    expect(options(second.page, 2).nth(1)).to_be_checked()
    expect(second.page.locator("[data-position='3'] .qa-opt input:checked")).to_have_count(0)
    three, four = choose(second, 3, 1), choose(second, 4, 0)
    expect_all_saved(second.page)

    # The first device comes back: it is told, it sends nothing by itself, it shows what it holds.
    first.context.set_offline(False)
    drafts = first.page.locator("#drafts")
    expect(drafts).to_contain_text("这次作答已在另一台设备上继续，本页停止保存。")
    expect(drafts.locator("li")).to_have_count(2)
    expect(options(first.page, 1).nth(2)).to_be_disabled()
    first.check_accessibility()
    saved = sorted([*saved, (3, 2, three, False), (4, 2, four, False)], key=lambda row: row[:2])
    assert seat.rows() == saved

    # It takes over in turn: the person sends one answer and drops the other.
    drafts.get_by_role("button", name="在这台设备上继续").click()
    expect(drafts.locator("li").nth(1)).to_contain_text("服务器上的回答")
    drafts.get_by_role("button", name="送出 第 1 题").click()
    drafts.get_by_role("button", name="丢弃 第 3 题").click()
    expect(drafts).to_be_hidden()
    expect_all_saved(first.page)
    expect(options(first.page, 3).nth(1)).to_be_checked()
    saved = sorted([*saved, (1, 3, one_unsent, False)], key=lambda row: row[:2])
    assert seat.rows() == saved

    # Now the second one is told, at its next answer; the attempt is handed in on the first.
    five_unsent = choose(second, 5, 0)
    expect(second.page.locator("#drafts li")).to_have_count(1)
    submit(first)
    assert seat.rows() == saved

    # What the second one still held goes aside when its person looks at the result.
    second.go(f"/attempts/{seat.attempt}")
    expect(second.page.locator("#leftovers")).to_contain_text("第 5 题的回答在交卷后才送到")
    assert seat.rows() == [*saved, (5, 2, five_unsent, True)]
    assert three_unsent not in {answer for position, *_, answer, _ in seat.rows() if position == 3}
    counted = {1: one_unsent, 2: two_anew, 3: three, 4: four}
    assert seat.scored() == [counted]
    assert seat.faults == []
