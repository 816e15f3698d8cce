"""Every lesson of every course in Chromium, each in two opposite looks: figures, formulas, tables."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from learning.cli.content import sync_all
from learning.kernel.db import Database
from tests.conftest import DatabaseMaker
from tests.crawl.conftest import open_site
from tests.crawl.sights import Sight
from tests.crawl.test_pages import LOOKS, Looker
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.world import Persona, World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite, pytest.mark.deep, pytest.mark.pages]


@pytest.fixture
def lessons(database_maker: DatabaseMaker) -> Iterator[tuple[Looker, list[str]]]:
    """A visitor before all courses, and the addresses of the lessons."""
    url = database_maker.make()
    database = Database(url)
    reports = sync_all(database)
    courses = [name.partition("/")[2] for name in reports if name.startswith("courses/")]
    visitor = Persona("visitor", "visitor")
    world = World(database, now=None, personas={"visitor": visitor})  # type: ignore[arg-type]
    noise: list[str] = []
    with open_site(world) as (crawl, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        looker = Looker(crawl, address, new_context(browser, noise), noise)
        paths = [path for course in courses for path in _lessons(looker, course)]
        yield looker, paths
        browser.close()
    database.dispose()
    database_maker.drop(url)


def _lessons(looker: Looker, course: str) -> list[str]:
    looker.page.goto(f"{looker.url}/courses/{course}")
    links = looker.page.locator(f"a[href^='/courses/{course}/']")
    return sorted({str(link.get_attribute("href")) for link in links.all()})


def test_every_lesson_in_two_opposite_looks(lessons: tuple[Looker, list[str]]) -> None:
    looker, paths = lessons
    visitor = looker.crawl.world.personas["visitor"]

    for number, path in enumerate(paths):
        look = LOOKS[number % len(LOOKS)]
        sight = Sight(visitor, path.strip("/").replace("/", "-"), path)
        looker.look(sight, look)
        looker.look(sight, look.opposite)

    assert len(paths) >= 11
    assert not looker.faults, "\n".join(looker.faults)
