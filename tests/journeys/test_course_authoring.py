"""A course is brought, reviewed, read, and changed while somebody is in the middle of it."""

import base64
import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import func, select

from learning.accounts.password_hashing import hash_password
from learning.courses.loader import write_zip
from learning.courses.models import LessonProgress, LessonReopening
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.question_bank.models import BankRow
from learning.question_bank.services import sync_bank
from tests.courses.authoring import CODE, course_files
from tests.factories.courses import BANK, make_course_items
from tests.factories.people import grant_role, make_unit
from tests.factories.pictures import PNG
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person

AUTHOR, REVIEWER, LEARNER = "13800000001", "13800000002", "13800000003"
LESSON = f"/courses/{CODE}/lessons/les-02"
LONG = "文字。\n\n" + "\n\n".join(f"第 {n} 段，{'说明' * 40}。" for n in range(40))
SELECTED = """() => {
  const text = document.getElementById("text");
  return text.value.slice(text.selectionStart, text.selectionEnd);
}"""
PASTE = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  const text = document.getElementById("text");
  text.focus();
  text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@contextlib.contextmanager
def running_desk(folder: Path) -> Iterator[World]:
    url = f"sqlite:///{folder}/academy.db"
    migrate(url, folder)
    database = Database(url)
    now, password_hash = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        unit = make_unit(session, now, name="示例制造有限公司")
        sync_bank(session, BANK, make_course_items(), now)
        if session.scalar(select(BankRow.id).where(BankRow.code == BANK)) is None:
            session.add(
                BankRow(
                    code=BANK, title="课程题库", title_en="", description="", pool="practice",
                    tracks="[]", origin="file", created_at=now,
                )
            )  # fmt: skip
        for name, phone, role in (
            ("示例作者", AUTHOR, Role.AUTHOR),
            ("示例审稿人", REVIEWER, Role.REVIEWER),
        ):
            grant_role(session, now, person(session, now, name, phone, password_hash), role, unit)
        person(session, now, "示例学员", LEARNER, password_hash)
    with running_site(url, folder) as site:
        yield World(site, database, unit.public_id)
    database.dispose()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running_desk(tmp_path) as running:
        yield running


@pytest.mark.long
@pytest.mark.browser
def test_a_change_is_published_while_a_learner_reads(world: World, tmp_path: Path) -> None:
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        author, reviewer, learner = (Person(new_context(browser, faults), world) for _ in range(3))
        for somebody, phone in ((author, AUTHOR), (reviewer, REVIEWER), (learner, LEARNER)):
            somebody.log_in(phone, PASSWORD)
        bring_course(author, tmp_path)
        submit(author, "第一版")
        publish(reviewer)

        read_half(learner)
        write_lesson(author)
        submit(author, "补充一段")
        expect_impact(reviewer)
        publish(reviewer)
        reads_on_and_is_told(world, learner)

        change(author, "改过的一段", "全部重写的一段")
        submit(author, "重写", substantial=True)
        publish(reviewer)
        learns_anew(world, learner)
        browser.close()
    assert faults == []


def bring_course(author: Person, folder: Path) -> None:
    """Bring a zip: a hostile one is refused by name, a sound one becomes a draft."""
    page = author.page
    author.go("/authoring")
    author.check_accessibility()
    page.get_by_role("link", name="新建或上传课程").first.click()
    author.check_accessibility()
    files = course_files()
    files["02-lesson.md"] = files["02-lesson.md"].replace("文字。".encode(), LONG.encode())
    hostile = folder / "hostile.zip"
    hostile.write_bytes(write_zip({**files, "assets/../../evil.svg": b"x"}))
    page.get_by_label("压缩包").set_input_files(hostile)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("alert")).to_contain_text("assets/../../evil.svg")
    author.check_accessibility()
    sound = folder / "课程.zip"
    sound.write_bytes(write_zip({f"{CODE}/{path}": content for path, content in files.items()}))
    page.get_by_label("压缩包").set_input_files(sound)
    page.get_by_role("button", name="上传").click()
    expect(page).to_have_url(re.compile(f"/authoring/{CODE}$"))
    expect(page.get_by_text("没有要改的")).to_be_visible()
    author.check_accessibility()


