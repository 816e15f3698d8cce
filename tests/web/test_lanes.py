"""Answers have threads of their own: pages that take all theirs do not hold them up."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from learning.web.lanes import (
    BUDGET,
    BUDGET_S,
    HEAD_START_S,
    KEYS,
    OVERTAKES,
    Budget,
    Line,
    is_express,
    urgent_key,
)
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
PAGES = 6  # more than the worker has threads


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"POST /attempts/abc/responses HTTP/1.1\r\n", True),
        (b"GET /attempts/abc/pulse HTTP/1.1\r\n", True),
        (b"POST /attempts/abc/events HTTP/1.1\r\n", True),
        (b"POST /live/abc/team/t1-1-abc/acts HTTP/1.1\r\n", True),
        (b"GET /live/abc/state HTTP/1.1\r\n", False),
        (b"GET /attempts/abc HTTP/1.1\r\n", False),
        (b"POST /attempts/abc/submit HTTP/1.1\r\n", False),
        (b"GET /other/attempts/abc/responses HTTP/1.1\r\n", False),
        (b"POST /attempts/" + b"a" * 90, False),
        (b"", False),
    ],
)
def test_what_an_exam_room_saves_tells_and_asks_is_known_by_its_first_line(
    first: bytes, expected: bool
) -> None:
    assert is_express(first) is expected


@pytest.mark.parametrize(
    ("first", "key"),
    [
        (b"GET /attempts/abc HTTP/1.1\r\n", b"GET abc"),
        (b"GET /attempts/abc?n=2 HTTP/1.1\r\n", b"GET abc"),
        (b"POST /attempts/abc/submit HTTP/1.1\r\n", b"POST abc"),
        (b"GET /attempts/ab%63 HTTP/1.1\r\n", b""),
        (b"GET /attempts/abc/ HTTP/1.1\r\n", b""),
        (b"GET /attempts/ HTTP/1.1\r\n", b""),
        (b"GET /attempts/abc/result HTTP/1.1\r\n", b""),
        (b"POST /attempts/abc/takeover HTTP/1.1\r\n", b""),
        (b"POST /attempts/abc/x/submit HTTP/1.1\r\n", b""),
        (b"POST /sittings/abc/start HTTP/1.1\r\n", b""),
        (b"GET /attempts/" + b"a" * 90, b""),
        (b"", b""),
    ],
)
def test_a_paper_under_way_and_a_hand_in_are_urgent_each_with_a_budget(
    first: bytes, key: bytes
) -> None:
    assert urgent_key(first) == key


class TestBudget:
    def taken(self, *asked: tuple[float, bytes]) -> list[bool]:
        """Ask at seconds for a key each."""
        at = 0.0
        budget, found = Budget(lambda: at), []
        for second, key in asked:
            at = second
            found.append(budget.take(key))
        return found

    def test_who_loads_a_paper_again_and_again_has_no_more_of_a_head_start(self) -> None:
        assert self.taken(*[(n / 10, b"GET a") for n in range(9)]) == [True] * BUDGET + [False] * 5

    def test_each_paper_has_its_own_and_the_hand_in_another(self) -> None:
        spent = [(0.0, b"GET a")] * 20
        assert self.taken(*spent, (1, b"GET b"), (1, b"POST a"))[-2:] == [True, True]

    def test_it_comes_again_with_time_and_not_at_the_turn_of_a_span(self) -> None:
        spent = [(BUDGET_S - 1, b"GET a")] * BUDGET
        later = ((BUDGET_S + 1, b"GET a"), (2 * BUDGET_S + 2, b"GET a"))
        assert self.taken(*spent, *later)[-2:] == [False, True]

    def test_after_long_silence_nothing_is_remembered(self) -> None:
        spent = [(0.0, b"GET a")] * BUDGET
        assert self.taken(*spent, (5 * BUDGET_S, b"GET a"))[-1]

    def test_made_up_papers_fill_no_memory(self) -> None:
        budget = Budget(lambda: 0.0)
        for n in range(3 * KEYS):
            budget.take(str(n).encode())
        assert len(budget) <= 2 * KEYS


class TestLine:
    def done_in_order(self, *arrivals: tuple[float, str, bool]) -> list[str]:
        """Let work arrive, each at a second, while the only thread is busy."""
        at, busy, done = 0.0, threading.Event(), []
        with ThreadPoolExecutor(1) as pool:
            line = Line(pool, lambda: at)
            jobs = [line.submit(partial(busy.wait, 10), urgent=False)]
            time.sleep(0.05)  # the thread has taken it
            for arrival, name, urgent in arrivals:
                at = arrival
                jobs.append(line.submit(partial(done.append, name), urgent=urgent))
            busy.set()
            for job in jobs:
                job.result(10)
        return done

    def test_what_comes_first_is_done_first(self) -> None:
        assert self.done_in_order((1, "a", False), (2, "b", False), (2, "c", False)) == [*"abc"]

    def test_what_is_urgent_overtakes_what_came_within_the_head_start(self) -> None:
        urgent = HEAD_START_S - 1
        assert self.done_in_order((1, "start", False), (urgent, "paper", True)) == [
            "paper",
            "start",
        ]

    def test_nothing_waits_for_ever_behind_what_is_urgent(self) -> None:
        late = HEAD_START_S + 2
        assert self.done_in_order((1, "start", False), (late, "paper", True)) == ["start", "paper"]

    def test_however_much_is_urgent_who_was_overtaken_has_a_turn(self) -> None:
        flood = [(2.0, "paper", True)] * (2 * OVERTAKES + 1)
        done = self.done_in_order((1, "start", False), (1, "list", False), *flood)

        assert done.index("start") == OVERTAKES
        assert done.index("list") == 2 * OVERTAKES + 1

    def test_a_failure_is_told_to_whom_the_work_was_for(self) -> None:
        with ThreadPoolExecutor(1) as pool:
            line = Line(pool)
            failed = line.submit(partial(int, "x"), urgent=False)
            fine = line.submit(partial(int, "1"), urgent=True)

            assert fine.result(10) == 1
            assert isinstance(failed.exception(10), ValueError)


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    """A server with one process of four threads."""
    number = free_port()
    command = "-m gunicorn -c /dev/null -w 1 --threads 4 --no-control-socket"
    kind = "learning.web.lanes.LanedWorker"
    process = subprocess.Popen(
        [
            sys.executable,
            *command.split(),
            *("-k", kind, "-b", f"127.0.0.1:{number}", "tests.web.slow_pages:app"),
        ],
        cwd=ROOT,
        env={**os.environ, "GO": str(tmp_path / "go")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                _ask(number, "GET", "/attempts/x/pulse")
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield number
    finally:
        (tmp_path / "go").touch()
        process.terminate()
        process.wait(20)


def _ask(port: int, method: str, path: str, body: bytes = b"") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_an_answer_is_saved_while_pages_hold_all_their_threads(port: int, tmp_path) -> None:
    pages = [threading.Thread(target=_ask, args=(port, "GET", f"/{n}")) for n in range(PAGES)]
    for page in pages:
        page.start()
    time.sleep(0.3)

    answered = _ask(port, "POST", "/attempts/x/responses", b"answer")

    assert answered == b"answer"
    assert all(page.is_alive() for page in pages)
    (tmp_path / "go").touch()
    for page in pages:
        page.join(10)
    assert not any(page.is_alive() for page in pages)


def test_a_request_that_follows_at_once_on_the_same_connection_is_answered(port: int) -> None:
    one = b"POST /attempts/x/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(one + b"1" + one + b"2")
        got = b""
        while got.count(b"HTTP/1.1 200") < 2 or not got.endswith(b"2"):
            got += client.recv(4096)

    assert got.index(b"\r\n\r\n1") < got.index(b"\r\n\r\n2")


def test_who_connects_and_says_nothing_holds_no_thread(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(PAGES)]
    time.sleep(0.2)

    begun = time.monotonic()
    _ask(port, "GET", "/attempts/x")

    assert time.monotonic() - begun < 3
    for one in silent:
        one.close()


def test_who_loads_papers_without_end_holds_up_no_answer_and_no_other_page(
    port: int, tmp_path
) -> None:
    (tmp_path / "go").touch()
    stopped = threading.Event()

    def load(paper: str) -> None:
        while not stopped.is_set():
            _ask(port, "GET", f"/attempts/{paper}?slow")

    spammers = [threading.Thread(target=load, args=(f"paper{n % 2}",)) for n in range(PAGES)]
    for one in spammers:
        one.start()
    try:
        time.sleep(0.5)  # the line is never empty from now on
        begun = time.monotonic()
        answers = [_ask(port, "POST", "/attempts/x/responses", b"answer") for _ in range(5)]
        _ask(port, "GET", "/other")
        took = time.monotonic() - begun
    finally:
        stopped.set()
        for one in spammers:
            one.join(10)

    assert answers == [b"answer"] * 5
    assert took < HEAD_START_S / 2
