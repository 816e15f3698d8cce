"""A contest from its first form to the certificates: enrol, play, freeze, reveal, draw, print."""

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.competitions import services
from learning.competitions.models import AwardPlan
from learning.competitions.queries import get_managed
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from learning.organisations.models import Unit
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)
from tests.faults.site import Cookies
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World, running_world
from tests.journeys.steps import Person, expect_all_saved, right_answers, submit

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.long]
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, SECOND = "示例制造有限公司", "示例阿克苏地区库木塔格精密轴承股份有限公司"
# Who plays, for which enterprise, and how many of the five answers are wrong.
PLAYERS = [("欧阳示例", FIRST, 1), ("示例𠮷田", FIRST, 3), ("古丽·示例木", SECOND, 0)]


@pytest.fixture
def faults() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def entrance() -> Iterator[Entrance]:
    with (
        tempfile.TemporaryDirectory(prefix="academy-contest-") as name,
        sync_playwright() as driver,
    ):
        folder = Path(name)
        with running_world(f"sqlite:///{folder}/academy.db", folder) as world:
            furnish(world)
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            yield Entrance(world, browser, Cookies(world.site.url, folder))
            browser.close()


def furnish(world: World) -> None:
    """Add a second enterprise with its HR manager, and the staff of both."""
    now = utc_now()
    with world.database.transaction() as session:
        first = session.scalars(select(Unit).where(Unit.public_id == world.unit)).one()
        second = make_unit(session, now, name=SECOND, code="DEMO2", region="650000")
        grant_role(session, now, make_user(session, now, "示例乙人事"), Role.HR_MANAGER, second)
        for number, (name, unit, _wrong) in enumerate(PLAYERS):
            place = first if unit == FIRST else second
            staff = make_user(session, now, name)
            make_membership(session, now, staff, place, staff_no=f"9{number:03}")


