"""Coverage of 2,000 units, who lacks what, the forecast of twelve months: medians of several reads.

`gaps_ms` is a page of the list of gaps turned once and narrowed once, `gaps_all_s` the whole list as
for a file, both beside the coverage that they are of; `reach_ms` is reading the units in reach.
"""

import statistics
import time
from collections.abc import Callable

from bench.hr_population import Population
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.forecast import read_outlook
from learning.compliance.queries.gaps import list_gaps
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.coverage import roll_up
from learning.compliance.rules.forecast import (
    drops_by_month,
    held_by_month,
    month_ends,
    shortages_of,
)
from learning.kernel.db import Database
from learning.kernel.permissions import Permission
from learning.organisations.queries import units_in_reach

ROUNDS = 5
FILE_ROWS = 5_000  # as many as a file reads at once
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

    found = {"coverage_ms": _median_ms(coverage), "forecast_ms": _median_ms(forecast)}
    return found | _gaps(database, population)


def _gaps(database: Database, population: Population) -> dict[str, float]:
    """Return the milliseconds of the slowest page of gaps and of the reach, the seconds of all."""
    now = population.now
    at = AsOf(now, now)
    with database.session(write=False) as session:
        of = read_coverage(session, population.organisation_id, at)
        _first, after = list_gaps(session, of, at)
        scheme = int(of.obligations.pair_schemes[0])
        pages = (
            lambda: list_gaps(session, of, at),
            lambda: list_gaps(session, of, at, after=after),
            lambda: list_gaps(session, of, at, scheme_id=scheme),
        )
        slowest = max(_median_ms(page) for page in pages)
        reach = units_in_reach(session, population.actor, Permission.COMPLIANCE_READ, now)
        reached = _median_ms(lambda: session.scalars(reach).all())
        begun, number, after = time.perf_counter(), 0, None
        while not number or after is not None:
            rows, after = list_gaps(session, of, at, after=after, limit=FILE_ROWS)
            number += len(rows)
        took = time.perf_counter() - begun
    print(
        f"  {number} gaps listed in {took:.1f} s, a page {slowest} ms; reach {reached} ms",
        flush=True,
    )
    return {"gaps_ms": slowest, "reach_ms": reached, "gaps_all_s": round(took, 1)}


def _median_ms(act: Callable[[], object]) -> float:
    act()  # the first fills the database's own cache
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(times), 1)
