"""Prizes by a live final: the teams are named, the end is confirmed, the winners are drawn."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.competitions import services
from learning.competitions.rules.awards import AwardRules
from learning.kernel.db import Database
from tests.competitions.test_award_rules import NUMBER
from tests.competitions.test_final_prizes import PRIZES, TWO_WEEKS, UNIT_PRIZES, Final
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.sqlite]
ORGANISER = "13800000001"
AGO = timedelta(days=20)


@dataclass
class Scene:
    world: World
    final: Final
    contest: str
    room: str

    @property
    def teams(self) -> str:
        return f"/competitions/{self.contest}/final/{self.room}"

    @property
    def prizes(self) -> str:
        return f"/competitions/{self.contest}/awards"


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-final-prizes-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database, then = Database(url), datetime.now(UTC) - AGO
        with database.transaction() as session:
            final = Final(session, then)
            final.evening()
            manager = session.get_one(User, final.stage.manager.id)
            add_login_name(session, manager, "phone", ORGANISER, now=then)
            manager.password_hash = hash_password(PASSWORD)
            contest, room = final.stage.public_id, final.room
            session.flush()
            session.expunge_all()
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), final, contest, room)
        database.dispose()


def announce(scene: Scene) -> None:
    """Announce two weeks ago, so that the public number is out."""
    then = scene.final.now
    rules = AwardRules(PRIZES, "某指数", then + TWO_WEEKS, 7, 30, UNIT_PRIZES)
    with scene.world.database.transaction() as session:
        by = (session, scene.final.stage.actor, scene.contest)
        services.write_awards(*by, rules=rules, now=then)
        services.announce_awards(*by, now=then + timedelta(days=1))


def name_the_teams(organiser: Person, scene: Scene) -> None:
    """A name that nobody has is refused beside its team; the entry id of a stand-in is taken."""
    page, main = organiser.page, organiser.page.locator("main")
    organiser.go(f"/competitions/{scene.contest}/final")
    organiser.check_accessibility()
    page.get_by_role("link", name="队伍和名次").click()
    team = page.locator("form.qa-sheet", has=page.get_by_role("heading", name="丙公司"))
    expect(team.get_by_label("队员")).to_have_value(f"赵一 {scene.final.entries['赵一']}\n")
    team.get_by_label("队员").fill("没有的人")
    team.get_by_role("button", name="保存丙公司").click()
    expect(main).to_contain_text("没有“没有的人”这个参赛者")
    organiser.check_accessibility()
    team.get_by_label("队员").fill(f"赵一\n{scene.final.entries['赵二']}")
    team.get_by_role("button", name="保存丙公司").click()
    expect(main).to_contain_text("已保存")


def confirm(organiser: Person, scene: Scene) -> None:
    organiser.go(scene.teams)
    organiser.page.get_by_role("button", name="确认名次").click()
    expect(organiser.page.locator("main")).to_contain_text("决赛名次已确认")
    organiser.check_accessibility()


def draw(organiser: Person, scene: Scene) -> None:
    organiser.go(f"{scene.prizes}/manage")
    organiser.page.get_by_role("textbox", name="公开随机数").fill(NUMBER)
    organiser.page.get_by_role("button", name="抽取并公示").click()
    expect(organiser.page.locator("main")).to_contain_text("公示到")
    organiser.check_accessibility()


def test_prizes_go_to_the_teams_as_they_stood_and_were_named(
    browser: Browser,  # noqa: F811 - the fixture
    scene: Scene,
) -> None:
    faults: list[str] = []
    organiser, visitor = (Person(new_context(browser, faults), scene.world) for _ in range(2))
    organiser.log_in(ORGANISER, PASSWORD)
    name_the_teams(organiser, scene)
    confirm(organiser, scene)
    organiser.go(f"{scene.prizes}/edit")
    organiser.check_accessibility()
    announce(scene)

    draw(organiser, scene)

    visitor.go(scene.prizes)
    rows = visitor.page.locator("[aria-label='获奖名单'] tbody tr")
    expect(rows).to_have_count(6)
    for number, said in enumerate(("一等奖", "一等奖", "二等奖", "二等奖", "三等奖", "优秀奖")):
        expect(rows.nth(number)).to_contain_text(said)
    expect(visitor.page.locator("[aria-label='组织奖名单']")).to_contain_text("丙公司")
    expect(visitor.page.locator("[aria-label='现场决赛名次']")).to_contain_text("130")
    visitor.check_accessibility()
    assert faults == []
