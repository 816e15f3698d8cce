"""What a learner does: enrol, read, check oneself. A lesson completes in one place, once."""

from datetime import datetime

from sqlalchemy import and_, case, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.services import start_attempt
from learning.courses.events import LESSON_COMPLETED, LessonCompleted
from learning.courses.models import Enrolment, LessonProgress
from learning.courses.queries import (
    CheckView,
    LessonPlace,
    ProgressView,
    find_place_of_check,
    get_course,
    get_place,
    is_check_done,
    list_progress,
)
from learning.courses.queries.media import is_all_watched
from learning.courses.queries.progress import SUBMITTED
from learning.courses.rules import (
    READ_TO_END,
    Reading,
    Revision,
    is_complete,
    next_lesson,
    revision_of,
)
from learning.kernel.errors import NotFound
from learning.kernel.events import Event, record
from learning.kernel.permissions import Actor

_OPENED = Reading(percent=0, anchor="")


def enrol(session: Session, actor: Actor, raw_course: str, *, now: datetime) -> str:
    """Enrol the learner (again changes nothing); return the code of the lesson to go on with.

    Raises NotFound, also for who is new to a retired course.
    """
    course = get_course(session, raw_course, reader=actor.user_id)
    _enrol(session, actor.user_id, course.id, now)
    progress = list_progress(session, actor.user_id, course.id).values()
    left = [view for view in progress if view.completed_at is None]
    last = max(left, key=lambda view: view.last_at).lesson_code if left else None
    codes = [lesson.code for lesson in course.lessons]
    done = [view.lesson_code for view in progress if view.completed_at]
    return next_lesson(codes, done, last) or codes[0]


def record_progress(
    session: Session,
    actor: Actor,
    raw_course: str,
    raw_lesson: str,
    *,
    reading: Reading,
    now: datetime,
) -> tuple[ProgressView, CheckView, Revision]:
    """Note how far the learner read the lesson, and complete it if nothing is left to do.

    The furthest place counts; the heading is the newest one. The first report enrols. Returns the
    progress, whether the self-check is done, and what became of the lesson since the version that
    the page shows. Raises NotFound, also for a lesson that is no longer in the course.
    """
    place = get_place(session, raw_course, raw_lesson, reader=actor.user_id)
    progress = _note(session, actor.user_id, place, reading, now)
    check_done = place.assessment_id is None
    if not check_done:
        check_done = is_check_done(session, actor.user_id, place.course_id, place.lesson_code)
    has_check = place.assessment_id is not None
    if (
        progress.completed_at is None
        and is_complete(progress.read_percent, has_check=has_check, check_done=check_done)
        and _is_watched(session, actor.user_id, place, now)
    ):
        _complete(session, actor.user_id, place, now)
        progress = list_progress(session, actor.user_id, place.course_id)[place.lesson_code]
    revision = revision_of(
        reading.version_id or place.version_id,
        current=place.version_id,
        seen=progress.version_id,
        is_reopened=progress.reopened_at is not None,
    )
    return progress, CheckView(done=check_done), revision


def start_check(
    session: Session,
    actor: Actor,
    raw_course: str,
    raw_lesson: str,
    *,
    device_token: str,
    now: datetime,
) -> str:
    """Start the lesson's self-check, or go on with the open one; return the attempt's public id.

    Raises NotFound, also for a lesson without a self-check.
    """
    place = get_place(session, raw_course, raw_lesson, reader=actor.user_id)
    if place.assessment_id is None:
        raise NotFound("check")
    _note(session, actor.user_id, place, _OPENED, now)
    return start_attempt(session, actor, place.assessment_id, device_token=device_token, now=now)


def take_check(session: Session, event: Event) -> None:
    """Complete the lesson whose self-check was handed in, if it had been read to the end.

    The page does the same when it is open; this is for those who never come back to it.
    """
    payload = event.payload
    if payload["finish_kind"] != SUBMITTED:
        return
    place = find_place_of_check(session, payload["assessment_id"])
    if place is None:
        return
    _hold(session, payload["user_id"], place, event.occurred_at)
    if _is_watched(session, payload["user_id"], place, event.occurred_at):
        _complete(session, payload["user_id"], place, event.occurred_at)


def take_watched(
    session: Session, user_id: int, raw_course: str, raw_lesson: str, *, now: datetime
) -> None:
    """Complete a lesson of whose recording enough was seen, where nothing else is left to do.

    A lesson that is no longer in its course stays as it is.
    """
    try:
        place = get_place(session, raw_course, raw_lesson, reader=user_id)
    except NotFound:
        return
    _hold(session, user_id, place, now)
    check_done = place.assessment_id is None or is_check_done(
        session, user_id, place.course_id, place.lesson_code
    )
    if check_done and _is_watched(session, user_id, place, now):
        _complete(session, user_id, place, now)


