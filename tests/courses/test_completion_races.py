"""Two last halves of a lesson at the same instant: whoever is second completes it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.courses.events import LESSON_COMPLETED
from learning.courses.jobs import CHECKS
from learning.courses.models import LessonProgress
from learning.courses.rules import FileUse, Reading
from learning.courses.rules.media import Report
from learning.courses.services import record_progress, record_watching, start_check, sync_course
from learning.kernel.events import EventRow, find_pending
from tests.courses.test_media_files import with_media
from tests.factories.courses import CODE, load_one, make_course
from tests.factories.people import make_actor, make_user

LESSON = "les-01"
MINUTE = timedelta(minutes=1)
EMPTY = parse_batch({"epoch": 1, "responses": []})


@pytest.mark.parametrize("first", ["read", "watch"])
@pytest.mark.parametrize("is_open", [True, False])
def test_a_lesson_read_and_watched_at_once_is_done(
    database, now, tmp_path: Path, first: str, is_open: bool
) -> None:
    with database.transaction() as session:
        make_course(session, now, tmp_path / "sample-course")
        loaded = load_one(with_media(tmp_path / "sample-course"))
        sync_course(session, loaded, now)
        learner = make_actor(make_user(session, now))
    file = loaded.lessons[0].used_as(FileUse.PLAYED)[0]

    def read(session, percent: int = 100) -> None:
        reading = Reading(percent, "")
        record_progress(session, learner, CODE, LESSON, reading=reading, now=now + MINUTE)

    def watch(session, played=((0, 60_000),), at=now + MINUTE) -> None:
        report = Report(file.sha256, played, 0)
        record_watching(session, learner, CODE, LESSON, report=report, now=at)

    with database.transaction() as session:
        watch(session, (), now)
        if is_open:
            read(session, 10)
    has_acted, is_over = Event(), Event()

    def act_and_wait() -> None:
        with database.transaction() as session:
            (read if first == "read" else watch)(session)
            has_acted.set()
            is_over.wait(1)  # the other comes now: it waits for us, or does not see this

    def act() -> None:
        has_acted.wait(10)
        with database.transaction() as session:
            (watch if first == "read" else read)(session)
        is_over.set()

    with ThreadPoolExecutor(2) as both:
        for one in [both.submit(act_and_wait), both.submit(act)]:
            one.result()

    told = select(func.count()).where(EventRow.kind == LESSON_COMPLETED)
    with database.session(write=False) as session:
        assert session.scalars(select(LessonProgress.completed_at)).one() == now + MINUTE
        assert session.scalar(told) == 1


def test_a_lesson_read_to_its_end_while_its_check_is_taken_in_is_done(
    database, now, tmp_path: Path
) -> None:
    with database.transaction() as session:
        make_course(session, now, tmp_path / "sample-course")
        learner = replace(make_actor(make_user(session, now)), session_expires_at_ms=2**52)
        attempt = start_check(session, learner, CODE, LESSON, device_token="d", now=now)
    has_read, is_over = Event(), Event()

    def read() -> None:
        with database.transaction() as session:
            reading = Reading(100, "")
            record_progress(session, learner, CODE, LESSON, reading=reading, now=now + MINUTE)
            has_read.set()  # the check was not handed in, as far as this page knows
            is_over.wait(1)

    def check() -> None:
        has_read.wait(10)
        with database.transaction() as session:
            submit_attempt(session, learner, attempt, batch=EMPTY, last_seq={}, now=now + MINUTE)
        with database.transaction() as session:  # the worker
            for pending in find_pending(session, CHECKS, 100):
                CHECKS.handle(session, pending, now + MINUTE)
        is_over.set()

    with ThreadPoolExecutor(2) as both:
        for one in [both.submit(read), both.submit(check)]:
            one.result()

    told = select(func.count()).where(EventRow.kind == LESSON_COMPLETED)
    with database.session(write=False) as session:
        assert session.scalars(select(LessonProgress.completed_at)).one() == now + MINUTE
        assert session.scalar(told) == 1
