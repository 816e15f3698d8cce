"""How far somebody read arrives over a slow network, without another movement of the page."""

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.factories.courses import BODY
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture
from tests.journeys.test_notes import LESSON, READER, Scene, scene  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
LONG = BODY.replace("引言。", "\n\n".join(["一段要滚动才看得完的文字。"] * 60))
LACKING = """
  delete Array.prototype.at; delete String.prototype.at; delete String.prototype.replaceAll;
  delete Object.hasOwn; delete Element.prototype.replaceChildren;
"""
TO_END = "document.getElementById('lesson-end').scrollIntoView({block: 'end'})"


def test_the_end_that_was_reached_while_a_report_was_under_way_is_reported(
    browser: Browser,  # noqa: F811
    scene: Scene,  # noqa: F811
) -> None:
    scene.publish(LONG)
    faults: list[str] = []
    context = new_context(
        browser, faults, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    reader = Person(context, scene.world)
    reader.log_in(READER, PASSWORD)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = reader.page
    page.route("**/les-01/progress", hold, times=1)
    reader.go(LESSON)
    page.wait_for_timeout(4000)
    assert len(held) == 1

    page.evaluate(TO_END)
    page.wait_for_timeout(4000)
    with page.expect_request(
        lambda sent: sent.url.endswith("/progress") and '"percent":100' in (sent.post_data or ""),
        timeout=15_000,
    ):
        held[0].continue_()
    assert faults == []


def test_a_phone_of_some_years_ago_reads_and_is_told_that_the_lesson_is_read(
    browser: Browser,  # noqa: F811
    scene: Scene,  # noqa: F811
) -> None:
    scene.publish(LONG)
    faults: list[str] = []
    context = new_context(
        browser, faults, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    context.add_init_script(LACKING)
    reader = Person(context, scene.world)
    reader.log_in(READER, PASSWORD)
    reader.go(LESSON)

    reader.page.evaluate(TO_END)

    expect(reader.page.locator("[data-state=read]")).to_have_text("已读到末尾")
    expect(reader.page.locator("#note-none")).to_be_visible()
    assert faults == []
