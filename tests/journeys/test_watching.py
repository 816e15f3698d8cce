"""A video in a lesson: by keyboard, with captions, gone on with on another day; a PDF as a lesson."""

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from learning.accounts.password_hashing import hash_password
from learning.courses.models import MediaWatching
from learning.courses.rules.media import ranges_from_json
from learning.courses.services import sync_course
from learning.kernel.db import Database
from tests.factories.courses import CODE, load_one, make_course, write_lesson
from tests.factories.recordings import make_office, make_pdf, make_playable_webm
from tests.faults.site import running_site
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World, migrate, person
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
READER = "13800000001"
LESSON = f"/courses/{CODE}/lessons/les-01"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:10.000\n先看指示灯\n\n00:10.000 --> 00:20.000\n再合上门\n"
BODY = """
## 开机

![开机：指示灯变绿以后合上门](assets/start.webm)

做完填[设备点检表](assets/check.xlsx)。
"""
NOW = "document.querySelector('video').currentTime"


@pytest.fixture
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="academy-watching-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/academy.db"
        migrate(url, folder)
        database = Database(url)
        publish(database, folder / "course")
        with running_site(url, folder) as site:
            yield World(site, database, "")
        database.dispose()


def publish(database: Database, course: Path) -> None:
    now, secret = datetime.now(UTC), hash_password(PASSWORD)
    with database.transaction() as session:
        make_course(session, now, course)
        person(session, now, "示例学员", READER, secret)
        files = {
            "start.webm": make_playable_webm(),
            "start.vtt": CAPTIONS.encode(),
            "check.xlsx": make_office(),
            "deck.pdf": make_pdf(3),
        }
        for name, content in files.items():
            (course / "assets" / name).write_bytes(content)
        write_lesson(course, 1, BODY)
        path = write_lesson(course, 2, "")
        text = path.read_text(encoding="utf-8").replace("minutes = 12", 'deck = "assets/deck.pdf"')
        path.write_text(text, encoding="utf-8")
        loaded = load_one(course)
        assert not loaded.problems, loaded.problems
        sync_course(session, loaded, now)


