"""The worker: asks each job every second, and sooner when the queue wakes it.

Five lanes, a thread each, so that slow company never keeps the sweep waiting: `prompt` (delivery
of events, what domains must do on time), `mail`, `reading` (large files that people uploaded, files
made part by part), `setting` (reports set in one go, minutes of it), and `upkeep` (sealing the
audit, floors, pruning).
A job that fails is logged and left alone for a while, longer each time; the others go on. The
heartbeat says that the prompt lane turns, not merely that a process exists. Any number of workers
may run: jobs are idempotent, and those marked `alone` take turns.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, or_, select

from learning.compliance.services.robots import RobotChannel
from learning.compliance.services.team_reminders import ROBOT
from learning.kernel import audit, audit_chain, events, mail
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.events import Consumer
from learning.kernel.jobs import (
    Job,
    alone,
    beat,
    close_huey,
    declare_wake,
    forget_old_beats,
    make_huey,
)
from learning.kernel.smtp import SmtpChannel
from learning.settings import AUDIT_ANCHORS_FILE, Settings

LANES = ("prompt", "mail", "reading", "setting", "upkeep")
PROMPT_S = 1.0  # a wake hurries what runs at least so often, not what runs each hour
MAX_BACKOFF_S = 60.0
HEARTBEAT_S = 5.0
STALE_LANE_S = 20.0  # a prompt lane that has not turned for so long is not alive
STOP_S = 25.0
QUEUE_RETRY_S = 5.0
DELIVERIES = 200  # events a round and consumer, one short transaction each
MESSAGES = 5  # at 10 s a message that does not go, a round stays below a minute
SEALS = 100  # about 20 ms of the writers' turn on SQLite
PRUNED = 200
SENT_MAIL_KEPT = timedelta(days=90)

log = logging.getLogger(__name__)


def standard_jobs(settings: Settings, consumers: Sequence[Consumer]) -> list[Job]:
    """Return the jobs every installation has: delivery, mail, upkeep."""
    deliveries = [Job(f"deliver {c.name}", partial(_deliver, consumer=c)) for c in consumers]
    channels = make_channels(settings)
    return [
        *deliveries,
        Job(
            "send mail",
            partial(_send, channels=channels, allow_private=bool(settings.webhook_private)),
            alone=True,
            lane="mail",
        ),
        Job("seal audit", _seal, alone=True, lane="upkeep"),
        Job("seal audit thoroughly", _seal_all, 3600, alone=True, lane="upkeep"),
        Job(
            "anchor audit",
            partial(_anchor, path=settings.data_dir / AUDIT_ANCHORS_FILE),
            60,
            alone=True,
            lane="upkeep",
        ),
        Job("advance floors", partial(_advance_floors, consumers=consumers), 60, lane="upkeep"),
        Job("prune", _prune, 300, alone=True, lane="upkeep"),
    ]


def make_channels(settings: Settings) -> dict[str, mail.Channel]:
    """Return the channels that carry messages: mail by SMTP or folder; SMS into a folder."""
    letters: mail.Channel = mail.FolderChannel(settings.mail_path)
    if settings.smtp_url:
        letters = SmtpChannel(settings.smtp_url)
    return {"mail": letters, "sms": mail.FolderChannel(settings.mail_path / "sms", ".txt")}


def _deliver(database: Database, now: datetime, *, consumer: Consumer) -> int:
    return events.deliver(database, consumer, now, DELIVERIES)


def _send(
    database: Database,
    now: datetime,
    *,
    channels: Mapping[str, mail.Channel],
    allow_private: bool,
) -> int:
    robots = RobotChannel(database, utc_now, allow_private=allow_private)
    return mail.send_pending(database, {**channels, ROBOT: robots}, now, MESSAGES)


def _seal(database: Database, _now: datetime) -> int:
    return _seal_slice(database, thorough=False)


def _seal_all(database: Database, _now: datetime) -> int:
    return _seal_slice(database, thorough=True)


def _seal_slice(database: Database, *, thorough: bool) -> int:
    with database.session(write=False) as session:  # an idle second takes no writer's turn
        if not audit.find_unsealed(session, 1, thorough=thorough):
            return 0
    with database.transaction() as session:
        return audit.seal(session, SEALS, thorough=thorough)


def _anchor(database: Database, now: datetime, *, path: Path) -> int:
    """Every ten minutes write the newest link where the database's writer does not reach."""
    last = audit_chain.last_anchor(path)
    if last is not None and now - last.at < audit_chain.ANCHOR_EVERY:
        return 0
    with database.session(write=False) as session:
        anchor = audit_chain.newest_anchor(session, now)
    if anchor is not None and (last is None or anchor.number != last.number):
        audit_chain.append_anchor(path, anchor)
        log.info("audit anchor %s", audit_chain.anchor_line(anchor))
    return 0


def _advance_floors(database: Database, now: datetime, *, consumers: Sequence[Consumer]) -> int:
    for consumer in consumers:
        with database.transaction() as session:
            events.advance_floor(session, consumer, now)
    return 0


def _prune(database: Database, now: datetime) -> int:
    """Remove what no rule keeps, a small slice a turn: old mail, dead workers' heartbeats.

    Mail that was given up goes as mail that was sent does: it names somebody, too.
    """
    message, before = mail.OutboxMessage, now - SENT_MAIL_KEPT
    given_up = and_(
        message.sent_at.is_(None),
        message.tries >= mail.MAX_TRIES,
        message.next_try_at < before,
    )
    with database.transaction() as session:
        forget_old_beats(session, now)
        old = session.scalars(
            select(message.id).where(or_(message.sent_at < before, given_up)).limit(PRUNED)
        ).all()
        if old:
            session.execute(delete(message).where(message.id.in_(old)))
    return len(old)