def create(manager: Person) -> str:
    """Write a contest of five items and open it; return its address on this site."""
    page, now = manager.page, datetime.now(SHANGHAI)
    manager.go("/competitions/new")
    page.get_by_label("名称").fill("全面质量管理知识竞赛（示例）")
    page.locator("[name=opens_at]").fill((now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=closes_at]").fill((now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=single_count]").fill("5")
    page.locator("[name=multiple_count]").fill("0")
    page.get_by_role("button", name="保存草稿").click()
    contest = page.url.replace(manager.world.url, "")
    manager.go(f"{contest}/showing")
    page.get_by_label("竞赛进行中就公开名次").check()
    page.get_by_label("封榜时间").fill((now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("揭晓步骤").fill("2\n1")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    manager.go(contest)
    page.get_by_role("button", name="开放报名").click()
    expect(page.get_by_role("button", name="结束并公布名次")).to_be_visible()
    return contest


def enrol(hr: Person, contest: str, unit: str) -> None:
    hr.go(contest)
    hr.page.get_by_role("button", name="单位报名").click()
    expect(hr.page.locator("main")).to_contain_text(unit)
    expect(hr.page.get_by_text("已报名", exact=True)).to_be_visible()


def play(player: Person, contest: str, wrong: int) -> None:
    """Enter, answer all five, the last `wrong` of them wrongly, hand in."""
    page = player.page
    player.go(contest)
    page.get_by_label("在公开名单上显示我的全名").check()
    page.get_by_role("button", name="报名").click()
    page.get_by_role("button", name="开始答题").click()
    page.wait_for_selector("html[data-ready]")
    for position, right in right_answers(player).items():
        page.evaluate(
            "n => document.querySelector(`[data-grid] [data-go='${n}']`).click()", position
        )
        options = page.locator(f"[data-position='{position}'] .qa-opt input")
        if position > 5 - wrong:
            options.locator(f"xpath=self::*[@value!='{right}']").first.click()
        else:
            page.locator(f"[data-position='{position}'] input[value='{right}']").click()
    expect_all_saved(page)
    submit(player)


def freeze(world: World, contest: str) -> None:
    """Freeze in this second: the form does it by the minute."""
    now = utc_now()
    raw = contest.rsplit("/", 1)[1]
    with world.database.transaction() as session:
        manager = session.scalars(select(User).where(User.display_name == "示例竞赛管理")).one()
        organiser = session.scalars(select(Unit).where(Unit.kind == "association")).one()
        actor = make_actor(manager, unit_grant(Role.ASSOCIATION_MANAGER, organiser))
        held = get_managed(session, actor, raw, now).showing
        services.set_showing(
            session,
            actor,
            raw,
            showing=replace(held, freeze_at=now + timedelta(seconds=1)),
            now=now,
        )


def ranked(person: Person, contest: str, *names: str) -> None:
    """Expect exactly these people on the public list, in this order, soon."""
    rows = person.page.locator(".qa-wallboard").first.locator("li")
    person.go(f"{contest}/wall")
    expect(rows).to_have_count(len(names), timeout=30_000)
    for number, name in enumerate(names):
        expect(rows.nth(number)).to_contain_text(name)


def award(manager: Person, contest: str) -> None:
    """Write a plan of one drawn and one ranked prize, announce it, wait for the number, draw."""
    page = manager.page
    source_at = datetime.now(SHANGHAI) + timedelta(seconds=70)
    manager.go(f"{contest}/awards/edit")
    for row, (code, title, kind, count) in enumerate(
        [("first", "一等奖", "rank", "1"), ("lucky", "参与奖", "lot", "1")]
    ):
        page.locator(f"[name=prizes-{row}-code]").fill(code)
        page.locator(f"[name=prizes-{row}-title]").fill(title)
        page.locator(f"[name=prizes-{row}-kind]").select_option(kind)
        page.locator(f"[name=prizes-{row}-count]").fill(count)
    page.locator("[name=source]").fill("示例指数收盘点位")
    page.locator("[name=source_at]").fill(source_at.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=objection_days]").fill("1")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="公布方案和名单")).to_be_visible()
    manager.check_accessibility()
    page.get_by_role("button", name="公布方案和名单").click()
    number = page.get_by_role("textbox", name="公开随机数")
    for _ in range(90):
        if number.count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    number.fill("3456.78")
    page.get_by_role("button", name="抽取并公示").click()
    expect(page.locator("main")).to_contain_text("公示到")


def certify(manager: Person, contest: str) -> dict[str, bytes]:
    """Let the days of objection pass, make the list final; return the certificates by file name."""
    with manager.world.database.transaction() as session:
        session.execute(update(AwardPlan).values(objections_until=utc_now()))
    page = manager.page
    page.reload()
    page.get_by_role("button", name="确定获奖名单").click()
    page.get_by_role("button", name="制作全部证书").click()
    ready = page.get_by_role("link", name="下载全部证书")
    for _ in range(60):
        if ready.count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    manager.check_accessibility()
    with page.expect_download() as download:
        ready.click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_from_the_first_form_to_the_certificates(entrance: Entrance, faults: list[str]) -> None:
    manager = entrance.enter("示例竞赛管理", faults)
    contest = create(manager)
    for hr, unit in (("示例人事经理", FIRST), ("示例乙人事", SECOND)):
        enrol(entrance.enter(hr, faults), contest, unit)
    players = {name: entrance.enter(name, faults) for name, _unit, _wrong in PLAYERS}
    anybody = players[PLAYERS[0][0]]

    for name, _unit, wrong in PLAYERS[:2]:
        play(players[name], contest, wrong)
    ranked(anybody, contest, "欧阳示例", "示例𠮷田")
    freeze(entrance.world, contest)
    manager.page.wait_for_timeout(1_500)
    play(players["古丽·示例木"], contest, 0)
    expect(anybody.page.get_by_text("已封榜")).to_be_visible(timeout=30_000)
    ranked(anybody, contest, "欧阳示例", "示例𠮷田")

    manager.go(contest)
    manager.page.get_by_role("button", name="结束并公布名次").click()
    manager.go(f"{contest}/showing")
    for shown in (("欧阳示例", "示例𠮷田"), ("古丽·示例木", "欧阳示例", "示例𠮷田")):
        manager.page.get_by_role("button", name="揭晓这一步").click()
        expect(manager.page.get_by_text("已揭晓。")).to_be_visible()
        ranked(anybody, contest, *shown)
    anybody.go(f"{contest}/standings/enterprises")
    expect(anybody.page.locator("main")).to_contain_text(SECOND)
    anybody.check_accessibility()

    award(manager, contest)
    anybody.go(f"{contest}/awards")
    expect(anybody.page.locator("main")).to_contain_text("3456.78")
    expect(anybody.page.locator("main")).to_contain_text("古丽·示例木")
    anybody.check_accessibility()
    files = certify(manager, contest)
    assert len(files) == 2
    assert all(re.search(r"\.pdf$", name) for name in files)
    assert all(content.startswith(b"%PDF") for content in files.values())
