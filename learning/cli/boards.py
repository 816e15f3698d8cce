"""`flask boards`: hold the boards of contests against their scores, and mend them.

Both work in slices of some participants, so that neither holds up who is answering, and both may
run at any time. What `check` finds while results still wait for the worker may be no fault: it
says how many wait.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click
from flask.cli import with_appcontext

from learning.cli.context import cli_database
from learning.competitions import queries, services
from learning.competitions.formats import FIRST
from learning.competitions.jobs import BOARD
from learning.competitions.queries import CompetitionView
from learning.competitions.services import Slice
from learning.competitions.services.history import differing_day
from learning.competitions.services.teams import compare_teams, rebuild_teams
from learning.competitions.services.unit_board import (
    compare_unit_board,
    has_unit_board,
    rebuild_unit_board,
)
from learning.kernel import events
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.leaderboards import queries as board_queries
from learning.leaderboards import services as board_services
from learning.leaderboards.services import Corrections

DIFFERENCES = 1
SHOWN_WAITING = 1_000
FEW = 1_000  # rows mended up to which it is told how many counts were wrong beside them


@dataclass
class Found:
    """What was wrong with a board: rows to put, rows to take off, counts that follow them.

    `mirror`: members that are wrong in Redis; None where none shows the board as it is now. `days`:
    what is kept of days and is wrong; `units`: rows of the published enterprise board.
    """

    rows: int = 0
    put: int = 0
    removed: int = 0
    counts: int = 0
    mirror: int | None = None
    days: int = 0
    units: int = 0

    @property
    def total(self) -> int:
        """Return how many differences there are."""
        return self.put + self.removed + self.counts + (self.mirror or 0) + self.days + self.units


@click.group()
def boards() -> None:
    """Compare the boards of contests with all scores, and make them equal."""


@boards.command()
@click.argument("competition", default="")
@click.option("--days", is_flag=True, help="Count the kept lists of all days anew, too: slow.")
@with_appcontext
def check(competition: str, *, days: bool) -> None:
    """Compare the boards of all contests, or of one by its id; exit 1 when one differs."""
    differing = 0
    for view in _views(competition):
        found = Found()
        for part in _slices(view, services.SLICE):
            _look(view, part, found)
        with cli_database().session(write=False) as session:
            found.removed += len(queries.list_strangers(session, view))
            found.counts = board_services.differing_counts(session, view.board_id)
            found.mirror = board_services.differing_members(session, view.board_id)
            _add_teams(found, compare_teams(session, view) if view.number == FIRST else None)
            found.units = compare_unit_board(session, view) if has_unit_board(view) else 0
        found.days = _compare_days(view) if days and view.until is None else 0
        differing += _tell(view, found, "differ" if found.total else "equal")
    with cli_database().session(write=False) as session:
        waiting = len(events.find_pending(session, BOARD, SHOWN_WAITING))
    if waiting:
        click.echo(f"results waiting for the worker: {waiting}{'+' * (waiting == SHOWN_WAITING)}")
    sys.exit(DIFFERENCES if differing else 0)


@boards.command()
@click.argument("competition", default="")
@with_appcontext
def rebuild(competition: str) -> None:
    """Make the boards of all running contests, or of one by its id, equal to the scores.

    A closed contest has published its list: it is mended only when named.
    """
    for view in _views(competition):
        if view.closed_at is not None and not competition:
            continue
        found = Found()
        for number, part in enumerate(_slices(view, services.rebuild_size(view)), start=1):
            with cli_database().transaction() as session:
                mended = services.rebuild_slice(session, view, part)
                if mended.put and not number & (number - 1):  # after 1, 2, 4, 8 … slices
                    board_services.refresh_statistics(session)
            _count(found, part, mended.put, mended.removed)
        with cli_database().transaction() as session:
            found.removed += services.remove_strangers(session, view)
        with cli_database().transaction() as session:
            board_services.lock_board(session, view.board_id)
            # After many rows the counts are wrong for certain: to compare them costs as much again.
            if found.put + found.removed <= FEW:
                found.counts = board_services.differing_counts(session, view.board_id)
            if found.total:
                board_services.recount(session, view.board_id)
                board_services.refresh_statistics(session)
            board_services.mark_stale(session, view.board_id, None)
            board_services.forget_mirror(session, view.board_id)
        if view.number == FIRST:
            with cli_database().transaction() as session:
                _add_teams(found, rebuild_teams(session, view))
                found.units = rebuild_unit_board(session, view) if has_unit_board(view) else 0
        _tell(view, found, "mended" if found.total else "equal")


def _views(raw_public_id: str) -> Iterator[CompetitionView]:
    try:
        with cli_database().session(write=False) as session:
            rounds = queries.list_board_rounds(session, raw_public_id)
    except NotFound as error:
        raise click.ClickException(f"no such competition: {raw_public_id}") from error
    for round_id in rounds:
        with cli_database().session(write=False) as session:
            view = queries.get_by_round(session, round_id)
        yield view
        if view.frozen is not None and view.frozen_at is not None:
            yield view.frozen


def _slices(view: CompetitionView, size: int) -> Iterator[Slice]:
    after = 0
    while True:
        with cli_database().session(write=False) as session:
            part = services.find_slice(session, view, after=after, size=size)
        if part is None:
            return
        yield part
        after = part.last


def _look(view: CompetitionView, part: Slice, found: Found) -> None:
    """Compare a slice; one that differs twice does: a result may have come between."""
    for _ in range(2):
        with cli_database().session(write=False) as session:
            changes = services.compare_slice(session, view, part)
        if not len(changes):
            break
    _count(found, part, len(changes.put), len(changes.remove))


def _count(found: Found, part: Slice, put: int, removed: int) -> None:
    found.rows += len(part.subjects)
    found.put += put
    found.removed += removed


def _compare_days(view: CompetitionView) -> int:
    """Return how much of what is kept of days is wrong; what waits to be counted is no fault."""
    with cli_database().session(write=False) as session:
        days = board_queries.list_days(session, view.board_id, utc_now())
    found = 0
    for day in days:
        with cli_database().session(write=False) as session:
            found += differing_day(session, view, day) if day.is_counted else 0
    return found


def _add_teams(found: Found, changes: Corrections | None) -> None:
    if changes is not None:
        found.put += len(changes.put)
        found.removed += len(changes.remove)


def _tell(view: CompetitionView, found: Found, outcome: str) -> bool:
    click.echo(
        f"{view.public_id}{' (frozen)' if view.until else ''} {outcome}: "
        f"{found.rows} participants, {found.put} rows to put, "
        f"{found.removed} to take off, {found.counts} counts"
        + ("" if found.mirror is None else f", {found.mirror} in Redis")
        + (f", {found.days} of days" if found.days else "")
        + (f", {found.units} of enterprises" if found.units else "")
    )
    return found.total > 0
