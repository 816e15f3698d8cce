"""Feeding the board of a round from events, and holding it against all scores.

The board is a cache that the consumer keeps while the contest runs. Whoever writes it holds its
lock before reading scores, so that of two writers the later one has seen everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from learning.attempts.queries import list_scores
from learning.competitions.queries import (
    CompetitionView,
    counts_of,
    find_participation,
    get_by_round,
    list_strangers,
    list_subjects,
    results_of,
    results_query,
)
from learning.competitions.rules import State
from learning.kernel.db import from_us
from learning.kernel.events import Event
from learning.leaderboards import queries as boards
from learning.leaderboards import services as board_services
from learning.leaderboards.queries import BoardView
from learning.leaderboards.rules import TIE_RULES, Counts, Result, counting
from learning.leaderboards.services import Corrections

SLICE = 1_000  # participants compared in one transaction: some 50 ms
REBUILT = 50_000  # participants rebuilt inside the database in one transaction: some seconds


@dataclass(frozen=True, slots=True)
class Slice:
    """Participants in the order of their user ids, by user id, with their subjects."""

    first: int
    last: int
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mended:
    """How many rows of a board were put or changed, and how many taken off."""

    put: int
    removed: int


def recompute_board(session: Session, round_id: int) -> Corrections:
    """Make a round's board equal to what all its scores give; return what was wrong."""
    competition = get_by_round(session, round_id)
    board = boards.get_board(session, competition.board_id)
    board_services.lock_board(session, board.id)
    board_services.mark_stale(session, board.id, None)
    results = results_of(session, competition, list_scores(session, competition.assessment_id))
    return board_services.recompute(session, board, results, counts=counts_of(competition))


def find_slice(
    session: Session, competition: CompetitionView, *, after: int, size: int = SLICE
) -> Slice | None:
    """Return the next participants after a user id (0 first), None after the last."""
    found = list_subjects(session, competition.id, after=after, limit=size)
    if not found:
        return None
    return Slice(found[0][0], found[-1][0], tuple(subject for _user, subject in found))


def compare_slice(session: Session, competition: CompetitionView, part: Slice) -> Corrections:
    """Compare the rows of some participants with what their scores give; writes nothing."""
    users = (part.first, part.last)
    scores = list_scores(session, competition.assessment_id, users=users)
    results = results_of(session, competition, scores, users=users)
    due = counting(TIE_RULES[competition.tie_rule], results, counts_of(competition))
    board = boards.get_board(session, competition.board_id)
    return board_services.corrections_of(session, board, part.subjects, due)


def rebuild_size(competition: CompetitionView) -> int:
    """Return how many participants a slice of a rebuild has."""
    is_plain = results_query(competition) is not None
    return REBUILT if is_plain else SLICE


def rebuild_slice(session: Session, competition: CompetitionView, part: Slice) -> Mended:
    """Make the rows of some participants right; return how many were wrong.

    Inside the database where the format allows: who has no result goes then with
    `remove_strangers`. Counts and tallies of the board are wrong from
    then on until `leaderboards.services.recount`.
    """
    board = boards.get_board(session, competition.board_id)
    users = (part.first, part.last)
    due = results_query(competition, users)
    if due is not None:
        put = board_services.put_results(session, board, due, counts=counts_of(competition))
        return Mended(put, removed=0)
    board_services.lock_board(session, board.id)
    changes = compare_slice(session, competition, part)
    board_services.apply_uncounted(session, board, changes)
    return Mended(len(changes.put), len(changes.remove))


def remove_strangers(session: Session, competition: CompetitionView) -> int:
    """Take off the board whoever does not belong there, after its slices; return how many.

    Counts and tallies are wrong then, as above.
    """
    board = boards.get_board(session, competition.board_id)
    due = results_query(competition)
    if due is not None:
        return board_services.take_off(session, board, due)
    board_services.lock_board(session, board.id)
    changes = Corrections(put=(), remove=tuple(list_strangers(session, competition)))
    board_services.apply_uncounted(session, board, changes)
    return len(changes.remove)


def take_result(session: Session, event: Event) -> None:
    """Put the result of a scored attempt on its round's board; any order, any number of times.

    Attempts of no competition are passed by. A closed competition's list is published: it changes
    by an act of its own, never by an event that came late.
    """
    told = event.payload
    found = find_participation(session, told["assessment_id"], told["user_id"])
    if found is None or found.state is State.CLOSED:
        return
    if found.format.changes_results:  # what counts follows from all of the person's attempts
        recompute_person(session, found.round_id, told["user_id"], since=_finished(told))
        return
    result = Result(
        subject=found.entry_public_id,
        number=told["number"],
        points_milli=told["points_milli"],
        duration_us=told["duration_us"],
        finished_at=_finished(told),
        group=found.division,
        area=found.province,
        unit=found.unit,
    )
    board = BoardView(found.board_id, found.tie_rule)
    if board_services.put_held_entry(session, board, result, counts=Counts(found.counts)):
        # Corrected downwards: another attempt may count now.
        recompute_person(session, found.round_id, told["user_id"], since=result.finished_at)
        return
    if found.counted_until is not None and result.finished_at <= found.counted_until:
        board_services.mark_stale(session, board.id, result.finished_at)
    if found.frozen_until is not None and result.finished_at <= found.frozen_until:
        _recompute_frozen(session, get_by_round(session, found.round_id), told["user_id"])


def take_bonus(session: Session, event: Event) -> None:
    """Add a bonus to its person's row; any order, any number of times."""
    _take_person(session, event, event.occurred_at)


def take_void(session: Session, event: Event) -> None:
    """Take what a void attempt had put on its round's board off it; as above."""
    _take_person(session, event, None)


def take_correction(session: Session, event: Event) -> None:
    """Move the row of who corrected the own entry to the other unit and division; as above."""
    _take_person(session, event, None)


def _take_person(session: Session, event: Event, since: datetime | None) -> None:
    told = event.payload
    found = find_participation(session, told["assessment_id"], told["user_id"])
    if found is not None and found.state is not State.CLOSED:
        recompute_person(session, found.round_id, told["user_id"], since=since)


def _finished(told: Mapping[str, Any]) -> datetime:
    return from_us(told["finished_us"])


def recompute_person(
    session: Session, round_id: int, user_id: int, *, since: datetime | None = None
) -> None:
    """Make one person's row on a round's boards equal to what their scores give.

    Since an instant their results are other ones; None: from the first on.
    """
    competition = get_by_round(session, round_id)
    board_services.mark_stale(session, competition.board_id, since)
    _recompute_row(session, competition, user_id)
    _recompute_frozen(session, competition, user_id)


def _recompute_frozen(session: Session, competition: CompetitionView, user_id: int) -> None:
    """Keep the list of a freeze, too: what was finished by then may be scored or void later."""
    if competition.frozen is not None:
        _recompute_row(session, competition.frozen, user_id)


def _recompute_row(session: Session, competition: CompetitionView, user_id: int) -> None:
    part = find_slice(session, competition, after=user_id - 1, size=1)
    if part is not None:
        board = boards.get_board(session, competition.board_id)
        board_services.lock_board(session, board.id)
        board_services.apply(session, board, compare_slice(session, competition, part))
