"""The board of provinces: what its participants of each add up to, as far as the list is out."""

from datetime import datetime

from sqlalchemy import BigInteger, cast, select
from sqlalchemy.orm import Session

from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import (
    EnterpriseRanking,
    EnterpriseStanding,
    RankBy,
    Tally,
    rank_enterprises,
)
from learning.leaderboards.models import BoardTally
from learning.leaderboards.rules import TallyOf

ANY = "00"  # stands for any province: what is out of one is out of all


def province_ranking(competition: CompetitionView) -> EnterpriseRanking:
    """Return how provinces are ranked: as units are, by participants where these go by coverage.

    A province declares no headcount of its own, and none is too small.
    """
    by = competition.entry.ranking.by
    return EnterpriseRanking(RankBy.PARTICIPANTS if by is RankBy.COVERAGE else by)


def list_province_board(
    session: Session, competition: CompetitionView, now: datetime
) -> list[EnterpriseStanding] | None:
    """Return the provinces with participants, best first; None until the whole list is out.

    The code of a province stands in place of a name. At most 34 rows.
    """
    shown, board_id = competition.shown(now), competition.shown_board(now)
    if board_id is None or not shown.is_final or shown.first("", area=ANY) != 1:
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
    return rank_enterprises(province_ranking(competition), tallies)
