"""Where an item is used: domains above the bank name what may draw it, and to whom it is shown.

The bank must not know assessments, yet its page tells what depends on an item, and a picture of a
secret item is served to those alone who sit before it. Each domain that pins item versions hands in
its finders when the application is put together.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that may draw an item, open between two instants."""

    title: str
    opens_at: datetime
    closes_at: datetime


Finder = Callable[[Session, Collection[int]], tuple[list[Use], int]]
"""Takes version ids; returns some uses, newest first, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The item versions that a person may see now as a candidate; `keys` those with their keys."""

    stems: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()


ShownFinder = Callable[[Session, int], Shown]
"""Takes a user's id."""


def init_app(
    app: Flask, finders: Sequence[Finder], shown_finders: Sequence[ShownFinder] = ()
) -> None:
    """Install the finders of the domains."""
    app.extensions["where_used"] = tuple(finders)
    app.extensions["shown_to"] = tuple(shown_finders)


def find_shown(session: Session, user_id: int) -> Shown:
    """Return what a person may see now as a candidate."""
    finders: tuple[ShownFinder, ...] = current_app.extensions.get("shown_to", ())
    found = [finder(session, user_id) for finder in finders]
    return Shown(
        frozenset().union(*(each.stems for each in found)),
        frozenset().union(*(each.keys for each in found)),
    )


def find_uses(session: Session, version_ids: Collection[int]) -> tuple[list[Use], int]:
    """Return what may draw one of the versions, newest first, and how many there are in all."""
    finders: tuple[Finder, ...] = current_app.extensions.get("where_used", ())
    found: list[Use] = []
    total = 0
    for finder in finders:
        uses, count = finder(session, version_ids)
        found += uses
        total += count
    return sorted(found, key=lambda use: use.opens_at, reverse=True), total
