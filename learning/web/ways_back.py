"""Where an attempt came from: a domain above the attempt engine names the page to go back to.

The engine's result page must not know lessons, sittings or competitions. Each of these hands in a
finder when the application is put together; the first that knows the assessment gives the link.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

MOST_KNOWN = 10_000  # assessments of which a process knows whose they are


@dataclass(frozen=True, slots=True)
class WayBack:
    """A link to the page an attempt was started from; `label` is translated.

    Where points decide, `cut_milli` is the cut score in thousandths of a point; `is_official` means
    that a certificate may rest on it. `is_closed`: nobody answers any more, so that what is
    released at the close may be seen. At `appeal_url` one may appeal on what is released: it takes
    `about` ("result-<attempt>" or "item-<attempt>") and `item` (a position).
    """

    label: str
    url: str
    cut_milli: int | None = None
    is_official: bool = False
    is_closed: bool = False
    appeal_url: str = ""


Finder = Callable[[Session, int], WayBack | None]


def init_app(app: Flask, finders: Sequence[Finder]) -> None:
    """Install the finders of the domains; each takes the assessment's row id."""
    app.extensions["ways_back"] = tuple(finders)
    app.extensions["ways_back_known"] = {}


def find_way_back(session: Session, assessment_id: int) -> WayBack | None:
    """Return the page an assessment belongs to, or None when no domain knows it.

    Whose it is stays so: the domain that knew it is asked first, since thousands who hand in at
    once ask for the same one.
    """
    finders: tuple[Finder, ...] = current_app.extensions.get("ways_back", ())
    known: dict[int, Finder] = current_app.extensions.get("ways_back_known", {})
    first = known.get(assessment_id)
    for finder in sorted(finders, key=lambda each: each is not first):
        way = finder(session, assessment_id)
        if way is not None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[assessment_id] = finder
            return way
    return None
