"""People reading lessons on two cores: a page each, then a heartbeat a minute, over HTTP.

2,000 learners on either database are logged in already and
open a lesson within the first minute; from then on each page tells that its reader is there, as the
script of the page does. Web server, worker, database and this generator share two cores. A beat
counts as an error unless it is answered with 200 and counts time. Progress goes to standard error;
the one line on standard output is JSON; exit 1 when there was an error.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

import learning.models as all_models
from bench.exam import CORES, SECRET, say, serving
from bench.hall import browser_of, settle, user_row
from learning.accounts.models import LoginSession, User
from learning.app import create_app
from learning.kernel.db import Database
from learning.kernel.ids import digest, new_token
from learning.settings import Settings
from tests.factories.courses import CODE, make_course
from tests.postgres import DURABLE, free_port, running_postgres

READERS, MINUTES, BEAT_S = 2_000, 5.0, 60.0
LESSON = f"/courses/{CODE}/lessons/les-01"
BEAT = f"/study/clock/{CODE}/les-01"


def seed(database: Database, settings: Settings, folder: Path, count: int) -> list[dict[str, str]]:
    """Create the schema, a course and its readers; return what a browser of each holds."""
    all_models.metadata.create_all(database.engine)
    app, now = create_app(settings, database), datetime.now(UTC)
    with database.transaction() as session:
        make_course(session, now, folder)
        rows = [user_row(number, now) for number in range(count)]
        made = insert(User).returning(User.id, sort_by_parameter_order=True)
        ids = [user_id for (user_id,) in session.execute(made, rows)]
        tokens = [new_token() for _ in ids]
        logins = {"device": "", "created_at": now, "expires_at": now + timedelta(hours=12)}
        session.execute(
            insert(LoginSession),
            [
                {"id": digest(token), "user_id": user_id, **logins}
                for user_id, token in zip(ids, tokens, strict=True)
            ],
        )
    settle(database)
    return [browser_of(app, token, SECRET) for token in tokens]


class Reading:
    """All readers at once: latencies in seconds by kind, and what went wrong."""

    def __init__(self, port: int, until: float) -> None:
        self.port, self.until = port, until
        self.took: dict[str, list[float]] = {"page": [], "beat": []}
        self.wrong: Counter[str] = Counter()

    async def read(self, browser: dict[str, str], start: float) -> None:
        """Open the lesson at `start` seconds, and beat until the time is up."""
        await asyncio.sleep(start)
        await self._ask("page", f"GET {LESSON} HTTP/1.1\r\n{browser['headers']}")
        tab, kind = secrets.token_hex(8), "start"
        while True:
            body = json.dumps({"tab": tab, "kind": kind, "idle_ms": 1_000})
            await self._ask(
                "beat",
                f"POST {BEAT} HTTP/1.1\r\n{browser['headers']}"
                f"X-CSRFToken: {browser['csrf']}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n",
                body,
            )
            kind = "beat"
            if time.monotonic() + BEAT_S > self.until:
                return
            await asyncio.sleep(BEAT_S)

    async def _ask(self, kind: str, head: str, body: str = "") -> None:
        begin = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"{head}Host: 127.0.0.1\r\nConnection: close\r\n\r\n{body}".encode())
            reply = await asyncio.wait_for(reader.read(-1), 30)
            writer.close()
        except (OSError, TimeoutError) as error:
            self.wrong[f"{kind}: {type(error).__name__}"] += 1
            return
        self.took[kind].append(time.perf_counter() - begin)
        status = reply[9:12].decode()
        if status != "200":
            self.wrong[f"{kind}: {status}"] += 1
        elif kind == "beat" and json.loads(reply.partition(b"\r\n\r\n")[2])["why"]:
            self.wrong["beat: no time counted"] += 1


async def drive(browsers: list[dict[str, str]], port: int, seconds: float) -> Reading:
    """Let all read; they begin at any time of the first minute."""
    reading, rng = Reading(port, time.monotonic() + seconds), random.Random(7)
    spread = min(BEAT_S, seconds / 2)
    await asyncio.gather(*(reading.read(each, rng.uniform(0, spread)) for each in browsers))
    return reading


def measure(url: str, folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Let everybody read on one database; return the figures."""
    database = Database(url, pool_size=4)
    settings = Settings(secret_key=SECRET, data_dir=folder, database_url=url)
    browsers = seed(database, settings, folder, args.readers)
    port = free_port()
    env = {"SECRET_KEY": SECRET, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    with serving(env | {"LOG_LEVEL": "WARNING"}, port):
        reading = asyncio.run(drive(browsers, port, args.minutes * 60))
    database.dispose()
    for what, count in reading.wrong.items():
        say(f"  error: {what} × {count}")
    return {
        "readers": args.readers,
        "beats": len(reading.took["beat"]),
        "errors": reading.wrong.total(),
        **percentiles(reading.took["beat"], ""),
        **percentiles(reading.took["page"], "page_"),
    }


def percentiles(seconds: list[float], prefix: str) -> dict[str, float]:
    """Return median and 99th percentile in milliseconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    marks = {"p50_ms": len(ordered) // 2, "p99_ms": int(len(ordered) * 0.99)}
    return {prefix + name: round(ordered[at] * 1000, 1) for name, at in marks.items()}


def hold(kind: str, args: argparse.Namespace) -> dict[str, Any]:
    """Run on one of the databases, in a folder that is removed afterwards."""
    say(f"{kind}: {args.readers} readers for {args.minutes:g} min")
    with tempfile.TemporaryDirectory(prefix="bench-readers-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if kind == "sqlite":
            return measure(f"sqlite:///{folder / 'academy.db'}", folder, args)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            return measure(server.url("bench"), folder, args)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # what is started from here stays on these cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    kinds = [args.only] if args.only else ["postgresql", "sqlite"]
    runs = {kind: hold(kind, args) for kind in kinds}
    first = runs.get("postgresql") or runs["sqlite"]
    print(json.dumps(first | {"sqlite": runs.get("sqlite")}))
    return int(any(run["errors"] for run in runs.values()))


if __name__ == "__main__":
    sys.exit(main())