def submit(author: Person, note: str, *, substantial: bool = False) -> None:
    page = author.page
    author.go(f"/authoring/{CODE}")
    page.get_by_label("改了什么").fill(note)
    if substantial:
        page.locator("input[name=substantial]").check()
        author.check_accessibility()
    page.get_by_role("button", name="提交审阅").click()
    expect(page.get_by_role("button", name="撤回")).to_be_visible()


def publish(reviewer: Person) -> None:
    reviewer.go(f"/authoring/{CODE}/changes")
    reviewer.check_accessibility()
    reviewer.page.get_by_role("button", name="发布", exact=True).click()
    expect(reviewer.page.get_by_text("已发布，学员现在读到的是新版本。")).to_be_visible()


def read_half(learner: Person) -> None:
    page = learner.page
    learner.go(LESSON)
    with page.expect_response(re.compile("/progress$")):
        page.evaluate("scrollTo(0, document.body.scrollHeight * 0.4)")
    expect(page.locator("[data-state=toc]")).to_have_text(re.compile(r"已读 [1-9]\d%"))


def write_lesson(author: Person) -> None:
    """Write in the editor: problems as typed, preview, a lost network, a pasted picture."""
    page = author.page
    author.go(f"/authoring/{CODE}/edit?path=02-lesson.md")
    text = page.locator("#text")
    before = text.input_value()
    text.fill(before + "\n<script>alert(1)</script>\n")
    wrong = page.locator("#findings a[data-line]")
    expect(wrong).to_have_count(1)
    expect(page.locator("#preview script")).to_have_count(0)
    author.check_accessibility()
    wrong.click()
    assert page.evaluate(SELECTED) == "<script>alert(1)</script>"
    assert page.evaluate("document.getElementById('text').scrollTop") > 500
    author.context.set_offline(True)
    text.fill(before + "\n改过的一段，公式 $\\frac{a}{b}$。\n")
    expect(page.locator("#save-state")).to_contain_text("未保存")
    kept = page.evaluate("Object.values(localStorage).join()")
    assert "改过的一段" in kept
    author.context.set_offline(False)
    expect(page.locator("#save-state")).to_contain_text("已保存", timeout=20_000)
    expect(page.locator("#preview math")).to_be_visible()
    expect(page.locator("#findings a[data-line]")).to_have_count(0)
    assert "改过的一段" not in page.evaluate("Object.values(localStorage).join()")
    page.evaluate(PASTE, base64.b64encode(PNG).decode())
    page.get_by_label("图里是什么").fill("一张图：说明")
    page.get_by_role("button", name="插入", exact=True).click()
    expect(page.locator("#preview figure img")).to_be_visible()
    expect(page.locator("#save-state")).to_contain_text("已保存")
    author.check_accessibility()


def change(author: Person, old: str, new: str) -> None:
    page = author.page
    author.go(f"/authoring/{CODE}/edit?path=02-lesson.md")
    text = page.locator("#text")
    text.fill(text.input_value().replace(old, new))
    expect(page.locator("#save-state")).to_contain_text("已保存 ", timeout=20_000)


def expect_impact(reviewer: Person) -> None:
    page = reviewer.page
    reviewer.go(f"/authoring/{CODE}/changes")
    expect(page.get_by_text("1 人开始学了这门课程")).to_be_visible()
    expect(page.get_by_text("在学 1 人，学完 0 人。")).to_be_visible()
    expect(page.locator(".qau-diff [data-k=new]").first).to_contain_text("改过的一段")


def reads_on_and_is_told(world: World, learner: Person) -> None:
    page = learner.page
    told = page.locator("[data-revised]")
    expect(told).to_be_hidden()
    with page.expect_response(re.compile("/progress$")):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(told).to_contain_text("可以接着读完，读过的照算")
    learner.check_accessibility()
    with world.database.session(write=False) as session:
        assert session.scalar(select(LessonProgress.completed_at)) is not None
    page.get_by_role("link", name="读新版本").click()
    expect(page.get_by_text("改过的一段")).to_be_visible()
    expect(page.get_by_text("本课时已学完").first).to_be_visible()


def learns_anew(world: World, learner: Person) -> None:
    page = learner.page
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("dispatchEvent(new Event('scroll'))")
    learner.go(LESSON)
    expect(page.get_by_text("这一课有实质修订，请重新学完")).to_be_visible()
    learner.check_accessibility()
    with world.database.session(write=False) as session:
        assert session.scalar(select(LessonProgress.completed_at)) is None
        kept = session.scalar(select(func.count(LessonReopening.completed_at)))
    assert kept == 1
