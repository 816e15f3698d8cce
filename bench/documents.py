"""Reading the frozen answers of a sitting from a database into the matrices of an item analysis.

Attempts of 120 items with their documents, in SQLite; prints a table and, as its last line, one
JSON object with seconds, attempts a second and the peak of memory.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.seed import _user
from learning import models as all_models
from learning.accounts.models import User
from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.attempts.queries import iterate_frozen
from learning.exams.rules.gathering import Gathering
from learning.kernel.db import Database
from learning.question_bank.rules import Item
from tests.factories.items import make_item

BATCH = 1_000


def document(rng: random.Random, items: int) -> tuple[str, str]:
    """Return an answers document and the items of its score; "b" is right."""
    answers, scored = [], []
    for n in range(items):
        answer = rng.choice("abbbcd")
        answers.append([n + 1, n + 1, 1, 1, json.dumps(answer)])
        points, outcome = (1000, "right") if answer == "b" else (0, "wrong")
        scored.append([points, 1000, outcome, False])
    return json.dumps(answers), json.dumps(scored)


def attempt(n: int, items: int, now: datetime) -> dict[str, Any]:
    """Return the row of a finished attempt."""
    return {
        "id": n,
        "public_id": f"bench{n}",
        "assessment_id": 1,
        "user_id": n,
        "number": 1,
        "form": "{}",
        "item_count": items,
        "epoch": 1,
        "device_hash": "",
        "extra_s": 0,
        "started_at": now,
        "deadline_at": now + timedelta(hours=1),
        "submitted_at": now,
        "finished_at": now,
        "finish_kind": "submitted",
    }


def score(n: int, told: tuple[str, str], now: datetime) -> dict[str, Any]:
    """Return the row of its score."""
    return {
        "attempt_id": n,
        "version": 1,
        "points_milli": 0,
        "max_milli": 120_000,
        "answers": told[0],
        "answers_sha256": "0" * 64,
        "items": told[1],
        "scored_at": now,
    }


def seed(database: Database, attempts: int, items: int) -> None:
    """Write the schema, an assessment, and finished attempts with their scores."""
    all_models.metadata.create_all(database.engine)
    now, rng = datetime.now(UTC), random.Random(1)
    assessment = {"id": 1, "public_id": "bench", "title": "bench", "delivery": "paper"}
    window = {"opens_at": now, "closes_at": now + timedelta(days=1), "created_at": now}
    with database.transaction() as session:
        session.execute(
            insert(Assessment).values(**assessment, **window, blueprint="{}", rules="{}")
        )
    for start in range(1, attempts + 1, BATCH):
        numbers = range(start, min(start + BATCH, attempts + 1))
        with database.transaction() as session:
            session.execute(insert(User), [_user(n, now) for n in numbers])
            session.execute(insert(Attempt), [attempt(n, items, now) for n in numbers])
            session.execute(
                insert(ScoreRow), [score(n, document(rng, items), now) for n in numbers]
            )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=120)
    args = parser.parse_args(arguments)
    held: dict[int, Item] = {}

    def item_of(version_id: int) -> Item:
        return held.setdefault(version_id, make_item(f"s-{version_id:03d}", key=("b",)))

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        seed(database, args.attempts, args.items)
        begin, cpu = time.perf_counter(), time.process_time()
        gathering = Gathering(item_of)
        with database.session(write=False) as session:
            for page in iterate_frozen(session, 1):
                for each in page:
                    gathering.add(each.answers, each.items)
        gathered = gathering.finish()
        seconds, used = time.perf_counter() - begin, time.process_time() - cpu
        database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {
        "attempts": gathered.scores.persons,
        "items": gathered.scores.items,
        "seconds": round(seconds, 2),
        "cpu_s": round(used, 2),
        "peak_mb": round(peak),
    }
    print(
        f"reading {args.attempts:,} documents of {args.items} items: {seconds:.2f} s, {peak:.0f} MB"
    )
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