class Lane:
    """Some jobs in turn: each when it is due, at once again while it finds work."""

    def __init__(
        self,
        jobs: Sequence[Job],
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jobs, self._database = tuple(jobs), database
        self._clock, self._timer = clock, timer
        self._due = dict.fromkeys((job.name for job in jobs), 0.0)
        self._failures = dict.fromkeys((job.name for job in jobs), 0)
        self._woken = threading.Event()
        self.turned_at = timer()

    def wake(self) -> None:
        """Make every job due that is not left alone after a failure."""
        self._woken.set()

    def turn(self, stop: threading.Event) -> float:
        """Run each job that is due, unless told to stop; return seconds until the next is due."""
        woken = self._woken.is_set()
        self._woken.clear()
        for job in self._jobs:
            if stop.is_set():
                break
            failing = self._failures[job.name] > 0
            hurried = woken and not failing and job.every_s <= PROMPT_S
            if hurried or self._timer() >= self._due[job.name]:
                self._run(job)
                self.turned_at = self._timer()
        self.turned_at = self._timer()
        return max(0.0, min(self._due.values(), default=1.0) - self._timer())

    def run(self, stop: threading.Event) -> None:
        """Turn until told to stop; the running slice is finished first."""
        while not stop.is_set():
            self._woken.wait(min(self.turn(stop), 1.0))

    def _run(self, job: Job) -> None:
        try:
            done = self._once(job)
        except Exception:
            self._failures[job.name] += 1
            pause = min(
                job.every_s * 2 ** self._failures[job.name], max(MAX_BACKOFF_S, job.every_s)
            )
            self._due[job.name] = self._timer() + pause
            log.exception("job %s failed, again in %.0f s", job.name, pause)
            return
        self._failures[job.name] = 0
        self._due[job.name] = self._timer() + (0.0 if done else job.every_s)

    def _once(self, job: Job) -> int:
        if not job.alone:
            return job.run(self._database, self._clock())
        with alone(self._database, job.name) as mine:
            return job.run(self._database, self._clock()) if mine else 0


class Worker:
    """All lanes, the queue's consumer and the heartbeat of one process."""

    def __init__(
        self, settings: Settings, database: Database, jobs: Sequence[Job], *, name: str = ""
    ) -> None:
        self._settings, self._database = settings, database
        self._name = name or f"{socket.gethostname()[:40]}-{os.getpid()}"
        self.stopping = threading.Event()
        self.lanes = {
            lane: Lane([job for job in jobs if job.lane == lane], database) for lane in LANES
        }

    def stop(self) -> None:
        """Ask everything to end after the slice it is at."""
        self.stopping.set()
        self.wake()

    def wake(self) -> None:
        """Let all lanes look for work now."""
        for lane in self.lanes.values():
            lane.wake()

    def run(self) -> int:
        """Work until stopped; return 0, or 1 when a lane died and a restart is needed."""
        threads = [
            threading.Thread(target=lane.run, args=(self.stopping,), name=name, daemon=True)
            for name, lane in self.lanes.items()
        ]
        for thread in threads:
            thread.start()
        queue = threading.Thread(target=self._listen, name="queue", daemon=True)
        queue.start()
        log.info("worker started")
        died = self._supervise(threads)
        self.stop()
        until = time.monotonic() + STOP_S
        for thread in [*threads, queue]:
            thread.join(max(0.0, until - time.monotonic()))
        log.info("worker stopped")
        return 1 if died else 0

    def _supervise(self, threads: Sequence[threading.Thread]) -> bool:
        next_beat = 0.0
        while not self.stopping.wait(0.5):
            dead = [thread.name for thread in threads if not thread.is_alive()]
            if dead:
                log.critical("lanes died: %s", dead)
                return True
            if time.monotonic() >= next_beat:
                self._beat()
                next_beat = time.monotonic() + HEARTBEAT_S
        return False

    def _beat(self) -> None:
        stale = time.monotonic() - self.lanes["prompt"].turned_at
        if stale > STALE_LANE_S:
            log.error("the prompt lane has not turned for %.0f s", stale)
            return
        try:
            with self._database.transaction() as session:
                beat(session, self._name, utc_now())
        except Exception as error:  # noqa: BLE001 - no heartbeat says what is to be said
            log.warning("no heartbeat: %s", type(error).__name__)

    def _listen(self) -> None:
        """Let the queue wake the lanes; without a queue the poll alone does it."""
        while not self.stopping.is_set():
            try:
                self._consume()
            except Exception as error:  # noqa: BLE001 - each queue has errors of its own
                log.warning("the queue is down, polling alone: %s", error)
                self.stopping.wait(QUEUE_RETRY_S)

    def _consume(self) -> None:
        huey = make_huey(self._settings, is_worker=True)
        try:
            declare_wake(huey, self.wake)
            consumer = _make_consumer(huey, polled=self._settings.queue != "redis")
            consumer.start()
            self.stopping.wait()
            consumer.stop(graceful=True)
        finally:
            close_huey(huey)


def _make_consumer(huey: Any, *, polled: bool) -> Any:
    """Return a consumer that leaves the signals to the worker.

    A queue that is polled is asked twice a second; Redis blocks, so its delay is between errors.
    """
    from huey.consumer import Consumer as HueyConsumer

    logging.getLogger("huey").setLevel(logging.WARNING)

    class QuietConsumer(HueyConsumer):
        def _set_signal_handlers(self) -> None:
            pass

    return QuietConsumer(
        huey,
        workers=1,
        periodic=True,
        initial_delay=0.1,
        max_delay=0.5 if polled else 10.0,
        shutdown_timeout=5,
    )
