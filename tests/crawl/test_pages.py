"""Every page in Chromium: axe finds nothing serious, nothing overflows sideways, no script fails.

A page is visited as somebody whose it is. The quick run visits each once, the combinations of width,
theme and language taken in turn (an orthogonal array: every pair of them occurs). The deep run visits
each page as everybody who may, in a combination and in its opposite: that covers all pairs.
SCREENSHOTS=<folder> keeps a picture of every visit.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Response, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.crawl.conftest import CopyWorld, open_site
from tests.crawl.sights import READ, Sight, sights
from tests.crawl.visiting import Crawl
from tests.journeys.exam_room.driving import ARGS, CHROMIUM, new_context
from tests.journeys.looking import GRAVE, findings

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # a look does not depend on the database
PARTS = 2  # of the quick run: one for each core
DEEP_PARTS = 8  # of the deep run: a long one at its end would leave a core idle


@dataclass(frozen=True)
class Look:
    """What a page is looked at with."""

    width: int
    theme: str
    language: str

    @property
    def opposite(self) -> "Look":
        """Return the look that shares nothing with this one."""
        return Look(
            1800 - self.width,
            "dark" if self.theme == "light" else "light",
            "en" if self.language == "zh" else "zh",
        )


LOOKS = (
    Look(360, "light", "zh"),
    Look(360, "dark", "en"),
    Look(1440, "light", "en"),
    Look(1440, "dark", "zh"),
)


class Looker:
    """A browser before the site; remembers everything that is wrong."""

    def __init__(self, crawl: Crawl, url: str, context: BrowserContext, noise: list[str]) -> None:
        self.crawl, self.url, self.context, self.noise = crawl, url, context, noise
        self.page: Page = context.new_page()
        self.faults: list[str] = []

    def look(self, sight: Sight, look: Look) -> None:
        """Visit a page and note what is wrong with it; what is no page is left."""
        cookies = self.crawl.cookies[sight.persona.name] | {"qa_theme": look.theme}
        self.context.clear_cookies()
        self.context.add_cookies(
            [{"name": k, "value": v, "url": self.url} for k, v in cookies.items()]
        )
        self.page.set_viewport_size({"width": look.width, "height": 900})
        self.noise.clear()
        about = f"{sight.persona.name} {sight.name} {look.width} {look.theme} {look.language}"
        reply = self._open(f"{self.url}{sight.in_language(look.language)}")
        if reply is None:
            return
        # Where one is led to, a page stands.
        expected = sight.own if reply.request.redirected_from is None else READ
        if reply.status not in expected:
            self.faults.append(f"{about}: {reply.status}, expected one of {sorted(expected)}")
        self._keep(about)
        self.faults += [
            f"{about}: {one.rule}: {one.html[:160]}" for one in findings(self.page, GRAVE)
        ]
        if not self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            self.faults.append(f"{about}: overflows sideways: {self._widest()}")
        self.faults += [f"{about}: {line}" for line in self.noise if "status of 4" not in line]
        # Names of two halves cut in the middle: another process could not read the report.
        self.faults = [fault.encode("utf-8", "backslashreplace").decode() for fault in self.faults]

    def _open(self, url: str) -> Response | None:
        """Open an address and return the reply that is a page; a download is none."""
        try:
            reply = self.page.goto(url, wait_until="load")
        except BrowserError as error:
            if "Download is starting" in error.message:
                return None
            raise
        is_page = reply is not None and reply.headers["content-type"].startswith("text/html")
        return reply if is_page else None

    def _widest(self) -> str:
        return str(
            self.page.evaluate(
                """() => [...document.body.querySelectorAll('*')]
                    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
                    .filter((e) => !e.closest('.qa-tablewrap'))
                    .slice(0, 3).map((e) => e.outerHTML.slice(0, 80)).join(' | ')"""
            )
        )

    def _keep(self, about: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            name = about.replace(" ", "-") + ".png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)


@pytest.fixture
def looker(copy_world: CopyWorld) -> Iterator[Looker]:
    """A browser before a server of a world of its own."""
    noise: list[str] = []
    with (
        open_site(copy_world()) as (crawl, url),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield Looker(crawl, url, new_context(browser, noise), noise)
        browser.close()


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_each_page_once_in_one_of_the_looks(looker: Looker, part: int) -> None:
    once = {(s.name, s.path): s for s in reversed(list(sights(looker.crawl)))}

    for number, sight in enumerate(once.values()):
        if number % PARTS == part:
            looker.look(sight, LOOKS[number // PARTS % len(LOOKS)])

    assert not looker.faults, "\n".join(looker.faults)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(DEEP_PARTS))
def test_each_page_as_everybody_in_every_pair_of_looks(looker: Looker, part: int) -> None:
    for number, sight in enumerate(sights(looker.crawl)):
        if number // len(LOOKS) % DEEP_PARTS == part:
            look = LOOKS[number % len(LOOKS)]
            looker.look(sight, look)
            looker.look(sight, look.opposite)

    assert not looker.faults, "\n".join(looker.faults)


def test_looks_and_their_opposites_cover_every_pair() -> None:
    """What the deep run relies on, for any page and for the looks among themselves."""
    for look in LOOKS:
        both = {look, look.opposite}
        assert {x.width for x in both} == {360, 1440}
        assert {x.theme for x in both} == {"light", "dark"}
        assert {x.language for x in both} == {"zh", "en"}
    assert len({(x.width, x.theme) for x in LOOKS}) == len(LOOKS)
    assert len({(x.width, x.language) for x in LOOKS}) == len(LOOKS)
    assert len({(x.theme, x.language) for x in LOOKS}) == len(LOOKS)
