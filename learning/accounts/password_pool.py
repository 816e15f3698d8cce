"""The line before the password verifications of one web process.

A verification takes a core for 60–100 ms and 19 MiB. Without a bound, a thousand people who log in
at once would take every thread and all memory, and answers of those who are already in would not
be saved. So at most `workers` verifications run at once, in threads of their own (argon2 releases
the GIL); the others wait in order of arrival. Few requests may wait inside their own thread; the
rest get a place in the line and come back (`learning.accounts.routes.line`).

Two lanes take turns: devices on which the person is known, and all others. A flood of strangers'
tries can thus take half of the capacity, never all of it. Knows no database and no request.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from learning.kernel.errors import Throttled, Unavailable
from learning.kernel.ids import new_public_id

T = TypeVar("T")

MAX_LINE = 2_000  # in each lane: minutes of waiting; more is told to come back
MAX_OF_ONE_NETWORK = 1_500  # of the strangers' lane: a site of 3,000 people behind one address
MAX_OF_ONE_NAME = 2  # tries of one name at once: parallel guessing must not pass the throttle
MAX_WAITING_THREADS = 2  # requests that may wait inside their own thread, beside those running
MAX_THREAD_WAIT_S = 3.0
IDLE_S = 30.0  # a worker thread without work ends after so long
FIRST_GUESS_S = 0.1
_MEMORY = 0.9  # weight of the past in the running mean of durations

log = logging.getLogger(__name__)


class Job(Generic[T]):
    """One piece of password work in the line; `number` is its order of arrival."""

    def __init__(self, compute: Callable[[], T], *, number: int, name: str, network: str) -> None:
        self.number = number
        self.name = name
        self.network = network
        self._compute = compute
        self._finished = threading.Event()
        self._lock = threading.Lock()
        self._then: Callable[[T], None] | None = None
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work; keep the result or the error, and go on with what was asked for after."""
        try:
            self._result = self._compute()
        except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
            self._error = error
        with self._lock:
            self._finished.set()
            then = self._then
        if then is not None:
            self._go_on(then)

    def wait(self, timeout_s: float) -> bool:
        """Wait in this thread; tell whether the work is finished."""
        return self._finished.wait(timeout_s)

    def result(self) -> T:
        """Return the result of finished work, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def then(self, go_on: Callable[[T], None]) -> None:
        """Have the result handed to a function when it is there, at once if it already is."""
        with self._lock:
            if not self._finished.is_set():
                self._then = go_on
                return
        self._go_on(go_on)

    def _go_on(self, go_on: Callable[[T], None]) -> None:
        try:
            go_on(self.result())
        except Exception:
            log.exception("password work: what should follow it failed")


class PasswordPool:
    """A bounded number of worker threads and the line before them."""

    def __init__(
        self,
        workers: int,
        watch: Callable[[int], None] = lambda _length: None,
        *,
        pace_s: float = 0.0,
    ) -> None:
        """`watch` is told the length of the line whenever it changes; it must be quick.

        `pace_s` is the least time between the beginnings of a worker's jobs: hashing without a
        pause takes a core from the answers that are saved meanwhile.
        """
        self.line = new_public_id()
        self._watch = watch
        self.finished = 0  # pieces of work done so far: for metrics and tests
        self._workers = workers
        self._pace_s = pace_s
        self._changed = threading.Condition()
        self._known: deque[Job[Any]] = deque()
        self._strangers: deque[Job[Any]] = deque()
        self._names: Counter[str] = Counter()
        self._networks: Counter[str] = Counter()
        self._threads = 0
        self._guests = 0
        self._running = 0
        self._arrived = 0
        self._mean_s = FIRST_GUESS_S
        self._turn_of_known = True

    def submit(
        self, compute: Callable[[], T], *, name: str, network: str, is_known_device: bool
    ) -> Job[T]:
        """Put work at the end of the line.

        Raises Throttled("wait") while two tries of the name from the same source are in the line,
        Unavailable("login_queue_full") when the lane, or the network's share of it, is full.
        """
        with self._changed:
            self._check_room(name, network, is_known_device=is_known_device)
            self._arrived += 1
            job = Job(compute, number=self._arrived, name=name, network=network)
            self._names[name] += 1
            if is_known_device:
                self._known.append(job)
            else:
                self._strangers.append(job)
                self._networks[network] += 1
            if self._threads < self._workers:
                self._threads += 1
                threading.Thread(target=self._work, name="password", daemon=True).start()
            self._watch(self._ahead())
            self._changed.notify()
        return job

    def _check_room(self, name: str, network: str, *, is_known_device: bool) -> None:
        if self._names[name] >= MAX_OF_ONE_NAME:
            raise Throttled("wait", retry_after_s=2)
        lane = self._known if is_known_device else self._strangers
        is_share_used = not is_known_device and self._networks[network] >= MAX_OF_ONE_NETWORK
        if len(lane) >= MAX_LINE or is_share_used:
            raise Unavailable("login_queue_full")

    def wait_briefly(self, job: Job[Any]) -> bool:
        """Wait for the job in this thread if few do so and it is soon; tell whether it is done."""
        with self._changed:
            is_crowded = self._guests >= self._workers + MAX_WAITING_THREADS
            if is_crowded or self._estimate_s(self._ahead()) > MAX_THREAD_WAIT_S:
                return job.wait(0)
            self._guests += 1
        try:
            return job.wait(MAX_THREAD_WAIT_S)
        finally:
            with self._changed:
                self._guests -= 1

    def estimate_s(self, place: int) -> float:
        """Return how many seconds a job with so many before it has yet to wait, roughly."""
        with self._changed:
            return self._estimate_s(place)

    def _ahead(self) -> int:
        return len(self._known) + len(self._strangers) + self._running

    def _estimate_s(self, place: int) -> float:
        return (place + 1) * self._mean_s / self._workers

    def _work(self) -> None:
        while (job := self._next()) is not None:
            began = time.monotonic()
            job.run()
            with self._changed:
                self._running -= 1
                self.finished += 1
                self._watch(self._ahead())
                self._forget(self._names, job.name)
                took = time.monotonic() - began
                cycle = max(took, self._pace_s)
                self._mean_s = self._mean_s * _MEMORY + cycle * (1 - _MEMORY)
            if took < self._pace_s:
                time.sleep(self._pace_s - took)

    def _next(self) -> Job[Any] | None:
        with self._changed:
            while not self._known and not self._strangers:
                if not self._changed.wait(IDLE_S) and not self._known and not self._strangers:
                    self._threads -= 1
                    return None
            takes_known = bool(self._known) and (self._turn_of_known or not self._strangers)
            self._turn_of_known = not takes_known
            job = (self._known if takes_known else self._strangers).popleft()
            if not takes_known:
                self._forget(self._networks, job.network)
            self._running += 1
            return job

    @staticmethod
    def _forget(counter: Counter[str], key: str) -> None:
        counter[key] -= 1
        if counter[key] <= 0:
            del counter[key]
