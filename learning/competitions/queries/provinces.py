"""The board of provinces: what its participants of each add up to, as far as the list is out."""

from datetime import datetime

from sqlalchemy import BigInteger, cast, select
from sqlalchemy.orm import Session

from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import (
    EnterpriseStanding,
    Tally,
    rank_enterprises,
)
from learning.leaderboards.models import BoardTally
from learning.leaderboards.rules import TallyOf

ANY = "00"  # stands for any province: what is out of one is out of all


def is_whole_out(competition: CompetitionView, now: datetime) -> bool:
    """Tell whether boards of provinces and industries are out: with the whole list alone."""
    return competition.shown(now).is_final and competition.shown(now).first("", area=ANY) == 1


def list_province_board(
    session: Session, competition: CompetitionView, now: datetime
) -> list[EnterpriseStanding] | None:
    """Return the provinces with participants, best first; None until the whole list is out.

    The code of a province stands in place of a name. At most 34 rows.
    """
    board_id = competition.shown_board(now)
    if board_id is None or not is_whole_out(competition, now):
        return None
    rows = session.execute(
        select(
            BoardTally.code, BoardTally.participants, cast(BoardTally.sum_milli, BigInteger)
        ).where(
            BoardTally.board_id == board_id,
            BoardTally.kind == TallyOf.AREA.value,
            BoardTally.participants > 0,
        )
    )
    tallies = [Tally(int(code), code, n, n, total, headcount=None) for code, n, total in rows]
    return rank_enterprises(competition.entry.ranking.of_groups(), tallies)
