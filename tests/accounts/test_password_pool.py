"""The line before password work: bounded, in order, fair to known devices."""

import threading
import time

import pytest

from learning.accounts import password_pool
from learning.accounts.password_pool import (
    MAX_LINE,
    MAX_OF_ONE_NETWORK,
    MAX_THREAD_WAIT_S,
    MAX_WAITING_THREADS,
    Job,
    PasswordPool,
)
from learning.kernel.errors import Throttled, Unavailable


class Gate:
    """Work that lasts until it is let go, and notes the order in which it began."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.began: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def work(self, label: str) -> str:
        with self._lock:
            self.began.append(label)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.open.wait(10)
        with self._lock:
            self.at_once -= 1
        return label


def submit(
    pool: PasswordPool, gate: Gate, label: str, *, known: bool = False, network: str = "n"
) -> Job[str]:
    return pool.submit(lambda: gate.work(label), name=label, network=network, is_known_device=known)


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_no_more_than_the_workers_run_at_once() -> None:
    pool, gate = PasswordPool(2), Gate()
    jobs = [submit(pool, gate, str(number)) for number in range(6)]
    wait_until(lambda: len(gate.began) == 2)

    gate.open.set()

    assert [job.wait(10) and job.result() for job in jobs] == list("012345")
    assert gate.most_at_once == 2
    wait_until(lambda: pool.finished == 6)


def test_work_is_done_in_order_of_arrival() -> None:
    pool, gate = PasswordPool(1), Gate()
    jobs = [submit(pool, gate, str(number)) for number in range(5)]
    gate.open.set()
    assert all(job.wait(10) for job in jobs)

    assert gate.began == list("01234")
    assert [job.number for job in jobs] == [1, 2, 3, 4, 5]


def test_known_devices_take_every_second_turn_in_a_flood_of_strangers() -> None:
    pool, gate = PasswordPool(1), Gate()
    submit(pool, gate, "first")
    wait_until(lambda: gate.began == ["first"])
    strangers = [submit(pool, gate, f"s{number}") for number in range(4)]
    known = [submit(pool, gate, f"k{number}", known=True) for number in range(2)]
    gate.open.set()
    assert all(job.wait(10) for job in strangers + known)

    assert gate.began == ["first", "k0", "s0", "k1", "s1", "s2", "s3"]


def test_two_tries_of_one_name_may_be_in_the_line_and_no_third() -> None:
    pool, gate = PasswordPool(1), Gate()
    jobs = [submit(pool, gate, "name"), submit(pool, gate, "name")]

    with pytest.raises(Throttled) as caught:
        submit(pool, gate, "name")

    assert caught.value.retry_after_s > 0
    gate.open.set()
    assert all(job.wait(10) for job in jobs)
    wait_until(lambda: pool.finished == 2)
    assert submit(pool, gate, "name").wait(10)


def test_a_full_line_says_come_back_and_one_network_never_fills_it() -> None:
    pool, gate = PasswordPool(1), Gate()
    submit(pool, gate, "running", network="other")
    wait_until(lambda: gate.began == ["running"])
    for number in range(MAX_OF_ONE_NETWORK):
        submit(pool, gate, f"a{number}", network="attackers")

    with pytest.raises(Unavailable):
        submit(pool, gate, "one more", network="attackers")
    for number in range(MAX_LINE - MAX_OF_ONE_NETWORK):
        submit(pool, gate, f"b{number}", network="others")
    with pytest.raises(Unavailable):
        submit(pool, gate, "and one more", network="third")
    known = submit(pool, gate, "known device", known=True, network="attackers")

    gate.open.set()
    assert known.wait(10)
    wait_until(lambda: pool.finished == MAX_LINE + 2)


def test_few_requests_wait_inside_their_own_thread() -> None:
    pool, gate = PasswordPool(1), Gate()
    jobs = [submit(pool, gate, str(number)) for number in range(6)]
    answers: list[bool] = []
    waiting = [
        threading.Thread(target=lambda job=job: answers.append(pool.wait_briefly(job)))
        for job in jobs[: 1 + MAX_WAITING_THREADS]
    ]
    for thread in waiting:
        thread.start()
    wait_until(lambda: pool._guests == 1 + MAX_WAITING_THREADS)

    began = time.monotonic()
    assert not pool.wait_briefly(jobs[-1])
    assert time.monotonic() - began < 1

    gate.open.set()
    for thread in waiting:
        thread.join(10)
    assert answers == [True] * len(waiting)


def test_nobody_waits_inside_a_thread_when_the_line_is_long() -> None:
    pool, gate = PasswordPool(1), Gate()
    jobs = [submit(pool, gate, str(number)) for number in range(60)]

    assert pool.estimate_s(60) > MAX_THREAD_WAIT_S
    assert not pool.wait_briefly(jobs[-1])

    gate.open.set()
    assert jobs[-1].wait(10)


def test_what_should_follow_is_done_whether_asked_before_or_after_the_end() -> None:
    pool, gate = PasswordPool(1), Gate()
    job, seen = submit(pool, gate, "x"), []
    job.then(lambda result: seen.append(("before", result)))
    gate.open.set()
    wait_until(lambda: seen == [("before", "x")])

    job.then(lambda result: seen.append(("after", result)))

    assert seen[-1] == ("after", "x")


def test_work_that_fails_tells_its_asker_and_stops_nobody_else() -> None:
    def fail() -> None:
        raise MemoryError

    pool, gate = PasswordPool(1), Gate()
    gate.open.set()
    bad = pool.submit(fail, name="bad", network="n", is_known_device=False)
    bad.then(lambda _result: None)
    good = submit(pool, gate, "good")

    assert good.wait(10)
    with pytest.raises(MemoryError):
        bad.result()


def test_idle_threads_end_and_new_work_starts_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_pool, "IDLE_S", 0.01)
    pool, gate = PasswordPool(1), Gate()
    gate.open.set()
    assert submit(pool, gate, "a").wait(10)
    wait_until(lambda: pool._threads == 0)

    assert submit(pool, gate, "b").wait(10)


def test_a_pace_keeps_the_worker_from_taking_a_core_to_itself() -> None:
    pool = PasswordPool(1, pace_s=0.1)
    began = time.monotonic()

    jobs = [
        pool.submit(lambda: None, name=str(number), network="n", is_known_device=True)
        for number in range(4)
    ]

    assert all(job.wait(10) for job in jobs)
    assert time.monotonic() - began >= 0.3
    assert pool.estimate_s(1) >= 0.1
