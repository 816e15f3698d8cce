"""The number of every item without a draw that has one of the reliability bank, by another route than the item's own.

Of numeric items the value, of choice items the number of the right option.
"""

from math import ceil, exp, hypot, log

from scipy import stats

VALUES: dict[str, float] = {
    "re-01-006": exp(-1),
    "re-01-007": 9 / (180 * 100) * 10000.0,
    "re-01-011": 2e-07 * 8760 * 10000.0,
    "re-02-001": 0.6 * 0.01 + 0.4 * 0.03,
    "re-02-002": 0.012 / 0.018,
    "re-02-003": 1 - 0.98**10,
    "re-02-004": 3 * exp(-2),
    "re-02-007": exp(-0.25),
    "re-02-008": stats.norm.cdf(-2),
    "re-04-003": 1 - 0.1**3,
    "re-04-004": 3 * 0.81 * 0.1 + 0.729,
    "re-05-004": 100 / 400 * 240,
    "re-06-007": 0.2 * 0.5 * 5e-05 * 100 * 10000.0,
    "re-07-005": 0.01 + 0.02 - 0.0002,
    "re-07-010": 0.1 * 0.02 * 0.01 * 100000.0,
    "re-08-001": 0.4 / 1,
    "re-08-003": 70 + 2 * 25,
    "re-08-005": 150 / hypot(40, 30),
    "re-09-005": 60 / 0.6,
    "re-09-008": 20 * 500,
    "re-09-013": ceil(log(0.1) / log(0.9)),
    "re-10-003": 30 + 70 + 8 * 100,
    "re-10-006": 60000 / 12,
    "re-10-007": 2000 / log(10),
    "re-10-026": 6 * 500 / 4,
    "re-10-027": 1.7 / 5.4,
    "re-11-002": 490 / 500,
    "re-11-004": 100 * 10 / 200,
    "re-11-011": 0.99 * 0.95,
    "re-11-012": next(k for k in range(20) if stats.poisson.cdf(k, 2) >= 0.95),
    "re-11-025": 190 / 200,
    "re-12-013": 0.005 * 0.2 * 1000.0,
}
