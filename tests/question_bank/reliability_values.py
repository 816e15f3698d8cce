"""The number of every item without a draw that has one of the reliability bank, by another route than the item's own.

Of numeric items the value, of choice items the number of the right option.
"""

from collections.abc import Callable
from math import ceil, exp, hypot, log

import scipy

VALUES: dict[str, float | Callable[[], float]] = {
    "re-01-006": exp(-1),
    "re-01-007": 9 / (180 * 100) * 10000.0,
    "re-01-011": 2e-07 * 8760 * 10000.0,
    "re-01-027": 6000 / 6,
    "re-01-029": 0.72 / 0.9,
    "re-02-001": 0.6 * 0.01 + 0.4 * 0.03,
    "re-02-002": 0.012 / 0.018,
    "re-02-003": 1 - 0.98**10,
    "re-02-004": 3 * exp(-2),
    "re-02-007": exp(-0.25),
    "re-02-008": lambda: scipy.stats.norm.cdf(-2),
    "re-02-026": exp(log(0.1) / 30),
    "re-02-029": ceil(log(0.1) / log(0.95)),
    "re-03-025": 600 * (1 / 0.75),
    "re-03-027": 25 - 100 * 0.4 * 0.5,
    "re-04-003": 1 - 0.1**3,
    "re-04-004": 3 * 0.81 * 0.1 + 0.729,
    "re-04-025": 1 - (1 - 0.045**2) * (1 - 0.005),
    "re-04-028": exp(-0.01) * exp(-0.01),
    "re-05-004": 100 / 400 * 240,
    "re-05-026": sum([0.01] * 20 + [0.2] * 5 + [0.5] * 2),
    "re-05-028": (1000 * 0.9 - 200) / 7 * 4,
    "re-06-007": 0.2 * 0.5 * 5e-05 * 100 * 10000.0,
    "re-07-005": 0.01 + 0.02 - 0.0002,
    "re-07-010": 0.1 * 0.02 * 0.01 * 100000.0,
    "re-07-024": 0.02 * 5e-06 * 4000 / 2 * 10000.0,
    "re-08-001": 0.4 / 1,
    "re-08-003": 70 + 2 * 25,
    "re-08-005": 150 / hypot(40, 30),
    "re-08-026": 40 + 10 * 2 + 10 * 0.5 + 10 * 5.5,
    "re-08-027": hypot(*[0.1] * 5),
    "re-09-005": 60 / 0.6,
    "re-09-008": 20 * 500,
    "re-09-013": ceil(log(0.1) / log(0.9)),
    "re-09-026": exp(log(log(0.1) / (8 * log(0.9))) / 2),
    "re-09-028": 500 * 0.4 - 500 * 0.4 * 0.75 * 0.8,
    "re-09-029": 30 / (2 / 1000) * 5,
    "re-10-003": 30 + 70 + 8 * 100,
    "re-10-006": 60000 / 12,
    "re-10-007": 2000 / log(10),
    "re-10-026": 6 * 500 / 4,
    "re-10-027": 1.7 / 5.4,
    "re-10-028": (400 + 700 + 300 + 3 * 1000) / 2,
    "re-11-002": 490 / 500,
    "re-11-004": 100 * 10 / 200,
    "re-11-011": 0.99 * 0.95,
    "re-11-012": lambda: next(k for k in range(20) if scipy.stats.poisson.cdf(k, 2) >= 0.95),
    "re-11-025": 190 / 200,
    "re-11-028": lambda: scipy.stats.poisson.cdf(1, 6 / 12),
    "re-12-013": 0.005 * 0.2 * 1000.0,
    "re-12-027": lambda: 2 * 1000 / scipy.stats.chi2.isf(0.1, 2),
    "re-12-028": 0.01 * (1 + 0.02) / 2 * 1000.0,
}


def value_of(code: str) -> float:
    """Return the number of an item; `scipy.stats` takes a second to load and is not waited for before."""
    value = VALUES[code]
    return value() if callable(value) else value
