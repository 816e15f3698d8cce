"""A closed-loop load generator: keep-alive connections to the loopback, bounded in time.

Run as a process of its own (`python -m bench.load PLAN.json`), so that its work is not counted
with the servers'. Prints one JSON object: requests, errors, seconds, latency percentiles in ms.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

Result = tuple[float, bytes]  # seconds until the reply, and its status


class Client(asyncio.Protocol):
    """One connection that sends its next request when the reply to the last has come."""

    def __init__(
        self,
        requests: Callable[[int], bytes],
        results: list[Result],
        until: float,
        pause_s: float = 0,
    ) -> None:
        self.requests, self.results, self.until = requests, results, until
        self.pause_s = pause_s  # a person's pause between two answers; 0 sends at once
        self.buffer = b""
        self.number = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        if time.perf_counter() > self.until:
            self.transport.close()
            return
        self.number += 1
        self.sent_at = time.perf_counter()
        self.transport.write(self.requests(self.number))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end]
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < end + 4 + length:
            return
        self.results.append((time.perf_counter() - self.sent_at, head[9:12]))
        self.buffer = b""
        if self.pause_s:
            asyncio.get_running_loop().call_later(self.pause_s, self._send)
        else:
            self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def request_maker(plan: dict[str, Any], client: dict[str, Any]) -> Callable[[int], bytes]:
    """Return a function that makes the client's n-th request as bytes."""
    headers = "".join(f"{k}: {v}\r\n" for k, v in client["headers"].items())
    first = plan["first_seq"]

    def make(number: int) -> bytes:
        body = plan["body"] % {
            "position": number % plan["positions"] + 1,
            "seq": first + number,
            "response": "abcd"[number % 4],
        }
        return (
            f"POST {client['path']} HTTP/1.1\r\nHost: 127.0.0.1:{plan['port']}\r\n{headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return make


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Drive the plan's clients until its seconds are over; return what they saw."""
    loop = asyncio.get_running_loop()
    results: list[Result] = []
    start = time.perf_counter()
    until = start + plan["seconds"]
    clients = []
    for client in plan["clients"]:
        _, protocol = await loop.create_connection(
            partial(Client, request_maker(plan, client), results, until, plan.get("pause_s", 0)),
            "127.0.0.1",
            plan["port"],
        )
        clients.append(protocol)
    await asyncio.wait_for(asyncio.gather(*(c.done for c in clients)), plan["seconds"] + 60)
    times = sorted(t * 1000 for t, _status in results)
    errors = sum(status != b"200" for _t, status in results)
    return {
        "requests": len(times),
        "errors": errors,
        "seconds": time.perf_counter() - start,
        "p50_ms": times[len(times) // 2],
        "p99_ms": times[int(len(times) * 0.99)],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(Path(sys.argv[1]).read_text())))))
