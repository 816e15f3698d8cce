"""gunicorn's threaded worker with a lane for answers: they never wait behind pages.

Thousands may start or hand in within a minute. Their pages wait in line, in the order in which
they came, for the threads that draw pages; what an exam room saves, tells and asks goes to threads
of its own, since it costs a hundredth and somebody's answer is in it; so does a buzz on a stage.
Among pages a paper whose clock runs already and a hand-in have a start of some seconds over all
others: who waits in line should wait before the clock starts, and not for the paper after it.
Which lane a request takes is seen from its first line before anything is read. Nothing of the
application is imported here: gunicorn's master loads this class.
"""

import heapq
import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable
from concurrent import futures
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped] # has no types

HEAD_START_S = 10.0
FIRST_LINE = 96  # bytes: more than the longest address that has a lane
# What has a lane: by the first part of the address, how it ends.
_EXPRESS = ((b"/attempts/", (b"/responses", b"/pulse", b"/events")), (b"/live/", (b"/acts",)))


def is_express(first: bytes) -> bool:
    """Tell whether a request begins as an exam room's save, pulse or report, or as a buzz."""
    _method, _space, rest = first.partition(b" ")
    path, space, _rest = rest.partition(b" ")
    return bool(space) and any(path.startswith(a) and path.endswith(z) for a, z in _EXPRESS)


def is_urgent(first: bytes) -> bool:
    """Tell whether a request begins as that for a paper under way, or as a hand-in."""
    method, _space, rest = first.partition(b" ")
    path, space, _rest = rest.partition(b" ")
    if not space or not path.startswith(b"/attempts/"):
        return False
    if method == b"POST":
        return path.endswith(b"/submit")
    return method == b"GET" and path.count(b"/") == 2


class Line:
    """Work that waits for a thread of a pool: in the order of arrival, but for a head start.

    What is urgent counts as if it had come `HEAD_START_S` earlier, so that nothing waits for ever.
    """

    def __init__(self, pool: futures.Executor, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool, self._clock = pool, clock
        self._waiting: list[tuple[float, int, Callable[[], Any], futures.Future[Any]]] = []
        self._numbers = itertools.count()  # between two that came at once
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], Any], *, urgent: bool) -> futures.Future[Any]:
        """Put work into the line; the future is of this work."""
        done: futures.Future[Any] = futures.Future()
        came = self._clock() - (HEAD_START_S if urgent else 0.0)
        with self._lock:
            heapq.heappush(self._waiting, (came, next(self._numbers), work, done))
        self._pool.submit(self._do_first)
        return done

    def _do_first(self) -> None:
        with self._lock:
            *_order, work, done = heapq.heappop(self._waiting)
        if not done.set_running_or_notify_cancel():
            return
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for it decides what it means
            done.set_exception(error)
        else:
            done.set_result(result)


class LanedWorker(ThreadWorker):
    """A threaded worker of which half of the threads draw no pages."""

    def init_process(self) -> None:
        """Make the express lane, then all else."""
        self.express = futures.ThreadPoolExecutor(max(1, self.cfg.threads // 2), "express")
        super().init_process()

    def get_thread_pool(self) -> futures.ThreadPoolExecutor:
        """Return the threads for everything else."""
        pool = futures.ThreadPoolExecutor(max(1, self.cfg.threads - self.cfg.threads // 2))
        self.pages = Line(pool)
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
            done = self.pages.submit(partial(self.handle, conn), urgent=is_urgent(first))
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
