"""Drift between sittings, differences between groups, and the panel's cut score."""

import numpy as np
import pytest

from learning.measurement import angoff, classical, drift, rasch
from learning.measurement.drift import Category
from learning.measurement.matrices import Scores
from tests.measurement.samples import simulated


def sittings(shift: float) -> tuple[Scores, Scores]:
    """Return two sittings of 20 items; the later candidates are abler, item 3 is easier."""
    random = np.random.default_rng(4)
    b = random.normal(0, 1, 20)
    result = []
    for mean, moved in ((0.0, 0.0), (0.5, shift)):
        theta, places = random.normal(mean, 1, 3000), b.copy()
        places[3] += moved
        p = 1 / (1 + np.exp(-(theta[:, None] - places)))
        result.append(Scores.of(random.random(p.shape) < p))
    return result[0], result[1]


def test_a_drifted_item_stands_out_though_all_candidates_are_better():
    before, after = sittings(-1.0)
    pairs = [(n, n) for n in range(20)]

    shifts = drift.difficulty_shifts(rasch.fit(before), rasch.fit(after), pairs)
    changes = drift.facility_changes(classical.analyse(before), classical.analyse(after), pairs)

    assert shifts[3].change == pytest.approx(-1, abs=0.25)
    assert shifts[3].z < -6
    assert not shifts[3].is_anchor
    assert all(abs(s.z) < 3.3 for n, s in enumerate(shifts) if n != 3)
    assert all(c.change > 0 and c.z > 2 for c in changes)


def test_sittings_with_the_same_items_show_shifts_of_the_announced_error():
    before, after = sittings(0.0)
    shifts = drift.difficulty_shifts(
        rasch.fit(before), rasch.fit(after), [(n, n) for n in range(20)]
    )

    assert 0.6 < np.std([s.z for s in shifts]) < 1.4


def test_an_item_without_difficulty_has_an_unknown_shift():
    before, _ = sittings(0.0)
    right = before.ratios.copy()
    right[:, 0] = 1
    one, two = rasch.fit(before), rasch.fit(Scores.of(right))

    shifts = drift.difficulty_shifts(one, two, [(0, 0), (1, 1), (2, 2)])

    assert shifts[0] == drift.UNKNOWN
    assert shifts[1].change == pytest.approx(0, abs=0.01)


def test_mantel_haenszel_is_that_of_the_formula_on_a_small_table():
    """Two strata: (a, b, c, d) = (8, 2, 6, 4) and (5, 5, 3, 7)."""
    rows, focal, other = [], [], []
    for stratum, (a, b, c, d) in enumerate([(8, 2, 6, 4), (5, 5, 3, 7)]):
        for group, item, count in ((0, 1, a), (0, 0, b), (1, 1, c), (1, 0, d)):
            rows += [item] * count
            focal += [group == 1] * count
            other += [stratum * 5 - item] * count  # keeps the strata apart: total = stratum
    table = np.stack((rows, other), axis=1)

    found = drift.group_differences(Scores.of(table), np.array(focal))[0]

    alpha = (8 * 4 / 20 + 5 * 7 / 20) / (2 * 6 / 20 + 5 * 3 / 20)
    expected, variance = 10 * 14 / 20 + 10 * 8 / 20, 0.0
    for right in (14, 8):
        variance += 10 * 10 * right * (20 - right) / (400 * 19)
    assert found.odds_ratio == pytest.approx(alpha)
    assert found.delta == pytest.approx(-2.35 * np.log(alpha))
    assert found.chi_squared == pytest.approx((abs(13 - expected) - 0.5) ** 2 / variance)


def test_an_item_harder_for_one_group_is_in_category_c_and_the_others_in_a():
    right, *_ = simulated(4000, 25, 2)
    focal = np.arange(4000) % 2 == 0
    random = np.random.default_rng(0)
    right[focal & (random.random(4000) < 0.4), 7] = 0

    found = drift.group_differences(Scores.of(right), focal)

    assert found[7].category is Category.LARGE
    assert found[7].delta < -1.5
    assert [f.category for n, f in enumerate(found) if n != 7].count(Category.NEGLIGIBLE) >= 23


JUDGEMENTS = [[0.6, 0.7, 0.8], [0.5, 0.6, 0.9], [0.7, 0.8, 0.7], [0.6, 0.7, 0.8]]


def test_a_cut_score_is_the_sum_of_mean_judgements():
    found = angoff.cut_score(JUDGEMENTS)

    cuts = [2.1, 2.0, 2.2, 2.1]
    assert [judge.cut for judge in found.judges] == pytest.approx(cuts)
    assert found.cut == pytest.approx(2.1)
    assert found.share == pytest.approx(0.7)
    assert found.sd == pytest.approx(np.std(cuts, ddof=1))
    assert found.error == pytest.approx(np.std(cuts, ddof=1) / 2)
    assert found.items[0].sd == pytest.approx(np.std([0.6, 0.5, 0.7, 0.6], ddof=1))


def test_points_weigh_and_what_a_judge_left_out_comes_from_the_others():
    table = np.array(JUDGEMENTS)
    table[0, 2] = np.nan

    found = angoff.cut_score(table, max_points=[1, 1, 4])

    third = np.nanmean(table[:, 2])
    assert found.cut == pytest.approx(0.6 + 0.7 + 4 * third)
    assert found.max_points == 6
    assert found.judges[0].cut == pytest.approx(0.6 + 0.7 + 4 * third)
    assert found.judges[0].judged == 2


def test_a_judge_far_from_the_panel_is_an_outlier():
    table = np.random.default_rng(0).normal(0.65, 0.05, (8, 40)).clip(0, 1)
    table[5] = 0.98

    found = angoff.cut_score(table)

    assert [judge.is_outlier for judge in found.judges] == [n == 5 for n in range(8)]


def test_agreement_with_facilities_is_a_correlation():
    found = angoff.cut_score([[0.2, 0.5, 0.8]], facilities=[0.1, None, 0.9])

    assert found.judges[0].agreement == pytest.approx(1)
    assert (found.sd, found.error) == (None, None)


def test_nothing_judged_has_no_cut():
    found = angoff.cut_score(np.full((2, 3), np.nan))

    assert (found.cut, found.share, found.sd) == (None, None, None)
    assert [judge.cut for judge in found.judges] == [None, None]


def test_rounds_show_how_a_panel_comes_together():
    second = [[0.6, 0.7, 0.8], [0.6, 0.7, 0.8], [0.6, 0.7, 0.8], [0.6, 0.7, 0.8]]

    first, last = angoff.rounds([JUDGEMENTS, second])

    assert (first.cut_change, first.mean_revision) == (None, None)
    assert last.cut_change == pytest.approx(0)
    assert last.sd_change == pytest.approx(-first.result.sd)
    assert last.mean_revision == pytest.approx(0.6 / 12)


@pytest.mark.parametrize("table", [[[1.2]], [[-0.1]], [0.5]])
def test_judgements_that_are_no_shares_are_refused(table):
    with pytest.raises(ValueError):
        angoff.cut_score(table)
