"""What the journeys rely on in their browser, and in what looks at a page for them."""

import contextlib
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser

from tests.journeys.exam_room.driving import new_context
from tests.journeys.looking import ANY, GRAVE, findings, wait_for_transitions

pytestmark = pytest.mark.browser
OFF = "--disable-features="
BAD = """<!doctype html><html><head><title>x</title></head><body>
<img src="data:,"><input><a href="/x"></a><h4>x</h4><h1></h1><div role="banner"></div>
<p style="color: #999; background: #aaa">hard to read</p><main><main>y</main></main></body></html>"""


@pytest.mark.usefixtures("browser")
def test_what_playwright_switches_off_stays_off_beside_what_is_ours() -> None:
    lists = next(lists for lists in map(_switched_off, _started()) if lists)

    assert len(lists) > 1
    assert set().union(*lists) == lists[-1]  # which alone is heeded


def _started() -> Iterator[list[str]]:
    """Yield the command lines of what this process started, parts of a browser left out."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            line = process.cmdline()
            if not any(one.startswith("--type=") for one in line):
                yield line


def _switched_off(line: list[str]) -> list[set[str]]:
    return [set(one.removeprefix(OFF).split(",")) for one in line if one.startswith(OFF)]


def test_the_rules_of_grave_impact_find_what_all_rules_find_of_it(browser: Browser) -> None:
    context = new_context(browser, [])
    page = context.new_page()
    page.set_content(BAD)

    everything, grave = findings(page, ANY), findings(page, GRAVE)

    assert grave == [one for one in everything if one.impact in GRAVE]
    assert {one.rule for one in grave} >= {"image-alt", "label", "link-name", "color-contrast"}
    assert len(grave) < len(everything)
    context.close()


def test_a_look_waits_for_what_moves_but_not_for_what_moves_for_ever(browser: Browser) -> None:
    context = new_context(browser, [])
    page = context.new_page()
    page.set_content("<div id=a>a</div><div id=b>b</div>")
    page.evaluate(
        """() => {
          document.getElementById("a").animate([{ opacity: 0 }, { opacity: 1 }], 400);
          document.getElementById("b").animate([{ opacity: 0 }, { opacity: 1 }],
            { duration: 400, iterations: Infinity });
        }"""
    )

    wait_for_transitions(page)

    assert page.evaluate("document.getElementById('a').getAnimations().length") == 0
    assert page.evaluate("document.getElementById('b').getAnimations().length") == 1
    context.close()