def test_a_video_goes_on_where_it_was_and_the_server_reckons_what_was_seen(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    faults: list[str] = []
    reader = Person(new_context(browser, faults), world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON)
    page = reader.page
    until(page, "document.querySelector('video').readyState > 0")
    reader.check_accessibility()
    play_by_keyboard(page)
    until(page, f"{NOW} > 4")
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"
    cue = "document.querySelector('video').textTracks[0].activeCues[0].text"
    assert page.evaluate(cue) == "先看指示灯"

    page.evaluate(f"{NOW} = 12")  # what was jumped over was not seen
    until(page, f"{NOW} > 13")
    assert page.evaluate(cue) == "再合上门"
    page.evaluate("document.querySelector('video').pause()")
    expect(page.locator("[data-watched]")).to_contain_text("已看")
    row = wait_for_row(page, world)
    assert 4_000 <= row.watched_ms <= 8_000
    assert row.position_ms >= 13_000

    again = Person(new_context(browser, faults), world)
    again.log_in(READER, PASSWORD)
    again.go(LESSON)
    until(again.page, f"{NOW} >= 13")
    expect(again.page.locator("[data-watched]")).to_contain_text("已看")
    with again.page.expect_download() as download:
        again.page.locator(".qa-downloads").get_by_role("link", name="设备点检表").click()
    assert download.value.suggested_filename == "check.xlsx"
    assert faults == []


def test_what_is_watched_without_a_network_is_told_when_it_is_back(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    """The page is even closed meanwhile: the next visit tells, and goes on at the same place."""
    context = new_context(browser, [])
    reader = Person(context, world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON)
    page = reader.page
    until(page, "document.querySelector('video').readyState > 3")
    with page.expect_response(re.compile("/watched$")):
        play_by_keyboard(page)
    context.set_offline(True)
    page.evaluate(f"{NOW} = 9")
    until(page, f"{NOW} > 13.4")
    page.evaluate("document.querySelector('video').pause()")
    expect(page.locator("[data-watched]")).to_contain_text("断网期间不计学时")
    page.goto("about:blank")
    context.set_offline(False)

    reader.go(LESSON)

    row = wait_for_row(page, world)
    assert row.watched_ms >= 4_000
    assert any(start <= 9_500 and end >= 12_500 for start, end in ranges_from_json(row.ranges))
    until(page, f"{NOW} >= 13")
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('watched:')).length"
    until(page, f"{kept} === 0")


def test_what_was_watched_is_kept_where_the_lesson_is_not_open_and_told_when_it_is(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    reader = Person(new_context(browser, []), world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON)
    page = reader.page
    until(page, "document.querySelector('video').readyState > 3")
    with page.expect_response(re.compile("/watched$")):
        play_by_keyboard(page)
    page.route(re.compile("/watched$"), lambda route: route.fulfill(status=404, body=""))
    page.evaluate(f"{NOW} = 9")
    until(page, f"{NOW} > 13.4")
    page.evaluate("document.querySelector('video').pause()")
    expect(page.locator("[data-watched]")).to_contain_text("能打开时补报")

    page.unroute(re.compile("/watched$"))
    reader.go(LESSON)

    assert wait_for_row(page, world).watched_ms >= 4_000


def test_who_cannot_watch_reads_the_words_and_the_lesson_is_done(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    """Nothing is played; the twenty seconds' words are paid for by the time on the page."""
    reader = Person(new_context(browser, []), world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON)
    page = reader.page
    page.locator("#lesson-end").scroll_into_view_if_needed()
    expect(page.get_by_text("还有 1 段视频或音频要看满 80%")).to_be_visible()
    with page.expect_response(re.compile("/watched$")):
        page.get_by_text("看文字稿").click()
    expect(page.locator(".qa-recording details")).to_contain_text("再合上门")
    reader.check_accessibility()
    page.get_by_role("button", name="文字稿读完了").click()

    expect(page.get_by_text("视频、音频已看够")).to_be_visible(timeout=40_000)
    expect(page.get_by_text("本课时已学完")).to_be_visible(timeout=20_000)


def test_a_video_before_an_empty_chair_is_asked_about(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    """It plays over and over, nobody touches anything: the clock asks, though not at once."""
    reader = Person(new_context(browser, []), world)
    reader.log_in(READER, PASSWORD)
    page = reader.page
    page.clock.install()
    reader.go(LESSON)
    page.evaluate(
        """() => {
            const video = document.querySelector('video');
            Object.defineProperty(video, 'paused', { value: false });
            setInterval(() => video.dispatchEvent(new Event('timeupdate')), 1000);
        }"""
    )

    page.clock.run_for("12:00")
    expect(page.locator("#study-idle")).to_be_hidden()
    page.clock.run_for("20:00")
    expect(page.locator("#study-idle")).to_be_visible()


def play_by_keyboard(page: Page) -> None:
    page.locator("video").focus()
    page.keyboard.press("Space")
    until(page, "!document.querySelector('video').paused")


def until(page: Page, condition: str) -> None:
    """Wait for a condition; asked again and again, since a page's policy lets nothing evaluate."""
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(200)
    raise AssertionError(condition)


def wait_for_row(page: Page, world: World) -> MediaWatching:
    for _ in range(50):
        with world.database.session(write=False) as session:
            row = session.scalar(select(MediaWatching))
        if row is not None and row.position_ms >= 13_000 and row.watched_ms:
            return row
        page.wait_for_timeout(200)
    raise AssertionError("no report arrived")


def test_a_pdf_is_read_page_by_page_to_its_end(
    world: World,
    browser: Browser,  # noqa: F811 - the fixture
) -> None:
    faults: list[str] = []
    reader = Person(new_context(browser, faults), world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON.replace("les-01", "les-02"))
    page = reader.page
    pages = page.get_by_role("img", name="共 3 页")
    expect(pages).to_have_count(3)
    for number in range(3):
        pages.nth(number).scroll_into_view_if_needed()
        until(
            page, f"document.querySelectorAll('.qa-deckpage img')[{number}].naturalWidth === 1280"
        )
    page.locator("#lesson-end").scroll_into_view_if_needed()
    expect(page.get_by_text("本课时已学完")).to_be_visible(timeout=20_000)
    reader.check_accessibility()
    page.reload()
    expect(page.locator(".qa-resume")).to_contain_text(re.compile("“第 [23] 页”"))
    assert faults == []
