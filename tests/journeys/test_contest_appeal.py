"""An appeal on an item of a contest: answered, another key, everybody's place and a prize with it."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.attempts.queries import get_attempt
from learning.competitions import services
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.prize_lists import PrizeKind
from learning.kernel.db import Database
from tests.competitions.test_award_rules import NUMBER
from tests.factories.regrading import DISPUTED, close, codes_of, make_regraded
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture
from tests.world import deliver_all

pytestmark = pytest.mark.browser
SECOND, FIRST, ORGANISER = (f"1380000000{number}" for number in range(1, 4))
AGO, DAY = timedelta(days=10), timedelta(days=1)
WHY = "3.2 条定义的是第三项。"


@dataclass
class Scene:
    world: World
    contest: str
    paper: str
    position: int


def furnish(database: Database) -> tuple[str, str, int]:
    """A published list by a wrong key, 甲 before 乙, and a prize for the first that was drawn."""
    then, password_hash = datetime.now(UTC) - AGO, hash_password(PASSWORD)
    with database.transaction() as session:
        made = make_regraded(session, then, review=True)
        close(session, made.stage, then)
        by = (session, made.stage.actor, made.stage.public_id)
        first = Prize("top", "名次奖", PrizeKind.RANK, 1, reserve=1)
        services.write_awards(
            *by, rules=AwardRules((first,), "某指数", then + DAY, 7, 30), now=then
        )
        services.announce_awards(*by, now=then)
        services.draw_awards(*by, number=NUMBER, now=then + DAY)
        people = (made.people["乙"], made.people["甲"], made.stage.actor)
        for phone, actor in zip((SECOND, FIRST, ORGANISER), people, strict=True):
            _open_account(session, actor.user_id, phone, password_hash, then)
        paper = made.attempts["乙"]
        form = get_attempt(session, made.people["乙"].user_id, paper).form
        codes = codes_of(session, [place.version_id for place in form.positions])
        found = made.stage.public_id, paper, codes.index(DISPUTED) + 1
    deliver_all(database, datetime.now(UTC))
    return found


def _open_account(session: Session, user_id: int, phone: str, secret: str, now: datetime) -> None:
    user = session.get_one(User, user_id)
    add_login_name(session, user, "phone", phone, now=now)
    user.password_hash = secret


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-contest-appeal-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        contest, paper, position = furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), contest, paper, position)
        database.dispose()


def lodge(participant: Person, scene: Scene) -> None:
    page, main = participant.page, participant.page.locator("main")
    participant.go(f"/competitions/{scene.contest}")
    page.get_by_role("link", name="对试题有异议").click()
    page.get_by_label("第几题").fill(str(scene.position))
    page.get_by_label("事实与理由").fill("标准 3.2 条：应选第三项。")
    participant.check_accessibility()
    page.get_by_role("button", name="提出", exact=True).click()
    expect(main).to_contain_text(f"第 1 次作答，第 {scene.position} 题")


def answer(organiser: Person, scene: Scene) -> None:
    page, main = organiser.page, organiser.page.locator("main")
    organiser.go(f"/competitions/{scene.contest}/rounds/1/regrades")
    page.get_by_role("link", name=re.compile(r"^J\d\d-\d+-0001$")).click()
    page.get_by_role("button", name="查看试题与答案").click()
    page.get_by_label("成立", exact=True).check()
    page.get_by_label("答复（考生会看到）").fill("查标准 3.2 条属实，应为第三项。")
    page.get_by_role("button", name="答复").click()
    expect(main).to_contain_text("准备重新评分")


def regrade(organiser: Person) -> None:
    """Write the new key with its reason, look at places and prize, then apply."""
    page, main = organiser.page, organiser.page.locator("main")
    page.get_by_role("button", name="准备重新评分").click()
    page.get_by_label("改答案", exact=True).check()
    page.get_by_label(re.compile("的选项 c")).check()
    page.get_by_label("更正后的解析").fill(WHY)
    page.get_by_role("button", name="写入").click()
    expect(main).to_contain_text("改答案为 C")
    expect(main).to_contain_text(WHY)
    page.get_by_role("button", name="看影响").click()
    expect(main).to_contain_text("得分有变 4")
    expect(main.get_by_role("row", name=re.compile("参赛者乙"))).to_contain_text("2 → 1")
    expect(main).to_contain_text("应得奖的有 参赛者乙；不再得奖的有 参赛者甲")
    organiser.check_accessibility()
    page.get_by_label("理由（记入审计）").fill("申诉成立，答案更正")
    page.get_by_label("我看过影响").check()
    page.get_by_role("button", name="生效").click()
    expect(main).to_contain_text("已生效")


def test_an_appeal_changes_the_list_and_the_prize_for_everybody(
    browser: Browser,  # noqa: F811
    scene: Scene,
) -> None:
    faults: list[str] = []
    people = [Person(new_context(browser, faults), scene.world) for _ in range(3)]
    second, first, organiser = people
    for somebody, phone in zip(people, (SECOND, FIRST, ORGANISER), strict=True):
        somebody.log_in(phone, PASSWORD)
    prizes = f"/competitions/{scene.contest}/awards"
    first.go(prizes)
    expect(first.page.locator("main")).to_contain_text("您获得：名次奖")

    lodge(second, scene)
    answer(organiser, scene)
    regrade(organiser)
    deliver_all(scene.world.database, datetime.now(UTC))

    organiser.go(f"/competitions/{scene.contest}/standings")
    rows = organiser.page.locator("main li:not([aria-hidden])", has_text="参赛者")
    expect(rows.nth(0)).to_contain_text("参赛者乙")
    expect(rows.filter(has_text="参赛者甲")).to_contain_text("并列")
    second.go(prizes)
    expect(second.page.locator("main")).to_contain_text("您获得：名次奖")
    expect(second.page.locator("main")).to_contain_text("下载更正后的名单")
    second.check_accessibility()
    first.go(prizes)
    expect(first.page.locator("main")).not_to_contain_text("您获得")
    expect(first.page.get_by_role("button", name="提交异议")).to_be_visible()  # open anew
    for somebody, moved in ((second, "第 2 名 → 第 1 名"), (first, "第 1 名 → 第 2 名")):
        somebody.go("/notices")
        expect(somebody.page.locator("main")).to_contain_text(moved)
    second.go(f"/attempts/{scene.paper}/result")
    expect(second.page.locator("main")).to_contain_text(WHY)
    assert faults == []
