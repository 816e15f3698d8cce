"""An open-loop crowd of candidates: each with a connection and a timetable fixed beforehand.

Run as a process of its own (`python -m bench.crowd PLAN.json`). A request that is due waits in line
when the one before it has not been answered, and its latency counts from when it was due: a server
that falls behind cannot slow the crowd down and look well for it. What gathers meanwhile goes in
one request, as the exam room does it. Handwritten HTTP, since the crowd shares the cores that it
measures. Progress goes to standard error; standard output has one JSON object.
"""

import asyncio
import contextlib
import json
import random
import resource
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

from bench.pace import Day, acts_of

BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n"
    "Accept-Language: zh-CN,zh;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\nSec-Fetch-Site: same-origin\r\n"
    "Connection: keep-alive\r\n"
)
EXPECTED = {"start": 303}  # of others 200
AGAIN = frozenset({0, 429, 500, 502, 503, 504})
MOST_TRIES = 6
REPORT_S = 10.0
PULSE_S, TELL_S = 30.0, 15.0
DRAIN_S = 120.0  # how long after the last act replies are waited for


class Tally:
    """What the crowd saw."""

    def __init__(self) -> None:
        self.latencies: dict[str, list[float]] = {}
        self.errors: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.recent: list[float] = []

    def took(self, kind: str, seconds: float) -> None:
        self.latencies.setdefault(kind, []).append(seconds)
        if kind == "save":
            self.recent.append(seconds)

    def percentiles(self, kind: str) -> dict[str, float]:
        times = sorted(self.latencies.get(kind, ()))
        if not times:
            return {"count": 0}
        at = {name: times[min(len(times) - 1, int(len(times) * q))] for name, q in QUANTILES}
        return {"count": len(times)} | {name: round(value * 1000, 1) for name, value in at.items()}


QUANTILES = (("p50_ms", 0.5), ("p99_ms", 0.99), ("max_ms", 1.0))


class Act:
    """One thing a candidate does: when it is due, and what it is made of."""

    __slots__ = ("answers", "due", "kind", "tries")

    def __init__(self, due: float, kind: str, answers: tuple[tuple[int, int, Any], ...] = ()):
        self.due, self.kind, self.answers, self.tries = due, kind, answers, 0


def timetable(plan: dict[str, Any], number: int) -> list[Act]:
    """Return what candidate `number` does and when, in seconds from the beginning."""
    if "day" in plan:
        return [Act(*act) for act in acts_of(Day(**plan["day"]), plan["seed"], number)]
    rng = random.Random(plan["seed"] * 1_000_003 + number)
    begin = rng.random() * plan["spread_s"]
    end = begin + plan["saving_s"]
    acts = [Act(begin, "start")]
    seqs: Counter[int] = Counter()

    def answer() -> tuple[int, int, Any]:
        position = rng.randint(1, plan["items"])
        seqs[position] += 1
        few = ["a"] if position <= plan["singles"] else ["a", "b", "c", "d"]
        chosen = rng.choice("abcd") if len(few) == 1 else sorted(rng.sample(few, 2))
        return position, seqs[position], chosen

    for turn in range(int(plan["saving_s"] / plan["every_s"])):
        due = begin + plan["every_s"] * (turn + 1 - rng.random() * 0.5)
        acts.append(Act(due, "save", (answer(),)))
    acts.append(Act(begin + TELL_S * rng.uniform(0.75, 1.25), "tell"))
    if rng.random() < 0.2:  # a phone call, a glance at another window
        acts.append(Act(begin + rng.uniform(0.2, 0.9) * plan["saving_s"], "tell"))
    acts.append(Act(begin + PULSE_S * rng.uniform(0.75, 1.25), "pulse"))
    acts = [act for act in acts if act.due < end]
    unsent = (answer(),) if rng.random() < 0.2 else ()
    acts.append(Act(end, "submit", unsent))
    return sorted(acts, key=lambda act: act.due)


