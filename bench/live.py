"""A room under load: 200 phones of the audience ask where it stands, 30 teams buzz within 100 ms.

Phones ask as the page does: every 300 ms, give or take, with what they know. A change is timed from
the host's press to the reply that brings it to each phone, waiting for the next question included.
Then all teams buzz at once, again and again; the log's order is held against the order in which the
requests reached the server. The server is the product's own configuration. Prints a table and, as
its last line, one JSON object.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

import learning.models as all_models
from bench.servers import cpu_seconds
from learning.kernel.db import Database
from learning.live_rounds import queries, services
from learning.live_rounds.rules import (
    Act,
    Kind,
    RoomRules,
    Seat,
    StageRules,
    team_token,
)
from tests.factories.competitions import BANK, make_association
from tests.factories.items import make_bank
from tests.factories.live_rounds import make_plan
from tests.factories.people import make_login_session
from tests.faults.site import Cookies, Site
from tests.postgres import DURABLE, running_postgres

EVERY_S = 0.3
WITHIN_S = 0.1


class Line:
    """One kept connection that speaks just enough HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def send(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[Any, ...]:
        """Return status, headers and body of the reply."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, rest = int(head.split(" ", 2)[1]), head.split("\r\n")[1:-2]
        found = {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}
        length = 0 if status == 304 else int(found.get("content-length", 0))
        return status, found, await self.reader.readexactly(length)


class Crowd:
    """The phones; each remembers when it first saw each number of the log."""

    def __init__(self, port: int, path: str, phones: int) -> None:
        self.port, self.path, self.phones = port, path, phones
        self.seen: list[dict[int, float]] = [{} for _ in range(phones)]
        self.waits: list[float] = []
        self.errors = 0
        self.is_over = False

    async def ask(self, number: int) -> None:
        line, tag = Line(self.port), ""
        await line.open()
        await asyncio.sleep(random.random() * EVERY_S)
        while not self.is_over:
            began = time.perf_counter()
            headers = {"Accept": "application/json"} | ({"If-None-Match": tag} if tag else {})
            status, found, body = await line.send("GET", f"{self.path}/state", headers)
            self.waits.append(time.perf_counter() - began)
            if status == 200:
                tag = found["etag"]
                self.seen[number].setdefault(json.loads(body)["seq"], time.perf_counter())
            self.errors += status not in {200, 304}
            await asyncio.sleep(EVERY_S * (0.85 + random.random() * 0.3))


class Host:
    """The host's console, as far as its posts go."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.line, self.path = Line(port), path
        self.headers = headers | {"Content-Type": "application/json", "Accept": "application/json"}

    async def act(self, **data: object) -> tuple[int, float]:
        """Return the number of the entry and the instant of the press."""
        pressed = time.perf_counter()
        body = json.dumps(data).encode()
        status, _found, reply = await self.line.send(
            "POST", f"{self.path}/acts", self.headers, body
        )
        assert status == 200, reply
        return json.loads(reply)["seq"], pressed


def share(values: list[float], part: float) -> float:
    """Return the value below which a part of the values lies."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


async def play(
    args: argparse.Namespace, port: int, room: dict[str, Any], cookies: Cookies
) -> dict[str, Any]:
    path = f"/live/{room['public_id']}"
    crowd = Crowd(port, path, args.phones)
    host = Host(port, path, cookies.headers(room["token"]))
    await host.line.open()
    visitor = cookies.headers("nobody") | {"Content-Type": "application/json"}
    lines = [Line(port) for _ in room["seats"]]
    for line in lines:
        await line.open()
    phones = [asyncio.create_task(crowd.ask(number)) for number in range(args.phones)]
    await asyncio.sleep(2)
    await host.act(act="stage", stage=0)
    changes: list[tuple[int, float]] = []

    async def buzz(line: Line, seat: str) -> None:
        await asyncio.sleep(random.random() * WITHIN_S)
        target = f"{path}/team/{seat}/acts"
        status, _found, body = await line.send("POST", target, visitor, b'{"act":"buzz"}')
        assert status == 200, body

    began = time.perf_counter()
    for _round in range(args.rounds):
        changes.append(await host.act(act="show"))
        await asyncio.sleep(1)
        changes.append(await host.act(act="start"))
        await asyncio.sleep(1)
        await asyncio.gather(*(buzz(*pair) for pair in zip(lines, room["seats"], strict=True)))
        await asyncio.sleep(1)
        changes.append(await host.act(act="void", reason="下一题"))
        await asyncio.sleep(1)
    seconds = time.perf_counter() - began
    crowd.is_over = True
    await asyncio.gather(*phones)
    late = [
        min(at for seq, at in seen.items() if seq >= number) - pressed
        for number, pressed in changes
        for seen in crowd.seen
    ]
    return {
        "phones": args.phones,
        "teams": args.teams,
        "polls_per_s": round(len(crowd.waits) / seconds),
        "poll_p95_ms": round(share(crowd.waits, 0.95) * 1000, 1),
        "change_p50_ms": round(share(late, 0.5) * 1000),
        "change_p95_ms": round(share(late, 0.95) * 1000),
        "change_p99_ms": round(share(late, 0.99) * 1000),
        "poll_errors": crowd.errors,
    }


def prepare(database: Database, args: argparse.Namespace) -> dict[str, Any]:
    """Make the schema and an open room of one stage to buzz in."""
    all_models.metadata.create_all(database.engine)
    now = datetime.now(UTC)
    rules = RoomRules(0, (StageRules(Kind.BUZZ, "抢答", args.rounds, (10,), 60),))
    names = tuple(f"第 {number} 队" for number in range(1, args.teams + 1))
    with database.transaction() as session:
        make_bank(session, now, bank=BANK, singles=args.rounds + 5)
        association, manager, actor = make_association(session, now)
        public_id = services.create_room(
            session,
            actor,
            raw_organiser_id=association.public_id,
            plan=make_plan(rules=rules, teams=names),
            now=now,
        )
        services.open_room(session, actor, public_id, now=now)
        secret = queries.get_open(session, public_id).secret
        seats = [team_token(secret, Seat(number, 1)) for number in range(1, args.teams + 1)]
        token = make_login_session(session, now, manager)
    return {"public_id": public_id, "seats": seats, "token": token}


def order_of(database: Database, public_id: str) -> dict[str, Any]:
    """Hold the log's order against the instants at which the buzzes reached the server."""
    with database.session(write=False) as session:
        room = queries.get_open(session, public_id)
        entries = queries.list_entries(session, room.id)
    rounds: list[list[float]] = []
    for entry in entries:
        if entry.act is Act.START:
            rounds.append([])
        elif entry.act is Act.BUZZ:
            rounds[-1].append(entry.at.timestamp() * 1000)
    behind = [max(arrived[: n + 1]) - at for arrived in rounds for n, at in enumerate(arrived)]
    firsts = [arrived[0] - min(arrived) for arrived in rounds]
    return {
        "buzzes": sum(map(len, rounds)),
        "gaps_in_log": sum(e.seq != n for n, e in enumerate(entries, 1)),
        "out_of_order": sum(each > 0 for each in behind),
        "out_of_order_most_ms": round(max(behind), 2),
        "first_behind_most_ms": round(max(firsts), 2),
    }


def measure(args: argparse.Namespace, url: str, folder: Path) -> dict[str, Any]:
    database = Database(url, pool_size=10)
    room = prepare(database, args)
    site = Site(url, folder)
    site.start()
    try:
        before = cpu_seconds([site.pid])
        found = asyncio.run(play(args, site.port, room, Cookies(url, folder)))
        found["server_cpu_s"] = round(cpu_seconds([site.pid]) - before, 1)
    finally:
        site.stop()
    found |= order_of(database, room["public_id"])
    database.dispose()
    return found | {"load_average": round(psutil.getloadavg()[0], 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--teams", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if args.database == "sqlite":
            found = measure(args, f"sqlite:///{folder / 'bench.db'}", folder)
        else:
            with running_postgres(folder / "pg", DURABLE) as server:
                server.execute("CREATE DATABASE bench")
                found = measure(args, server.url("bench"), folder)
    for key, value in found.items():
        print(f"  {key:<22}{value}")
    print(json.dumps(found))
    return 1 if found["poll_errors"] or found["gaps_in_log"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
