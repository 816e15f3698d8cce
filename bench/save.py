"""What a save costs, against the floor of Flask with one UPSERT: alternating pairs in one run.

The real endpoint with log-in session, CSRF and access log, 100,000 attempts and 5 million responses
present, fsync on, one answer a request. CPU is that of web server and database together. Prints a
table and, as its last line, one JSON object; exit 1 when the ratio on PostgreSQL exceeds 1.5.
"""

import argparse
import json
import re
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from bench.seed import POSITIONS, Client, seed
from bench.servers import cpu_seconds, drive, gunicorn
from learning.app import create_app
from learning.kernel.db import Database
from learning.settings import Settings
from tests.postgres import DURABLE, PostgresServer, free_port, running_postgres
from tests.statements import StatementLog

LIMIT = 1.5
SECRET = "benchmark-secret-benchmark-secret"
FIRST_SEQ = 1_000


def real_clients(
    settings: Settings, database: Database, clients: list[Client]
) -> list[dict[str, Any]]:
    """Give each client the cookie and CSRF token that the product itself would have set."""
    app = create_app(settings, database)
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    csrf = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token")
    name = app.config["SESSION_COOKIE_NAME"]
    result = []
    for client in clients:
        raw = secrets.token_hex(20)
        cookie = serializer.dumps({"_user_id": client.token, "csrf_token": raw, "_fresh": True})
        headers = {"Cookie": f"{name}={cookie}", "X-CSRFToken": csrf.dumps(raw)}
        result.append({"path": f"/attempts/{client.attempt}/responses", "headers": headers})
    return result


def floor_clients(clients: list[Client]) -> list[dict[str, Any]]:
    return [{"path": f"/save/{client.attempt_id}", "headers": {}} for client in clients]


class Run:
    """One side of a pair: a server, its clients, and the processes whose CPU counts."""

    def __init__(
        self, port: int, clients: list[dict[str, Any]], body: str, pids: list[int]
    ) -> None:
        self.plan = {"port": port, "clients": clients, "body": body, "positions": POSITIONS}
        self.pids = pids
        self.seq = FIRST_SEQ

    def measure(self, seconds: float) -> dict[str, Any]:
        before = [cpu_seconds([pid]) for pid in self.pids]
        result = drive({**self.plan, "seconds": seconds, "first_seq": self.seq})
        self.seq += 1_000_000
        if result["errors"]:
            raise RuntimeError(f"{result['errors']} of {result['requests']} requests failed")
        spent = [cpu_seconds([pid]) - mark for pid, mark in zip(self.pids, before, strict=True)]
        result["cpu_ms"] = sum(spent) * 1000 / result["requests"]
        result["web_cpu_ms"] = spent[0] * 1000 / result["requests"]
        return result


def compare(
    url: str,
    floor_url: str,
    args: argparse.Namespace,
    extra_pids: list[int],
    count_statements: Callable[[Callable[[], int]], float] | None,
    wal: Callable[[], int],
) -> dict[str, Any]:
    """Measure the pairs; without `count_statements` one more save is traced inside a process."""
    database = Database(url, pool_size=10)
    clients = seed(database, args.attempts, args.responses, args.connections)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(secret_key=SECRET, data_dir=Path(folder), database_url=url)
        real = real_clients(settings, database, clients)
        database.dispose()
        env = {
            "SECRET_KEY": SECRET,
            "DATABASE_URL": url,
            "DATA_DIR": folder,
            "FLOOR_URL": floor_url,
        }
        ports = free_port(), free_port()
        with (
            gunicorn("wsgi:app", ports[0], env) as product,
            gunicorn("bench.floor:app", ports[1], env) as floor,
        ):
            save_body = '{"epoch":1,"responses":[{"position":%(position)d,"seq":%(seq)d,"response":"%(response)s"}]}'
            floor_body = '{"position":%(position)d,"seq":%(seq)d,"response":"%(response)s"}'
            sides = {
                "save": Run(ports[0], real, save_body, [product, *extra_pids]),
                "floor": Run(ports[1], floor_clients(clients), floor_body, [floor, *extra_pids]),
            }
            for side in sides.values():
                side.measure(args.seconds / 2)
            pairs = []
            saves = 0
            for number in range(args.pairs):
                order = ["floor", "save"] if number % 2 else ["save", "floor"]
                pair: dict[str, Any] = {}
                for name in order:
                    mark = wal()
                    pair[name] = sides[name].measure(args.seconds)
                    if name == "save":
                        saves += pair[name]["requests"]
                        pair["wal"] = wal() - mark
                pairs.append(pair)
                print_pair(number + 1, pair)
            if count_statements is None:
                statements = traced(url, settings, real[0])
            else:
                statements = count_statements(lambda: int(sides["save"].measure(0.5)["requests"]))
    return {
        "ratio": round(
            statistics.median(p["save"]["cpu_ms"] / p["floor"]["cpu_ms"] for p in pairs), 3
        ),
        "save_cpu_ms": round(statistics.median(p["save"]["cpu_ms"] for p in pairs), 3),
        "floor_cpu_ms": round(statistics.median(p["floor"]["cpu_ms"] for p in pairs), 3),
        "statements": statements,
        "wal_bytes": round(sum(p["wal"] for p in pairs) / saves),
        "p50_ms": round(statistics.median(p["save"]["p50_ms"] for p in pairs), 1),
        "p99_ms": round(statistics.median(p["save"]["p99_ms"] for p in pairs), 1),
        "saves_per_s": round(
            statistics.median(p["save"]["requests"] / p["save"]["seconds"] for p in pairs)
        ),
    }


