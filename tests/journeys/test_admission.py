"""From an application to a printed ticket, through the door, to the start: three people, one site."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from learning.accounts.password_hashing import hash_password
from learning.exams import services
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.certification.test_printing import printed_text
from tests.factories.exams import BANK, make_plan
from tests.factories.items import make_bank
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    unit_grant,
)
from tests.factories.pictures import make_png
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.look]
CANDIDATE, WATCHER, EXAMINER = "13800000001", "13800000002", "13800000003"
AGREEMENT = "本人承诺材料属实，遵守考场纪律。"


@dataclass
class Scene:
    world: World
    sitting: str


def furnish(database: Database) -> str:
    """A sitting in half an hour that takes applications, checks people in and waits for a signal."""
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        make_bank(session, now, bank=BANK)
        association = make_unit(session, now, kind="association", name="示例质量协会")
        person(session, now, "示例𠮷田", CANDIDATE, password_hash)
        watcher = person(session, now, "示例监考", WATCHER, password_hash)
        make_membership(session, now, watcher, association, staff_no="W7")
        examiner = person(session, now, "示例考务", EXAMINER, password_hash)
        grant_role(session, now, examiner, Role.EXAMINER, association)
        actor = make_actor(examiner, unit_grant(Role.EXAMINER, association))
        plan = make_plan(
            now, opens_at=now + timedelta(minutes=30), closes_at=now + timedelta(hours=3)
        )
        organiser = association.public_id
        sitting = services.create_sitting(
            session, actor, raw_organiser_id=organiser, plan=plan, now=now
        )
        changes = {
            "takes_applications": True,
            "agreement": AGREEMENT,
            "needs_check_in": True,
            "waits_for_signal": True,
        }
        services.change_settings(session, actor, sitting, changes=changes, now=now)
        services.open_sitting(session, actor, sitting, now=now)
        return sitting


@pytest.fixture
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="academy-admission-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        sitting = furnish(database)
        with running_site(url, folder) as site:
            yield Scene(World(site, database, ""), sitting)
        database.dispose()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


def apply(candidate: Person, sitting: str, folder: Path) -> None:
    photo = folder / "photo.png"
    photo.write_bytes(make_png(300, 400))
    candidate.go("/sittings/offers")
    candidate.page.get_by_role("link", name=re.compile("质量可靠性工程师")).click()
    candidate.check_accessibility()
    candidate.page.get_by_label("照片").set_input_files(photo)
    wants = candidate.page.get_by_role("textbox", name=re.compile("^考试便利申请"))
    wants.fill("视力障碍，需要加时")
    candidate.page.get_by_label("我单独同意").check()
    candidate.page.get_by_label("我已阅读并同意以上协议").check()
    candidate.page.get_by_role("button", name="提交报考").click()
    expect(candidate.page.locator("main")).to_contain_text("待审核")


def arrange(examiner: Person, sitting: str) -> None:
    """Accept with extra time, write down a room, seat everybody, appoint the invigilator."""
    page = examiner.page
    examiner.go(f"/sittings/{sitting}/applications")
    examiner.check_accessibility()
    page.get_by_role("link", name="示例𠮷田").click()
    examiner.check_accessibility()
    page.get_by_label("加时（限时的百分之几）").fill("50")
    page.get_by_label("考试便利", exact=True).fill("读屏软件")
    page.get_by_role("button", name="通过并准考").click()
    expect(page.locator("main")).to_contain_text("已通过并准考")
    examiner.go(f"/sittings/{sitting}/hall")
    examiner.check_accessibility()
    page.get_by_label("考场", exact=True).first.fill("第一考场")
    page.get_by_label("地点").fill("培训楼 301")
    page.get_by_role("button", name="添加考场").click()
    page.get_by_role("button", name="排座").click()
    expect(page.locator("main")).to_contain_text("已排座 1 人")
    page.get_by_label("工号或登录名").fill("W7")
    page.get_by_role("button", name="任命").click()
    expect(page.locator("main")).to_contain_text("示例监考")


def test_an_application_becomes_a_printed_ticket_and_a_start(
    browser: Browser, scene: Scene, tmp_path: Path
) -> None:
    faults: list[str] = []
    people = [Person(new_context(browser, faults), scene.world) for _ in range(3)]
    candidate, watcher, examiner = people
    for somebody, phone in zip(people, (CANDIDATE, WATCHER, EXAMINER), strict=True):
        somebody.log_in(phone, PASSWORD)
    sitting = f"/sittings/{scene.sitting}"

    apply(candidate, scene.sitting, tmp_path)
    arrange(examiner, scene.sitting)

    candidate.go(sitting)
    candidate.check_accessibility()
    with candidate.page.expect_download() as started:
        candidate.page.get_by_role("link", name="下载准考证").click()
    ticket = Path(started.value.path()).read_bytes()
    assert ticket.startswith(b"%PDF")
    assert {*"示例𠮷田第一考场读屏软件"} <= printed_text(ticket)
    assert re.search(rb"/Subtype\s*/Image", ticket)

    watcher.go("/sittings")
    watcher.page.get_by_role("link", name=re.compile("质量可靠性工程师")).click()
    watcher.page.get_by_role("link", name="入场核对").click()
    watcher.check_accessibility()
    photo = watcher.page.get_by_alt_text("示例𠮷田 报考时的照片")
    expect(photo).to_be_visible()
    is_drawn = "picture => picture.naturalWidth > 0"
    watcher.page.wait_for_function(is_drawn, arg=photo.element_handle())
    watcher.page.get_by_label("已核对证件").check()
    watcher.page.get_by_role("button", name=re.compile("到场")).click()
    expect(watcher.page.locator("main")).to_contain_text("已到场")

    examiner.go(f"{sitting}/manage")
    examiner.page.get_by_label("各考场已准备好").check()
    examiner.page.get_by_role("button", name="现在开考").click()
    start = candidate.page.get_by_role("button", name="开始考试")
    expect(start).to_be_visible(timeout=15_000)  # the waiting page has changed by itself
    candidate.page.get_by_label("我已知道").check()
    start.click()
    expect(candidate.page).to_have_url(re.compile("/attempts/"))
    expect(candidate.page.locator("body")).to_contain_text("已含延长 30 分钟")
    assert faults == []
