"""One site, one browser and one log-in a person for all journeys of items."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.exam_room.driving import ARGS, CHROMIUM
from tests.journeys.items.site import Doors, running_editor
from tests.journeys.site import World


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory(prefix="academy-items-") as name,
        running_editor(Path(name)) as world,
    ):
        yield world


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def doors(browser: Browser, world: World) -> Doors:
    return Doors(browser, world)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def enter(doors: Doors, faults: list[str]):
    """Let somebody in: enter(AUTHOR) gives them at a browser of their own, logged in."""
    return lambda phone: doors.enter(phone, faults)
