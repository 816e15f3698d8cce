"""The clock: a beat of the page that holds it is one statement; all else is worth more.

A page holds the clock by its tab. Another one is told where the clock runs and may take it; one
that fell silent for longer than a beat may be late has lost it. The clock's last beat never goes
back, so that no instant is counted twice whatever pages report.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Update, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.study.models import StudyClock, StudyDay
from learning.study.queries import (
    get_lesson,
    is_credited,
    rule_in_force,
    spent_in_lesson,
    spent_on_day,
)
from learning.study.queries.tracks import lacking_courses
from learning.study.rules.clock import (
    Beat,
    BeatKind,
    Clock,
    Limits,
    Why,
    advance,
    limits_of,
    why_not,
)
from learning.study.rules.hours import Prerequisites, local_day, span_of
from learning.study.services.granting import grant_lesson

SILENT_SLICE = 50


@dataclass(frozen=True, slots=True)
class ClockView:
    """What a page shows of the clock; milliseconds. `why` says why nothing is counted."""

    why: Why
    lesson_ms: int
    need_ms: int
    lesson_max_ms: int
    idle_limit_ms: int
    held_by: tuple[str, str] | None = None  # course and lesson of the page that holds the clock


def beat(
    session: Session,
    actor: Actor,
    raw_course: str,
    raw_lesson: str,
    *,
    report: Beat,
    zone: str,
    now: datetime,
) -> ClockView:
    """Count the time since the page's last beat, or give it the clock; return the clock.

    Raises NotFound for a lesson that no current course has.
    """
    if report.kind is BeatKind.BEAT:
        row = session.execute(
            _statement(session.get_bind().dialect.name),
            {
                "mine": actor.user_id,
                "from_tab": report.tab,
                "in_course": raw_course,
                "in_lesson": raw_lesson,
                "on_day": local_day(now, zone),
                "now_ms": to_ms(now),
                "still_ms": report.idle_ms,
            },
        ).first()
        if row is not None:
            return _view(row)
    return _settle_beat(session, actor.user_id, (raw_course, raw_lesson), report, zone, now)


def to_ms(instant: datetime) -> int:
    """Return an instant as whole milliseconds since 1970, rounded down."""
    return int(instant.timestamp() * 1000)


@lru_cache(maxsize=2)
def _statement(dialect: str) -> Update:
    """Return the beat of the page that holds the clock. Twin of `rules.clock.advance`."""
    larger: Callable[..., Any] = func.max if dialect == "sqlite" else func.greatest
    smaller: Callable[..., Any] = func.min if dialect == "sqlite" else func.least
    row, now = StudyClock, bindparam("now_ms", type_=StudyClock.beat_ms.type)
    active = larger(row.active_ms, now - bindparam("still_ms", type_=row.beat_ms.type))
    start = larger(row.beat_ms, now - row.gap_ms)
    start = case((active > row.active_ms + row.idle_ms, larger(start, active)), else_=start)
    end = smaller(now, active + row.idle_ms)
    room = smaller(row.lesson_max_ms - row.lesson_ms, row.day_max_ms - row.day_ms)
    counted = smaller(larger(0, end - start), larger(0, room))
    return (
        update(row)
        .where(
            row.user_id == bindparam("mine"),
            row.is_running,
            row.tab == bindparam("from_tab"),
            row.course_code == bindparam("in_course"),
            row.lesson_code == bindparam("in_lesson"),
            row.day == bindparam("on_day"),
        )
        .values(
            beat_ms=larger(row.beat_ms, now),
            active_ms=active,
            lesson_ms=row.lesson_ms + counted,
            day_ms=row.day_ms + counted,
            fresh_ms=row.fresh_ms + counted,
        )
        .returning(
            row.beat_ms,
            row.active_ms,
            row.lesson_ms,
            row.day_ms,
            row.fresh_ms,
            row.gap_ms,
            row.idle_ms,
            row.lesson_max_ms,
            row.day_max_ms,
            row.need_ms,
            row.is_credited,
        )
        .execution_options(synchronize_session=False)
    )


def _settle_beat(
    session: Session, user_id: int, place: tuple[str, str], report: Beat, zone: str, now: datetime
) -> ClockView:
    """Take a beat that changes who holds the clock, where it runs, or the day."""
    row, now_ms = _locked(session, user_id, now), to_ms(now)
    is_mine = row.is_running and row.tab == report.tab
    if report.kind is BeatKind.LEAVE:
        if is_mine and (row.course_code, row.lesson_code) == place:
            _advance(row, now_ms, report.idle_ms)
            _stop(session, row)
        return _view(row, Why.LEFT)
    is_held = row.is_running and not is_mine and now_ms - row.beat_ms < row.gap_ms
    if is_held and report.kind is not BeatKind.TAKE:
        return _view(row, Why.ELSEWHERE, (row.course_code, row.lesson_code))
    goes_on = (
        is_mine and report.kind is BeatKind.BEAT and (row.course_code, row.lesson_code) == place
    )
    last_beat, last_active = row.beat_ms, row.active_ms
    if row.is_running:
        _stop(session, row)
    if _is_locked(session, user_id, place[0], now):
        return _view(row, Why.LOCKED)
    _set(session, row, place, report, zone, now)
    if goes_on:  # only the day has changed: the time since the last beat is the new day's
        row.beat_ms, row.active_ms = last_beat, last_active
        _advance(row, now_ms, report.idle_ms)
    return _view(row)


def _is_locked(session: Session, user_id: int, raw_course: str, now: datetime) -> bool:
    """Tell whether no time counts in a course, because another one comes before it."""
    enforced = rule_in_force(session, now).prerequisites is Prerequisites.ENFORCED
    return enforced and bool(lacking_courses(session, user_id, raw_course))


def _locked(session: Session, user_id: int, now: datetime) -> StudyClock:
    """Return the learner's clock, made if there is none, held until the transaction ends."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    nothing = dict.fromkeys(
        (
            "active_ms lesson_ms day_ms fresh_ms gap_ms idle_ms lesson_max_ms day_max_ms need_ms"
        ).split(),
        0,
    )
    session.execute(
        dialect.insert(StudyClock)
        .values(
            user_id=user_id,
            is_running=False,
            tab="",
            course_code="",
            lesson_code="",
            day=now.astimezone(UTC).date(),
            beat_ms=0,
            is_credited=False,
            **nothing,
        )
        .on_conflict_do_nothing(index_elements=["user_id"])
    )
    return session.scalars(
        select(StudyClock)
        .where(StudyClock.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _set(
    session: Session,
    row: StudyClock,
    place: tuple[str, str],
    report: Beat,
    zone: str,
    now: datetime,
) -> None:
    """Let the clock run in a lesson from now on, within the limits of the rules in force."""
    lesson, rule = get_lesson(session, row.user_id, *place), rule_in_force(session, now)
    day, now_ms = local_day(now, zone), to_ms(now)
    limits = limits_of(rule, lesson.minutes)
    row.is_running, row.tab, row.day = True, report.tab, day
    row.course_code, row.lesson_code = lesson.course_code, lesson.code
    row.beat_ms = max(row.beat_ms, now_ms)
    row.active_ms = now_ms - report.idle_ms
    row.lesson_ms = spent_in_lesson(session, row.user_id, *place)
    row.day_ms = spent_on_day(session, row.user_id, span_of(day, day, zone))
    row.gap_ms, row.idle_ms = limits.gap_ms, limits.idle_ms
    row.day_max_ms = limits.day_max_ms
    row.need_ms = rule.lesson_min_ms(lesson.minutes)
    row.is_credited = is_credited(session, row.user_id, *place)
    row.lesson_max_ms = row.lesson_ms if row.is_credited else limits.lesson_max_ms
    session.flush()  # the statement of the next beat must find it


def _advance(row: StudyClock, now_ms: int, idle_ms: int) -> None:
    clock = advance(_clock(row), now_ms, idle_ms, _limits(row))
    row.beat_ms, row.active_ms = clock.beat_ms, clock.active_ms
    row.lesson_ms, row.day_ms, row.fresh_ms = clock.lesson_ms, clock.day_ms, clock.fresh_ms


def _stop(session: Session, row: StudyClock) -> None:
    """Stop the clock: write its time to the day, and credit the lesson if that completes it."""
    row.is_running = False
    if row.fresh_ms > 0:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        insert = dialect.insert(StudyDay).values(
            user_id=row.user_id,
            course_code=row.course_code,
            lesson_code=row.lesson_code,
            day=row.day,
            spent_ms=row.fresh_ms,
        )
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["user_id", "course_code", "lesson_code", "day"],
                set_={"spent_ms": StudyDay.spent_ms + insert.excluded.spent_ms},
            )
        )
        row.fresh_ms = 0
    session.flush()  # what was counted and what was written change together
    if not row.is_credited:
        at = datetime.fromtimestamp(row.beat_ms / 1000, tz=UTC)
        row.is_credited = grant_lesson(
            session, row.user_id, row.course_code, row.lesson_code, at=at
        )


def stop_silent(session: Session, now: datetime) -> int:
    """Stop the clocks whose page fell silent, a slice; return how many."""
    now_ms = to_ms(now)
    silent = session.scalars(
        select(StudyClock)
        .where(StudyClock.is_running, StudyClock.beat_ms < now_ms - 2 * StudyClock.gap_ms)
        .order_by(StudyClock.beat_ms)
        .limit(SILENT_SLICE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in silent:
        _stop(session, row)
    session.flush()  # the next slice must not find them again
    return len(silent)


def _clock(row: Any) -> Clock:
    return Clock(row.beat_ms, row.active_ms, row.lesson_ms, row.day_ms, row.fresh_ms)


def _limits(row: Any) -> Limits:
    return Limits(row.gap_ms, row.idle_ms, row.lesson_max_ms, row.day_max_ms)


def _view(row: Any, why: Why | None = None, held_by: tuple[str, str] | None = None) -> ClockView:
    if why is None:
        why = Why.CREDITED if row.is_credited else why_not(_clock(row), _limits(row))
    return ClockView(why, row.lesson_ms, row.need_ms, row.lesson_max_ms, row.idle_ms, held_by)
