"""The enterprise board 单位榜: coverage, mean, ranking rule. Pure; exact integers throughout.

**Mean.** The counting results of an organisation's participants, summed in thousandths of a point
and divided by their number, rounded half up to hundredths of a point. Worked example: 91.004 and
92.007 sum to 183 011 thousandths, mean 91 505.5 thousandths = 91.51 points.

**Coverage.** Participants ÷ declared headcount, cut (never rounded up) to tenths of a percent, at
most 100 %: 199 of 200 is 99.5 %, 2 of 3 is 66.6 %. Without a headcount, or with 0, there is none.

**Weighted.** Participants ÷ the most of any ranked organisation, the coverage (0 where there is
none), and the mean ÷ the best mean of any ranked organisation (0 below 0): each times its weight,
summed, divided by the sum of the weights, times 100, cut to hundredths. Weights 40, 30, 30; 60 of
at most 200 participants, coverage 75 %, mean 81 of at most 90: 12 + 22.5 + 27 = 61.50. On these
figures a national 组织奖 is judged: number answering, coverage, average score.

What is compared is what is printed, so that two rows that look alike share a standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from learning.competitions.rules.means import mean_centi_of
from learning.kernel.translation import N_

MAX_MINIMUM = 100_000
MAX_HEADCOUNT = 10_000_000
FULL_COVERAGE = 1000  # tenths of a percent
FULL_SCORE = 10_000  # hundredths of a point


class RankBy(StrEnum):
    """What ranks organisations first."""

    MEAN = "mean"
    COVERAGE = "coverage"
    PARTICIPANTS = "participants"
    WEIGHTED = "weighted"


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
    RankBy.WEIGHTED: N_(
        "综合得分高者在前；综合得分相同，平均分高者在前；仍相同者名次并列，下一名次顺延。"
    ),
}
FIGURE_WORDS = N_(
    "参加人数是交过卷的人数；平均分按每人计入的成绩算，四舍五入到 0.01 分；"
    "参赛率是参加人数除以申报人数，舍去 0.1% 以下，最高 100%。"
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each figure weighs in a weighted formula, in percent, 0 to 100 and 100 together."""

    participants: int = 0
    coverage: int = 0
    mean: int = 0

    @property
    def are_whole(self) -> bool:
        """Tell whether they can be announced: none below 0, 100 together."""
        each = (self.participants, self.coverage, self.mean)
        return min(each) >= 0 and sum(each) == 100


@dataclass(frozen=True, slots=True)
class EnterpriseRanking:
    """How organisations are ranked; fewer participants than `minimum` (≥ 1) are not ranked.

    `weights` count where `by` is `WEIGHTED`, and are all 0 elsewhere.
    """

    by: RankBy = RankBy.MEAN
    minimum: int = 1
    weights: Weights = field(default_factory=Weights)

    @property
    def is_whole(self) -> bool:
        """Tell whether it can be announced."""
        if self.by is not RankBy.WEIGHTED:
            return self.weights == Weights()
        return self.weights.are_whole

    def of_groups(self) -> "EnterpriseRanking":
        """Return how provinces or industries are ranked, which declare no headcount of their own.

        As organisations are, without the coverage: by participants where nothing else is left.
        None is too small.
        """
        weights = replace(self.weights, coverage=0)
        if self.by is RankBy.WEIGHTED and weights != Weights():
            return EnterpriseRanking(RankBy.WEIGHTED, 1, weights)
        lacks = self.by in {RankBy.COVERAGE, RankBy.WEIGHTED}
        return EnterpriseRanking(RankBy.PARTICIPANTS if lacks else self.by)


@dataclass(frozen=True, slots=True)
class Tally:
    """What an organisation's entries add up to.

    `participants` are the entries with a result, `sum_milli` the sum of those that count.
    `headcount` is the declared number of staff, None where nobody declared it; `industry` its
    GB/T 4754 code, "" where it has none.
    """

    unit_id: int
    unit_name: str
    entries: int
    participants: int
    sum_milli: int
    headcount: int | None
    is_enrolled: bool = False
    industry: str = ""

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
    """An organisation on the board; `standing` is None when it is not ranked.

    `score_centi` is its weighted score in hundredths, 0 to 10 000; None by another rule.
    """

    tally: Tally
    standing: int | None
    is_shared: bool
    score_centi: int | None = None


@dataclass(frozen=True, slots=True)
class Peaks:
    """The most participants and the best mean (hundredths, at least 1) of what is ranked."""

    participants: int
    mean_centi: int


def peaks_of(ranking: EnterpriseRanking, tallies: Sequence[Tally]) -> Peaks:
    """Return what shares of a weighted formula are shares of."""
    ranked = [tally for tally in tallies if _is_large_enough(ranking, tally)]
    most = max((tally.participants for tally in ranked), default=1)
    best = max((tally.mean_centi or 0 for tally in ranked), default=1)
    return Peaks(most, max(1, best))


def score_centi(weights: Weights, tally: Tally, peaks: Peaks) -> int:
    """Return the weighted score in hundredths, 0 to 10 000, cut; exact integers.

    `tally` has participants; `weights` are not all 0.
    """
    most, best = peaks.participants, peaks.mean_centi
    mean = max(0, tally.mean_centi or 0)
    summed = (
        weights.participants * tally.participants * FULL_COVERAGE * best
        + weights.coverage * (tally.coverage_permille or 0) * most * best
        + weights.mean * mean * most * FULL_COVERAGE
    )
    whole = (weights.participants + weights.coverage + weights.mean) * most * FULL_COVERAGE * best
    return FULL_SCORE * summed // whole


def _is_large_enough(ranking: EnterpriseRanking, tally: Tally) -> bool:
    return tally.participants > 0 and tally.participants >= ranking.minimum


def merit(ranking: EnterpriseRanking, tally: Tally, peaks: Peaks) -> tuple[int, int] | None:
    """Return what is compared, greater is better; None for an organisation that is not ranked."""
    mean, coverage = tally.mean_centi, tally.coverage_permille
    if mean is None or not _is_large_enough(ranking, tally):
        return None
    if ranking.by is RankBy.MEAN:
        return mean, tally.participants
    if ranking.by is RankBy.PARTICIPANTS:
        return tally.participants, mean
    if ranking.by is RankBy.WEIGHTED:
        return score_centi(ranking.weights, tally, peaks), mean
    return None if coverage is None else (coverage, mean)


def rank_enterprises(
    ranking: EnterpriseRanking, tallies: Sequence[Tally]
) -> list[EnterpriseStanding]:
    """Return the board, best first with shared standings 1, 2, 2, 4; the unranked stand last.

    Equal ones stand in the order of their ids, which says nothing; the unranked with more
    participants first.
    """
    peaks = peaks_of(ranking, tallies)
    merits = {tally.unit_id: merit(ranking, tally, peaks) for tally in tallies}
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
        score = key[0] if ranking.by is RankBy.WEIGHTED else None
        board.append(EnterpriseStanding(tally, standing, is_shared, score))
    rest = [tally for tally in tallies if merits[tally.unit_id] is None]
    rest.sort(key=lambda tally: (-tally.participants, -tally.entries, tally.unit_id))
    return board + [EnterpriseStanding(tally, None, is_shared=False) for tally in rest]
