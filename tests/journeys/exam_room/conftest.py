"""One browser for a file of journeys; a server and a clean context for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.journeys.exam_room.driving import ARGS, CHROMIUM, enter, new_context
from tests.journeys.exam_room.stub import Stub


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    yield running
    running.close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def faults() -> list[str]:
    """Collect what pages complain of: policy violations and uncaught errors. None is allowed."""
    return []


@pytest.fixture
def context(browser: Browser, stub: Stub, faults: list[str]) -> Iterator[BrowserContext]:
    made = new_context(browser, faults)
    yield made
    made.close()
    assert faults == []


@pytest.fixture
def page(context: BrowserContext, stub: Stub) -> Page:
    return enter(context, stub)
