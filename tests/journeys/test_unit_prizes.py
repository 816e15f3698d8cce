"""Prizes for units 组织奖: proposed, objected to, corrected, made final; anybody checks the lists."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.competitions import services
from learning.competitions.models import AwardPlan, Entry
from learning.competitions.queries import get_managed
from learning.competitions.services import fairness
from learning.kernel.db import Database
from learning.kernel.permissions import Actor
from tests.competitions.test_award_rules import NUMBER
from tests.competitions.test_unit_awards import AREA, BEST, GOOD, held, rules_of
from tests.factories.competitions import Stage
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.sqlite]
ORGANISER, LOSER, WINNER = (f"1380000000{number}" for number in range(1, 4))
AGO = timedelta(days=20)
WHY = "乙公司有人冒名答题"


@dataclass
class Scene:
    world: World
    contest: str
    actor: Actor
    best: int  # the row of the entry that carried 乙公司

    @property
    def prizes(self) -> str:
        return f"/competitions/{self.contest}/awards"


def furnish(database: Database) -> tuple[Stage, int]:
    """A closed contest of three firms whose plan and frozen lists are out, the number too."""
    then, secret = datetime.now(UTC) - AGO, hash_password(PASSWORD)
    with database.transaction() as session:
        stage = held(session, then)
        rules = rules_of(then, replace(BEST, reserve=2), GOOD, AREA)
        services.write_awards(session, stage.actor, stage.public_id, rules=rules, now=then)
        services.announce_awards(session, stage.actor, stage.public_id, now=then)
        accounts = (
            (ORGANISER, stage.manager.id),
            (LOSER, stage.hr[0].id),
            (WINNER, stage.hr[2].id),
        )
        for phone, user_id in accounts:
            _open_account(session, user_id, phone, secret, then)
        best = session.scalars(
            select(Entry.id).where(Entry.unit_id == stage.firms[1].id).order_by(Entry.id)
        ).first()
        assert best is not None
        session.expunge_all()
    return stage, best


def _open_account(session: Session, user_id: int, phone: str, secret: str, now: datetime) -> None:
    user = session.get_one(User, user_id)
    add_login_name(session, user, "phone", phone, now=now)
    user.password_hash = secret


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-unit-prizes-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        stage, best = furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), stage.public_id, stage.actor, best)
        database.dispose()


def propose(organiser: Person, scene: Scene) -> None:
    page = organiser.page
    organiser.go(f"{scene.prizes}/manage")
    page.get_by_role("textbox", name="公开随机数").fill(NUMBER)
    page.get_by_role("button", name="抽取并公示").click()
    expect(page.locator("main")).to_contain_text("公示到")
    expect(page.locator("main")).to_contain_text("3 个单位获奖")


def holds(visitor: Person, scene: Scene, *lines: str) -> None:
    """Expect exactly these prizes and units on the public list, in this order."""
    visitor.go(f"{scene.prizes}/units")
    rows = visitor.page.locator(".qa-prizelist tbody tr")
    expect(rows).to_have_count(len(lines))
    for number, line in enumerate(lines):
        expect(rows.nth(number)).to_contain_text(line)


def downloaded(visitor: Person, scene: Scene, label: str) -> str:
    """Take a list from the public page; return the hash of what came, which the page must show."""
    visitor.go(scene.prizes)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name=label).click()
    found = hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest()
    expect(visitor.page.locator(".qa-hashes", has_text=found)).to_be_visible()
    return found


def object_to(loser: Person, scene: Scene) -> None:
    page = loser.page
    loser.go(scene.prizes)
    page.get_by_label("对谁、对什么有异议，依据是什么").fill(WHY)
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("main")).to_contain_text("异议已提交")


def decide(organiser: Person, scene: Scene) -> None:
    """Uphold the objection and strike the unit; the reserve follows."""
    page, main = organiser.page, organiser.page.locator("main")
    organiser.go(f"{scene.prizes}/manage")
    page.get_by_label("答复").fill("核查属实，取消该单位奖项。")
    page.get_by_role("button", name="成立", exact=True).click()
    expect(main).to_contain_text("已答复")
    page.get_by_role("link", name="管理组织奖名单").click()
    page.locator("summary[aria-label='取消乙公司的奖项']").click()
    row = page.get_by_role("row", name="乙公司")
    row.get_by_label("取消的原因").fill(WHY)
    row.get_by_role("button", name="取消", exact=True).click()
    expect(main).to_contain_text("由甲公司递补")
    organiser.check_accessibility()


def void(scene: Scene) -> None:
    """Make the entry void, as an upheld flag does; the boards and the prizes follow."""
    now = datetime.now(UTC)
    with scene.world.database.transaction() as session:
        entry = session.get_one(Entry, scene.best)
        view = get_managed(session, scene.actor, scene.contest, now)
        fairness.void_entry(session, scene.actor, view, entry, reason=WHY, now=now)


def finalise(organiser: Person, scene: Scene) -> None:
    """Let the days of objection pass, then make the list final."""
    with scene.world.database.transaction() as session:
        session.execute(update(AwardPlan).values(objections_until=datetime.now(UTC)))
    organiser.go(f"{scene.prizes}/manage")
    organiser.page.get_by_role("button", name="确定获奖名单").click()
    expect(organiser.page.locator("main")).to_contain_text("获奖名单已确定")


def test_units_win_by_their_board_and_anybody_can_check_it(
    browser: Browser,  # noqa: F811 - the fixture
    scene: Scene,
) -> None:
    faults: list[str] = []
    visitor, *people = (Person(new_context(browser, faults), scene.world) for _ in range(4))
    organiser, loser, winner = people
    for somebody, phone in zip(people, (ORGANISER, LOSER, WINNER), strict=True):
        somebody.log_in(phone, PASSWORD)
    first = downloaded(visitor, scene, "下载单位名单")

    propose(organiser, scene)
    holds(visitor, scene, "乙公司", "丙公司", "广东")
    visitor.check_accessibility()
    object_to(loser, scene)
    decide(organiser, scene)
    holds(visitor, scene, "甲公司", "丙公司", "广东")
    void(scene)
    # Without 乙公司, which a person struck, 丙公司 has the best mean; it holds one prize at most.
    holds(visitor, scene, "丙公司", "北京")
    assert downloaded(visitor, scene, "下载更正后的单位名单") != first
    expect(visitor.page.locator("main")).to_contain_text("主办方取消过的单位编号")
    visitor.check_accessibility()
    finalise(organiser, scene)

    holds(visitor, scene, "丙公司", "北京")
    winner.go(f"{scene.prizes}/units")
    with winner.page.expect_download() as download:
        winner.page.get_by_role("link", name="下载获奖证书").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    loser.go(scene.prizes)
    expect(loser.page.locator("main")).to_contain_text("核查属实")
    assert faults == []
