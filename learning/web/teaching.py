"""Who taught whom: a domain above names the teachers of people.

Whoever decides on certificates must not have taught the candidate, and certification must not know
classes. The domain above hands in a finder when the application is put together.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

Teachers = Callable[[Session, Sequence[int]], Mapping[int, frozenset[int]]]
"""Takes row ids of people; returns the row ids of who taught each, by the person's."""


def init_app(app: Flask, teachers: Teachers) -> None:
    """Install the finder."""
    app.extensions["teachers"] = teachers


def teachers() -> Teachers:
    """Return the finder."""
    return cast("Teachers", current_app.extensions["teachers"])
