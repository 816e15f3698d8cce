"""An examination as it happens: everybody starts, saves and hands in, on two cores in all.

1,000 candidates on SQLite and 5,000 on PostgreSQL (fsync on), each logged in already: all start
within a minute, open their paper, save every 15 s for five minutes, ask where they stand, tell of
their conduct, and hand in within a minute. Web server (as the product configures it), worker,
database and load generator share two cores. Then every acknowledged answer is looked for in the
database and in the frozen answers of the score. A save counts from when it was due, though its candidate may have waited
for the paper itself; `wire` is what the save alone took once it was sent. Progress goes to standard error; the one line on
standard output is JSON; exit 1 when there was an error or an answer was lost.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.hall import Seats, seed_sitting
from bench.servers import ROOT, cpu_seconds, wait_for
from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.postgres import DURABLE, free_port, running_postgres

SECRET = "benchmark-secret-benchmark-secret"
CORES = 2
STATED = {"postgresql": (5_000, 60.0), "sqlite": (1_000, 20.0)}  # candidates, spread of starts


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def serving(env: dict[str, str], port: int) -> Iterator[dict[str, int]]:
    """Run web server and worker as the product does; give their process ids."""
    env = {**os.environ, **env, "PORT": str(port), "WEB_WORKERS": str(CORES)}
    commands = {
        "web": ("gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"),
        "worker": ("flask", "--app", "wsgi", "worker"),
    }
    processes = {}
    with tempfile.TemporaryFile() as log:
        try:
            for name, command in commands.items():
                processes[name] = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    env=env,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                )
            wait_for(port, processes["web"], log)
            yield {name: process.pid for name, process in processes.items()}
        finally:
            for process in processes.values():
                process.terminate()
            for process in processes.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                process.kill()
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            if said:
                say("  the servers said:\n" + said[-2000:])


def drive(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the crowd; its progress passes through."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.crowd", file.name],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def find_lost(database: Database, acknowledged: dict[str, list[Any]]) -> tuple[int, list[str]]:
    """Return how many acknowledged answers are not there as they were sent, and what else is wrong.

    An answer must be in the log as it was acknowledged; the last of each position must be in the
    answers that the score froze, unless a later one that was not acknowledged is.
    """
    with database.session(write=False) as session:
        stored: dict[str, dict[tuple[int, int], Any]] = {}
        for public_id, position, seq, answer in session.execute(
            text(
                "SELECT a.public_id, r.position, r.seq, r.answer FROM responses r "
                "JOIN attempts a ON a.id = r.attempt_id WHERE NOT r.after_submit"
            )
        ):
            stored.setdefault(public_id, {})[position, seq] = json.loads(answer)
        frozen = {
            public_id: json.loads(answers)
            for public_id, answers in session.execute(
                text(
                    "SELECT a.public_id, s.answers FROM scores s JOIN attempts a ON a.id = s.attempt_id"
                )
            )
        }
    lost, faults = 0, []
    for attempt, entries in acknowledged.items():
        held = stored.get(attempt, {})
        missing = [e for e in entries if held.get((e[0], e[1])) != e[2]]
        lost += len(missing)
        faults += [f"{attempt}: {entry} is not stored" for entry in missing[:1]]
        scored = _not_scored(held, frozen.get(attempt))
        lost += scored
        faults += [f"{attempt}: {scored} answers are not in the score"] * bool(scored)
    return lost, faults[:10]


def _not_scored(held: dict[tuple[int, int], Any], answers: list[Any] | None) -> int:
    if answers is None:
        return 0  # there is no score: that is found by itself
    last: dict[int, int] = {}
    for position, seq in held:
        last[position] = max(seq, last.get(position, 0))
    return sum(
        answers[position - 1][4] is None
        or json.loads(answers[position - 1][4]) != held[position, seq]
        for position, seq in last.items()
    )


def find_unscored(database: Database, candidates: int) -> list[str]:
    """Return what is wrong with attempts and scores: one of each a candidate, version 1."""
    queries = {
        "attempts": "SELECT count(*) FROM attempts",
        "candidates with an attempt": "SELECT count(DISTINCT user_id) FROM attempts",
        "handed in": "SELECT count(*) FROM attempts WHERE submitted_at IS NOT NULL AND finish_kind = 'submitted'",
        "scores": "SELECT count(*) FROM scores WHERE version = 1",
        "attempts with one score": "SELECT count(*) FROM (SELECT attempt_id FROM scores GROUP BY attempt_id HAVING count(*) = 1) t",
    }
    with database.session(write=False) as session:
        found = {what: session.scalar(text(query)) for what, query in queries.items()}
    return [
        f"{what}: {number} of {candidates}"
        for what, number in found.items()
        if number != candidates
    ]


def measure(
    url: str, folder: Path, args: argparse.Namespace, spread_s: float, extra: dict[str, Any]
) -> dict[str, Any]:
    """Hold one examination; `extra` names further processes whose work counts."""
    seats = Seats(args.candidates, args.items - args.items // 5, args.items // 5)
    settings = Settings(secret_key=SECRET, data_dir=folder, database_url=url)
    database = Database(url, pool_size=4)
    plan = seed_sitting(database, create_app(settings, database), seats, SECRET)
    port = free_port()
    plan |= {"port": port, "seed": args.seed, "spread_s": spread_s, "every_s": args.every}
    plan |= {"items": seats.items, "singles": seats.singles, "saving_s": args.minutes * 60}
    env = {
        "SECRET_KEY": SECRET,
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
    }
    say(f"  {seats.candidates} candidates are seated, {seats.items} items a paper")
    with serving(env, port) as pids:
        before = {name: cpu_seconds([pid]) for name, pid in (pids | extra).items()}
        seen = drive(plan)
        spent = {
            name: cpu_seconds([pid]) - before[name] for name, pid in (pids | extra).items()
        } | {"crowd": seen["cpu_s"]}
        shares = {name: round(used / seen["wall_s"] / CORES, 3) for name, used in spent.items()}
        say("  share of the two cores: " + ", ".join(f"{n} {s:.1%}" for n, s in shares.items()))
        lost, faults = find_lost(database, seen["acknowledged"])
        faults += find_unscored(database, seats.candidates)
    database.dispose()
    for line in [f"  error: {what} × {count}" for what, count in seen["what"]] + faults:
        say(f"  {line}")
    return report(seats, seen, lost, shares, faults)


def report(
    seats: Seats, seen: dict[str, Any], lost: int, shares: dict[str, Any], faults: list[str]
) -> dict[str, Any]:
    """Return the figures of one run: those asked for first, then of the other requests."""
    kinds = seen["kinds"]
    for kind, figures in kinds.items():
        say(f"  {kind:<8}" + "  ".join(f"{name} {value}" for name, value in figures.items()))
    return {
        "candidates": seats.candidates,
        "saves": kinds["save"]["count"],
        "errors": seen["errors"] + sum(" of " in fault for fault in faults),
        "lost": lost,
        "p50_ms": kinds["save"].get("p50_ms"),
        "p99_ms": kinds["save"].get("p99_ms"),
        **{
            f"{kind}_{name}": figures.get(name)
            for kind, figures in kinds.items()
            if kind in {"start", "room", "wire", "submit"}
            for name in ("p50_ms", "p99_ms")
        },
        "items": seats.items,
        "told_later": seen["counts"].get("told_later", 0),
        "cpu_shares": shares,
    }


def hold(kind: str, args: argparse.Namespace) -> dict[str, Any]:
    """Hold the examination on one of the databases, in a folder that is removed afterwards."""
    candidates, spread_s = STATED[kind]
    args = argparse.Namespace(**vars(args))
    args.candidates = args.candidates or candidates
    spread_s = args.spread or spread_s
    begun = time.monotonic()
    say(f"{kind}: starts within {spread_s:.0f} s, answers for {args.minutes:g} min")
    with tempfile.TemporaryDirectory(prefix="bench-exam-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if kind == "sqlite":
            found = measure(f"sqlite:///{folder / 'academy.db'}", folder, args, spread_s, {})
        else:
            with running_postgres(folder / "pg", DURABLE) as server:
                server.execute("CREATE DATABASE bench")
                assert server.process is not None
                extra = {"database": server.process.pid}
                found = measure(server.url("bench"), folder, args, spread_s, extra)
    say(f"  {time.monotonic() - begun:.0f} s in all: {json.dumps(found)}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, help="of each run; 5,000 and 1,000 if not given")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long each one answers")
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two answers")
    parser.add_argument("--spread", type=float, help="seconds over which all start, and hand in")
    parser.add_argument("--items", type=int, default=50, help="of a paper, a fifth of them 多选")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(STATED))
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # what is started from here stays on these cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    kinds = [args.only] if args.only else ["postgresql", "sqlite"]
    runs = {kind: hold(kind, args) for kind in kinds}
    first = runs.get("postgresql") or runs["sqlite"]
    print(json.dumps(first | {"sqlite": runs.get("sqlite")}))
    return int(any(run["errors"] or run["lost"] for run in runs.values()))


if __name__ == "__main__":
    sys.exit(main())