def _is_watched(session: Session, user_id: int, place: LessonPlace, now: datetime) -> bool:
    return is_all_watched(
        session, user_id, place.course_id, place.lesson_code, place.version_id, now=now
    )


def _hold(session: Session, user_id: int, place: LessonPlace, now: datetime) -> None:
    """Hold the learner's row of a lesson until the end; made where there is none.

    Reading, watching and the self-check each ask whether nothing else is left to do. Of two that
    come at the same instant neither sees the other on PostgreSQL, and the lesson would stay open:
    who holds the row second sees what the first brought.
    """
    row = LessonProgress
    made = session.scalar(
        _dialect(session)
        .insert(row)
        .values(
            user_id=user_id,
            course_id=place.course_id,
            lesson_code=place.lesson_code,
            lesson_version_id=place.version_id,
            opened_at=now,
            last_at=now,
            last_anchor="",
            read_percent=0,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "course_id", "lesson_code"])
        .returning(row.id)
    )
    if made is not None:
        _enrol(session, user_id, place.course_id, now)
        return
    session.execute(
        select(row.id)
        .where(
            row.user_id == user_id,
            row.course_id == place.course_id,
            row.lesson_code == place.lesson_code,
        )
        .with_for_update()
    )


def _note(
    session: Session, user_id: int, place: LessonPlace, reading: Reading, now: datetime
) -> ProgressView:
    """Insert or bring forward the learner's row in one statement: parallel tabs lose nothing.

    A page that still shows an older version counts like any, and does not stand for having seen
    the newer one; but where a substantial change came meanwhile, it counts no longer.
    """
    insert = _dialect(session).insert(LessonProgress)
    new, row = insert.excluded, LessonProgress
    shown = reading.version_id or place.version_id
    is_current = literal(shown == place.version_id)
    counts = or_(is_current, row.reopened_at.is_(None), row.lesson_version_id == shown)
    statement = (
        insert.values(
            user_id=user_id,
            course_id=place.course_id,
            lesson_code=place.lesson_code,
            lesson_version_id=place.version_id,
            opened_at=now,
            last_at=now,
            last_anchor=reading.anchor,
            read_percent=reading.percent,
        )
        .on_conflict_do_update(
            index_elements=["user_id", "course_id", "lesson_code"],
            set_={
                "lesson_version_id": case(
                    (is_current, new.lesson_version_id), else_=row.lesson_version_id
                ),
                "last_at": case((new.last_at > row.last_at, new.last_at), else_=row.last_at),
                "last_anchor": case(
                    (and_(counts, new.last_anchor != ""), new.last_anchor),
                    else_=row.last_anchor,
                ),
                "read_percent": case(
                    (and_(counts, new.read_percent > row.read_percent), new.read_percent),
                    else_=row.read_percent,
                ),
            },
        )
        .returning(
            row.lesson_code,
            row.lesson_version_id,
            row.last_at,
            row.last_anchor,
            row.read_percent,
            row.completed_at,
            row.reopened_at,
            row.opened_at,
        )
    )
    *seen, opened_at = session.execute(statement).one()
    if opened_at == now:
        _enrol(session, user_id, place.course_id, now)
    return ProgressView(*seen)


def _complete(session: Session, user_id: int, place: LessonPlace, at: datetime) -> None:
    """Set the instant of completion where it is not set and the lesson was read to the end.

    Whoever sets it tells of it, so that it is told once; once more where it was reopened.
    """
    completed = session.scalar(
        update(LessonProgress)
        .where(
            LessonProgress.user_id == user_id,
            LessonProgress.course_id == place.course_id,
            LessonProgress.lesson_code == place.lesson_code,
            LessonProgress.read_percent >= READ_TO_END,
            LessonProgress.completed_at.is_(None),
        )
        .values(completed_at=at)
        .returning(LessonProgress.id)
        .execution_options(synchronize_session=False)
    )
    if completed is not None:
        told = LessonCompleted(user_id, place.course_code, place.lesson_code)
        record(session, LESSON_COMPLETED, told.payload(), at)


def _enrol(session: Session, user_id: int, course_id: int, now: datetime) -> None:
    session.execute(
        _dialect(session)
        .insert(Enrolment)
        .values(user_id=user_id, course_id=course_id, enrolled_at=now)
        .on_conflict_do_nothing(index_elements=["user_id", "course_id"])
    )


def _dialect(session: Session):  # type: ignore[no-untyped-def] # noqa: ANN202 - one of two modules
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
