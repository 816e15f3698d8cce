"""Coverage of 2,000 units and the forecast of twelve months: the median of several reads."""

import statistics
import time
from collections.abc import Callable

from bench.hr_population import Population
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.forecast import read_outlook
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.coverage import roll_up
from learning.compliance.rules.forecast import (
    drops_by_month,
    held_by_month,
    month_ends,
    shortages_of,
)
from learning.kernel.db import Database

ROUNDS = 5
SHORTAGES = 200  # as many as the page shows
ZONE = "Asia/Shanghai"


def measure(database: Database, population: Population) -> dict[str, float]:
    """Return the milliseconds of the coverage by unit, and of the forecast with its shortages."""
    root, now = population.organisation_id, population.now

    def coverage() -> None:
        with database.session(write=False) as session:
            found = read_coverage(session, root, AsOf(now, now))
            roll_up(found.obligations.sum_by("unit_id"), found.parents)

    def forecast() -> None:
        ends = month_ends(now, ZONE)
        with database.session(write=False) as session:
            outlook = read_outlook(session, root, now, ends[-1])
            held_by_month(outlook, ends)
            drops_by_month(outlook, ends)
            shortages_of(outlook, SHORTAGES)

    return {"coverage_ms": _median_ms(coverage), "forecast_ms": _median_ms(forecast)}


def _median_ms(act: Callable[[], None]) -> float:
    act()  # the first fills the database's own cache
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(times), 1)
