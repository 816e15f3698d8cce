"""The two-parameter model: recovered from simulated answers, with gaps and in its corners."""

import numpy as np
import pytest

from learning.measurement import information, marginal, two_parameter
from learning.measurement.matrices import Scores
from learning.measurement.two_parameter import Slopes
from tests.measurement.samples import simulated


def values(fit: two_parameter.TwoParameterFit, name: str) -> np.ndarray:
    return np.array([getattr(item, name) for item in fit.items], dtype=float)


@pytest.mark.parametrize("seed", [1, 2])
def test_simulated_parameters_are_recovered_with_honest_errors(seed: int):
    right, a, b, theta = simulated(2000, 20, seed)

    fit = two_parameter.fit(Scores.of(right))

    assert fit.has_converged
    z = (values(fit, "slope") - a) / values(fit, "slope_error")
    assert abs(z).max() < 4
    assert 0.6 < z.std() < 1.4
    assert abs((values(fit, "difficulty") - b) / values(fit, "difficulty_error")).max() < 4
    reached = np.corrcoef(fit.abilities.values, theta)[0, 1] ** 2
    assert fit.reliability == pytest.approx(reached, abs=0.03)


def test_random_papers_are_fitted_from_what_each_was_given():
    right, a, b, _ = simulated(2000, 25, 4)
    given = np.random.default_rng(1).random(right.shape) < 0.5

    fit = two_parameter.fit(Scores.of(right, given=given))

    assert abs((values(fit, "slope") - a) / values(fit, "slope_error")).max() < 4
    assert abs((values(fit, "difficulty") - b) / values(fit, "difficulty_error")).max() < 4


def test_both_ways_to_an_information_give_like_errors(monkeypatch: pytest.MonkeyPatch):
    scores = Scores.of(simulated(3000, 8, 3)[0])
    observed = two_parameter.fit(scores)
    monkeypatch.setattr(marginal, "EXACT_WORK", 0)

    crossed = two_parameter.fit(scores)

    assert observed.is_observed
    assert not crossed.is_observed
    assert values(crossed, "intercept_error") == pytest.approx(
        values(observed, "intercept_error"), rel=0.1
    )
    assert values(crossed, "slope_error") == pytest.approx(values(observed, "slope_error"), rel=0.1)


def test_much_data_in_single_precision_give_the_same_parameters(monkeypatch: pytest.MonkeyPatch):
    scores = Scores.of(simulated(3000, 20, 3)[0])
    exact = two_parameter.fit(scores)
    monkeypatch.setattr(marginal, "LARGE", 0)

    fast = two_parameter.fit(scores)

    assert values(fast, "slope") == pytest.approx(values(exact, "slope"), abs=2e-3)
    assert values(fast, "difficulty") == pytest.approx(values(exact, "difficulty"), abs=2e-3)
    assert fast.log_likelihood == pytest.approx(exact.log_likelihood, abs=0.1)


def test_a_reversed_item_gets_a_negative_slope_and_the_others_keep_theirs():
    right, *_ = simulated(3000, 15, 2)
    right[:, 4] = 1 - right[:, 4]

    fit = two_parameter.fit(Scores.of(right))

    slopes = values(fit, "slope")
    assert slopes[4] < -0.3
    assert (np.delete(slopes, 4) > 0.2).all()


def test_the_fit_is_a_maximum():
    scores = Scores.of(simulated(800, 6, 9)[0])
    fit = two_parameter.fit(scores)
    engine = marginal._Engine(marginal.Patterns.of(scores), Slopes.FREE, marginal.rectangular())
    top = np.concatenate((values(fit, "slope"), values(fit, "intercept")))

    gradient = engine.gradient(top, engine.expect(top))

    assert abs(gradient).max() < 1e-3
    for place in range(len(top)):
        aside = top.copy()
        aside[place] += 0.05
        assert engine.expect(aside).log_likelihood < fit.log_likelihood


def test_items_without_variance_have_no_parameters_and_change_nothing():
    right, *_ = simulated(500, 6, 1)
    more = np.hstack((right, np.ones((500, 1)), np.zeros((500, 1))))

    fit, plain = two_parameter.fit(Scores.of(more)), two_parameter.fit(Scores.of(right))

    assert [i.slope is None for i in fit.items] == [False] * 6 + [True] * 2
    assert [i.slope for i in fit.items[:6]] == [i.slope for i in plain.items]


def test_information_is_the_curvature_of_the_curve():
    fit = two_parameter.fit(Scores.of(simulated(1000, 8, 1)[0]))

    curves = information.of(fit, np.array([-1.0, 0.0, 1.0]))

    a, b = values(fit, "slope"), values(fit, "difficulty")
    p = 1 / (1 + np.exp(-a[:, None] * (curves.abilities - b[:, None])))
    assert curves.curves == pytest.approx(p)
    assert curves.items == pytest.approx(a[:, None] ** 2 * p * (1 - p))
    assert curves.errors == pytest.approx(1 / np.sqrt(curves.test))
    assert curves.expected == pytest.approx(p.sum(axis=0))
