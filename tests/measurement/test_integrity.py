"""Similar answers and unusual times: copies are found, chance is not accused."""

import time

import numpy as np
import pytest

from learning.measurement import similarity, timing
from tests.measurement.samples import simulated


def answered(persons: int, items: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return options chosen and whether right; distractors differ in their appeal."""
    right, *_ = simulated(persons, items, seed)
    random = np.random.default_rng(seed)
    wrong = random.choice([1, 2, 3], right.shape, p=[0.5, 0.3, 0.2])
    return np.where(right, 0, wrong).astype(np.int16), right.astype(bool)


def test_candidates_who_worked_alone_are_not_accused():
    codes, right = answered(600, 60)

    report = similarity.pairs(codes, right, least_z=2)

    assert report.compared == 600 * 599 // 2
    assert min(pair.adjusted for pair in report.pairs) > 0.01


def test_z_of_candidates_who_worked_alone_is_centred_with_the_announced_spread():
    codes, right = answered(500, 80)
    answers = similarity._answers(codes, right, np.ones(codes.shape, bool))

    z = np.concatenate([b[2].ravel() for b in similarity._blocks(answers, None)])
    z = z[z != 0]

    assert np.mean(z) == pytest.approx(0, abs=0.1)
    assert np.std(z) == pytest.approx(1, abs=0.1)


def test_a_copy_is_found_first_with_its_moments():
    codes, right = answered(600, 60)
    codes[400, :40], right[400, :40] = codes[7, :40], right[7, :40]
    moments = np.random.default_rng(0).uniform(0, 3600, codes.shape)
    moments[400, :40] = moments[7, :40] + 20

    report = similarity.pairs(codes, right, answered_at=moments)

    pair = report.pairs[0]
    assert (pair.first, pair.second) == (7, 400)
    assert pair.adjusted < 1e-3
    assert pair.nearness == pytest.approx(20, abs=3)
    same = (codes[7] == codes[400]) & ~right[7]
    assert pair.wrong == same.sum()
    shares = [(codes[:, i] == codes[7, i]).mean() for i in np.flatnonzero(same)]
    assert pair.weight == pytest.approx(-np.log(shares).sum(), rel=1e-5)


def test_a_copy_is_found_among_papers_drawn_anew():
    codes, right = answered(400, 120)
    given = np.random.default_rng(2).random(codes.shape) < 0.5
    given[9] = given[3]
    codes[9], right[9] = codes[3], right[3]

    report = similarity.pairs(codes, right, given=given)

    assert (report.pairs[0].first, report.pairs[0].second) == (3, 9)
    assert report.pairs[0].items == given[3].sum()
    assert len([p for p in report.pairs if p.adjusted < 0.01]) == 1


def test_only_right_answers_in_common_are_no_similarity():
    right = np.ones((50, 30), bool)

    assert similarity.pairs(np.zeros((50, 30), int), right).pairs == ()


def test_the_chance_of_a_pair_is_the_tail_of_a_sum_of_unlike_coins():
    random = np.random.default_rng(0)
    chances = random.uniform(0, 0.5, 12)
    sums = (random.random((200_000, 12)) < chances).sum(axis=1)

    found = similarity.tail(chances, 5)

    assert found == pytest.approx((sums >= 5).mean(), abs=0.003)
    assert similarity.tail(chances, 0) == pytest.approx(1)


def test_five_thousand_candidates_are_compared_in_bounded_time():
    codes, right = answered(5000, 120)
    codes[4000], right[4000] = codes[77], right[77]
    begin = time.process_time()

    report = similarity.pairs(codes, right)

    assert time.process_time() - begin < 30  # a few seconds on a free core
    assert (report.pairs[0].first, report.pairs[0].second) == (77, 4000)


def seconds(persons: int, items: int) -> np.ndarray:
    random = np.random.default_rng(1)
    return np.exp(random.normal(3.5, 0.4, (persons, items)))


def test_somebody_far_too_fast_and_right_stands_out():
    right = np.random.default_rng(0).random((200, 40)) < 0.6
    times = seconds(200, 40)
    times[5, :25], right[5, :25] = 3.0, True
    times[6, :25], right[6, :25] = 3.0, np.arange(25) % 4 == 0

    report = timing.report(times, right)

    assert report.persons[5].fast >= 25
    assert report.persons[5].expected == pytest.approx(right[:, :25].mean(axis=0).sum(), abs=2)
    assert report.persons[5].chance < 1e-4
    assert report.persons[6].fast >= 25
    assert report.persons[6].chance > 0.9
    assert report.persons[5].speed < -2.5
    others = [p for n, p in enumerate(report.persons) if n not in {5, 6}]
    assert max(p.fast for p in others) <= 4
    assert min(p.chance for p in others if p.chance is not None) > 0.02


def test_a_few_times_or_equal_times_call_nothing_fast():
    few = timing.report(seconds(10, 3), np.ones((10, 3), bool))
    equal = timing.report(np.full((50, 3), 8.0), np.ones((50, 3), bool))

    assert [i.median for i in few.items] == [None] * 3
    assert equal.items[0].median == pytest.approx(8)
    assert equal.items[0].spread is None
    assert all(p.fast == 0 and p.chance is None for p in few.persons + equal.persons)
