"""The worker does each thing on time, whatever happens to its neighbours."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel import audit, audit_chain, events, mail
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.events import Consumer, EventDelivery, EventFloor
from learning.kernel.jobs import Job, Waker, WorkerHeartbeat, alone, last_beat_at
from learning.settings import Settings
from learning.web.guards import public
from learning.web.transaction import TransactionalFlask, db_session
from learning.worker import Lane, Worker, standard_jobs


class Timer:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def lane(*jobs: Job, timer: Timer) -> Lane:
    return Lane(jobs, None, clock=utc_now, timer=timer)


def counting(name: str, calls: list[str], *, results=None, every_s: float = 1.0) -> Job:
    def run(_database, _now) -> int:
        calls.append(name)
        return next(results) if results else 0

    return Job(name, run, every_s)


def failing(name: str, calls: list[str]) -> Job:
    def run(_database, _now) -> int:
        calls.append(name)
        raise RuntimeError(name)

    return Job(name, run)


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_failing_job_never_stops_the_others() -> None:
    calls: list[str] = []
    timer = Timer()
    working = lane(failing("bad", calls), counting("good", calls), timer=timer)

    for _ in range(3):
        working.turn(threading.Event())
        timer.at += 1.0

    assert calls.count("good") == 3


def test_a_failing_job_is_left_alone_longer_each_time_up_to_a_minute() -> None:
    calls: list[str] = []
    timer = Timer()
    working = lane(failing("bad", calls), timer=timer)
    tried_at = []

    for _ in range(300):
        before = len(calls)
        working.wake()  # a wake does not hurry what fails
        working.turn(threading.Event())
        if len(calls) > before:
            tried_at.append(timer.at - 1000)
        timer.at += 1.0

    gaps = [b - a for a, b in itertools.pairwise(tried_at)]
    assert gaps == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_job_that_found_work_is_asked_again_at_once() -> None:
    calls: list[str] = []
    timer = Timer()
    working = lane(counting("busy", calls, results=iter([200, 3, 0, 0])), timer=timer)

    waits = [working.turn(threading.Event()) for _ in range(4)]

    assert calls == ["busy"] * 3
    assert waits == [0.0, 0.0, 1.0, 1.0]


def test_a_wake_hurries_what_is_prompt_and_not_what_runs_each_hour() -> None:
    calls: list[str] = []
    timer = Timer()
    working = lane(counting("prompt", calls), counting("hourly", calls, every_s=3600), timer=timer)
    working.turn(threading.Event())

    working.wake()
    working.turn(threading.Event())

    assert calls == ["prompt", "hourly", "prompt"]


def test_being_told_to_stop_finishes_the_slice_and_begins_no_other() -> None:
    calls: list[str] = []
    stop = threading.Event()
    stopping = Job("stopping", lambda _d, _n: (calls.append("stopping"), stop.set(), 0)[2])

    lane(stopping, counting("next", calls), timer=Timer()).turn(stop)

    assert calls == ["stopping"]


def test_only_one_process_at_a_time_does_what_is_done_alone(database: Database) -> None:
    with (
        alone(database, "seal") as first,
        alone(database, "seal") as second,
        alone(database, "mail") as other,
    ):
        assert (first, second, other) == (True, False, True)
    with alone(database, "seal") as later:
        assert later


def test_a_running_worker_delivers_seals_sends_and_shows_that_it_lives(
    settings: Settings, database: Database
) -> None:
    seen: list[str] = []
    consumer = Consumer("boards", frozenset({"thing"}), lambda _s, e, _n: seen.append(e.public_id))
    with database.transaction() as session:
        public_id = events.record(session, "thing", {}, utc_now())
        audit.log(session, "unit.renamed", "u", actor_id=None, now=utc_now())
        mail.enqueue(session, "mail", "a@example.org", "s", "b", now=utc_now())
    worker = Worker(settings, database, standard_jobs(settings, [consumer]), name="w")
    thread = threading.Thread(target=worker.run)
    thread.start()

    def done() -> bool:
        with database.session(write=False) as session:
            return (
                session.scalar(select(EventDelivery.event_id)) is not None
                and session.scalar(select(audit.AuditSeal.number)) == 1
                and session.scalar(select(mail.OutboxMessage.sent_at)) is not None
                and last_beat_at(session) is not None
            )

    try:
        wait_until(done)
    finally:
        worker.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert seen == [public_id]
    assert len(list(settings.mail_path.glob("*.eml"))) == 1


def test_mail_that_hangs_does_not_keep_the_sweep_waiting(
    settings: Settings, database: Database
) -> None:
    swept = threading.Event()
    release = threading.Event()
    jobs = [
        Job("send mail", lambda _d, _n: int(release.wait(10)) * 0, lane="mail"),
        Job("sweep", lambda _d, _n: int(swept.set() or 0)),
    ]
    worker = Worker(settings, database, jobs)
    thread = threading.Thread(target=worker.run)
    thread.start()

    assert swept.wait(5)
    release.set()
    worker.stop()
    thread.join(10)


def test_a_lane_that_does_not_turn_gives_no_heartbeat(
    settings: Settings, database: Database
) -> None:
    worker = Worker(settings, database, [], name="stuck")
    worker.lanes["prompt"].turned_at -= 60

    worker._beat()

    with database.session(write=False) as session:
        assert last_beat_at(session) is None


def test_old_sent_mail_and_dead_workers_are_pruned_and_the_rest_kept(
    settings: Settings, database: Database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        for days in (100, 10):
            mail.enqueue(session, "mail", f"{days}@example.org", "s", "b", now=now)
        session.flush()
        for message in session.scalars(select(mail.OutboxMessage)):
            message.sent_at = now - timedelta(days=int(message.recipient.split("@")[0]))
        mail.enqueue(session, "mail", "unsent@example.org", "s", "b", now=now)
        for days in (91, 89):
            mail.enqueue(session, "mail", f"up{days}@example.org", "s", "b", now=now)
            session.flush()
            message = session.scalars(select(mail.OutboxMessage).order_by(-mail.OutboxMessage.id))
            given_up = message.first()
            given_up.tries, given_up.next_try_at = mail.MAX_TRIES, now - timedelta(days=days)
        session.add(WorkerHeartbeat(name="gone", beat_at=now - timedelta(days=2)))
        session.add(WorkerHeartbeat(name="here", beat_at=now))
    prune = next(job for job in standard_jobs(settings, []) if job.name == "prune")

    assert prune.run(database, now) == 2
    with database.session(write=False) as session:
        kept = set(session.scalars(select(mail.OutboxMessage.recipient)))
        assert kept == {"10@example.org", "unsent@example.org", "up89@example.org"}
        assert list(session.scalars(select(WorkerHeartbeat.name))) == ["here"]


def test_floors_advance_over_old_delivered_events(settings: Settings, database: Database) -> None:
    now = utc_now()
    consumer = Consumer("boards", frozenset({"thing"}), lambda _s, _e, _n: None)
    with database.transaction() as session:
        events.record(session, "thing", {}, now - timedelta(hours=1))
        events.record(session, "thing", {}, now)
    jobs = {job.name: job for job in standard_jobs(settings, [consumer])}
    jobs["deliver boards"].run(database, now)

    jobs["advance floors"].run(database, now)

    with database.session(write=False) as session:
        assert session.get_one(EventFloor, "boards").event_id == 1


def test_late_committed_entries_far_below_are_sealed_by_the_thorough_pass(
    settings: Settings, database: Database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        for number in (1, 5000):
            session.add(
                audit.AuditEntry(
                    id=number, at=now, actor_id=None, act="a", subject="s", details="{}"
                )
            )
        session.flush()
        session.add(audit.AuditSeal(number=1, entry_id=5000, chain_hash="0" * 64))
    jobs = {job.name: job for job in standard_jobs(settings, [])}

    assert jobs["seal audit"].run(database, now) == 0
    assert jobs["seal audit thoroughly"].run(database, now) == 1


@pytest.mark.deep  # a time, and machines are noisy
def test_a_slice_of_sealing_holds_the_writers_turn_for_less_than_fifty_ms(
    settings: Settings, database: Database
) -> None:
    now = utc_now()
    with database.transaction() as session:
        for number in range(1000):
            audit.log(session, "unit.renamed", str(number), actor_id=None, now=now)
    seal = next(job for job in standard_jobs(settings, []) if job.name == "seal audit")
    took = []

    for _ in range(10):
        begin = time.perf_counter()
        assert seal.run(database, now) == 100
        took.append(time.perf_counter() - begin)

    assert sorted(took)[len(took) // 2] < 0.05
    with database.session(write=False) as session:
        assert not audit_chain.verify(session, now).found


class TestTheQueue:
    @pytest.fixture(params=["sqlite", "redis", "database"])
    def queued(self, request, settings: Settings, database: Database) -> Settings:
        if request.param == "redis":
            return replace(settings, queue="redis", redis_url=request.getfixturevalue("valkey_url"))
        if request.param == "database":
            return replace(settings, queue=database.dialect_name)
        return replace(settings, queue="sqlite")

    def test_a_wake_reaches_the_worker(self, queued: Settings, database: Database) -> None:
        worker = Worker(queued, database, [])
        thread = threading.Thread(target=worker._listen, daemon=True)
        thread.start()
        prompt = worker.lanes["prompt"]

        waker = Waker(queued)

        def is_woken() -> bool:
            waker()
            return prompt._woken.is_set()

        wait_until(is_woken)
        worker.stop()
        thread.join(10)
        waker.close()

    def test_a_queue_that_is_down_neither_raises_nor_waits(self, settings: Settings) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]  # bound, not listening: refused
            waker = Waker(replace(settings, queue="redis", redis_url=f"redis://127.0.0.1:{port}"))
            begin = time.monotonic()

            for _ in range(100):
                waker()

        assert time.monotonic() - begin < 1.0

    def test_a_view_that_leaves_work_wakes_after_its_commit(
        self, app: TransactionalFlask, database: Database
    ) -> None:
        woken: list[bool] = []

        def wake() -> None:
            with database.session(write=False) as session:
                woken.append(session.scalar(select(events.EventRow.kind)) == "thing")

        @public
        def work() -> str:
            events.record(db_session(), "thing", {}, utc_now())
            return "done"

        @public
        def rest() -> str:
            return "done"

        app.extensions["waker"] = wake
        app.config["WTF_CSRF_ENABLED"] = False
        app.add_url_rule("/work", "work", work, methods=["POST"])
        app.add_url_rule("/rest", "rest", rest, methods=["POST"])
        client = app.test_client()

        assert client.post("/rest").status_code == 200
        assert client.post("/work").status_code == 200

        assert woken == [True]


def test_the_process_ends_cleanly_when_told_to(settings: Settings, database: Database) -> None:
    environment = {
        **os.environ,
        "SECRET_KEY": settings.secret_key,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "ENVIRONMENT": "test",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )

    def alive() -> bool:
        with database.session(write=False) as session:
            return last_beat_at(session) is not None

    try:
        wait_until(alive, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        process.kill()
        process.wait()
