"""Log-ins while answers are saved: how many a second, who waits in line, and what saves feel of it.

Saves come at the pace of people (each connection pauses between two answers); measured alone and
while more people log in than the line takes. Prints a table and, as its last line, one JSON object.
"""

import argparse
import http.cookiejar
import json
import tempfile
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.save import SECRET, real_clients
from bench.seed import POSITIONS, seed
from bench.servers import drive, gunicorn
from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.services import add_login_name
from learning.kernel.db import Database
from learning.settings import Settings
from tests.postgres import DURABLE, free_port, running_postgres

PASSWORD = "bench-password-2026"
PAUSE_S = 0.1
BODY = '{"epoch":1,"responses":[{"position":%(position)d,"seq":%(seq)d,"response":"%(response)s"}]}'


class Person(threading.Thread):
    """Somebody who logs in again and again, waiting in line when told to."""

    def __init__(self, port: int, phone: str, until: float) -> None:
        super().__init__(daemon=True)
        self.base, self.phone, self.until = f"http://127.0.0.1:{port}", phone, until
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.done, self.waits, self.failures = 0, 0, 0

    def run(self) -> None:
        ticket = ""
        while time.perf_counter() < self.until:
            status, reply = self.post(ticket)
            if status == 200:
                self.done, ticket = self.done + 1, ""
            elif status == 202:
                self.waits, ticket = self.waits + 1, reply["queue"]["ticket"]
                time.sleep(0.5)
            else:
                self.failures, ticket = self.failures + 1, ""
                time.sleep(0.5)

    def post(self, ticket: str) -> tuple[int, dict[str, Any]]:
        body = {"login_name": self.phone, "password": PASSWORD, "ticket": ticket}
        request = urllib.request.Request(
            f"{self.base}/login/renew",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Origin": self.base},
        )
        try:
            with self.opener.open(request, timeout=30) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, {}


def give_passwords(database: Database, count: int) -> list[str]:
    """Give the first people a phone number and the same password."""
    now, held = datetime.now(UTC), hash_password(PASSWORD)
    phones = [f"139{number:08d}" for number in range(count)]
    with database.transaction() as session:
        for number, phone in enumerate(phones, start=1):
            user = session.get_one(User, number)
            user.password_hash = held
            add_login_name(session, user, "phone", phone, now=now)
    return phones


def measure(args: argparse.Namespace, url: str, folder: Path) -> dict[str, Any]:
    database = Database(url, pool_size=10)
    clients = seed(database, 2_000, 50_000, args.connections)
    phones = give_passwords(database, args.people)
    settings = Settings(secret_key=SECRET, data_dir=folder, database_url=url)
    plan: dict[str, Any] = {"clients": real_clients(settings, database, clients), "body": BODY}
    plan |= {"positions": POSITIONS, "pause_s": PAUSE_S, "seconds": args.seconds}
    database.dispose()
    env = {"SECRET_KEY": SECRET, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    port = free_port()
    with gunicorn("wsgi:app", port, env):
        plan["port"] = port
        alone = drive(plan | {"first_seq": 1_000})
        until = time.perf_counter() + args.seconds
        people = [Person(port, phone, until) for phone in phones]
        for person in people:
            person.start()
        beside = drive(plan | {"first_seq": 1_000_000})
        for person in people:
            person.join(60)
    done = sum(person.done for person in people)
    return {
        "logins_per_s": round(done / args.seconds, 1),
        "waited_in_line": sum(person.waits for person in people),
        "refused": sum(person.failures for person in people),
        "saves_per_s": round(beside["requests"] / beside["seconds"]),
        "save_errors": beside["errors"],
        "alone_p50_ms": round(alone["p50_ms"], 1),
        "alone_p99_ms": round(alone["p99_ms"], 1),
        "p50_ms": round(beside["p50_ms"], 1),
        "p99_ms": round(beside["p99_ms"], 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            found = measure(args, server.url("bench"), folder)
    for key, value in found.items():
        print(f"  {key:<16}{value}")
    print(json.dumps(found))
    return 1 if found["save_errors"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
