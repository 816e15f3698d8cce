"""The published enterprise board as rows: written, compared with the tallies, mended."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import BigInteger, cast, delete, insert, select
from sqlalchemy.orm import Session

from learning.competitions.formats import FIRST
from learning.competitions.models import EnterpriseResult
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.enterprises import list_published_units
from learning.competitions.rules import EnterpriseStanding, State, rank_enterprises
from learning.leaderboards.models import BoardTally
from learning.leaderboards.rules import TallyOf


def write_unit_board(
    session: Session, competition_id: int, board: Sequence[EnterpriseStanding]
) -> None:
    """Write a board, best first, in place of any other; the caller holds the competition."""
    session.execute(
        delete(EnterpriseResult).where(EnterpriseResult.competition_id == competition_id)
    )
    rows = [
        {"competition_id": competition_id, **_columns(row, position)}
        for position, row in enumerate(board, start=1)
    ]
    if rows:
        session.execute(insert(EnterpriseResult), rows)


def compare_unit_board(session: Session, competition: CompetitionView) -> int:
    """Return how many published rows are not what the tallies of the board make; writes nothing."""
    held = {row.tally.unit_id: row for row in list_published_units(session, competition.id)}
    due = _due(session, competition, list(held.values()))
    wrong_rows = sum(held[row.tally.unit_id] != row for row in due)
    return wrong_rows or int([row.tally.unit_id for row in due] != list(held))


def rebuild_unit_board(session: Session, competition: CompetitionView) -> int:
    """Make the published rows equal to the tallies of the board; return how many were not."""
    differing = compare_unit_board(session, competition)
    if differing:
        held = list_published_units(session, competition.id)
        write_unit_board(session, competition.id, _due(session, competition, held))
    return differing


def has_unit_board(competition: CompetitionView) -> bool:
    """Tell whether an enterprise board was published from a round, and not a list of its freeze."""
    is_published = competition.number == FIRST and competition.state is State.CLOSED
    return is_published and competition.until is None


def _due(
    session: Session, competition: CompetitionView, held: Sequence[EnterpriseStanding]
) -> list[EnterpriseStanding]:
    """Rank by the tallies; names, entries, headcounts and industries stay as published."""
    rows = session.execute(
        select(
            BoardTally.code, BoardTally.participants, cast(BoardTally.sum_milli, BigInteger)
        ).where(BoardTally.board_id == competition.board_id, BoardTally.kind == TallyOf.UNIT.value)
    )
    counted = {int(code): (participants, summed) for code, participants, summed in rows}
    tallies = []
    for row in held:
        participants, summed = counted.get(row.tally.unit_id, (0, 0))
        tallies.append(replace(row.tally, participants=participants, sum_milli=summed))
    return rank_enterprises(competition.entry.ranking, tallies)


def _columns(row: EnterpriseStanding, position: int) -> Mapping[str, Any]:
    return {
        **asdict(row.tally),
        "standing": row.standing,
        "is_shared": row.is_shared,
        "score_centi": row.score_centi,
        "position": position,
    }
