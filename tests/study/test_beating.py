"""The clock on a database: one a person, no time twice, credits once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.courses.events import LESSON_COMPLETED
from learning.courses.rules import Reading
from learning.courses.services import record_progress, start_check
from learning.kernel.errors import NotFound
from learning.kernel.events import find_pending
from learning.study.jobs import COMPLETIONS
from learning.study.loader import LoadedTrack
from learning.study.models import StudyClock, StudyCredit, StudyDay, StudyRule
from learning.study.queries import rule_in_force
from learning.study.rules.clock import Beat, BeatKind, Clock, Limits, Why, advance
from learning.study.rules.hours import HourRule, Prerequisites, to_json
from learning.study.rules.tracks import Step, StepKind, TrackDocument
from learning.study.services import beat, stop_silent
from learning.study.services.beating import to_ms
from learning.study.services.entries import enrol_self
from learning.study.services.tracks import sync_track
from tests.factories.courses import CODE, make_course
from tests.factories.people import make_actor, make_user

ZONE = "Asia/Shanghai"
LAST = "les-03"  # of 12 minutes, without a self-check
MINUTE = timedelta(minutes=1)


class Reader:
    """A learner with a clock of their own, who does one thing after the other."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.actor = make_actor(make_user(session, now))

    def tell(self, kind=BeatKind.BEAT, *, after=0, tab="tab-one-1", lesson=LAST, idle=0):
        self.now += timedelta(seconds=after)
        report = Beat(tab, kind, idle * 1000)
        return beat(self.session, self.actor, CODE, lesson, report=report, zone=ZONE, now=self.now)

    def read(self, minutes, **place) -> None:
        self.tell(BeatKind.START, **place)
        for _ in range(minutes):
            self.tell(after=60, **place)

    def finish(self, lesson=LAST) -> None:
        whole = Reading(100, "")
        record_progress(self.session, self.actor, CODE, lesson, reading=whole, now=self.now)

    def credits(self):
        query = select(StudyCredit).where(StudyCredit.user_id == self.actor.user_id)
        return self.session.scalars(query).all()

    @property
    def spent_s(self) -> int:
        days = select(func.sum(StudyDay.spent_ms)).where(StudyDay.user_id == self.actor.user_id)
        fresh = select(StudyClock.fresh_ms).where(StudyClock.user_id == self.actor.user_id)
        return ((self.session.scalar(days) or 0) + (self.session.scalar(fresh) or 0)) // 1000


@pytest.fixture
def reader(session, now, tmp_path) -> Reader:
    make_course(session, now, tmp_path, lessons=3)
    return Reader(session, now)


