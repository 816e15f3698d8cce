"""Learners: progress only goes forward, a lesson completes once, standings say what rows say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from learning.attempts.models import Attempt
from learning.attempts.rules import parse_batch
from learning.attempts.services import start_attempt, submit_attempt, sweep_attempt
from learning.courses.jobs import CHECKS
from learning.courses.models import Enrolment, LessonProgress
from learning.courses.queries import (
    get_check,
    get_course,
    get_place,
    list_continue,
    list_course_standings,
    list_progress,
)
from learning.courses.rules import Reading
from learning.courses.services import (
    enrol,
    record_progress,
    start_check,
    sync_course,
)
from learning.kernel.errors import NotFound
from learning.kernel.events import find_pending
from tests.factories.courses import CODE, load_one, make_course, write_lesson
from tests.factories.people import make_actor, make_user

EMPTY = parse_batch({"epoch": 1, "responses": []})
MINUTE = timedelta(minutes=1)


@pytest.fixture
def course(session, now, tmp_path):
    return make_course(session, now, tmp_path, lessons=3)


def learner(session, now):
    return replace(make_actor(make_user(session, now)), session_expires_at_ms=2**52)


def read(session, actor, lesson, percent, at, anchor=""):
    reading = Reading(percent, anchor)
    return record_progress(session, actor, CODE, lesson, reading=reading, now=at)[:2]


def hand_in(session, actor, lesson, at):
    attempt = start_check(session, actor, CODE, lesson, device_token="d", now=at)
    submit_attempt(session, actor, attempt, batch=EMPTY, last_seq={}, now=at)
    return attempt


def deliver(session, now):
    for pending in find_pending(session, CHECKS, 100):
        CHECKS.handle(session, pending, now)


class TestReading:
    def test_the_first_report_enrols_and_later_ones_only_go_forward(
        self, session, now, course
    ) -> None:
        actor = learner(session, now)

        read(session, actor, "les-01", 60, now, "s2")
        progress, _ = read(session, actor, "les-01", 40, now + MINUTE, "s1")

        assert (progress.read_percent, progress.last_anchor) == (60, "s1")
        assert progress.last_at == now + MINUTE
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 1

    def test_the_top_of_the_page_does_not_forget_the_place(self, session, now, course) -> None:
        actor = learner(session, now)
        read(session, actor, "les-01", 60, now, "s2")

        progress, _ = read(session, actor, "les-01", 5, now + MINUTE, "")

        assert progress.last_anchor == "s2"

    def test_a_report_that_comes_late_does_not_turn_time_back(self, session, now, course) -> None:
        actor = learner(session, now)
        read(session, actor, "les-01", 60, now + MINUTE)

        progress, _ = read(session, actor, "les-01", 70, now)

        assert progress.last_at == now + MINUTE

    @pytest.mark.parametrize(
        ("raw_course", "raw_lesson"), [("none", "les-01"), (CODE, "none"), (CODE, "")]
    )
    def test_what_is_missing_is_not_found(
        self, session, now, course, raw_course, raw_lesson
    ) -> None:
        actor = learner(session, now)
        with pytest.raises(NotFound):
            record_progress(session, actor, raw_course, raw_lesson, reading=Reading(1, ""), now=now)
        assert session.scalar(select(func.count()).select_from(LessonProgress)) == 0


class TestCompletion:
    def test_a_lesson_without_a_check_completes_at_its_end_once(self, session, now, course) -> None:
        actor = learner(session, now)

        first, _ = read(session, actor, "les-03", 100, now)
        again, _ = read(session, actor, "les-03", 100, now + MINUTE)

        assert first.completed_at == again.completed_at == now

    def test_with_a_check_both_halves_are_needed_reading_last(self, session, now, course) -> None:
        actor = learner(session, now)
        hand_in(session, actor, "les-01", now)

        before, check = read(session, actor, "les-01", 99, now)
        after, _ = read(session, actor, "les-01", 100, now + MINUTE)

        assert check.done
        assert before.completed_at is None
        assert after.completed_at == now + MINUTE

    def test_with_a_check_both_halves_are_needed_check_last(self, session, now, course) -> None:
        actor = learner(session, now)
        read(session, actor, "les-01", 100, now)
        attempt = hand_in(session, actor, "les-01", now + MINUTE)
        deliver(session, now + 2 * MINUTE)
        deliver(session, now + 3 * MINUTE)

        progress = list_progress(session, actor.user_id, get_course(session, CODE).id)["les-01"]

        assert attempt
        assert progress.completed_at == now + MINUTE

    def test_a_check_that_ran_out_of_time_does_not_count(self, session, now, course) -> None:
        actor = learner(session, now)
        read(session, actor, "les-01", 100, now)
        start_check(session, actor, CODE, "les-01", device_token="d", now=now)
        attempt = session.scalar(select(Attempt.id).where(Attempt.user_id == actor.user_id))
        sweep_attempt(session, attempt, now + timedelta(days=1))
        deliver(session, now + timedelta(days=1))

        progress, check = read(session, actor, "les-01", 100, now + timedelta(days=1))

        assert not check.done
        assert progress.completed_at is None

    def test_somebody_elses_check_changes_nothing(self, session, now, course) -> None:
        actor, other = learner(session, now), learner(session, now)
        read(session, actor, "les-01", 100, now)
        hand_in(session, other, "les-01", now)
        deliver(session, now)

        progress, check = read(session, actor, "les-01", 100, now)

        assert not check.done
        assert progress.completed_at is None

    def test_a_new_version_keeps_progress_and_the_check_done(
        self, session, now, course, tmp_path
    ) -> None:
        actor = learner(session, now)
        hand_in(session, actor, "les-01", now)
        read(session, actor, "les-01", 60, now, "s1")
        write_lesson(tmp_path, 1, "\n改过。\n\n## 一\n\n::: items c-003\n")
        sync_course(session, load_one(tmp_path), now)

        kept = list_progress(session, actor.user_id, get_course(session, CODE).id)["les-01"]
        progress, check = read(session, actor, "les-01", 100, now + MINUTE)

        assert (kept.read_percent, kept.last_anchor) == (60, "s1")
        assert kept.version_id != progress.version_id
        assert check.done
        assert progress.completed_at is not None


class TestCheck:
    def test_starting_again_goes_on_and_a_new_one_follows_the_last(
        self, session, now, course
    ) -> None:
        actor = learner(session, now)
        place = get_place(session, CODE, "les-01")

        first = start_check(session, actor, CODE, "les-01", device_token="d", now=now)
        same = start_check(session, actor, CODE, "les-01", device_token="d", now=now)
        view = get_check(session, actor.user_id, place.course_id, "les-01", place.assessment_id)
        assert (first, view.open_attempt, view.done) == (same, first, False)

        submit_attempt(session, actor, first, batch=EMPTY, last_seq={}, now=now + MINUTE)
        view = get_check(session, actor.user_id, place.course_id, "les-01", place.assessment_id)
        assert (view.open_attempt, view.last_attempt, view.done) == (None, first, True)
        assert (view.points_milli, view.max_milli) == (0, 5000)
        assert start_check(session, actor, CODE, "les-01", device_token="d", now=now) != first

    def test_a_lesson_without_a_check_has_none_to_start(self, session, now, course) -> None:
        with pytest.raises(NotFound):
            start_check(session, learner(session, now), CODE, "les-03", device_token="d", now=now)

    def test_an_attempt_at_something_else_completes_nothing(self, session, now, course) -> None:
        from tests.factories.items import make_assessment, make_bank

        make_bank(session, now)
        actor = learner(session, now)
        read(session, actor, "les-01", 100, now)
        other = make_assessment(session, now)
        attempt = start_attempt(session, actor, other.id, device_token="d", now=now)
        submit_attempt(session, actor, attempt, batch=EMPTY, last_seq={}, now=now)

        deliver(session, now)

        course_id = get_course(session, CODE).id
        assert list_progress(session, actor.user_id, course_id)["les-01"].completed_at is None


class TestOverviews:
    def test_enrolling_twice_is_once_and_leads_to_the_lesson_left_open(
        self, session, now, course
    ) -> None:
        actor = learner(session, now)

        assert enrol(session, actor, CODE, now=now) == "les-01"
        read(session, actor, "les-03", 100, now)
        read(session, actor, "les-02", 10, now + MINUTE)
        assert enrol(session, actor, CODE, now=now + 2 * MINUTE) == "les-02"
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 1

    def test_standings_count_lessons_of_the_current_version(
        self, session, now, course, tmp_path
    ) -> None:
        actor, idle, stranger = (learner(session, now) for _ in range(3))
        enrol(session, idle, CODE, now=now)
        read(session, actor, "les-03", 100, now)
        ids = [actor.user_id, idle.user_id, stranger.user_id]

        rows = list_course_standings(session, ids)

        assert [(r.user_id, r.lessons_done, r.lessons_total, r.last_at) for r in rows] == [
            (actor.user_id, 1, 3, now),
            (idle.user_id, 0, 3, None),
        ]
        assert rows[0].course_code == CODE
        assert rows[0].course_title == "示例课程"
        assert rows[0].completed_at is None

        for number in (1, 2):
            (tmp_path / f"0{number}-lesson.md").unlink()
        sync_course(session, load_one(tmp_path), now)
        rows = list_course_standings(session, ids)
        assert [(r.lessons_done, r.lessons_total, r.completed_at) for r in rows] == [
            (1, 1, now),
            (0, 1, None),
        ]

    def test_standings_of_many_cost_one_statement(self, session, now, course) -> None:
        people = [learner(session, now) for _ in range(20)]
        for actor in people:
            read(session, actor, "les-01", 10, now)

        statements = []
        event.listen(
            session.connection(), "before_cursor_execute", lambda *a: statements.append(a[2])
        )
        rows = list_course_standings(session, [actor.user_id for actor in people])

        assert len(rows) == 20
        assert len(statements) == 1
        assert list_course_standings(session, []) == []

    def test_going_on_names_the_lesson_left_open_and_ends_with_the_course(
        self, session, now, course
    ) -> None:
        actor = learner(session, now)
        assert list_continue(session, actor.user_id) == []
        enrol(session, actor, CODE, now=now)
        assert list_continue(session, actor.user_id)[0].lesson_code == "les-01"

        read(session, actor, "les-02", 30, now)
        view = list_continue(session, actor.user_id)[0]
        assert (view.lesson_code, view.lesson_title) == ("les-02", "第 2 课")
        assert (view.lessons_done, view.lessons_total) == (0, 3)

        for lesson in ("les-01", "les-02"):
            hand_in(session, actor, lesson, now)
        for lesson in ("les-01", "les-02", "les-03"):
            read(session, actor, lesson, 100, now)
        assert list_continue(session, actor.user_id) == []