class Candidate(asyncio.Protocol):
    """One browser: a connection kept alive, one request at a time."""

    def __init__(self, crowd: "Crowd", number: int, person: dict[str, Any]) -> None:
        self.crowd, self.person = crowd, person
        self.acts = deque(timetable(crowd.plan, number))
        self.waiting: deque[Act] = deque()
        self.flying: list[Act] = []
        self.transport: asyncio.Transport | None = None
        self.is_connecting = False
        self.attempt = ""
        self.last_seq: dict[int, int] = {}
        self.acknowledged: list[tuple[int, int, Any]] = []
        self.told = 0
        self.sent_at = 0.0
        self.is_done = self.rests = False
        self.head, self.body, self.missing = b"", [b""], -1

    def begin(self) -> None:
        """Wait for the next act."""
        if self.acts:
            self.crowd.loop.call_at(self.crowd.began + self.acts[0].due, self._due)

    def _due(self) -> None:
        self.waiting.append(self.acts.popleft())
        self.begin()
        self._send()

    def _send(self) -> None:
        if self.flying or not self.waiting or self.rests or self.is_done:
            return
        if self.transport is None or self.transport.is_closing():
            if not self.is_connecting:
                self.is_connecting = True
                self.crowd.hold(self.crowd.loop.create_task(self._connect()))
            return
        first = self.waiting.popleft()
        if first.kind == "leave":
            self._finish()
            return
        self.flying = [first]
        if first.kind == "save":
            while self.waiting and self.waiting[0].kind == "save" and len(self.flying) < 50:
                self.flying.append(self.waiting.popleft())
        self.sent_at = self.crowd.loop.time()
        self.transport.write(self._request(first.kind))

    async def _connect(self) -> None:
        try:
            await self.crowd.loop.create_connection(
                lambda: self, "127.0.0.1", self.crowd.plan["port"]
            )
        except OSError as error:
            self.is_connecting = False
            self.crowd.tally.errors[f"connect {error.errno}"] += 1
            self.crowd.loop.call_later(1, self._send)

    def connection_made(self, transport: Any) -> None:
        self.transport, self.is_connecting = transport, False
        self.crowd.tally.counts["connections"] += 1
        self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        """Send again what was under way: the server may close as a request sets out."""
        self.transport = None
        acts, self.flying = self.flying, []
        self.head, self.body, self.missing = b"", [], -1
        if acts:
            self.crowd.tally.counts["resent"] += 1
            self._again(acts, 0, "lost", 0)

    def _request(self, kind: str) -> bytes:
        base, person = f"/attempts/{self.attempt}", self.person
        if kind == "start":
            body = self.crowd.start_body.replace("CSRF", person["csrf"])
            path = self.crowd.plan["start_path"]
            return self._post(path, body, "application/x-www-form-urlencoded")
        if kind in {"room", "pulse", "result", "poll"}:
            path = {"room": base, "poll": self.crowd.plan.get("poll_path")}.get(kind)
            path = path or f"{base}/{kind}"
            return f"GET {path} HTTP/1.1\r\n{self.crowd.host}{person['headers']}\r\n".encode()
        if kind == "tell":
            self.told += 1
            event = {"seq": self.told, "kind": "open", "at_ms": int(time.time() * 1000)}
            told = {"page": person["page"], "events": [event]}
            return self._post(f"{base}/events", json.dumps(told), "application/json")
        entries = [
            {"position": p, "seq": s, "response": r}
            for act in self.flying
            for p, s, r in act.answers
        ]
        sent: dict[str, Any] = {"epoch": 1, "responses": entries}
        if kind == "submit":
            sent["last_seq"] = {str(p): s for p, s in self.last_seq.items()}
            sent["last_seq"] |= {str(entry["position"]): entry["seq"] for entry in entries}
        place = "submit" if kind == "submit" else "responses"
        return self._post(f"{base}/{place}", json.dumps(sent), "application/json")

    def _post(self, path: str, body: str, kind: str) -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\n{self.crowd.host}{self.person['headers']}"
            f"X-CSRFToken: {self.person['csrf']}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head, data = self.head[:end], self.head[end + 4 :]
            at = self.head.lower().find(b"\r\ncontent-length:")
            self.missing = int(self.head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.body = []
        self.body.append(data)
        self.missing -= len(data)
        if self.missing <= 0:
            head, body = self.head, self.body
            self.head, self.body, self.missing = b"", [], -1
            self._replied(int(head[9:12]), head, b"".join(body))

    def _replied(self, status: int, head: bytes, body: bytes) -> None:
        acts, self.flying = self.flying, []
        if b"\r\nconnection: close" in head.lower() and self.transport is not None:
            self.transport.close()
            self.transport = None
        kind, tally = acts[0].kind, self.crowd.tally
        if kind == "tell" and status == 503:
            tally.counts["told_later"] += 1  # by design: a report never keeps anybody waiting
            self.crowd.loop.call_later(2 * TELL_S * random.uniform(0.75, 1.25), self._act, "tell")
        elif status != EXPECTED.get(kind, 200) or not self._take(kind, acts, head, body):
            self._again(acts, status, f"{kind} {status} {body[:150].decode(errors='replace')}", 1)
        else:
            now = self.crowd.loop.time() - self.crowd.began
            for act in acts:
                tally.took(kind, now - act.due)
            if kind == "save":  # without what the candidate's own line of requests cost
                tally.took("wire", self.crowd.loop.time() - self.sent_at)
        self._send()

    def _again(self, acts: list[Act], status: int, error: str, pause_s: float) -> None:
        """Do as the room does: what may pass is tried again, with a pause; count the error."""
        acts[0].tries += 1
        is_lost = error == "lost"
        if error and not (is_lost and acts[0].tries == 1):  # browsers repeat that by themselves
            self.crowd.tally.errors[error] += 1
        if status in AGAIN and acts[0].tries < MOST_TRIES:
            self.waiting.extendleft(reversed(acts))
            self.rests = True
            self.crowd.loop.call_later(pause_s * (0.5 + random.random()), self._rested)
        elif acts[0].kind in {"start", "submit", "result"}:
            self._finish()

    def _rested(self) -> None:
        self.rests = False
        self._send()

    def _take(self, kind: str, acts: list[Act], head: bytes, body: bytes) -> bool:
        """Note what a good reply says; tell whether it says what it must."""
        if kind == "start":
            at = head.lower().find(b"\r\nlocation:")
            self.attempt = head[at + 11 :].split(b"\r\n", 1)[0].strip().decode().rsplit("/", 1)[-1]
            self.waiting.appendleft(Act(self.crowd.loop.time() - self.crowd.began, "room"))
            return bool(self.attempt)
        if kind == "room":
            return b'id="attempt-state"' in body
        if kind == "save":
            sent = {(p, s): r for act in acts for p, s, r in act.answers}
            saved = [tuple(pair) for pair in json.loads(body)["saved"]]
            for position, seq in saved:
                self.acknowledged.append((position, seq, sent[position, seq]))
                self.last_seq[position] = max(seq, self.last_seq.get(position, 0))
            return len(saved) == len(sent)
        if kind == "submit":
            self.acknowledged += acts[0].answers
            self.waiting.append(Act(self.crowd.loop.time() - self.crowd.began, "result"))
            return "receipt" in json.loads(body)
        if kind == "pulse":
            every_s = max(PULSE_S, json.loads(body).get("again_ms", 0) / 1000)
            self.crowd.loop.call_later(every_s * random.uniform(0.75, 1.25), self._act, "pulse")
        if kind == "result":
            self._finish()
        return True

    def _act(self, kind: str) -> None:
        if self.acts:  # not handed in yet
            self.waiting.append(Act(self.crowd.loop.time() - self.crowd.began, kind))
            self._send()

    def _finish(self) -> None:
        self.is_done = True
        self.crowd.open -= 1
        if not self.crowd.open:
            self.crowd.over.set()
        if self.transport is not None:
            self.transport.close()


class Crowd:
    """All candidates of a run."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.tally = plan, Tally()
        self.loop = asyncio.get_running_loop()
        self.host = f"Host: 127.0.0.1:{plan['port']}\r\n{BROWSER}"
        self.start_body = f"csrf_token=CSRF&confirm=y&access_code={plan['access_code']}"
        self.tasks: set[asyncio.Task[None]] = set()
        self.candidates = [Candidate(self, n, one) for n, one in enumerate(plan["people"])]
        self.open = len(self.candidates)
        self.over = asyncio.Event()
        self.began = self.loop.time() + 1

    def hold(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self) -> None:
        for candidate in self.candidates:
            candidate.begin()
        until = self.plan["spread_s"] + self.plan["saving_s"] + DRAIN_S
        while self.open and self.loop.time() - self.began < until:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), REPORT_S)
            self.report()

    def report(self) -> None:
        tally, times = self.tally, sorted(self.tally.recent)
        self.tally.recent = []
        done = " ".join(f"{kind} {len(took)}" for kind, took in sorted(tally.latencies.items()))
        worst = f"{times[int(len(times) * 0.99)] * 1000:.0f}" if times else "–"
        middle = f"{times[len(times) // 2] * 1000:.1f}" if times else "–"
        errors = sum(tally.errors.values())
        print(
            f"    {self.loop.time() - self.began:4.0f} s: {done} · saves p50 {middle} p99 {worst} ms · "
            f"errors {errors} · CPU {cpu_s():.1f} s",
            file=sys.stderr,
            flush=True,
        )

    def outcome(self) -> dict[str, Any]:
        kinds = ("save", "wire", "start", "room", "submit", "result", "pulse", "tell", "poll")
        return {
            "kinds": {kind: self.tally.percentiles(kind) for kind in kinds},
            "errors": sum(self.tally.errors.values()) + self.open,
            "what": self.tally.errors.most_common(8)
            + [("unfinished", self.open)] * bool(self.open),
            "counts": self.tally.counts,
            "cpu_s": cpu_s(),
            "wall_s": self.loop.time() - self.began,
            "acknowledged": {
                c.attempt: c.acknowledged for c in self.candidates if c.attempt or c.acknowledged
            },
        }


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(plan: dict[str, Any]) -> dict[str, Any]:
    crowd = Crowd(plan)
    await crowd.run()
    return crowd.outcome()


if __name__ == "__main__":
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))))