class TestOneClock:
    def test_each_minute_in_front_counts(self, reader) -> None:
        reader.read(3)

        assert reader.spent_s == 180

    def test_another_tab_is_told_where_the_clock_runs_and_counts_nothing(self, reader) -> None:
        reader.read(1)

        other = reader.tell(BeatKind.START, after=30, tab="tab-two-2", lesson="les-01")
        reader.tell(after=30)

        assert (other.why, other.held_by) == (Why.ELSEWHERE, (CODE, LAST))
        assert reader.spent_s == 120

    def test_another_tab_may_take_the_clock_and_the_first_counts_no_more(self, reader) -> None:
        reader.read(1)

        reader.tell(BeatKind.TAKE, after=30, tab="tab-two-2", lesson="les-01")
        late = reader.tell(after=30)
        reader.tell(after=30, tab="tab-two-2", lesson="les-01")

        assert late.why is Why.ELSEWHERE
        assert reader.spent_s == 60 + 60

    def test_a_page_that_fell_silent_has_lost_the_clock(self, reader) -> None:
        reader.read(1)

        other = reader.tell(BeatKind.START, after=91, tab="tab-two-2")

        assert other.why is Why.NONE

    def test_the_next_lesson_in_the_same_tab_takes_the_clock_over(self, reader) -> None:
        reader.read(2)

        moved = reader.tell(BeatKind.START, after=5, lesson="les-01")

        assert moved.why is Why.NONE
        assert moved.lesson_ms == 0
        assert reader.spent_s == 120

    def test_time_away_does_not_count(self, reader) -> None:
        reader.read(1)
        reader.tell(BeatKind.LEAVE, after=20)

        reader.tell(BeatKind.START, after=40)
        reader.tell(after=10)

        assert reader.spent_s == 60 + 20 + 10

    def test_a_lesson_that_is_not_there_is_not_found(self, reader) -> None:
        with pytest.raises(NotFound):
            reader.tell(BeatKind.START, lesson="none")

    def test_midnight_of_the_zone_parts_the_days_and_loses_nothing(self, reader) -> None:
        reader.now = reader.now.replace(hour=15, minute=58)  # 23:58 in Shanghai
        reader.read(4)
        reader.tell(BeatKind.LEAVE)

        days = reader.session.execute(select(StudyDay.day, StudyDay.spent_ms).order_by("day"))

        assert [(str(day), ms // 1000) for day, ms in days] == [
            ("2026-11-22", 60),
            ("2026-11-23", 180),
        ]


MADE_UP = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ACTS = st.tuples(
    st.sampled_from(list(BeatKind)),
    st.sampled_from(["tab-one-1", "tab-two-2"]),
    st.sampled_from(["les-01", "les-02", LAST]),
    st.integers(-30, 200),
    st.integers(0, 400),
)


@pytest.mark.histories
@settings(MADE_UP, max_examples=25)
@given(acts=st.lists(ACTS, max_size=25))
def test_two_tabs_in_any_order_earn_no_more_than_the_time_that_passed(reader, acts) -> None:
    one = Reader(reader.session, reader.now)
    first = latest = one.now

    for kind, tab, lesson, after, idle in acts:
        one.tell(kind, after=after, tab=tab, lesson=lesson, idle=idle)
        first, latest = min(first, one.now), max(latest, one.now)
        if kind is BeatKind.LEAVE:
            one.tell(kind, tab=tab, lesson=lesson, idle=idle)  # sent twice

    assert one.spent_s <= (latest - first).total_seconds()


DEVICES = st.tuples(
    st.sampled_from(["phone-one", "phone-two", "desk-tab-1", "desk-tab-2"]),
    st.sampled_from(list(BeatKind)),
    st.sampled_from(["les-01", LAST]),
    st.integers(0, 300),  # seconds since the report before, whoever sent that
    st.integers(0, 400),  # seconds without a sign of the reader
    st.integers(1, 3),  # how often the same report arrives
)


@pytest.mark.histories
@settings(MADE_UP, max_examples=40)
@given(acts=st.lists(DEVICES, min_size=5, max_size=40), settled=st.booleans())
def test_whatever_the_heartbeats_of_all_devices_the_ledger_never_exceeds_wall_time(
    reader, acts, settled
) -> None:
    one = Reader(reader.session, reader.now.replace(hour=15, minute=50))  # midnight comes
    if rule_in_force(one.session, one.now).number == 0:
        put_in_force(one, HourRule(number=1, lesson_min_percent=10), one.now)
    first = one.now

    for tab, kind, lesson, after, idle, times in acts:
        one.now += timedelta(seconds=after)
        for _ in range(times):
            one.tell(kind, tab=tab, lesson=lesson, idle=idle)
        if settled:
            stop_silent(one.session, one.now)
    passed_ms = (one.now - first).total_seconds() * 1000
    for lesson in ("les-01", LAST):
        one.finish(lesson)
    stop_silent(one.session, one.now + timedelta(hours=1))
    take(one)

    assert sum(credit.credited_ms for credit in one.credits()) <= passed_ms
    assert one.spent_s * 1000 <= passed_ms


@pytest.mark.histories
@settings(MADE_UP, max_examples=25)
@given(gaps=st.lists(st.integers(1, 89), min_size=1, max_size=15))
def test_a_second_device_that_reports_all_the_same_adds_nothing(reader, gaps) -> None:
    alone, both = (Reader(reader.session, reader.now) for _ in range(2))
    for one in (alone, both):
        one.tell(BeatKind.START)
    both.tell(BeatKind.START, tab="phone-two")

    for gap in gaps:
        alone.tell(after=gap)
        both.tell(after=gap)
        both.tell(tab="phone-two", lesson="les-01")

    assert both.spent_s == alone.spent_s


@settings(MADE_UP, max_examples=25)
@given(
    beats=st.lists(st.tuples(st.integers(-100_000, 400_000), st.integers(0, 700_000)), max_size=8)
)
def test_the_statement_counts_what_the_rule_counts(reader, beats) -> None:
    one = Reader(reader.session, reader.now)
    one.tell(BeatKind.START)
    row = one.session.scalar(select(StudyClock).where(StudyClock.user_id == one.actor.user_id))
    limits = Limits(row.gap_ms, row.idle_ms, row.lesson_max_ms, row.day_max_ms)
    clock = Clock(row.beat_ms, row.active_ms, row.lesson_ms, row.day_ms)

    for after_ms, idle_ms in beats:
        one.now += timedelta(milliseconds=after_ms)
        clock = advance(clock, to_ms(one.now), idle_ms, limits)
        report = Beat("tab-one-1", BeatKind.BEAT, idle_ms)
        beat(one.session, one.actor, CODE, LAST, report=report, zone=ZONE, now=one.now)

    one.session.refresh(row)
    found = Clock(row.beat_ms, row.active_ms, row.lesson_ms, row.day_ms, row.fresh_ms)
    assert found == clock


class TestPrerequisites:
    @pytest.fixture
    def tracked(self, reader, tmp_path) -> Reader:
        """A reader whose track puts another course before this one."""
        make_course(reader.session, reader.now, tmp_path / "before", lessons=1, code="before")
        step = Step("before", StepKind.COMPULSORY, ())
        document = TrackDocument(
            code="way", title="路", title_en="Way", summary="", summary_en="", hours_milli=0,
            electives=0, exam="", exam_en="", scheme="", conditions=(),
            steps=(step, Step(CODE, StepKind.COMPULSORY, ("before",))),
        )  # fmt: skip
        sync_track(reader.session, LoadedTrack(document, ()), reader.now)
        enrol_self(reader.session, reader.actor, "way", has_declared=True, now=reader.now)
        return reader

    def test_a_course_that_is_to_wait_counts_no_time_and_stops_what_ran(self, tracked) -> None:
        view = tracked.tell(BeatKind.START)
        tracked.tell(after=60)

        assert view.why is Why.LOCKED
        assert tracked.spent_s == 0

    def test_where_the_rules_only_advise_time_is_counted(self, tracked) -> None:
        rule = HourRule(number=1, prerequisites=Prerequisites.ADVICE)
        put_in_force(tracked, rule, tracked.now)

        tracked.read(2)

        assert tracked.spent_s == 120

    def test_who_takes_no_track_is_bound_by_none(self, tracked) -> None:
        other = Reader(tracked.session, tracked.now)
        other.read(1)

        assert other.spent_s == 60


class TestCredits:
    def test_a_lesson_read_for_long_enough_is_credited_when_it_is_left(self, reader) -> None:
        reader.read(10)
        reader.finish()
        reader.tell(BeatKind.LEAVE)

        (credit,) = reader.credits()
        assert credit.source_key == f"{CODE}/{LAST}"
        assert (credit.credited_ms, credit.minutes_per_hour) == (600_000, 45)
        assert (credit.hours_milli, credit.rule_number) == (220, 0)
        assert credit.title == "示例课程：第 3 课"

    def test_finished_by_hand_earns_nothing(self, reader) -> None:
        reader.finish()
        reader.tell(BeatKind.START)
        reader.tell(BeatKind.LEAVE, after=1)
        take(reader)

        assert reader.credits() == []

    def test_too_fast_is_not_credited_until_the_rest_of_the_time_is_spent(self, reader) -> None:
        reader.read(5)
        reader.finish()
        reader.tell(BeatKind.LEAVE)
        assert reader.credits() == []

        reader.read(1)
        reader.tell(BeatKind.LEAVE)

        assert [credit.credited_ms for credit in reader.credits()] == [360_000]

    def test_a_lesson_is_credited_once_and_counts_no_more(self, reader) -> None:
        reader.read(8)
        reader.finish()
        reader.tell(BeatKind.LEAVE)
        reader.read(4)
        again = reader.tell(BeatKind.LEAVE)
        take(reader)

        assert again.why is Why.LEFT
        assert [credit.credited_ms for credit in reader.credits()] == [480_000]
        assert reader.spent_s == 480

    def test_no_more_is_credited_than_the_lesson_is_said_to_take(self, reader) -> None:
        reader.read(30)
        reader.finish()
        reader.tell(BeatKind.LEAVE)

        assert [credit.credited_ms for credit in reader.credits()] == [720_000]

    def test_what_is_completed_after_the_page_was_left_is_credited_by_the_worker(
        self, reader
    ) -> None:
        reader.read(8)
        reader.tell(BeatKind.LEAVE)
        reader.now += MINUTE
        reader.finish()
        assert reader.credits() == []

        take(reader)
        take(reader)

        (credit,) = reader.credits()
        assert credit.earned_at == reader.now

    def test_a_page_that_never_said_goodbye_is_settled_by_the_worker(self, reader) -> None:
        reader.read(8)
        reader.finish()

        assert stop_silent(reader.session, reader.now + MINUTE) == 0
        assert stop_silent(reader.session, reader.now + 4 * MINUTE) == 1

        assert [credit.credited_ms for credit in reader.credits()] == [480_000]
        assert stop_silent(reader.session, reader.now + 4 * MINUTE) == 0

    def test_new_rules_count_from_their_day_on_and_leave_old_credits_alone(self, reader) -> None:
        reader.read(12)
        reader.finish()
        reader.tell(BeatKind.LEAVE)
        put_in_force(reader, HourRule(number=1, minutes_per_hour=60), reader.now + MINUTE)

        reader.now += 2 * MINUTE
        reader.read(12, lesson="les-02")
        finish_check(reader, "les-02")
        reader.tell(BeatKind.LEAVE, lesson="les-02")
        take(reader)

        assert [(c.rule_number, c.hours_milli) for c in reader.credits()] == [(0, 260), (1, 200)]


def put_in_force(reader, rule, at) -> None:
    reader.session.add(
        StudyRule(
            number=rule.number,
            valid_from=at,
            document=to_json(rule),
            created_by=reader.actor.user_id,
            created_at=at,
        )
    )
    reader.session.flush()


def finish_check(reader, lesson) -> None:
    session, now = reader.session, reader.now
    actor = replace(reader.actor, session_expires_at_ms=2**52)
    attempt = start_check(session, actor, CODE, lesson, device_token="d", now=now)
    empty = parse_batch({"epoch": 1, "responses": []})
    submit_attempt(session, actor, attempt, batch=empty, last_seq={}, now=now)
    reader.finish(lesson)


def take(reader) -> None:
    pending = find_pending(reader.session, COMPLETIONS, 100)
    assert all(event.kind == LESSON_COMPLETED for event in pending)
    for event in pending:
        COMPLETIONS.handle(reader.session, event, reader.now)
