"""HR's pages, files and reminders over 100,000 people, on both databases.

Prints, as its last line, one JSON object: for PostgreSQL `grid_ms` (the slowest page of the grid),
`coverage_ms`, `forecast_ms`, `gaps_ms`, `reach_ms`, `gaps_all_s`, `export_s`, `certificates_s`, `reminders_s` and `second_run_sent`; the
same for SQLite under `sqlite`. Exit 1 when a figure is beyond its limit.
"""

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from bench.hr_population import PEOPLE, populate
from learning.kernel.db import Database
from tests.postgres import DURABLE, running_postgres

# Each has `measure(database, population)`; they run in this order, so that those that write are last.
PARTS = ("hr_grid", "hr_coverage", "hr_certificates", "hr_reminders")
LIMITS = {
    "grid_ms": 150,
    "coverage_ms": 300,
    "forecast_ms": 1_000,
    "gaps_ms": 150,
    "reach_ms": 150,
    "export_s": 15,
    "certificates_s": 120,
    "reminders_s": 30,
    "second_run_sent": 0,
}
SQLITE_LIMITS = {**LIMITS, "grid_ms": 400, "gaps_ms": 400, "reach_ms": 400}


def measure(url: str, people: int, parts: list[str]) -> dict[str, float]:
    """Return the figures of the parts over a new employer in an empty database."""
    database = Database(url)
    population = populate(database, people)
    found: dict[str, float] = {}
    for name in parts:
        print(name, flush=True)
        found |= importlib.import_module(f"bench.{name}").measure(database, population)
    database.dispose()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--only", choices=PARTS, action="append")
    args = parser.parse_args()
    parts = args.only or list(PARTS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        print("sqlite", flush=True)
        small = measure(f"sqlite:///{folder / 'bench.db'}", args.people, parts)
        print("postgresql", flush=True)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            large = measure(server.url("bench"), args.people, parts)
    print(json.dumps({**large, "sqlite": small}))
    beyond = [n for n, value in large.items() if value > LIMITS.get(n, value)]
    beyond += [n for n, value in small.items() if value > SQLITE_LIMITS.get(n, value)]
    return 1 if beyond else 0


if __name__ == "__main__":
    raise SystemExit(main())
