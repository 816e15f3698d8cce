"""Laws: every matrix has a result without a warning, and no order of rows or columns matters."""

import math
from dataclasses import asdict, is_dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.measurement import (
    classical,
    distractors,
    drift,
    exposure,
    findings,
    information,
    rasch,
    similarity,
    timing,
    two_parameter,
)
from learning.measurement.matrices import Choices, Scores
from tests.measurement.samples import BINARY, matrices, scores_of, simulated

SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def numbers_in(value: object) -> list[float]:
    """Return all floats within dataclasses and tuples; arrays of persons may hold NaN."""
    if is_dataclass(value) and not isinstance(value, type):
        value = list(asdict(value).values())
    if isinstance(value, float):
        return [value]
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers_in(part)]
    return []


def choices_of(matrix: np.ndarray) -> Choices:
    codes = np.where(np.isnan(matrix), -2, np.where(matrix > 0, 0, np.where(matrix < 0, -1, 1)))
    items = matrix.shape[1]
    return Choices.from_codes(codes, options=[3] * items, keys=[0] * items)


@given(matrices())
@SLOW
def test_classical_figures_of_any_matrix_are_numbers_or_nothing(matrix: np.ndarray):
    scores, choices = scores_of(matrix), choices_of(matrix)

    analysis = classical.analyse(scores, choices)
    options = distractors.table(scores, choices)

    assert all(map(math.isfinite, numbers_in(analysis) + numbers_in(options)))
    assert len(analysis.items) == len(options) == matrix.shape[1]
    findings.of(analysis, options)
    exposure.figures(scores)


@given(matrices(BINARY))
@settings(SLOW, max_examples=20)
def test_models_of_any_matrix_give_numbers_or_nothing(matrix: np.ndarray):
    scores = Scores.of(matrix)

    one = rasch.fit(scores)
    two = two_parameter.fit(scores)

    assert all(map(math.isfinite, numbers_in(one.items) + numbers_in(two.items)))
    assert len(one.abilities.values) == len(two.abilities.values) == len(matrix)
    information.of(one)
    information.of(two)
    drift.difficulty_shifts(one, one, [(n, n) for n in range(matrix.shape[1])])
    drift.group_differences(scores, np.arange(len(matrix)) % 2 == 0)


@given(matrices())
@SLOW
def test_integrity_figures_of_any_matrix_are_numbers(matrix: np.ndarray):
    codes = np.nan_to_num(matrix * 4, nan=-1).astype(int)

    report = similarity.pairs(codes, matrix == 1, given=~np.isnan(matrix), least_z=-9)
    times = timing.report(matrix * 30, matrix == 1)

    assert all(map(math.isfinite, numbers_in(report) + numbers_in(times)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 2), (40, 4)])
@pytest.mark.parametrize("value", [0, 1])
def test_all_right_and_all_wrong_have_defined_results(shape: tuple[int, int], value: int):
    scores = Scores.of(np.full(shape, value))

    analysis = classical.analyse(scores)

    assert [item.facility for item in analysis.items] == [value] * shape[1]
    assert all(item.item_rest is None for item in analysis.items)
    assert analysis.test.reliability.alpha is None
    assert all(item.difficulty is None for item in rasch.fit(scores).items)
    assert all(item.slope is None for item in two_parameter.fit(scores).items)


@given(matrices(), st.randoms(use_true_random=False))
@SLOW
def test_permuted_persons_and_items_permute_the_classical_figures(matrix: np.ndarray, random):
    rows, columns = list(range(len(matrix))), list(range(matrix.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    points = np.array([1.0 + n % 3 for n in columns])
    moved = matrix[rows][:, columns]

    before = classical.analyse(scores_of(matrix))
    after = classical.analyse(Scores.of(moved, max_points=points))

    for place, column in enumerate(columns):
        assert_alike(after.items[place], before.items[column])
    assert_alike(after.test.reliability.alpha, before.test.reliability.alpha)


def test_permuted_persons_and_items_permute_the_models():
    right, *_ = simulated(400, 8)
    given = np.random.default_rng(3).random(right.shape) < 0.8
    columns = np.array([3, 1, 7, 0, 2, 6, 5, 4])
    rows = np.random.default_rng(2).permutation(len(right))
    moved = Scores.of(right[rows][:, columns], given=given[rows][:, columns])

    before, after = rasch.fit(Scores.of(right, given=given)), rasch.fit(moved)
    assert_alike(after.items, tuple(before.items[c] for c in columns))
    np.testing.assert_allclose(after.abilities.values, before.abilities.values[rows], atol=1e-6)

    first, second = two_parameter.fit(Scores.of(right, given=given)), two_parameter.fit(moved)
    assert_alike(second.items, tuple(first.items[c] for c in columns), 1e-4)
    np.testing.assert_allclose(second.abilities.values, first.abilities.values[rows], atol=1e-4)


def assert_alike(one: object, other: object, tolerance: float = 1e-6) -> None:
    left, right = numbers_in((one,)), numbers_in((other,))
    assert left == pytest.approx(right, abs=tolerance)
