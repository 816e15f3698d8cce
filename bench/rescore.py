"""How long it takes to score many papers again from their frozen answers, database included.

100,000 attempts of 120 items, drawn from a pool five times as large and answered by people of
differing ability. Twice: every position of every attempt is scored anew and compared with the score
that stands ("all"); then one item gets another key and the scores that it changes are written as
new versions in one transaction ("regrade"). Prints a table and, as its last line, one JSON object;
exit 1 when scoring everything takes 60 s or longer, or gives another score than before.
"""

import argparse
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

import learning.models as all_models
from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.attempts.queries import iterate_frozen, list_items, parse_blueprint
from learning.attempts.rules import Blueprint, FormPosition, Rescorer, Ruling, Section, Treatment
from learning.attempts.rules.batch import canonical
from learning.attempts.services import apply_regrade
from learning.attempts.services.scores import item_source
from learning.kernel.bulk import insert_many
from learning.kernel.db import Database
from learning.kernel.ids import new_public_id
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import ALL_OR_NOTHING, make_assessment, make_bank, make_item
from tests.factories.people import make_user
from tests.postgres import running_postgres

LIMIT_S = 60.0
POOL_SIZE = 5
NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEYS = {ItemKind.MULTIPLE: ("a", "c"), ItemKind.TRUE_FALSE: ("t",)}
# Of each kind: how many a form has, and what people answer, the right answer first.
KINDS: dict[ItemKind, tuple[int, list[Any]]] = {
    ItemKind.SINGLE: (60, ["b", "a", "c", "d"]),
    ItemKind.MULTIPLE: (30, [["a", "c"], ["a"], ["a", "b"], ["b", "c", "d"]]),
    ItemKind.TRUE_FALSE: (20, ["t", "f"]),
    ItemKind.BLANK: (5, [["抽样检验"], ["抽检"], ["全数检验"], ["随机抽样"]]),
    ItemKind.NUMERIC: (5, ["49200", "49300", "49500", "0"]),
}


def seed(database: Database, attempts: int) -> int:
    """Write the attempts with their frozen answers, scored by the engine; return the assessment."""
    all_models.metadata.create_all(database.engine)
    with database.transaction() as session:
        items = [
            make_item(f"{kind.value}-{number:03d}", kind, key=KEYS.get(kind, ("b",)))
            for kind, (count, _answers) in KINDS.items()
            for number in range(count * POOL_SIZE)
        ]
        make_bank(session, NOW, singles=0, multiples=0, extra=items)
        sections = tuple(
            Section(kind.value, kind, count, Decimal(1), ALL_OR_NOTHING)
            for kind, (count, _answers) in KINDS.items()
        )
        assessment = make_assessment(
            session, NOW, blueprint=Blueprint("sample", Pool.CONTEST, sections)
        )
        assessment_id = assessment.id
        user_id = make_user(session, NOW).id
        blueprint = parse_blueprint(assessment.blueprint)
    scores = _scores(database, blueprint, attempts)
    for first in range(0, attempts, 2_000):
        with database.transaction() as session:
            numbers = range(first + 1, min(first + 2_000, attempts) + 1)
            insert_many(session, Attempt, [_attempt(n, assessment_id, user_id) for n in numbers])
            insert_many(session, ScoreRow, [next(scores) | {"attempt_id": n} for n in numbers])
    return assessment_id


def _attempt(number: int, assessment_id: int, user_id: int) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": new_public_id(),
        "assessment_id": assessment_id,
        "user_id": user_id,
        "number": number,
        "form": "{}",
        "item_count": 120,
        "started_at": NOW,
        "deadline_at": NOW + timedelta(hours=2),
        "submitted_at": NOW + timedelta(hours=1),
        "finished_at": NOW + timedelta(hours=1),
        "finish_kind": "submitted",
    }


