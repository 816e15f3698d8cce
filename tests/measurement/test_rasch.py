"""Rasch's model: exact against brute force, with forms, gaps and items that nothing compares."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.measurement import conditional, rasch
from learning.measurement.logistic import probabilities, weighted_likelihood
from learning.measurement.matrices import Scores
from tests.measurement.samples import simulated


@given(st.lists(st.floats(-4, 4), min_size=2, max_size=7), st.integers(1, 6))
@settings(deadline=None, max_examples=50)
def test_conditional_moments_are_those_of_all_patterns_counted_out(b: list[float], raw: int):
    raw = min(raw, len(b) - 1)
    patterns = np.array([p for p in product((0, 1), repeat=len(b)) if sum(p) == raw])
    weights = np.exp(-patterns @ np.array(b))
    gamma = weights.sum()
    right = weights @ patterns / gamma
    covariance = (patterns.T * weights) @ patterns / gamma - np.outer(right, right)

    found = conditional.expect(np.array(b), np.array([float(raw)]), np.array([3.0]))

    assert found.logs == pytest.approx(3 * np.log(gamma), abs=1e-9)
    assert found.right == pytest.approx(3 * right, abs=1e-9)
    assert found.information == pytest.approx(3 * covariance, abs=1e-9)


def test_a_hundred_items_lose_no_digits():
    b = np.linspace(-3, 3, 120)
    gamma = np.array([1.0])
    for epsilon in np.exp(-b):
        gamma = np.convolve(gamma, [1, epsilon])
    raw = np.arange(1.0, 120.0)

    found = conditional.expect(b, raw, np.ones(119))

    assert found.logs == pytest.approx(np.log(gamma[1:-1]).sum(), rel=1e-12)
    assert found.right.sum() == pytest.approx(raw.sum(), rel=1e-12)
    assert found.information.sum() == pytest.approx(0, abs=1e-7)


def test_difficulties_are_recovered_with_honest_errors():
    right, _, b, theta = simulated(3000, 20, slopes=(1, 1))

    fit = rasch.fit(Scores.of(right))

    found = np.array([i.difficulty for i in fit.items])
    errors = np.array([i.error for i in fit.items])
    z = (found - (b - b.mean())) / errors
    assert abs(z).max() < 3.5
    assert 0.6 < z.std() < 1.4
    assert np.corrcoef(fit.abilities.values, theta)[0, 1] > 0.85
    assert all(0.9 < i.fit.infit < 1.1 for i in fit.items)


def test_forms_with_common_items_come_to_one_scale():
    right, _, b, _ = simulated(4000, 15, seed=5, slopes=(1, 1))
    given_ = np.ones(right.shape, bool)
    given_[:2000, 10:] = False
    given_[2000:, :5] = False

    fit = rasch.fit(Scores.of(right, given=given_))

    found = np.array([i.difficulty for i in fit.items])
    assert fit.method is rasch.Method.CONDITIONAL
    assert abs(found - (b - b.mean())).max() < 0.25


def test_papers_drawn_anew_are_fitted_marginally_and_say_so():
    right, _, b, _ = simulated(1500, 30, seed=6, slopes=(1, 1))
    given_ = np.random.default_rng(1).random(right.shape) < 0.7

    fit = rasch.fit(Scores.of(right, given=given_))

    assert fit.method is rasch.Method.MARGINAL
    found = np.array([i.difficulty for i in fit.items])
    errors = np.array([i.error for i in fit.items])
    z = (found - (b - b.mean())) / errors
    assert 0.7 < z.std() < 1.3
    assert all(0.8 < i.fit.infit < 1.2 for i in fit.items)


def test_items_that_no_chain_of_persons_compares_have_no_difficulty():
    right = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 1, 0]])

    fit = rasch.fit(Scores.of(right))

    assert [i.difficulty is None for i in fit.items] == [False, False, True, True]
    assert fit.items[0].difficulty == pytest.approx(0)
    assert fit.persons == 4


def test_a_guttman_scale_has_no_difficulties():
    fit = rasch.fit(Scores.of(np.tri(6, 5, -1)))

    assert [i.difficulty for i in fit.items] == [None] * 5
    assert np.isnan(fit.abilities.values).all()


def test_an_item_answered_by_lot_does_not_fit():
    right, *_ = simulated(2000, 20, seed=8, slopes=(1.5, 1.5))
    right[:, 7] = np.random.default_rng(0).integers(0, 2, 2000)

    fit = rasch.fit(Scores.of(right))

    fits = [i.fit.infit for i in fit.items]
    assert np.argmax(fits) == 7
    assert fits[7] > 1.3
    assert fit.items[7].fit.infit_z > 5


def test_weighted_likelihood_solves_warms_equation():
    a, b = np.array([1.0, 1.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    rows = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])

    found = weighted_likelihood(rows, None, a, b)

    p = probabilities(found.values, a, b)
    information = (p * (1 - p)).sum(axis=1)
    bias = (p * (1 - p) * (1 - 2 * p)).sum(axis=1) / (2 * information)
    assert rows.sum(axis=1) - p.sum(axis=1) + bias == pytest.approx(0, abs=1e-8)
    assert found.errors == pytest.approx(1 / np.sqrt(information))
    assert found.values == pytest.approx(-found.values[::-1])
