"""A whole contest, replayed: from the opening to the published list, on two cores in all.

Everybody starts at some time of the window, opens the paper, answers 25 items one after another and
some of them twice; some load the page again or look at the list; two in five hand in during the
last minute, and a few never do, so that the sweep must. The worker feeds the list meanwhile and
closes the contest. Then every acknowledged answer is looked for, and the list is reckoned anew from
the scores, twice: by `flask boards check`, and here, from the printed rule alone. Web server (as the
product configures it), worker, database and crowd share two cores; nothing but the loopback is
asked. Progress goes to standard error; the one line on standard output is JSON, from whose CPU a
participant `docs/capacity.md` derives machines; exit 1 when anything was lost or differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.arena import close_in, seed_contest
from bench.exam import CORES, SECRET, drive, find_lost, say, serving
from bench.pace import Day
from bench.servers import ROOT, cpu_seconds
from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.postgres import DURABLE, free_port, running_postgres

SETTLED_S = 900.0  # how long the sweep, the list and the close are waited for
BEFORE_S = 1.5  # between setting the window's end and the crowd's first second


def replay(
    url: str, folder: Path, args: argparse.Namespace, extra: dict[str, int]
) -> dict[str, Any]:
    """Hold one contest; `extra` names further processes whose work counts."""
    day = day_of(args)
    database = Database(url, pool_size=4)
    settings = Settings(secret_key=SECRET, data_dir=folder, database_url=url)
    plan = seed_contest(database, create_app(settings, database), args.participants, day, SECRET)
    plan |= {"port": free_port(), "seed": args.seed, "day": asdict(day)}
    plan |= {"spread_s": 0.0, "saving_s": day.window_s, "items": day.items}
    env = {"SECRET_KEY": SECRET, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    env |= {"LOG_LEVEL": "WARNING"}
    say(f"  {args.participants} have entered; {day.items} items, {day.length_s:.0f} s a paper")
    with serving(env, plan["port"]) as pids:
        close_in(database, plan["competition"], day.window_s + BEFORE_S)
        before = {name: cpu_seconds([pid]) for name, pid in (pids | extra).items()}
        seen = drive(plan)
        waited = settle(database, plan["competition"])
        spent = {name: cpu_seconds([pid]) - before[name] for name, pid in (pids | extra).items()}
    lost, faults = find_lost(database, seen["acknowledged"])
    faults += find_faults(database, args.participants)
    faults += check_boards(env, plan["competition"])
    differing = find_differing(database)
    database.dispose()
    for line in [f"  error: {what} × {count}" for what, count in seen["what"]] + faults:
        say(f"  {line}")
    return report(
        args, seen, spent, {"lost": lost, "differing": differing, "settled_s": waited}, faults
    )


def settle(database: Database, public_id: str) -> float:
    """Wait until the contest is closed and its results are on the list; return how long it took."""
    begun = time.monotonic()
    query = text("SELECT state FROM competitions WHERE public_id = :public_id")
    while time.monotonic() - begun < SETTLED_S:
        with database.session(write=False) as session:
            if session.scalar(query, {"public_id": public_id}) == "closed":
                break
        time.sleep(0.5)
    return round(time.monotonic() - begun, 1)


def find_faults(database: Database, participants: int) -> list[str]:
    """Return what is wrong with attempts and scores: one of each a participant."""
    queries = {
        "attempts": "SELECT count(*) FROM attempts",
        "participants with an attempt": "SELECT count(DISTINCT user_id) FROM attempts",
        "finished": "SELECT count(*) FROM attempts WHERE finished_at IS NOT NULL",
        "scores": "SELECT count(*) FROM scores",
        "on the list": "SELECT count(*) FROM board_entries",
    }
    with database.session(write=False) as session:
        found = {what: session.scalar(text(query)) for what, query in queries.items()}
    return [f"{what}: {n} of {participants}" for what, n in found.items() if n != participants]


def find_differing(database: Database) -> int:
    """Return how many rows of the list are not where the printed rule puts them.

    More points first, then fewer milliseconds; equals share the better standing. Reckoned from
    attempts and scores, knowing nothing of how the list is kept.
    """
    taken = "(a.finished_at - a.started_at)"
    if not database.is_sqlite:
        taken = f"(extract(epoch FROM {taken}) * 1000000)::bigint"
    results = text(
        f"SELECT e.public_id, s.points_milli, {taken} / 1000 FROM scores s "
        "JOIN attempts a ON a.id = s.attempt_id JOIN entries e ON e.user_id = a.user_id"
    )
    held = text("SELECT subject, sort_key FROM board_entries")
    with database.session(write=False) as session:
        due = {who: (points, -int(ms)) for who, points, ms in session.execute(results)}
        keys = {row.subject: row.sort_key for row in session.execute(held)}
    ours, theirs = standings_of(due), standings_of(keys)
    return sum(ours.get(who) != theirs.get(who) for who in ours.keys() | theirs.keys())


def standings_of(worth: dict[str, Any]) -> dict[str, int]:
    """Return each one's standing: one more than the number of those worth more."""
    found: dict[str, int] = {}
    last, standing = None, 0
    for place, who in enumerate(sorted(worth, key=lambda one: worth[one], reverse=True), start=1):
        if worth[who] != last:
            last, standing = worth[who], place
        found[who] = standing
    return found


