"""Which pages there are to look at, and as whom.

A row whose world leads to nothing shows the page that says so, which is looked at once for all; one
that leads everybody away shows a page that has a row of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.crawl.endpoints import ROWS
from tests.crawl.visiting import Crawl, owns, side_of
from tests.crawl.visits import Visit
from tests.world import Persona

LOOKERS = frozenset(
    {
        "visitor",
        "learner",
        "hr",
        "examiner",
        "manager",
        "provisional",
        "author",
        "reviewer",
        "item_manager",
        "operator",
    }
)
REDIRECTS = frozenset({301, 302, 303})
MISSING = frozenset({404})
READ = frozenset({200})


@dataclass(frozen=True)
class Sight:
    """A page as a persona sees it."""

    persona: Persona
    name: str
    path: str
    own: frozenset[int] = READ  # what it is answered

    def in_language(self, language: str) -> str:
        """Return the page's address with a language asked for."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={language}"


def sights(crawl: Crawl) -> Iterator[Sight]:
    """Yield all pages for all who may see them; the first of a page is whose it is."""
    personas = crawl.world.personas
    for visit in ROWS:
        if "GET" in crawl.methods(visit.endpoint) and visit.own - MISSING - REDIRECTS:
            able = [p for p in personas.values() if p.name in LOOKERS and _sees(p, visit)]
            # Where some are led away, it is those who have logged in.
            is_last = not visit.own & REDIRECTS
            for persona in sorted(able, key=lambda p: (p.name == "visitor") is is_last):
                ids = crawl.fill(visit, crawl.world.objects[side_of(persona)])
                path = crawl.url(visit, "GET", ids)
                yield Sight(persona, visit.endpoint, path, visit.own)
    yield Sight(personas["visitor"], "error", "/no-such-page", MISSING)
    yield Sight(personas["learner"], "error", "/units", frozenset({403}))
    yield Sight(personas["newcomer"], "accounts.consent", "/privacy/consent")


def _sees(persona: Persona, visit: Visit) -> bool:
    return persona.role in visit.may and (visit.public or owns(persona, visit, side_of(persona)))
