"""By which number a candidate is known where an assessment was arranged: a 准考证号, say.

The attempt engine prints it over the paper and must not know who gives numbers. Domains above hand
in finders when the application is put together; each costs the room's page one statement.
"""

from collections.abc import Callable, Sequence

from flask import Flask, current_app
from sqlalchemy.orm import Session

Finder = Callable[[Session, int, int], str]


def init_app(app: Flask, finders: Sequence[Finder]) -> None:
    """Install the finders: row ids of assessment and person to a number, "" for none."""
    app.extensions["candidate_numbers"] = tuple(finders)


def find_candidate_number(session: Session, assessment_id: int, user_id: int) -> str:
    """Return the number of a candidate at an assessment, "" where nobody gave one."""
    finders: tuple[Finder, ...] = current_app.extensions.get("candidate_numbers", ())
    found = (finder(session, assessment_id, user_id) for finder in finders)
    return next((number for number in found if number), "")
