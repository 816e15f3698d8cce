"""An invigilator and an examiner at the console while a candidate answers: pause, time, word, void."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.exams import services
from learning.exams.models import Admission, SittingRoom
from learning.exams.rules import Duty, RoomPlan
from learning.kernel.db import Database
from tests.factories.exams import make_candidate, make_hall, make_member
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import DEVICE, Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World, migrate

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.pages]


@dataclass
class Hall(Entrance):
    """A running sitting with one candidate answering in its only room."""

    public_id: str
    attempt: str


def furnish(database: Database) -> tuple[str, str]:
    now = datetime.now(UTC)
    with database.transaction() as session:
        hall = make_hall(session, now)
        services.add_room(
            session, hall.actor, hall.public_id, room=RoomPlan("第一考场", "", 30), now=now
        )
        people = [make_candidate(session, now, hall, name) for name in ("示例考生", "示例缺席")]
        room_id = session.scalars(select(SittingRoom.id)).one()
        for seat, actor in enumerate(people, start=1):
            session.execute(
                update(Admission)
                .where(Admission.user_id == actor.user_id)
                .values(room_id=room_id, seat=seat)
            )
        make_member(session, now, hall, "示例监考", staff_no="W7")
        services.appoint(
            session,
            hall.actor,
            hall.public_id,
            roll="W7",
            duty=Duty.INVIGILATOR,
            raw_room_id="",
            now=now,
        )
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
        attempt = services.start_sitting(
            session, people[0], hall.public_id, device_token=DEVICE, now=now
        )
        return hall.public_id, attempt


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("console")
    url = f"sqlite:///{folder}/academy.db"
    migrate(url, folder)
    database = Database(url)
    public_id, attempt = furnish(database)
    with running_site(url, folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        world = World(site, database, "")
        yield Hall(world, browser, Cookies(url, folder), public_id, attempt)
        browser.close()
    database.dispose()


def line(page: Page):
    return page.locator(".qa-watch__line").filter(has_text="示例考生")


def act(page: Page, label: str, reason: str, *, note: str = "", minutes: str = "") -> None:
    line(page).get_by_role("checkbox").check()
    page.get_by_role("button", name=label, exact=True).click()
    dialog = page.locator("#act")
    dialog.get_by_role("button", name="确认").click()
    expect(dialog.get_by_text("请选好对象，并填好原因等必填项。")).to_be_visible()
    dialog.get_by_label("原因").select_option(label=reason)
    if note:
        dialog.locator("#act-note").fill(note)
    if minutes:
        dialog.get_by_label("加几分钟").fill(minutes)
    dialog.get_by_role("button", name="确认").click()
    expect(dialog).to_be_hidden()


def test_an_invigilator_pauses_adds_time_and_speaks_and_the_examiner_voids(hall: Hall):
    faults: list[str] = []
    candidate = hall.enter("示例考生", faults)
    candidate.page.clock.install()
    candidate.go(f"/attempts/{hall.attempt}")
    candidate.page.wait_for_selector("html[data-ready]")
    invigilator = hall.enter("示例监考", faults)
    page = invigilator.page

    invigilator.go("/sittings")
    page.get_by_role("link", name="质量可靠性工程师认证考试（示例）").click()
    expect(line(page)).to_contain_text("正在作答")
    expect(line(page)).to_contain_text("已答 0/5")
    expect(page.locator(".qa-watch__line").nth(1)).to_contain_text("未到")
    invigilator.check_accessibility()
    act(page, "暂停", "设备故障")
    expect(line(page)).to_contain_text("已暂停")
    candidate.page.clock.fast_forward(40_000)
    expect(candidate.page.locator("#paused")).to_be_visible()

    act(page, "继续", "设备故障")
    expect(line(page)).to_contain_text("正在作答")
    act(page, "加时", "设备故障", minutes="12")
    expect(line(page)).to_contain_text("含加时 12 分钟")
    act(page, "发提醒", "维持考场秩序", note="请把手机放到讲台")
    candidate.page.clock.fast_forward(40_000)
    expect(candidate.page.locator("#paused")).to_be_hidden()
    expect(candidate.page.locator("#notices")).to_contain_text("监考提醒：请把手机放到讲台")
    expect(page.get_by_role("button", name="作废")).to_have_count(0)

    examiner = hall.enter("考务员", faults)
    page = examiner.page
    examiner.go(f"/sittings/{hall.public_id}/console")
    act(page, "作废", "违纪", note="替考")
    expect(line(page)).to_contain_text("已作废")
    line(page).get_by_role("link").click()
    expect(page.get_by_text("作废（违纪）")).to_be_visible()
    expect(page.get_by_text("加时 12 分钟（设备故障）")).to_be_visible()
    examiner.check_accessibility()
    assert faults == []
    assert re.search(r"/console/", page.url)
