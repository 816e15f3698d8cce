"""A unit's QR code on a phone, an account made on the way, and a team under its captain."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.password_hashing import hash_password
from learning.competitions import services
from learning.competitions.models import EntryLink
from learning.competitions.rules.teams import TeamRules
from learning.competitions.services import teams
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.factories.competitions import BANK, make_contest
from tests.factories.items import make_bank
from tests.factories.people import grant_role, make_actor, make_membership, make_unit, unit_grant
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person

pytestmark = pytest.mark.browser
HR, CAPTAIN, NEWCOMER = "13800000002", "13800000004", "13900000005"
PHONE = {"viewport": {"width": 360, "height": 780}}


@dataclass
class Scene:
    world: World
    competition: str
    unit: str


def furnish(database: Database) -> tuple[str, str]:
    """A contest with teams that begins tomorrow; a unit is enrolled, its captain on the roster."""
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        make_bank(session, now, bank=BANK)
        association = make_unit(session, now, kind="association", name="示例质量协会")
        unit = make_unit(session, now, name="示例精密制造有限公司", code="SLJM", region="370200")
        hr = person(session, now, "示例人事", HR, password_hash)
        grant_role(session, now, hr, Role.HR_MANAGER, unit)
        captain = person(session, now, "示例队长", CAPTAIN, password_hash)
        make_membership(session, now, captain, unit, staff_no="0007")
        actor = make_actor(hr, unit_grant(Role.ASSOCIATION_MANAGER, association))
        window = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=2)}
        competition = services.create_competition(
            session,
            actor,
            raw_organiser_id=association.public_id,
            contest=make_contest(now, **window),
            now=now,
        )
        rules = TeamRules(least=2, most=3)
        teams.set_team_rules(session, actor, competition, rules=rules, now=now)
        services.open_competition(session, actor, competition, now=now)
        owner = make_actor(hr, unit_grant(Role.HR_MANAGER, unit))
        services.enrol_enterprise(session, owner, competition, raw_unit_id=unit.public_id, now=now)
        return competition, unit.public_id


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-joining-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        competition, unit = furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), competition, unit)
        database.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


def make_link(hr: Person, scene: Scene) -> str:
    """Make a link at its page, look at the poster; return the address on this site."""
    hr.log_in(HR, PASSWORD)
    hr.go(f"/competitions/{scene.competition}/units/{scene.unit}")
    hr.check_accessibility()
    hr.page.get_by_role("link", name="链接与二维码").click()
    hr.page.get_by_label("用途").fill("班前会")
    hr.page.get_by_label("可用人次").fill("5")
    hr.page.get_by_role("button", name="新建链接").click()
    hr.check_accessibility()
    hr.page.get_by_role("link", name="打印二维码").click()
    expect(hr.page.locator(".qa-qr")).to_be_visible()
    with scene.world.database.session(write=False) as session:
        return f"/competitions/join/{session.scalars(select(EntryLink.token)).one()}"


def enter_with_account(captain: Person, link: str) -> None:
    captain.go(link)
    captain.check_accessibility()
    captain.page.get_by_role("link", name="登录报名").click()
    captain.page.get_by_label("手机号、邮箱或工号").fill(CAPTAIN)
    captain.page.get_by_label("密码", exact=True).fill(PASSWORD)
    captain.page.get_by_role("button", name="登录", exact=True).click()
    expect(captain.page).to_have_url(re.compile("/competitions/join/"))
    captain.check_accessibility()
    captain.page.get_by_role("button", name="报名").click()
    expect(captain.page.locator("main")).to_contain_text("示例精密制造有限公司")


def enter_as_newcomer(newcomer: Person, link: str) -> None:
    page = newcomer.page
    newcomer.go(link)
    page.get_by_role("link", name="没有账号").click()
    newcomer.check_accessibility()
    page.get_by_label("姓名").fill("示例新人")
    page.get_by_label("手机号", exact=True).first.check()
    page.locator("#login_name").fill(NEWCOMER)
    page.locator("#new_password").fill("correct horse battery")
    page.locator("#is_adult").check()
    page.locator("#agreed").check()
    page.get_by_role("button", name="新建账号").click()
    expect(page).to_have_url(re.compile("/competitions/join/"))
    page.get_by_label("工号").fill("0042")
    page.get_by_role("button", name="报名").click()
    expect(page.locator("main")).to_contain_text("示例精密制造有限公司")


def test_two_phones_enter_by_a_link_and_form_a_team(browser: Browser, scene: Scene) -> None:
    faults: list[str] = []
    hr = Person(new_context(browser, faults), scene.world)
    captain, newcomer = (
        Person(new_context(browser, faults, **PHONE), scene.world) for _ in range(2)
    )
    link = make_link(hr, scene)
    enter_with_account(captain, link)
    enter_as_newcomer(newcomer, link)

    captain.page.get_by_role("link", name="我的团队").click()
    captain.page.get_by_label("队名").fill("示例一队")
    captain.page.get_by_role("button", name="建队").click()
    captain.check_accessibility()
    invitation = captain.page.locator(".qa-linkaddress code").inner_text()
    newcomer.go(invitation[invitation.index("/competitions/") :])
    newcomer.check_accessibility()
    newcomer.page.get_by_role("button", name="申请加入").click()
    expect(newcomer.page.locator("main")).to_contain_text("等队长同意")
    captain.page.reload()
    captain.check_accessibility()
    captain.page.get_by_role("button", name="同意 示例新人 加入").click()
    expect(captain.page.locator("main")).to_contain_text("2 / 3 人")
    newcomer.page.reload()
    expect(newcomer.page.get_by_role("button", name="退出团队")).to_be_visible()
    hr.go(f"/competitions/{scene.competition}/units/{scene.unit}")
    expect(hr.page.locator("main")).to_contain_text("示例新人")
    hr.check_accessibility()
    assert faults == []