def print_pair(number: int, pair: dict[str, Any]) -> None:
    cells = []
    for name in ("floor", "save"):
        r = pair[name]
        cells.append(
            f"{name} {r['cpu_ms']:.3f} CPU-ms (web {r['web_cpu_ms']:.3f}) {r['requests'] / r['seconds']:6.0f}/s p50 {r['p50_ms']:5.1f} p99 {r['p99_ms']:5.1f} ms"
        )
    ratio = pair["save"]["cpu_ms"] / pair["floor"]["cpu_ms"]
    print(f"  pair {number}: {' | '.join(cells)} | ratio {ratio:.3f}", flush=True)


def on_postgresql(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    with running_postgres(folder, DURABLE) as server:
        server.execute("CREATE DATABASE bench")

        def wal() -> int:
            return int(query(server, "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))

        def count_statements(work: Callable[[], int]) -> float:
            """Ask the server's own log: BEGIN, COMMIT and pings would show."""
            log = folder / "log"
            server.execute("ALTER SYSTEM SET log_statement = 'all'")
            server.execute("SELECT pg_reload_conf()")
            query(server, "SELECT pg_sleep(0.5)")
            start = log.stat().st_size
            requests = work()
            text = log.read_bytes()[start:].decode(errors="replace")
            server.execute("ALTER SYSTEM RESET log_statement")
            server.execute("SELECT pg_reload_conf()")
            return round(len(re.findall(r"LOG:  (?:statement|execute)", text)) / requests, 3)

        assert server.process is not None
        return compare(
            server.url("bench"),
            server.dsn("bench"),
            args,
            [server.process.pid],
            count_statements,
            wal,
        )


def query(server: PostgresServer, statement: LiteralString) -> Any:
    import psycopg

    with psycopg.connect(server.dsn("bench"), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def on_sqlite(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    path = folder / "bench.db"
    return compare(f"sqlite:///{path}", str(path), args, [], None, lambda: 0)


def traced(url: str, settings: Settings, client: dict[str, Any]) -> float:
    """Count by SQLite's trace callback, which tells only inside a process: one more save here."""
    database = Database(url)
    app = create_app(settings, database)
    log = StatementLog(database, None)
    saves = 20
    caller = app.test_client(use_cookies=False)
    with log.watching() as statements:
        for number in range(saves):
            body = '{"epoch":1,"responses":[{"position":1,"seq":%d,"response":"b"}]}' % (
                90_000_000 + number
            )
            reply = caller.post(
                client["path"],
                data=body,
                content_type="application/json",
                headers=client["headers"],
            )
            if reply.status_code != 200:
                raise RuntimeError(reply.text)
    database.dispose()
    return len([s for s in statements if not s.startswith("PRAGMA")]) / saves


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--responses", type=int, default=5_000_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    args = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        for kind, work in (("postgresql", on_postgresql), ("sqlite", on_sqlite)):
            if args.only in (None, kind):
                print(
                    f"{kind}: {args.attempts} attempts, {args.responses} responses present",
                    flush=True,
                )
                results[kind] = work(args, Path(name) / kind)
                print(
                    f"  median ratio {results[kind]['ratio']}: {json.dumps(results[kind])}",
                    flush=True,
                )
    main_result = results.get("postgresql") or results["sqlite"]
    print(json.dumps({**main_result, "sqlite": results.get("sqlite")}))
    return 0 if main_result["ratio"] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
