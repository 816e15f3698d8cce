"""The weighted formula of units: standings by hand, what can be announced, the printed words."""

import pytest

from learning.competitions import words
from learning.competitions.rules import (
    EnterpriseRanking,
    EntryRules,
    RankBy,
    Tally,
    Weights,
    problems_of,
    rank_enterprises,
)
from tests.factories.competitions import make_contest


def unit(number: int, participants: int, mean: int, headcount: int | None) -> Tally:
    summed = participants * mean * 1000
    return Tally(number, f"单位{number}", participants, participants, summed, headcount)


UNITS = (
    unit(1, 200, 90, 400),  # most people, best mean, half of its staff
    unit(2, 60, 81, 80),  # 75.0 % of its staff
    unit(3, 100, 45, None),  # declared nothing
    unit(4, 0, 0, 10),
)


@pytest.mark.parametrize(
    ("weights", "board"),
    [
        # 1: 40 + 15 + 30; 2: 12 + 22.5 + 27; 3: 20 + 0 + 15
        (Weights(40, 30, 30), [(1, 1, 8500), (2, 2, 6150), (3, 3, 3500), (4, None, None)]),
        (Weights(100, 0, 0), [(1, 1, 10_000), (3, 2, 5000), (2, 3, 3000), (4, None, None)]),
        (Weights(0, 100, 0), [(2, 1, 7500), (1, 2, 5000), (3, 3, 0), (4, None, None)]),
        (Weights(0, 0, 100), [(1, 1, 10_000), (2, 2, 9000), (3, 3, 5000), (4, None, None)]),
        (Weights(0, 50, 50), [(2, 1, 8250), (1, 2, 7500), (3, 3, 2500), (4, None, None)]),
    ],
)
def test_standings_by_hand(weights, board) -> None:
    rows = rank_enterprises(EnterpriseRanking(RankBy.WEIGHTED, 1, weights), UNITS)

    assert [(row.tally.unit_id, row.standing, row.score_centi) for row in rows] == board


def test_a_score_is_cut_and_what_prints_alike_with_the_same_mean_shares_a_standing() -> None:
    ranking = EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(50, 0, 50))
    # 50 × 2/3 + 50 = 83.33…, twice; the last has a lower mean: 50 + 50 × 60/90 = 83.33…
    tallies = [unit(1, 2, 90, None), unit(2, 2, 90, None), unit(3, 3, 60, None)]

    rows = rank_enterprises(ranking, tallies)

    assert [(row.standing, row.score_centi, row.is_shared) for row in rows] == [
        (1, 8333, True),
        (1, 8333, True),
        (3, 8333, False),
    ]


def test_what_is_too_small_to_be_ranked_sets_no_peak() -> None:
    ranking = EnterpriseRanking(RankBy.WEIGHTED, 10, Weights(50, 0, 50))

    rows = rank_enterprises(ranking, [unit(1, 1, 100, None), unit(2, 20, 50, None)])

    assert [(row.tally.unit_id, row.standing, row.score_centi) for row in rows] == [
        (2, 1, 10_000),
        (1, None, None),
    ]


def test_a_mean_below_zero_counts_as_none() -> None:
    ranking = EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(50, 0, 50))

    rows = rank_enterprises(ranking, [unit(1, 4, -3, None), unit(2, 2, -1, None)])

    assert [(row.tally.unit_id, row.score_centi) for row in rows] == [(1, 5000), (2, 2500)]
    assert rank_enterprises(ranking, []) == []


@pytest.mark.parametrize(
    ("ranking", "is_right"),
    [
        (EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(40, 30, 30)), True),
        (EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(0, 0, 100)), True),
        (EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(40, 30, 29)), False),
        (EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(-10, 60, 50)), False),
        (EnterpriseRanking(RankBy.WEIGHTED), False),
        (EnterpriseRanking(RankBy.MEAN, 1, Weights(40, 30, 30)), False),
    ],
)
def test_weights_are_a_hundred_together_and_none_without_their_rule(now, ranking, is_right) -> None:
    contest = make_contest(now, entry=EntryRules(ranking=ranking))

    assert (problems_of(contest) == []) is is_right


@pytest.mark.parametrize(
    ("ranking", "groups"),
    [
        (EnterpriseRanking(RankBy.MEAN, 5), EnterpriseRanking(RankBy.MEAN)),
        (EnterpriseRanking(RankBy.COVERAGE, 5), EnterpriseRanking(RankBy.PARTICIPANTS)),
        (
            EnterpriseRanking(RankBy.WEIGHTED, 5, Weights(40, 30, 30)),
            EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(40, 0, 30)),
        ),
        (
            EnterpriseRanking(RankBy.WEIGHTED, 5, Weights(0, 100, 0)),
            EnterpriseRanking(RankBy.PARTICIPANTS),
        ),
    ],
)
def test_provinces_and_industries_stand_without_a_headcount(ranking, groups) -> None:
    assert ranking.of_groups() == groups


def test_what_is_left_of_the_weights_still_makes_a_hundred() -> None:
    ranking = EnterpriseRanking(RankBy.WEIGHTED, 5, Weights(40, 30, 30)).of_groups()

    best = rank_enterprises(ranking, UNITS)[0]

    assert best.score_centi == 10_000


def test_the_rule_in_words_names_each_weight(app) -> None:
    with app.test_request_context():
        said = words.ranking_words(EnterpriseRanking(RankBy.WEIGHTED, 3, Weights(60, 40, 0)))

    assert "参加人数与最多者之比，权重 60；参赛率，权重 40。" in said
    assert "平均分与最高者之比" not in said
    assert "没有申报人数的单位，参赛率按 0 计。" in said
    assert said.endswith("参加人数不满 3 人的单位不排名。")
