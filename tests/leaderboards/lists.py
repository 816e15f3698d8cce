"""The lists of a board that the mirror is held against, counted plainly."""

from learning.kernel.db import Database
from learning.leaderboards import queries
from learning.leaderboards.rules import WHOLE, Result, Scope

SCOPES = [
    WHOLE,
    *(Scope(group=group) for group in ("soe", "school")),
    *(Scope(area=area) for area in ("11", "44")),
    Scope("soe", "44"),
]

Counted = dict[tuple[Scope, str], tuple[int, int]]


def stands_on(found: Result, scope: Scope) -> bool:
    return scope.group in ("", found.group) and scope.area in ("", found.area)


def due_counts(database: Database, board) -> Counted:
    """What the printed lists say: rows with a better key, and rows before."""
    with database.session(write=False) as session:
        rows = queries.list_results(session, board.id)
    due: Counted = {}
    for scope in SCOPES:
        here = [(key, subject) for subject, (r, key) in rows.items() if stands_on(r, scope)]
        order = sorted(here, reverse=True)
        keys = [key for key, _subject in order]
        for position, (key, subject) in enumerate(order):
            due[scope, subject] = (sum(other > key for other in keys), position)
    return due
