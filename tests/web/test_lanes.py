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

from learning.web.lanes import HEAD_START_S, Line, is_express, is_urgent
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
    ("first", "expected"),
    [
        (b"GET /attempts/abc HTTP/1.1\r\n", True),
        (b"POST /attempts/abc/submit HTTP/1.1\r\n", True),
        (b"GET /attempts/abc/result HTTP/1.1\r\n", False),
        (b"POST /attempts/abc/takeover HTTP/1.1\r\n", False),
        (b"POST /sittings/abc/start HTTP/1.1\r\n", False),
        (b"GET /attempts/" + b"a" * 90, False),
        (b"", False),
    ],
)
def test_a_paper_under_way_and_a_hand_in_are_urgent(first: bytes, expected: bool) -> None:
    assert is_urgent(first) is expected


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
