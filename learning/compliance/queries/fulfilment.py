"""When people did what a training task asks: read from the facts, never from the task."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from learning.certification.models import Holding, Scheme
from learning.compliance.rules.assignments import Aim, Goal, reached_at, track_done_at
from learning.courses.models import Course, CourseVersionLesson, LessonProgress, LessonVersion
from learning.exams.models import ResultRow, Sitting
from learning.exams.queries.views import get_by_id, has_released_results
from learning.kernel.errors import NotFound
from learning.study.models import StudyCredit
from learning.study.queries.ledger import standing
from learning.study.queries.tracks import get_track
from learning.study.rules.hours import Source
from learning.study.rules.tracks import StepKind


@dataclass(frozen=True, slots=True)
class Asked:
    """A person of whom something is asked: facts before `counts_from` may not count.

    `event_at` is the end of the certificate that is to be renewed, where the date hangs on it.
    """

    user_id: int
    counts_from: datetime
    event_at: datetime | None = None


def list_fulfilled(
    session: Session, aim: Aim, asked: Sequence[Asked], now: datetime
) -> dict[int, datetime]:
    """Return by person when they did what is asked, of people (at most some thousand) who did.

    Courses, tracks and exams count whenever they were done; hours from `counts_from` on; a
    certificate when it is held later than that, or beyond the one to be renewed. An exam counts
    once its results are released: before that not even its candidates may know.
    """
    if not asked:
        return {}
    ids = [one.user_id for one in asked]
    if aim.goal is Goal.COURSE:
        done = _courses(session, [aim.goal_ref], ids)
        return {user_id: by_code[aim.goal_ref] for user_id, by_code in done.items()}
    if aim.goal is Goal.TRACK:
        return _track(session, aim.goal_ref, ids)
    if aim.goal is Goal.SITTING:
        return _sitting(session, aim.goal_ref, ids, now)
    if aim.goal is Goal.SCHEME:
        return _scheme(session, aim.goal_ref, asked, now)
    return _hours(session, aim.hours_milli or 0, asked)


def _courses(
    session: Session, codes: Sequence[str], user_ids: Sequence[int]
) -> dict[int, dict[str, datetime]]:
    """Return by person and course when its last lesson was done, of courses done as they are.

    Who had begun a course before it was retired may still finish it.
    """
    lessons = (
        select(Course.id, Course.code, LessonVersion.lesson_code)
        .join(
            CourseVersionLesson, CourseVersionLesson.course_version_id == Course.current_version_id
        )
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .where(Course.code.in_(codes))
        .subquery()
    )
    lengths = session.execute(select(lessons.c.code, func.count()).group_by(lessons.c.code))
    totals: dict[str, int] = {row[0]: row[1] for row in lengths}
    rows = session.execute(
        select(
            LessonProgress.user_id,
            lessons.c.code,
            func.count(LessonProgress.completed_at),
            func.max(LessonProgress.completed_at),
        )
        .join(
            lessons,
            and_(
                lessons.c.id == LessonProgress.course_id,
                lessons.c.lesson_code == LessonProgress.lesson_code,
            ),
        )
        .where(LessonProgress.user_id.in_(user_ids), LessonProgress.completed_at.is_not(None))
        .group_by(LessonProgress.user_id, lessons.c.code)
    )
    found: dict[int, dict[str, datetime]] = {}
    for user_id, code, count, at in rows:
        if count >= totals[code]:
            found.setdefault(user_id, {})[code] = at
    return found


def _track(session: Session, code: str, user_ids: Sequence[int]) -> dict[int, datetime]:
    try:
        track = get_track(session, code)
    except NotFound:  # taken back since: nobody can do it any more
        return {}
    courses = [step.course for step in track.steps]
    compulsory = [s.course for s in track.steps if s.kind is StepKind.COMPULSORY]
    elective = [s.course for s in track.steps if s.kind is StepKind.ELECTIVE]
    done = {
        user_id: at
        for user_id, by_code in _courses(session, courses, user_ids).items()
        if (at := track_done_at(compulsory, elective, track.electives, by_code)) is not None
    }
    if not track.hours_milli:
        return done
    earned = _earned(session, list(done), courses)
    hours = {user_id: reached_at(earned.get(user_id, ()), track.hours_milli) for user_id in done}
    return {
        user_id: max(at, with_hours)
        for user_id, at in done.items()
        if (with_hours := hours[user_id]) is not None
    }


def _earned(
    session: Session, user_ids: Sequence[int], courses: Iterable[str] | None = None
) -> dict[int, list[tuple[datetime, int]]]:
    """Return by person what stands in the ledger, oldest first; of lessons of courses if given."""
    query = select(StudyCredit.user_id, StudyCredit.earned_at, StudyCredit.hours_milli).where(
        StudyCredit.user_id.in_(user_ids), standing()
    )
    if courses is not None:
        keys = [StudyCredit.source_key.startswith(f"{code}/", autoescape=True) for code in courses]
        query = query.where(StudyCredit.source == Source.LESSON.value, or_(*keys))
    found: dict[int, list[tuple[datetime, int]]] = {}
    for user_id, at, hours in session.execute(query.order_by(StudyCredit.earned_at)):
        found.setdefault(user_id, []).append((at, hours))
    return found


def _sitting(
    session: Session, public_id: str, user_ids: Sequence[int], now: datetime
) -> dict[int, datetime]:
    """Return when people passed the sitting or a resit of it."""
    first = select(Sitting.id).where(Sitting.public_id == public_id).scalar_subquery()
    series = session.scalars(
        select(Sitting.id).where(or_(Sitting.id == first, Sitting.resit_of_id == first))
    ).all()
    released = [
        sitting_id
        for sitting_id in series
        if has_released_results(session, get_by_id(session, sitting_id), now)
    ]
    rows = session.execute(
        select(ResultRow.user_id, func.min(ResultRow.decided_at))
        .where(
            ResultRow.sitting_id.in_(released), ResultRow.passed, ResultRow.user_id.in_(user_ids)
        )
        .group_by(ResultRow.user_id)
    )
    return {row[0]: row[1] for row in rows}


def _scheme(
    session: Session, public_id: str, asked: Sequence[Asked], now: datetime
) -> dict[int, datetime]:
    rows = session.execute(
        select(Holding.user_id, Holding.held_from, Holding.held_until)
        .join(Scheme, Scheme.id == Holding.scheme_id)
        .where(
            Scheme.public_id == public_id,
            Holding.user_id.in_([one.user_id for one in asked]),
            Holding.known_from <= now,
            Holding.known_until > now,
            Holding.held_from <= now,
        )
        .order_by(Holding.held_from)
    ).all()
    beyond = {one.user_id: one.event_at or one.counts_from for one in asked}
    found: dict[int, datetime] = {}
    for user_id, held_from, held_until in rows:
        if held_until > beyond[user_id]:
            found.setdefault(user_id, held_from)
    return found


def _hours(session: Session, needed: int, asked: Sequence[Asked]) -> dict[int, datetime]:
    since = {one.user_id: one.counts_from for one in asked}
    earned = _earned(session, list(since))
    reached = {
        user_id: reached_at([row for row in rows if row[0] >= since[user_id]], needed)
        for user_id, rows in earned.items()
    }
    return {user_id: at for user_id, at in reached.items() if at is not None}
