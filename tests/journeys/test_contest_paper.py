"""A unit answers a contest on paper: list, keyboard, a table, a difference, the share, a void."""

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
from learning.competitions.jobs import BOARD
from learning.exams.rules import to_local
from learning.kernel import events
from learning.kernel.db import Database
from learning.kernel.documents import Column, write_workbook
from learning.leaderboards.models import BoardEntry
from tests.factories.contest_papers import make_paper_contest
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World, migrate
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.pages]


@dataclass
class Desk(Entrance):
    """A contest on paper, its unit, and a sheet that is all right."""

    public_id: str
    unit: str
    code: str
    letters: list[str]

    @property
    def address(self) -> str:
        return f"/competitions/{self.public_id}/units/{self.unit}/paper/1"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("contest_paper")
    url = f"sqlite:///{folder}/academy.db"
    migrate(url, folder)
    database, now = Database(url), datetime.now(UTC)
    with database.transaction() as session:
        contest = make_paper_contest(session, now)
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
        raw = contest.sheet(session, now)
        told = (
            contest.stage.public_id,
            contest.company.public_id,
            raw["form"],
            [raw[str(n)] for n in range(1, 6)],
        )
    with running_site(url, folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Desk(World(site, database, ""), browser, Cookies(url, folder), *told)
        browser.close()
    database.dispose()


def today() -> str:
    return to_local(datetime.now(UTC), "Asia/Shanghai").date().isoformat()


def key(page: Page, desk: Desk, number: str, letters: list[str]) -> None:
    """Key a sheet without the mouse."""
    page.get_by_label("工号").press_sequentially(number)
    for text in (desk.code.lower(), today()):
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    for place, letter in enumerate(letters, 1):
        expect(page.locator(f"#line-{place}")).to_be_focused()
        page.keyboard.type(letter.lower())
        if place > 3:  # a multiple one may have more letters
            page.keyboard.press("Enter")


def check_looks(person: Person) -> None:
    person.page.set_viewport_size({"width": 360, "height": 780})
    person.check_accessibility()
    person.page.set_viewport_size({"width": 1440, "height": 900})
    person.check_accessibility()


def test_a_unit_on_paper_from_the_list_to_the_board(desk: Desk, tmp_path: Path) -> None:
    faults: list[str] = []
    first, second, organiser = (desk.enter(n, faults) for n in ("录入1", "录入2", "协会干事"))
    first.go(desk.address)
    check_looks(first)
    first.page.get_by_label("工号").fill("W1\nW9")
    first.page.get_by_role("button", name="列入").click()
    expect(first.page.get_by_text("第 2 行，W9：本单位现有人员里没有这个工号。")).to_be_visible()
    check_looks(first)
    first.page.get_by_label("工号").fill("W1\nW2")
    first.page.get_by_role("button", name="列入").click()
    expect(first.page.get_by_text("已列入 2 人，其中新报名 2 人。")).to_be_visible()
    first.page.get_by_role("link", name="录入答题卡").click()
    key(first.page, desk, "W1", desk.letters)
    expect(first.page.get_by_text("已录第一遍，等另一人录第二遍。")).to_be_visible()

    names = ["工号", "试卷代码", "日期", *(str(n) for n in range(1, 6))]
    rows = [
        ("W1", desk.code, today(), *desk.letters),
        ("W2", desk.code, today(), *desk.letters[:4], "D" if desk.letters[4] == "AC" else "AC"),
    ]
    table = tmp_path / "sheets.xlsx"
    table.write_bytes(write_workbook([Column(name, is_text=True) for name in names], rows))
    second.go(f"{desk.address}/keying/file")
    second.page.get_by_label("文件").set_input_files(table)
    second.page.get_by_role("button", name="检查").click()
    expect(second.page.get_by_text("检查通过，还没有保存")).to_be_visible()
    check_looks(second)
    second.page.get_by_role("button", name="全部录入").click()
    expect(second.page.get_by_text("已录入 2 份。")).to_be_visible()

    key(first.page, desk, "W2", desk.letters)
    expect(first.page.get_by_text("两遍不一致，已列入待核对。")).to_be_visible()
    first.page.get_by_role("link", name="工人2").click()
    first.page.get_by_role("radio").nth(1).check()
    first.page.get_by_role("button", name="核对完毕，确认").click()
    expect(first.page.get_by_text("工人2：核对完毕，已确认。")).to_be_visible()
    first.go(desk.address)
    expect(first.page.get_by_role("row").get_by_text("已确认")).to_have_count(2)
    check_looks(first)

    database = desk.world.database
    events.deliver(database, BOARD, datetime.now(UTC))
    with database.session(write=False) as session:
        points = sorted(session.scalars(select(BoardEntry.points_milli)))
    assert points[-1] == 20_000
    assert len(points) == 2

    organiser.go(f"/competitions/{desk.public_id}/rounds/1/paper")
    check_looks(organiser)
    organiser.page.get_by_role("link", name="试题册与答题卡").click()
    check_looks(organiser)
    with organiser.page.expect_download() as booklet:
        organiser.page.get_by_role("button", name="试题册").first.click()
    assert Path(booklet.value.path()).read_bytes().startswith(b"%PDF")
    organiser.go(f"/competitions/{desk.public_id}/rounds/1/paper/shares")
    expect(organiser.page.get_by_role("row").nth(1)).to_contain_text("100")
    check_looks(organiser)
    organiser.page.get_by_role("link", name="示例机械集团").click()
    organiser.page.get_by_role("link", name="工人1").click()
    check_looks(organiser)
    organiser.page.get_by_label("理由", exact=True).fill("代答")
    organiser.page.get_by_role("button", name="作废这份答卷").click()
    expect(organiser.page.get_by_text("这份答卷已作废，名次随之更正。")).to_be_visible()
    events.deliver(database, BOARD, datetime.now(UTC))
    with database.session(write=False) as session:
        assert len(session.scalars(select(BoardEntry.id)).all()) == 1
    assert faults == []