def check_boards(env: dict[str, str], public_id: str) -> list[str]:
    """Return what `flask boards check` says against the list."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "boards", "check", public_id],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        [] if done.returncode == 0 else [f"boards check: {done.stdout[-300:]}{done.stderr[-300:]}"]
    )


def report(
    args: argparse.Namespace,
    seen: dict[str, Any],
    spent: dict[str, float],
    found: dict[str, Any],
    faults: list[str],
) -> dict[str, Any]:
    """Return the figures; CPU in milliseconds a participant, without the crowd's own."""
    kinds = {name: each for name, each in seen["kinds"].items() if each["count"]}
    for kind, figures in kinds.items():
        say(f"  {kind:<8}" + "  ".join(f"{name} {value}" for name, value in figures.items()))
    each = {name: round(used * 1000 / args.participants, 1) for name, used in spent.items()}
    peak = args.participants * 0.4 / args.rush
    return {
        "participants": args.participants,
        "errors": seen["errors"] + len(faults),
        **found,
        "cpu_ms_per_participant": round(sum(each.values()), 1),
        "cpu_ms_by": each,
        "requests": {kind: figures["count"] for kind, figures in kinds.items()},
        "save_p99_ms": kinds["save"]["p99_ms"],
        "submit_p99_ms": kinds["submit"]["p99_ms"],
        "rush_submits_per_s": round(peak, 1),
        "crowd_cpu_s": round(seen["cpu_s"], 1),
        "wall_s": round(seen["wall_s"], 1),
        "load": round(os.getloadavg()[0], 1),
    }


def day_of(args: argparse.Namespace) -> Day:
    """Return how the window is spent."""
    return Day(args.window, args.rush, args.every, args.items, args.items - args.items // 5)


def hold(args: argparse.Namespace) -> dict[str, Any]:
    """Hold the contest in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-contest-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if args.sqlite:
            return replay(f"sqlite:///{folder / 'academy.db'}", folder, args, {})
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            assert server.process is not None
            return replay(server.url("bench"), folder, args, {"database": server.process.pid})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=20_000)
    parser.add_argument("--window", type=float, default=3_600.0, help="seconds of the contest")
    parser.add_argument(
        "--rush", type=float, default=300.0, help="last seconds, two in five hand in"
    )
    parser.add_argument("--every", type=float, default=20.0, help="seconds between two answers")
    parser.add_argument("--items", type=int, default=25, help="of a paper, a fifth of them 多选")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    args = parser.parse_args()
    if problem := day_of(args).problem:
        parser.error(problem)
    if hasattr(os, "sched_setaffinity"):  # what is started from here stays on these cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    found = hold(args)
    print(json.dumps(found))
    return int(bool(found["errors"] or found["lost"] or found["differing"]))


if __name__ == "__main__":
    sys.exit(main())