def _scores(database: Database, blueprint: Blueprint, attempts: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(5)
    answers = {kind: [canonical(answer) for answer in texts] for kind, (_n, texts) in KINDS.items()}
    versions = sorted({c.version_id for section in blueprint.sections for c in section.candidates})
    with database.session(write=False) as session:
        places = [FormPosition(version_id, (), 0, 0) for version_id in versions]
        items = dict(zip(versions, list_items(session, places), strict=True))
    rescorer = Rescorer(blueprint, lambda version_id, _variant: items[version_id], {})
    for _ in range(attempts):
        ability = rng.random()
        rows: list[list[object]] = []
        for section in blueprint.sections:
            texts = answers[section.kind]
            for candidate in rng.sample(section.candidates, section.count):
                right = rng.random() < ability
                text = texts[0] if right else rng.choice(texts)
                rows.append([len(rows) + 1, candidate.version_id, 1, 1, text])
        document = canonical(rows)
        scored = rescorer.rescore(document, "[]", {})
        assert scored is not None
        yield {
            "version": 1,
            "points_milli": scored.points_milli,
            "max_milli": scored.max_milli,
            "answers": document,
            "answers_sha256": hashlib.sha256(document.encode()).hexdigest(),
            "items": scored.items,
            "scored_at": NOW,
        }


def rescore_all(database: Database, assessment_id: int) -> tuple[int, int]:
    """Score everything anew; return how many attempts, and how many came out otherwise."""
    seen = other = 0
    with database.session(write=False) as session:
        text = session.scalars(
            select(Assessment.blueprint).where(Assessment.id == assessment_id)
        ).one()
        rescorer = Rescorer(parse_blueprint(text), item_source(session, {}), {})
        for page in iterate_frozen(session, assessment_id):
            for attempt in page:
                new = rescorer.rescore(attempt.answers, attempt.items, {})
                seen += 1
                other += new is None or new.items != attempt.items
    return seen, other


def regrade(database: Database, assessment_id: int) -> int:
    """Give one item another key; return how many scores that changed."""
    with database.transaction() as session:
        text = session.scalars(
            select(Assessment.blueprint).where(Assessment.id == assessment_id)
        ).one()
        version_id = parse_blueprint(text).sections[0].candidates[0].version_id
        [item] = list_items(session, [FormPosition(version_id, (), 0, 0)])
        ruling = Ruling(version_id, Treatment.REKEY, replace(item.key, choices=("c",)))
        return apply_regrade(
            session,
            assessment_id,
            [ruling],
            regrade_id="bench",
            actor_id=None,
            reason="",
            now=NOW + timedelta(days=1),
        ).changed


def measure(url: str, attempts: int) -> dict[str, Any]:
    database = Database(url)
    assessment_id = seed(database, attempts)
    start, spent = time.perf_counter(), time.process_time()
    seen, other = rescore_all(database, assessment_id)
    took, spent = time.perf_counter() - start, time.process_time() - spent
    start = time.perf_counter()
    changed = regrade(database, assessment_id)
    applied = time.perf_counter() - start
    database.dispose()
    return {
        "attempts": seen,
        "items": 120,
        "seconds": round(took, 1),
        "cpu_s": round(spent, 1),
        "attempts_per_s": round(seen / took),
        "different": other,
        "regrade_s": round(applied, 1),
        "regraded": changed,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def on_postgresql(folder: Path, attempts: int) -> dict[str, Any]:
    with running_postgres(folder) as server:
        server.execute("CREATE DATABASE bench")
        return measure(server.url("bench"), attempts)


def on_sqlite(folder: Path, attempts: int) -> dict[str, Any]:
    folder.mkdir()
    return measure(f"sqlite:///{folder / 'bench.db'}", attempts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    args = parser.parse_args()
    results = {}
    print(
        f"{'':12}{'attempts':>10}{'all s':>8}{'CPU s':>8}{'per s':>8}{'regrade s':>11}{'changed':>9}{'MB':>6}"
    )
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        for kind, work in (("postgresql", on_postgresql), ("sqlite", on_sqlite)):
            if args.only in (None, kind):
                r = results[kind] = work(Path(name) / kind, args.attempts)
                print(
                    f"{kind:12}{r['attempts']:>10}{r['seconds']:>8}{r['cpu_s']:>8}{r['attempts_per_s']:>8}"
                    f"{r['regrade_s']:>11}{r['regraded']:>9}{r['peak_mb']:>6}",
                    flush=True,
                )
    main_result = results.get("postgresql") or results["sqlite"]
    print(json.dumps({**main_result, "sqlite": results.get("sqlite")}))
    is_met = all(r["seconds"] < LIMIT_S and not r["different"] for r in results.values())
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
