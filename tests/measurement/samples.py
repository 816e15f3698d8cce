"""Answers to measure: published ones, simulated ones, and any at all."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from learning.measurement.matrices import Scores

CASES = Path(__file__).parent.parent / "cases" / "measurement"


def published(name: str) -> Any:
    return json.loads((CASES / "lsat_published.json").read_text())[name]


def lsat(name: str) -> np.ndarray:
    """Return the persons × items of "lsat6" or "lsat7"."""
    with (CASES / "lsat_patterns.csv").open() as file:
        rows = [([int(c) for c in r["pattern"]], int(r[name])) for r in csv.DictReader(file)]
    return np.repeat([pattern for pattern, _ in rows], [count for _, count in rows], axis=0)


def simulated(
    persons: int, items: int, seed: int = 1, *, slopes: tuple[float, float] = (0.6, 1.6)
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return answers under the two-parameter model, its slopes and difficulties, and abilities."""
    random = np.random.default_rng(seed)
    a = random.uniform(*slopes, items)
    b = random.normal(0, 1, items)
    theta = random.normal(0, 1, persons)
    right = random.random((persons, items)) < 1 / (1 + np.exp(-a * (theta[:, None] - b)))
    return right.astype(np.uint8), a, b, theta


CELLS = st.sampled_from([0, 0, 1, 1, 1, 0.5, 1 / 3, -0.25, np.nan])
BINARY = st.sampled_from([0, 0, 1, 1, np.nan])


@st.composite
def matrices(draw: st.DrawFn, cells: st.SearchStrategy[float] = CELLS) -> np.ndarray:
    """Draw a matrix of any small size, also without persons or items."""
    persons, items = draw(st.integers(0, 9)), draw(st.integers(0, 6))
    values = draw(st.lists(cells, min_size=persons * items, max_size=persons * items))
    return np.array(values, dtype=np.float64).reshape(persons, items)


def scores_of(matrix: np.ndarray) -> Scores:
    return Scores.of(matrix, max_points=[1.0 + n % 3 for n in range(matrix.shape[1])])
