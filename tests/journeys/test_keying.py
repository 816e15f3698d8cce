"""Two people key a paper by keyboard, a third settles where they differ, the candidate passes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.attempts.models import Attempt
from learning.attempts.rules import Release
from learning.exams.jobs import RESULTS
from learning.exams.rules import to_local
from learning.kernel import events
from learning.kernel.db import Database
from tests.factories.pictures import make_png
from tests.factories.sheets import make_paper
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.pages]


@dataclass
class Desk(Entrance):
    """A sitting on paper, and what stands on its only candidate's sheet."""

    public_id: str
    ticket: str
    code: str
    letters: list[str]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("keying")
    url = f"sqlite:///{folder}/academy.db"
    migrate(url, folder)
    database, now = Database(url), datetime.now(UTC)
    with database.transaction() as session:
        paper = make_paper(session, now, release=Release.AT_SUBMIT)
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
        raw = paper.sheet(session, now)
        told = (
            paper.public_id,
            paper.ticket(session),
            raw["form"],
            [raw[str(n)] for n in range(1, 6)],
        )
    with running_site(url, folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Desk(World(site, database, ""), browser, Cookies(url, folder), *told)
        browser.close()
    database.dispose()


def key(page: Page, desk: Desk, letters: list[str]) -> None:
    """Key the sheet without the mouse: single items move on, the others by Enter."""
    today = to_local(datetime.now(UTC), "Asia/Shanghai").date().isoformat()
    page.get_by_label("准考证号或工号").press_sequentially(desk.ticket)
    for text in (desk.code.lower(), today):
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="考生1")).to_be_visible()
    for number, letter in enumerate(letters, 1):
        expect(page.locator(f"#line-{number}")).to_be_focused()
        page.keyboard.type(letter.lower())
        if number > 3:  # a multiple one may have more letters
            page.keyboard.press("Enter")


def check_looks(person: Person) -> None:
    person.check_accessibility()
    person.page.set_viewport_size({"width": 1440, "height": 900})


def test_two_keyers_differ_a_third_settles_and_the_result_is_told(
    desk: Desk, tmp_path: Path
) -> None:
    faults: list[str] = []
    first, second, third = (desk.enter(f"录入{n}", faults) for n in (1, 2, 3))
    start = f"/sittings/{desk.public_id}/keying"
    first.go(start)
    check_looks(first)
    key(first.page, desk, desk.letters)
    expect(first.page.get_by_text("已录第一遍，等另一人录第二遍。")).to_be_visible()

    second.go(start)
    wrong = [*desk.letters[:4], "ABCD"]
    scan = tmp_path / "scan.png"
    scan.write_bytes(make_png(60, 80))
    key(second.page, desk, wrong[:4])
    check_looks(second)
    second.page.get_by_label("扫描件").set_input_files(scan)
    second.page.locator("#line-5").fill(wrong[4])
    second.page.keyboard.press("Control+Enter")
    expect(second.page.get_by_text("两遍不一致，已列入待核对。")).to_be_visible()

    third.go(start)
    third.page.get_by_role("link", name="考生1").click()
    check_looks(third)
    expect(third.page.get_by_role("row")).to_have_count(2)
    third.page.get_by_role("radio").first.check()
    third.page.get_by_role("button", name="核对完毕，确认").click()
    expect(third.page.get_by_text("核对完毕，已确认。")).to_be_visible()

    database = desk.world.database
    events.deliver(database, RESULTS, datetime.now(UTC))
    with database.session(write=False) as session:
        attempt = session.scalars(select(Attempt.public_id)).one()
    candidate = desk.enter("考生1", faults)
    candidate.go(f"/attempts/{attempt}/result")
    expect(candidate.page.locator(".qa-verdict")).to_contain_text("合格")
    expect(candidate.page.locator("main")).to_contain_text("纸笔作答")
    check_looks(candidate)
    assert faults == []
