"""Classical figures on small tables that can be reckoned by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.measurement import classical, distractors, exposure
from learning.measurement.matrices import ANSWERED, NOT_GIVEN, OMITTED, Choices, Scores
from learning.measurement.ranks import FIFTHS, LOWER_UPPER, memberships
from tests.measurement.samples import simulated

TABLE = np.array(
    [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 1], [0, 0, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
)


def test_figures_of_a_small_table_are_those_reckoned_by_hand():
    analysis = classical.analyse(Scores.of(TABLE))

    item, total = analysis.items[1], TABLE.sum(axis=1)
    rest = total - TABLE[:, 1]
    assert item.facility == 0.5
    assert item.sd == pytest.approx(np.sqrt(0.3))
    assert item.facility_se == pytest.approx(np.sqrt(0.3 / 6))
    assert item.item_total == pytest.approx(np.corrcoef(TABLE[:, 1], total)[0, 1])
    assert item.item_rest == pytest.approx(np.corrcoef(TABLE[:, 1], rest)[0, 1])
    variances = TABLE.var(axis=0, ddof=1)
    alpha = 4 / 3 * (1 - variances.sum() / total.var(ddof=1))
    reliable = analysis.test.reliability
    assert reliable.alpha == pytest.approx(alpha)
    assert reliable.sem == pytest.approx(total.std(ddof=1) * np.sqrt(1 - alpha))
    assert (analysis.test.mean, analysis.test.sd) == pytest.approx((7 / 3, total.std(ddof=1)))
    three = np.delete(TABLE, 1, axis=1)
    left = 3 / 2 * (1 - three.var(axis=0, ddof=1).sum() / three.sum(axis=1).var(ddof=1))
    assert item.alpha_without == pytest.approx(left)


def test_points_weigh_in_alpha_and_in_the_rest():
    points = [1.0, 2.0, 3.0, 4.0]
    weighted = TABLE * points

    analysis = classical.analyse(Scores.of(TABLE, max_points=points))

    total = weighted.sum(axis=1)
    alpha = 4 / 3 * (1 - weighted.var(axis=0, ddof=1).sum() / total.var(ddof=1))
    assert analysis.test.reliability.alpha == pytest.approx(alpha)
    assert analysis.test.reliability.kr20 is None
    rest = total - weighted[:, 3]
    assert analysis.items[3].item_rest == pytest.approx(np.corrcoef(TABLE[:, 3], rest)[0, 1])


def test_partly_right_answers_count_with_their_share():
    scores = Scores.of(np.array([[0.5, 1], [1, 0.25], [0, 0], [1, 1]]))

    analysis = classical.analyse(scores)

    assert [i.facility for i in analysis.items] == pytest.approx([0.625, 0.5625])
    assert analysis.test.reliability.kr20 is None
    assert analysis.test.reliability.alpha is not None


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=20)
def test_a_doubled_test_has_the_alpha_that_spearman_and_brown_foretell_or_more(seed: int):
    """The copies correlate fully, so alpha is at least 2α/(1 + α)."""
    right, *_ = simulated(60, 6, seed)
    alpha = classical.analyse(Scores.of(right)).test.reliability.alpha
    doubled = classical.analyse(Scores.of(np.hstack((right, right)))).test.reliability

    if alpha is not None and alpha > 0:
        assert doubled.alpha >= 2 * alpha / (1 + alpha) - 1e-9
    odd_even = np.repeat(right, 2, axis=1)
    assert classical.analyse(Scores.of(odd_even)).test.reliability.split_half == pytest.approx(1)


def test_what_was_not_given_neither_lowers_facilities_nor_tears_totals_apart():
    right, *_ = simulated(4000, 20)
    given_ = np.random.default_rng(1).random(right.shape) < 0.6

    whole, part = (
        classical.analyse(Scores.of(right)),
        classical.analyse(Scores.of(right, given=given_)),
    )

    for one, other in zip(whole.items, part.items, strict=True):
        assert other.facility == pytest.approx(one.facility, abs=0.04)
        assert other.item_rest == pytest.approx(one.item_rest, abs=0.1)
    reliable = part.test.reliability
    full = whole.test.reliability.alpha
    shorter = 0.6 * full / (1 - 0.4 * full)  # Spearman and Brown
    assert reliable.length == pytest.approx(12, abs=0.1)
    assert reliable.alpha == pytest.approx(shorter, abs=0.02)


def test_groups_hold_their_exact_share_and_ties_are_shared_out():
    groups = memberships(np.array([1.0, 2.0, 2.0, 2.0, 3.0]), FIFTHS)

    assert groups.sum(axis=0) == pytest.approx([1, 1, 1, 1, 1])
    assert groups[0] == pytest.approx([1, 0, 0, 0, 0])
    assert groups[1] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 0])
    assert memberships(np.ones(4), LOWER_UPPER) == pytest.approx(np.full((4, 2), 0.27))


def test_upper_lower_index_compares_the_ends():
    totals = np.arange(100)
    right = np.stack([totals >= 50, totals % 2 == 0], axis=1)
    scores = Scores.of(np.hstack((right, totals[:, None] / 100)), max_points=[0.001, 0.001, 100.0])

    items = classical.analyse(scores).items

    assert items[0].upper_lower == pytest.approx(1)
    assert items[1].upper_lower == pytest.approx(0, abs=0.08)
    assert items[0].fifths == pytest.approx((0, 0, 0.5, 1, 1))


def test_the_distractor_table_counts_who_chose_what():
    codes = np.array([[0, 1], [0, 1], [2, 0], [1, OMITTED], [0, NOT_GIVEN]])
    given_ = codes != NOT_GIVEN
    right = codes == [0, 1]
    scores = Scores.of(right, given=given_)
    choices = Choices.from_codes(codes, options=[3, 2], keys=[0, 1])

    first, second = distractors.table(scores, choices)

    assert [o.count for o in first.options] == [3, 1, 1]
    assert [o.is_key for o in second.options] == [False, True]
    assert (second.given, second.omitted.count, second.omitted.share) == (4, 1, 0.25)
    chosen = (codes[:4, 0] == 0).astype(float)
    expected = np.corrcoef(chosen, right[:4, 1])[0, 1]
    assert first.options[0].point_biserial == pytest.approx(expected)


def test_the_key_of_an_item_discriminates_as_the_item_does():
    right, *_ = simulated(500, 10)
    codes = np.where(right == 1, 2, np.random.default_rng(0).integers(0, 2, right.shape))
    scores = Scores.of(right)
    choices = Choices.from_codes(codes, options=[3] * 10, keys=[2] * 10)

    items, options = classical.analyse(scores).items, distractors.table(scores, choices)

    for item, table in zip(items, options, strict=True):
        assert table.options[2].point_biserial == pytest.approx(item.item_rest)
        assert table.options[2].fifths == pytest.approx(item.fifths)
        assert sum(o.share for o in table.options) == pytest.approx(1)


def test_several_chosen_options_count_each():
    chosen = np.array([[0b011], [0b010], [0b100], [0]], dtype=np.uint16)
    choices = Choices(chosen, (3,), (0b011,))

    (table,) = distractors.table(Scores.of([[1], [0], [0], [0]]), choices)

    assert [o.count for o in table.options] == [1, 2, 1]
    assert [o.is_key for o in table.options] == [True, True, False]
    assert table.omitted.count == 1


def test_what_lies_behind_the_last_answer_is_not_reached_whatever_the_order():
    answered = np.array([[1, 1, 1, 1], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    chosen = (answered * ANSWERED).astype(np.uint16)
    scores = Scores.of(answered)

    straight = classical.analyse(scores, Choices(chosen, (0,) * 4, (0,) * 4))
    positions = np.tile(np.array([4, 3, 2, 1], np.uint16), (4, 1))
    turned = classical.analyse(
        Scores.of(answered[:, ::-1]), Choices(chosen[:, ::-1], (0,) * 4, (0,) * 4, positions)
    )

    assert [i.omitted for i in straight.items] == [0.25, 0.5, 0.5, 0.75]
    assert [i.not_reached for i in straight.items] == pytest.approx([0, 0, 1 / 3, 2 / 3])
    assert [i.not_reached for i in turned.items] == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert straight.test.reached_end == pytest.approx(1 / 3)
    assert straight.test.reached_most == pytest.approx(2 / 3)


def test_exposure_counts_papers_and_what_two_of_them_share():
    given_ = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0]], bool)

    found = exposure.figures(Scores.of(np.ones((3, 3)), given=given_))

    assert found.counts == (3, 2, 1)
    assert found.rates == pytest.approx((1, 2 / 3, 1 / 3))
    assert found.overlap == pytest.approx((1 + 2 + 1) / 3 / 2)  # pairs share 1, 2 and 1 of 2


@pytest.mark.parametrize(
    ("ratios", "points"),
    [([1, 0], None), ([[np.inf]], None), ([[1]], [0]), ([[1]], [1, 1]), ([[1]], [np.nan])],
)
def test_what_is_no_matrix_of_scores_is_refused(ratios, points):
    with pytest.raises(ValueError):
        Scores.of(np.array(ratios, float), max_points=points)
