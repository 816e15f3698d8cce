"""An appeal that flips two results: candidate, somebody not involved, examiner; up to the certificates."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.certification import services as schemes
from learning.certification.rules import SchemePlan
from learning.kernel.db import Database
from tests.factories.appeals import make_disputed
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate
from tests.journeys.steps import Person
from tests.world import deliver_all

pytestmark = [pytest.mark.browser, pytest.mark.look]
LOSER, WINNER, DECIDER, EXAMINER = (f"1380000000{number}" for number in range(1, 5))


@dataclass
class Scene:
    world: World
    sitting: str
    papers: list[str]
    scheme: str


def furnish(database: Database) -> tuple[str, list[str], str]:
    """Two papers handed in: one passed by the key, and a certificate came of it; one failed by it."""
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        made = make_disputed(session, now, deciders=1)
        association = made.hall.association.public_id
        plan = SchemePlan("QA-TQM", "全面质量管理基础", "Foundations of TQM", 36)
        args = {"raw_issuer_id": association, "plan": plan, "now": now}
        scheme = schemes.create_scheme(session, made.hall.actor, **args)
        schemes.attach_sitting(
            session, made.hall.actor, scheme, raw_sitting_id=made.public_id, now=now
        )
        people = [*made.candidates, made.deciders[0], made.hall.actor]
        for phone, actor in zip((LOSER, WINNER, DECIDER, EXAMINER), people, strict=True):
            _open_account(session, actor.user_id, phone, password_hash, now)
    deliver_all(database, now)
    return made.public_id, made.papers, scheme


def _open_account(session: Session, user_id: int, phone: str, secret: str, now: datetime) -> None:
    user = session.get_one(User, user_id)
    add_login_name(session, user, "phone", phone, now=now)
    user.password_hash = secret


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-appeal-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        sitting, papers, scheme = furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), sitting, papers, scheme)
        database.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


def lodge(candidate: Person, paper: str) -> None:
    page = candidate.page
    candidate.go(f"/attempts/{paper}/result")
    expect(page.locator("main")).to_contain_text("未合格")
    page.get_by_role("link", name="对成绩有异议，提出申诉").click()
    page.get_by_label("申诉什么").select_option(label="第 1 次作答的一道试题")
    page.get_by_label("第几题").fill("1")
    page.get_by_label("事实与理由").fill("标准 3.2 条：应选 c。")
    page.get_by_role("button", name="提出", exact=True).click()
    expect(page.locator("main")).to_contain_text("第 1 次作答，第 1 题")


def answer(decider: Person) -> None:
    page = decider.page
    decider.go("/sittings")
    page.get_by_role("link", name=re.compile("质量可靠性工程师")).click()
    page.get_by_role("link", name=re.compile(r"^\d\d-\d+-0001$")).click()
    page.get_by_role("button", name="我来处理").click()
    page.get_by_role("button", name="查看试题与答案").click()
    expect(page.locator("main")).to_contain_text("考生所选")
    decider.check_accessibility()
    page.get_by_label("成立", exact=True).check()
    page.get_by_label("答复（考生会看到）").fill("查标准 3.2 条属实，答案应为 c。")
    page.get_by_role("button", name="答复").click()
    expect(page.locator("main")).to_contain_text("已答复")


def regrade(examiner: Person, sitting: str) -> None:
    page, main = examiner.page, examiner.page.locator("main")
    examiner.go(f"/sittings/{sitting}/appeals/register?show=over")
    page.get_by_role("link", name=re.compile(r"^\d\d-\d+-0001$")).click()
    page.get_by_role("button", name="准备重新评分").click()
    page.get_by_label("改答案", exact=True).check()
    page.get_by_label(re.compile("的选项 c")).check()
    page.get_by_role("button", name="写入").click()
    expect(main).to_contain_text("改答案为 C")
    page.get_by_role("button", name="看影响").click()
    page.get_by_role("link", name="变为合格 1").click()
    expect(main).to_contain_text("考生2")
    page.get_by_role("link", name="变为未合格 1").click()
    expect(main).to_contain_text("考生1")
    expect(main).to_contain_text("存疑，待复核")
    examiner.check_accessibility()
    page.get_by_label("理由（记入审计）").fill("申诉成立，答案更正为 c")
    page.get_by_label("我看过影响").check()
    page.get_by_role("button", name="生效").click()
    expect(main).to_contain_text("已生效")


def test_an_appeal_flips_two_results_and_puts_a_certificate_in_doubt(
    browser: Browser, scene: Scene
) -> None:
    faults: list[str] = []
    people = [Person(new_context(browser, faults), scene.world) for _ in range(4)]
    loser, winner, decider, examiner = people
    for somebody, phone in zip(people, (LOSER, WINNER, DECIDER, EXAMINER), strict=True):
        somebody.log_in(phone, PASSWORD)

    lodge(winner, scene.papers[1])
    answer(decider)
    winner.page.reload()
    expect(winner.page.locator("main")).to_contain_text("查标准 3.2 条属实")
    regrade(examiner, scene.sitting)
    deliver_all(scene.world.database, datetime.now(UTC))

    winner.go(f"/attempts/{scene.papers[1]}/result")
    expect(winner.page.locator("main")).to_contain_text("重新评分")
    expect(winner.page.locator(".qa-verdict")).not_to_contain_text("未合格")
    winner.go("/certificates")
    expect(winner.page.locator("main")).to_contain_text("全面质量管理基础")
    loser.go(f"/attempts/{scene.papers[0]}/result")
    expect(loser.page.locator(".qa-verdict")).to_contain_text("未合格")
    examiner.go(f"/schemes/{scene.scheme}")
    expect(examiner.page.locator("main")).to_contain_text("考生1")
    assert faults == []
