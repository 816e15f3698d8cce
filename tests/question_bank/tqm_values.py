"""The number of each item of the bank of total quality management that has one, by another route than its own.

Of numeric items the value, of choice items the number of the right option.
"""

from itertools import product
from math import ceil, comb, exp, hypot, log, log1p, sqrt
from statistics import NormalDist, fmean, stdev

NORMAL = NormalDist()


def _longest(times: dict[str, float], after: dict[str, tuple[str, ...]]) -> float:
    """Return how long a plan takes: each activity starts when those before it are done."""

    def done(name: str) -> float:
        return times[name] + max((done(each) for each in after.get(name, ())), default=0)

    return max(done(name) for name in times)


def _indices(low: float, high: float, mean: float, sigma: float) -> tuple[float, float]:
    return (high - low) / (6 * sigma), min(high - mean, mean - low) / (3 * sigma)


VALUES: dict[str, float] = {
    "tqm-02-015": (0.08 - 0.02) * 150 - 4,
    "tqm-03-015": sum(w * r for w, r in zip((5, 4, 3, 2), (9, 0, 3, 1), strict=True)),
    "tqm-04-015": _indices(19.94, 20.06, 20.02, 0.012)[1],
    "tqm-05-006": 30 / 100_000 * 1_000_000,
    "tqm-05-015": exp(sum(log(x) for x in (0.97, 0.98, 0.95, 0.99))),
    "tqm-06-007": 40 * (0.2 / 0.5) ** 2,
    "tqm-06-015": sum((150, -30, 60, 70, 50)),
    "tqm-07-008": 50 * (1 - 0.8 - 0.2 * 0.8),
    "tqm-07-015": 2 * hypot(0.02, 0.03, 0.06),
    "tqm-08-015": 1000 - 400 * 0.55 - 600 * 0.45,
    "tqm-09-002": 100 - (24 + 24) / 240 * 100,
    "tqm-09-012": (58 - 28) / 10,
    "tqm-09-023": 100 * (1 - (9 + 6 + 3) / (45 + 27 + 9 + 6 + 3)),
    "tqm-10-004": _longest(
        {"A": 3, "B": 4, "C": 6, "D": 2}, {"B": ("A",), "C": ("A",), "D": ("B", "C")}
    ),
    "tqm-10-023": _longest({"A": 5, "B": 8, "C": 7, "D": 6}, {"C": ("A",), "D": ("A", "B")}),
    "tqm-11-003": 4.0 * (0.25 + 0.75 * 0.2),
    "tqm-11-024": 6 * (60 * 350 - 22 * 350) - 28_000,
    "tqm-12-004": 100 - 60 / 400 * 100,
    "tqm-12-005": 100 * 0.9 * 0.8 * 0.95,
    "tqm-12-009": ceil((200 + 200 * 0.25) / 50),
    "tqm-12-024": 100 * 342 * 0.8 / 450,
    "tqm-13-003": 5.03 - 5.00,
    "tqm-13-004": 85.6 - 0.4,
    "tqm-13-009": hypot(0.03, 0.04),
    "tqm-13-010": 0.12 / 1.2 * 100,
    "tqm-13-025": fmean((0.02, 0.04, 0.03, 0.03, 0.03)),
    "tqm-14-012": 100 * comb(9_500, 20) / comb(10_000, 20),
    "tqm-14-024": comb(30, 0) * 0.02**0 * 0.98**30,
    "tqm-15-005": 0.04 + 3 * 0.0098,
    "tqm-15-006": 9 + 3 * sqrt(9),
    "tqm-15-007": 3 * (0.20 / 2.326) / sqrt(5),
    "tqm-15-008": 4.66 / 2.33,
    "tqm-15-024": 50 + 3 * (0.40 / 2.059) / sqrt(4),
    "tqm-16-001": _indices(29.91, 30.09, 30.0, 0.02)[0],
    "tqm-16-002": 6 / 4.8,
    "tqm-16-005": _indices(9.8, 10.2, 10.05, 0.4 / 7.2)[1],
    "tqm-16-008": 200 * NORMAL.cdf(-3),
    "tqm-16-013": hypot(3, 4),
    "tqm-16-021": _indices(0.48, 0.52, 0.5, 0.004)[1] - _indices(0.48, 0.52, 0.496, 0.004)[1],
    "tqm-16-022": 0.1 / 1.25,
    "tqm-17-008": (110 - 40) / 2,
    "tqm-17-022": 260 / 5 - 100 / 5,
    "tqm-18-005": 0.4 * 90 + 0.3 * 80 + 0.2 * 70 + 0.1 * 60,
    "tqm-18-022": (50 + 0.012 * 250) - (52 + 0.002 * 250),
    "tqm-20-010": 3 * 4_000,
    "tqm-21-021": 34 / 40 * 100,
    "tqm-22-007": len(list(product("ab", "xy"))),
    "tqm-22-021": 20 / 4_000 * 1_000_000,
    "tqm-23-003": 80 - sum((6, 18, 20)),
    "tqm-23-004": 90 / 20,
    "tqm-23-010": 18 * (0.1 / 0.3) ** 2,
    "tqm-23-021": 100 - (4 + 10) / 50 * 100,
    "tqm-24-005": 8 * 12,
    "tqm-24-020": 7 * (5 * 6 - 2 * 3),
    "tqm-25-020": fmean((84, 86, 88, 88, 90)),
    "tqm-26-003": stdev((2, 4, 6)),
    "tqm-26-004": 0.1 * NORMAL.inv_cdf(0.975),
    "tqm-26-010": 1 - 0.9 - 0.8 + 0.9 * 0.8,
    "tqm-26-017": 0.2 * 2 + 0.3 * 1 + 0.5 * 3,
    "tqm-26-018": exp(log1p(-0.02) + log1p(-0.05) + log1p(-0.10)),
}
