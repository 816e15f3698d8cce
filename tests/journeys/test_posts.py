"""HR makes a post, asks a certificate of it, sees that nobody is in it, retires it, takes it back."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from learning.accounts.password_hashing import hash_password
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from tests.compliance.staffed import Firm, make_firm
from tests.factories.people import grant_role
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a journey does not depend on the database
HR = "13800000009"
MANNED, NEW = "岗位0", "压力容器焊接与无损检测复合岗位（二工段夜班）"


def furnish(database: Database) -> Firm:
    """A firm with a manned post, and HR who keeps the whole of it."""
    now, password_hash = utc_now(), hash_password(PASSWORD)
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.hire("赵在岗", 2, 0, staff_no="0001")
        grant_role(
            session, now, person(session, now, "示例人事", HR, password_hash),
            Role.HR_MANAGER, firm.units[0],
        )  # fmt: skip
        session.flush()
        session.expunge_all()
    return firm


@pytest.fixture
def hr() -> Iterator[tuple[Person, Firm]]:
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="academy-posts-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        firm = furnish(database)
        with running_site(url, folder) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            one = Person(new_context(browser, faults), World(site, database, ""))
            one.log_in(HR, PASSWORD)
            yield one, firm
            browser.close()
        database.dispose()
    assert faults == []


def make(hr: Person, name: str) -> None:
    page = hr.page
    page.get_by_role("link", name="新建岗位").click()
    page.get_by_label("岗位名称", exact=True).fill(name)
    page.get_by_label("关键岗位", exact=True).check()
    page.get_by_role("button", name="新建", exact=True).click()


def ask(hr: Person, firm: Firm, post: str, level: str, needed: str = "") -> None:
    unit, scheme = firm.units[2].public_id, firm.schemes[0].public_id
    hr.go(f"/staff/matrix/{unit}/{post}/{scheme}")
    hr.page.get_by_label(level, exact=True).check()
    hr.page.get_by_label("每个单位至少几人持证").fill(needed)
    hr.page.get_by_role("button", name="保存").click()


def retire(hr: Person) -> None:
    hr.page.get_by_role("button", name="停用", exact=True).click()


def test_a_post_is_made_found_empty_retired_and_taken_back(hr: tuple[Person, Firm]) -> None:
    one, firm = hr
    page, main = one.page, one.page.locator("main")
    one.go("/staff/posts")
    one.check_accessibility()

    make(one, MANNED)
    expect(main).to_contain_text("本单位已有这个名称的岗位")
    expect(page.get_by_label("岗位名称", exact=True)).to_have_value(MANNED)
    one.check_accessibility()
    make(one, NEW)
    expect(page.get_by_role("heading", level=1)).to_have_text(NEW)
    one.check_accessibility()
    address = page.url
    post = address.rsplit("/", 1)[1]

    # Nobody is in it: what it is asked is short from the first day on.
    ask(one, firm, post, "必须", "1")
    one.go(f"/staff/coverage/forecast?unit={firm.units[2].public_id}")
    empty = page.get_by_role("row", name=NEW)
    expect(empty).to_contain_text("现在岗位空缺")
    one.check_accessibility()

    page.goto(address)
    retire(one)
    expect(page.get_by_role("alert")).to_contain_text("还有 1 项应持证要求")
    one.check_accessibility()
    ask(one, firm, post, "不要求")
    page.goto(address)
    retire(one)
    expect(main).to_contain_text("已停用")
    one.go(f"/staff/coverage/forecast?unit={firm.units[2].public_id}")
    expect(empty).to_have_count(0)

    one.go("/staff/posts")
    expect(page.get_by_role("link", name=NEW)).to_have_count(0)
    page.get_by_role("link", name=MANNED).click()
    retire(one)
    expect(page.get_by_role("alert")).to_contain_text("还有 1 人在这个岗位")

    one.go("/staff/posts")
    page.get_by_role("link", name="已停用").click()
    one.check_accessibility()
    page.get_by_role("link", name=NEW).click()
    page.get_by_role("button", name="恢复使用").click()
    expect(page.get_by_role("button", name="停用", exact=True)).to_be_visible()
    one.go("/staff/posts")
    expect(page.get_by_role("link", name=NEW)).to_be_visible()
