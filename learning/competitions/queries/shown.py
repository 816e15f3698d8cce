"""The lists as they may be shown: every reader of standings comes through here.

What may be shown at an instant says `rules.shown_at`; here it is read. A board's own queries would
also return what is not yet out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import UNITS
from learning.leaderboards import queries as boards
from learning.leaderboards.queries import BoardPage, Place
from learning.leaderboards.rules import WHOLE, Scope


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list of people as far as it is out: without its first `hidden` rows.

    `ceiling` is the best sort key that may be shown, `first` the standing from which it is out.
    """

    board_id: int
    scope: Scope
    first: int
    hidden: int
    ceiling: int


def find_shown_list(
    session: Session, competition: CompetitionView, now: datetime, *, scope: Scope = WHOLE
) -> ShownList | None:
    """Return the list of a scope as it may be shown at the instant, None where it may not be."""
    first = competition.shown(now).first(scope.group, area=scope.area)
    board_id = competition.shown_board(now)
    if first is None or board_id is None:
        return None
    hidden, ceiling = boards.find_cut(session, board_id, first, scope)
    return ShownList(board_id, scope, first, hidden, ceiling)


def get_shown_page(session: Session, shown: ShownList, *, page: int, size: int) -> BoardPage:
    """Return a page of what is out."""
    return boards.get_page(
        session, shown.board_id, page=page, size=size, scope=shown.scope, skip=shown.hidden
    )


def search_shown(
    session: Session, shown: ShownList, subjects: Select[str], *, page: int, size: int
) -> BoardPage:
    """Return a page of some subjects' rows among what is out."""
    return boards.search_page(
        session,
        shown.board_id,
        subjects,
        page=page,
        size=size,
        scope=shown.scope,
        ceiling=shown.ceiling,
    )


def find_shown_place(session: Session, shown: ShownList, subject: str) -> Place | None:
    """Return where a subject stands in the list, None where that is not out."""
    place = boards.find_place(session, shown.board_id, subject, scope=shown.scope)
    return place if place and place.standing >= shown.first else None


def first_unit(competition: CompetitionView, now: datetime) -> int | None:
    """Return the first standing of the enterprise board that may be shown, None where none may."""
    return competition.shown(now).first(UNITS)
