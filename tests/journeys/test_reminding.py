"""HR asks hours by a day; people are told once, awake; what is late climbs to the manager's phone.

Days pass by putting the dates back: pages read the clock. The worker's jobs are run at hours of the
days to come.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.compliance.jobs import keep_assignment, reminders_job
from learning.compliance.models import Assignment, AssignmentPause, AssignmentTask
from learning.kernel import mail
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.compliance.staffed import make_firm
from tests.factories.people import grant_role, make_contact, make_membership, make_user
from tests.faults.site import Cookies, running_site
from tests.journeys.entering import Entrance
from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.site import World
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database
DAY, ZONE = timedelta(days=1), "Asia/Shanghai"
TASK = "年度质量培训：检验规程与记录"
LATE, RESTING, FINE = "张示例", "买买提·吐尔逊江·阿卜杜热合曼示例", "李示例"
PHONE = {"width": 360, "height": 780}


@dataclass
class House(Entrance):
    """A running site with a firm whose team has three people and a manager."""

    unit: str
    letters: Path
    faults: list[str]

    @property
    def database(self) -> Database:
        return self.world.database

    def remind(self, days: int, hour: float) -> list[str]:
        """Let the worker remind and send, so many days from now; return what has been mailed."""
        day = datetime.now(ZoneInfo(ZONE)).date() + days * DAY
        at = datetime.combine(day, time(), ZoneInfo(ZONE)).astimezone(UTC)
        at += timedelta(hours=hour)
        self.keep(at)
        reminders_job(ZONE).run(self.database, at)
        mail.send_pending(self.database, {"mail": mail.FolderChannel(self.letters)}, at)
        return sorted(_read(path) for path in self.letters.glob("*.eml"))

    def keep(self, at: datetime) -> None:
        with self.database.session(write=False) as session:
            made = session.scalars(select(Assignment.id)).one()
        keep_assignment(self.database, made, at)

    def let_pass(self, days: int) -> None:
        """Put all dates of the task back."""
        by = days * DAY
        with self.database.transaction() as session:
            for column in (
                Assignment.due_at,
                AssignmentTask.assigned_at,
                AssignmentTask.base_due_at,
                AssignmentTask.due_at,
                AssignmentTask.paused_since,
                AssignmentPause.begins_at,
            ):
                for row in session.scalars(select(column.class_).where(column.is_not(None))):
                    setattr(row, column.key, getattr(row, column.key) - by)


def _read(path: Path) -> str:
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return f"{letter['To']} {letter['Subject']}\n{letter.get_content()}"


def furnish(database: Database) -> str:
    now = datetime.now(UTC)
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 0)
        for number, name in enumerate((LATE, RESTING, FINE), 1):
            person = firm.hire(name, 2, 0, staff_no=f"R{number}")
            firm.hold(person, 0, 500)
            make_contact(session, now, person.id, f"r{number}@example.com")
        manager = make_user(session, now, "班长示例")
        make_membership(session, now, manager, firm.units[0], staff_no="M1")
        make_contact(session, now, manager.id, "manager@example.com")
        grant_role(session, now, manager, Role.MANAGER, firm.units[2])
        for user in session.scalars(select(User)):
            give_consent(session, user.id, CURRENT_NOTICE, now=now)
        session.flush()
        return firm.units[0].public_id


@pytest.fixture
def house(database_maker, tmp_path: Path) -> Iterator[House]:
    url = database_maker.make()
    database = Database(url)
    unit = furnish(database)
    with running_site(url, tmp_path) as site, sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        world = World(site, database, unit)
        yield House(world, browser, Cookies(url, tmp_path), unit, tmp_path / "letters", [])
        browser.close()
    database.dispose()
    database_maker.drop(url)


def set_hours(hr: Person, house: House) -> None:
    """Let nobody be told before nine; a week and a month ahead."""
    page = hr.page
    hr.go(f"/staff/reminders/{house.unit}")
    page.get_by_label("到期前多少天提醒").fill("30，7")
    page.get_by_label("从几点起").fill("9")
    page.get_by_label("到几点止").fill("18")
    hr.check_accessibility()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("30 / 7")
    hr.check_accessibility()


def hand_out(hr: Person) -> None:
    """Ask ten hours of everybody within a week, after a look whom it reaches."""
    page, main = hr.page, hr.page.locator("main")
    due = datetime.now(ZoneInfo(ZONE)).date() + 7 * DAY
    hr.go("/staff/assignments/new")
    page.get_by_label("任务名称").fill(TASK)
    page.get_by_label("单位", exact=True).select_option(label="一分厂")
    page.get_by_label("学时", exact=True).check()
    page.get_by_label("学时数").fill("10")
    page.get_by_label("截止日期", exact=True).fill(due.isoformat())
    page.get_by_label("逾期多少天后通知负责人").fill("3")
    page.get_by_role("button", name="看看会发给谁").click()
    expect(main).to_contain_text("现在会发给 3 人")
    hr.check_accessibility()
    page.get_by_role("button", name="下达", exact=True).click()
    expect(main).to_contain_text("任务已下达")


def pause_one(hr: Person) -> None:
    page = hr.page
    page.reload()
    row = page.get_by_role("row", name=RESTING)
    row.get_by_label(f"暂停：{RESTING}").click()
    row.get_by_label(f"暂停的原因：{RESTING}").fill("外派三个月")
    row.get_by_role("button", name="暂停").click()
    expect(page.locator("main")).to_contain_text("外派三个月")


def test_people_are_told_once_and_awake_and_what_is_late_climbs_to_the_manager(
    house: House,
) -> None:
    hr = house.enter("人力甲", house.faults)
    set_hours(hr, house)
    hand_out(hr)
    house.keep(utc_now())
    pause_one(hr)
    house.keep(utc_now())
    hr.page.reload()
    hr.check_accessibility()

    asleep, awake = house.remind(1, 8.9), house.remind(1, 10)
    again = [house.remind(1, 17), house.remind(2, 8.5), house.remind(2, 10), house.remind(2, 17)]
    assert asleep == []
    assert [letter.split()[0] for letter in awake] == ["r1@example.com", "r3@example.com"]
    assert all("1 项将到期" in letter and TASK in letter for letter in awake)
    assert again == [awake] * 4  # never twice
    person = house.enter(LATE, house.faults)
    person.go("/notices")
    expect(person.page.locator("main li")).to_have_count(1)
    expect(person.page.locator("main")).to_contain_text(TASK)
    person.check_accessibility()
    person.go("/")
    expect(person.page.locator("main")).to_contain_text(TASK)

    house.let_pass(12)
    late = [letter for letter in house.remind(3, 10) if letter not in awake]
    assert [letter.split()[0] for letter in late] == [
        "manager@example.com",
        "r1@example.com",
        "r3@example.com",
    ]
    assert "2 项培训任务逾期，2 项久拖未办" in late[0]
    assert all("已逾期" in letter for letter in late[1:])
    assert len(house.remind(3, 11)) == len(awake) + len(late)
    hr.go("/staff/overdue")
    expect(hr.page.locator("tbody tr")).to_have_count(2)
    hr.check_accessibility()

    manager = house.enter("班长示例", house.faults)
    manager.page.set_viewport_size(PHONE)
    manager.go("/notices")
    manager.page.get_by_role("link", name=re.compile("装配班")).click()
    expect(manager.page).to_have_url(re.compile("/staff/team"))
    late_one = manager.page.locator("li", has_text=LATE)
    expect(late_one).to_contain_text("1 项培训逾期")
    late_one.locator("summary").click()
    expect(late_one).to_contain_text(TASK)
    expect(manager.page.locator("li", has_text=RESTING)).not_to_contain_text("逾期")
    manager.check_accessibility()

    hr.go("/staff/assignments")
    hr.page.get_by_role("link", name=TASK).click()
    hr.page.get_by_label(f"恢复：{RESTING}").click()
    house.keep(utc_now())
    hr.page.reload()
    resumed = hr.page.get_by_role("row", name=RESTING)
    due = (
        datetime.now(ZoneInfo(ZONE)).date() + 8 * DAY
    )  # moved by as long as it rested, to the end of a day
    expect(resumed).to_contain_text(due.isoformat())
    expect(hr.page.locator("main")).to_contain_text("外派三个月")
    hr.check_accessibility()
    assert house.faults == []
