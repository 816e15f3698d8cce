"""What rests on a sitting's results: a domain above names the people who hold something by them.

Sittings must not know certificates, yet whoever scores papers anew is told whose would be in doubt.
The domain above hands in a finder when the application is put together.
"""

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy import Select, false, select

Finder = Callable[[int], Select[int]]
"""Takes a sitting's row id; returns the query of the user ids of who holds something in force."""


def init_app(app: Flask, finder: Finder) -> None:
    """Install the finder."""
    app.extensions["at_stake"] = finder


def select_holders(sitting_id: int) -> Select[int]:
    """Return the query of the user ids of who holds something in force by a sitting's result."""
    finder: Finder | None = current_app.extensions.get("at_stake")
    return finder(sitting_id) if finder else select(1).where(false())
