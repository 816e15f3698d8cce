"""The enterprise board 单位榜: coverage, mean, ranking rule. Pure; exact integers throughout.

**Mean.** The counting results of an organisation's participants, summed in thousandths of a point
and divided by their number, rounded half up to hundredths of a point. Worked example: 91.004 and
92.007 sum to 183 011 thousandths, mean 91 505.5 thousandths = 91.51 points.

**Coverage.** Participants ÷ declared headcount, cut (never rounded up) to tenths of a percent, at
most 100 %: 199 of 200 is 99.5 %, 2 of 3 is 66.6 %. Without a headcount, or with 0, there is none.

What is compared is what is printed, so that two rows that look alike share a standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from learning.competitions.rules.means import mean_centi_of
from learning.kernel.translation import N_

MAX_MINIMUM = 100_000
MAX_HEADCOUNT = 10_000_000
FULL_COVERAGE = 1000  # tenths of a percent


class RankBy(StrEnum):
    """What ranks organisations first."""

    MEAN = "mean"
    COVERAGE = "coverage"
    PARTICIPANTS = "participants"


RANKING_WORDS: dict[RankBy, str] = {
    RankBy.MEAN: N_(
        "平均分高者在前；平均分相同，参加人数多者在前；仍相同者名次并列，下一名次顺延。"
    ),
    RankBy.COVERAGE: N_(
        "参赛率高者在前；参赛率相同，平均分高者在前；仍相同者名次并列，下一名次顺延。没有申报人数的单位不排名。"
    ),
    RankBy.PARTICIPANTS: N_(
        "参加人数多者在前；人数相同，平均分高者在前；仍相同者名次并列，下一名次顺延。"
    ),
}
FIGURE_WORDS = N_(
    "参加人数是交过卷的人数；平均分按每人计入的成绩算，四舍五入到 0.01 分；"
    "参赛率是参加人数除以申报人数，舍去 0.1% 以下，最高 100%。"
)


@dataclass(frozen=True, slots=True)
class EnterpriseRanking:
    """How organisations are ranked; fewer participants than `minimum` (≥ 1) are not ranked."""

    by: RankBy = RankBy.MEAN
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """What an organisation's entries add up to.

    `participants` are the entries with a result, `sum_milli` the sum of those that count.
    `headcount` is the declared number of staff, None where nobody declared it.
    """

    unit_id: int
    unit_name: str
    entries: int
    participants: int
    sum_milli: int
    headcount: int | None
    is_enrolled: bool = False

    @property
    def mean_centi(self) -> int | None:
        """Return the mean in hundredths of a point, rounded half up; None without a result."""
        return mean_centi_of(self.sum_milli, self.participants)

    @property
    def coverage_permille(self) -> int | None:
        """Return the coverage in tenths of a percent, 0 to 1000; None without a headcount."""
        if not self.headcount:
            return None
        return min(FULL_COVERAGE, self.participants * FULL_COVERAGE // self.headcount)


@dataclass(frozen=True, slots=True)
class EnterpriseStanding:
    """An organisation on the board; `standing` is None when it is not ranked."""

    tally: Tally
    standing: int | None
    is_shared: bool


def merit(ranking: EnterpriseRanking, tally: Tally) -> tuple[int, int] | None:
    """Return what is compared, greater is better; None for an organisation that is not ranked."""
    mean, coverage = tally.mean_centi, tally.coverage_permille
    if mean is None or tally.participants < ranking.minimum:
        return None
    if ranking.by is RankBy.MEAN:
        return mean, tally.participants
    if ranking.by is RankBy.PARTICIPANTS:
        return tally.participants, mean
    return None if coverage is None else (coverage, mean)


def rank_enterprises(
    ranking: EnterpriseRanking, tallies: Sequence[Tally]
) -> list[EnterpriseStanding]:
    """Return the board, best first with shared standings 1, 2, 2, 4; the unranked stand last.

    Equal ones stand in the order of their ids, which says nothing; the unranked with more
    participants first.
    """
    merits = {tally.unit_id: merit(ranking, tally) for tally in tallies}
    ranked = sorted(
        ((m, tally) for tally in tallies if (m := merits[tally.unit_id]) is not None),
        key=lambda pair: (-pair[0][0], -pair[0][1], pair[1].unit_id),
    )
    keys = [m for m, _tally in ranked]
    board: list[EnterpriseStanding] = []
    for index, (key, tally) in enumerate(ranked):
        is_tied = index > 0 and key == keys[index - 1]
        standing = board[-1].standing if is_tied else index + 1
        is_shared = is_tied or key in keys[index + 1 : index + 2]
        board.append(EnterpriseStanding(tally, standing, is_shared))
    rest = [tally for tally in tallies if merits[tally.unit_id] is None]
    rest.sort(key=lambda tally: (-tally.participants, -tally.entries, tally.unit_id))
    return board + [EnterpriseStanding(tally, None, is_shared=False) for tally in rest]
