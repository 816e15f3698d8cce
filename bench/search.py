"""What a search in a large bank costs: words that few, some and all items hold, and with filters.

100,000 items; a search is the page of the list and the count beside it, as the list's page asks for
them. Prints a table and, as its last line, one JSON object of median milliseconds; exit 1 when a
search of a word alone takes longer than 50 ms.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

import learning.models as all_models
from learning.kernel.db import Database
from learning.kernel.search import fts5_learn, terms_of
from learning.question_bank.models import BankRow, ItemRow, ItemSearch, ItemTag
from learning.question_bank.queries import ItemFilter, list_items
from tests.postgres import DURABLE, running_postgres

LIMIT_MS = 50
KINDS = ("single", "multiple", "true_false", "blank", "numeric", "matching", "ordering", "essay")
STATES = ("approved",) * 8 + ("draft", "review")
WORDS = (
    "某过程的样本量由什么决定，选出最合适的一项，抽样方案的接收概率，控制图上的点连续上升，"
    "两参数分布的形状参数，顾客满意度调查，供方的业绩评价，不合格品的评审和处置，"
    "测量系统的重复性，内部审核的范围，设计评审的时机，六西格玛项目的选择"
).split("，")
SHARES = {"质量": 1, "鱼骨": 30 / 100, "检验": 6 / 100, "布尔": 1 / 100}
SEARCHES = {
    "1 %": ItemFilter(search="布尔"),
    "6 %": ItemFilter(search="检验"),
    "30 %": ItemFilter(search="鱼骨"),
    "every": ItemFilter(search="质量"),
    "6 % and 30 %": ItemFilter(search="检验 鱼骨"),
    "1 % and every": ItemFilter(search="布尔 质量"),
    "one character": ItemFilter(search="质"),
    "none": ItemFilter(search="没有"),
    "6 %, kind": ItemFilter(search="检验", kind="multiple"),
    "every, kind": ItemFilter(search="质量", kind="multiple"),
    "30 %, state": ItemFilter(search="鱼骨", state="review"),
    "every, state": ItemFilter(search="质量", state="review"),
    "30 %, tag never beside": ItemFilter(search="鱼骨", tag="apart"),
    "every, tag of 1 %": ItemFilter(search="质量", tag="rare"),
    "every, state of none": ItemFilter(search="质量", state="retired"),
    "every, bank": ItemFilter(search="质量", bank="bank-2"),
    "30 %, kind, level": ItemFilter(search="鱼骨", kind="single", level="master"),
}


def seed(database: Database, count: int) -> None:
    """Create the schema and `count` items whose words are as common as SHARES says."""
    all_models.metadata.create_all(database.engine)
    now, rng = datetime.now(UTC), random.Random(11)
    with database.transaction() as session:
        session.execute(insert(BankRow), [_bank(number, now) for number in (1, 2, 3)])
    for start in range(1, count + 1, 10_000):
        rows = [_item(n, now, rng) for n in range(start, min(start + 10_000, count + 1))]
        with database.transaction() as session:
            session.execute(insert(ItemRow), rows)
            terms = [{"item_id": row["id"], "terms": terms_of(row["excerpt"])} for row in rows]
            session.execute(insert(ItemSearch), terms)
            session.execute(insert(ItemTag), list(_tags(rows)))
            if database.is_sqlite:
                learnt = [{"id": row["item_id"], "terms": row["terms"]} for row in terms]
                session.execute(text(fts5_learn("item_search")), learnt)
    with database.autocommit.connect() as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))


def _bank(number: int, now: datetime) -> dict[str, Any]:
    texts = {"title": "题库", "title_en": "", "description": "", "pool": "contest", "tracks": "[]"}
    return {"code": f"bank-{number}", "origin": "web", "created_at": now, **texts}


def _item(number: int, now: datetime, rng: random.Random) -> dict[str, Any]:
    stem = "，".join(rng.sample(WORDS, 3)) + f"，第 {number} 题"
    stem += "".join(f"，{word}" for word, share in SHARES.items() if rng.random() < share)
    return {
        "id": number,
        "bank": f"bank-{number % 3 + 1}",
        "code": f"q-{number:06d}",
        "pool": "contest",
        "state": rng.choice(STATES),
        "kind": rng.choice(KINDS),
        "area": f"第 {number % 40} 章",
        "level": rng.choice(("know", "understand", "master")),
        "difficulty_milli": rng.choice((200, 350, 500, 650, 800)),
        "is_parametric": False,
        "excerpt": stem,
        "created_at": now,
    }


def _tags(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["id"] % 100 == 0:
            yield {"item_id": row["id"], "tag": "rare"}
        if "鱼骨" not in row["excerpt"] and row["id"] % 2:
            yield {"item_id": row["id"], "tag": "apart"}


def measure(database: Database, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each search, and print them."""
    now, found = datetime.now(UTC), {}
    for name, wanted in SEARCHES.items():
        taken = []
        for _ in range(rounds):
            with database.session(write=False) as session:
                began = time.perf_counter()
                lines, total = list_items(session, None, wanted, now, page=1)
                taken.append((time.perf_counter() - began) * 1000)
        found[name] = round(statistics.median(taken), 1)
        print(
            f"  {name:<24}{found[name]:8.1f} ms  most {max(taken):7.1f}  {len(lines)} of {total}",
            flush=True,
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            urls = {"sqlite": f"sqlite:///{folder / 'bench.db'}", "postgresql": server.url("bench")}
            for backend, url in urls.items():
                print(backend)
                database = Database(url)
                seed(database, args.items)
                found[backend] = measure(database, args.rounds)
                database.dispose()
    print(json.dumps(found, ensure_ascii=False))
    alone = ("1 %", "6 %", "30 %", "every")
    return 1 if any(side[name] > LIMIT_MS for side in found.values() for name in alone) else 0


if __name__ == "__main__":
    raise SystemExit(main())
