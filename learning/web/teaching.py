"""Who taught whom: a domain above names the teachers of people.

Whoever marks a candidate, answers their appeal or decides on their certificate must not have taught
them, and the domains that ask must not know classes. The domain above hands in how to find out when
the application is put together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

from flask import Flask, current_app
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

Teachers = Callable[[Session, Sequence[int]], Mapping[int, frozenset[int]]]
"""Takes row ids of people; returns the row ids of who taught each, by the person's."""
TaughtBy = Callable[[InstrumentedAttribute[int], Collection[int]], ColumnElement[bool]]
"""Takes the column of a person and row ids; returns the condition that one of them taught them."""


def init_app(app: Flask, teachers: Teachers, taught_by: TaughtBy) -> None:
    """Install the finders."""
    app.extensions["teachers"] = teachers
    app.extensions["taught_by"] = taught_by


def teachers() -> Teachers:
    """Return the finder of teachers."""
    return cast("Teachers", current_app.extensions["teachers"])


def taught_by() -> TaughtBy:
    """Return the condition's maker."""
    return cast("TaughtBy", current_app.extensions["taught_by"])
