"""gunicorn's threaded worker with a lane for answers: they never wait behind pages.

Thousands may start or hand in within a minute. Their pages wait in line, in the order in which
they came, for the threads that draw pages; what an exam room saves, tells and asks goes to threads
of its own, since it costs a hundredth and somebody's answer is in it; so does a buzz on a stage.
Among pages a paper whose clock runs already and a hand-in have a start of some seconds over all
others: who waits in line should wait before the clock starts, and not for the paper after it. That
has a budget for each paper, and a share of the turns: to load it again and again gains nothing.
Which lane a request takes is seen from its first line before anything is read. Nothing of the
application is imported here: gunicorn's master loads this class.
"""

import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_START_S = 10.0
OVERTAKES = 8  # turns in a row that may go to what came later, while something else waits
BUDGET = 4  # head starts of one paper, and of its hand-in: a first load, three more
BUDGET_S = 30.0
KEYS = 20_000  # remembered at most: more at once are made up
FIRST_LINE = 96  # bytes: more than the longest address that has a lane
# What has a lane: by the first part of the address, how it ends.
_EXPRESS = ((b"/attempts/", (b"/responses", b"/pulse", b"/events")), (b"/live/", (b"/acts",)))


def is_express(first: bytes) -> bool:
    """Tell whether a request begins as an exam room's save, pulse or report, or as a buzz."""
    _method, _space, rest = first.partition(b" ")
    path, space, _rest = rest.partition(b" ")
    return bool(space) and any(path.startswith(a) and path.endswith(z) for a, z in _EXPRESS)


def urgent_key(first: bytes) -> bytes:
    """Return what a request for a paper under way or a hand-in has its budget by, b"" for others.

    That is the method and the paper's id: a paper is one person's, and nobody guesses another's. An
    id in another spelling (percent-encoded) is a way to another budget, and has none.
    """
    method, _space, rest = first.partition(b" ")
    path, space, _rest = rest.partition(b" ")
    if not space or not path.startswith(b"/attempts/"):
        return b""
    _attempts, _slash, of_paper = path[1:].partition(b"/")
    paper, slash, act = of_paper.partition(b"?")[0].partition(b"/")
    is_paper = method == b"GET" and not slash
    is_hand_in = method == b"POST" and act == b"submit"
    return method + b" " + paper if paper.isalnum() and (is_paper or is_hand_in) else b""


class Budget:
    """How often a key may have a head start: `BUDGET` times within `BUDGET_S`, or up to twice that.

    Two spans are remembered, and forgotten whole. Not for several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._now: Counter[bytes] = Counter()
        self._before: Counter[bytes] = Counter()

    def take(self, key: bytes) -> bool:
        """Tell whether the key has a head start left, and take it."""
        passed = self._clock() - self._since
        if passed >= BUDGET_S or len(self._now) >= KEYS:
            self._before = self._now if passed < 2 * BUDGET_S else Counter()
            self._now, self._since = Counter(), self._clock()
        if self._now[key] + self._before[key] >= BUDGET:
            return False
        self._now[key] += 1
        return True

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._now) + len(self._before)


@dataclass(frozen=True, slots=True)
class _Waiting:
    came: float
    work: Callable[[], Any]
    done: futures.Future[Any]


class Line:
    """Work that waits for a thread of a pool: in the order of arrival, but for a head start.

    What is urgent counts as if it had come `HEAD_START_S` earlier, so that nothing waits for ever;
    and after `OVERTAKES` such turns one goes to who was overtaken, however much is urgent.
    """

    def __init__(self, pool: futures.Executor, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool, self._clock = pool, clock
        self._urgent: deque[_Waiting] = deque()
        self._others: deque[_Waiting] = deque()
        self._overtakes = 0
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], Any], *, urgent: bool) -> futures.Future[Any]:
        """Put work into the line; the future is of this work."""
        done: futures.Future[Any] = futures.Future()
        with self._lock:
            line = self._urgent if urgent else self._others
            line.append(_Waiting(self._clock(), work, done))
        self._pool.submit(self._do_first)
        return done

    def _next(self) -> _Waiting:
        urgent, others = self._urgent, self._others
        if not urgent or not others:
            self._overtakes = 0
            return (urgent or others).popleft()
        if urgent[0].came <= others[0].came:
            return urgent.popleft()  # it came first anyway
        is_ahead = urgent[0].came - HEAD_START_S < others[0].came
        if is_ahead and self._overtakes < OVERTAKES:
            self._overtakes += 1
            return urgent.popleft()
        self._overtakes = 0
        return others.popleft()

    def _do_first(self) -> None:
        with self._lock:
            first = self._next()
        if not first.done.set_running_or_notify_cancel():
            return
        try:
            result = first.work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for it decides what it means
            first.done.set_exception(error)
        else:
            first.done.set_result(result)


class LanedWorker(ThreadWorker):
    """A threaded worker of which half of the threads draw no pages."""

    def init_process(self) -> None:
        """Make the express lane, then all else."""
        self.express = futures.ThreadPoolExecutor(max(1, self.cfg.threads // 2), "express")
        super().init_process()

    def get_thread_pool(self) -> futures.ThreadPoolExecutor:
        """Return the threads for everything else."""
        pool = futures.ThreadPoolExecutor(max(1, self.cfg.threads - self.cfg.threads // 2))
        self.pages, self.budget = Line(pool), Budget()
        return pool

    def enqueue_req(self, conn: Any) -> None:
        """Put a connection into its lane; one that has said nothing yet waits for its first line.

        It waits with the poller, where gunicorn itself would let it hold a thread.
        """
        first = _read_ahead(conn)
        if first is None:
            self._wait_for_first_line(conn)
            return
        if is_express(first):
            done = self.express.submit(self.handle, conn)
        else:
            key = urgent_key(first)
            urgent = bool(key) and self.budget.take(key)
            done = self.pages.submit(partial(self.handle, conn), urgent=urgent)
        done.add_done_callback(
            lambda outcome: self.method_queue.defer(self.finish_request, conn, outcome)
        )

    def _wait_for_first_line(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )


def _read_ahead(conn: Any) -> bytes | None:
    """Return how the next request begins, None when nothing has come; b"" at the end or an error.

    The body of the request before may have been read a little too far.
    """
    if conn.parser is not None and (held := conn.parser.unreader.buf.getvalue()):
        return bytes(held[:FIRST_LINE])
    try:
        return bytes(conn.sock.recv(FIRST_LINE, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return None
    except OSError:
        return b""  # whoever handles it finds out and closes it
