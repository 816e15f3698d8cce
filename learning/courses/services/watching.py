"""What a learner saw of a recording, as its page reports it; two statements a report.

The one that brings enough of it completes the lesson, with a few more.
"""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.courses.models import MediaWatching, WatchShare
from learning.courses.queries.media import WatchView, get_watched_file
from learning.courses.rules.media import (
    Range,
    Report,
    begin,
    percent_of,
    ranges_to_json,
    take_report,
)
from learning.courses.services.learning import take_watched
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor


def set_watch_share(session: Session, percent: int, *, valid_from: datetime, now: datetime) -> None:
    """Ask for so many percent of each recording from an instant on; what is completed stays so."""
    session.add(WatchShare(percent=percent, valid_from=valid_from, set_at=now))


def record_watching(
    session: Session,
    actor: Actor,
    raw_course: str,
    raw_lesson: str,
    *,
    report: Report,
    now: datetime,
) -> tuple[WatchView, int, tuple[Range, ...]]:
    """Note what was played; return what was seen, its percent, and what time did not yet allow.

    Where enough of it is seen by now, the lesson is completed if nothing else is left to do: also
    where less is asked for than when it was seen.

    The first report of a recording takes nothing: it starts the time from which others are paid.
    Raises NotFound for a file that is no recording of a lesson the person may open, and
    Conflict("report_crossed") when another page's report came between: nothing is changed then.
    """
    held = get_watched_file(session, actor.user_id, raw_course, raw_lesson, report.sha256, now)
    before = held.watching or begin(now)
    after, left = take_report(before, report, held.duration_ms, now)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    changed = {
        "position_ms": after.position_ms,
        "ranges": ranges_to_json(after.ranges),
        "watched_ms": after.watched_ms,
        "allowance_ms": after.allowance_ms,
        "number": held.number + 1,
        "beat_at": after.beat_at,
    }
    kept = session.execute(
        dialect.insert(MediaWatching)
        .values(
            user_id=actor.user_id,
            course_id=held.course_id,
            lesson_code=held.lesson_code,
            sha256=report.sha256,
            **changed,
        )
        .on_conflict_do_update(
            index_elements=["user_id", "course_id", "lesson_code", "sha256"],
            set_=changed,
            where=MediaWatching.number == held.number,
        )
        .returning(MediaWatching.id)
    ).first()
    if kept is None:
        raise Conflict("report_crossed")
    percent = percent_of(after.watched_ms, held.duration_ms)
    if percent >= held.need_percent and (
        held.is_read or percent_of(before.watched_ms, held.duration_ms) < held.need_percent
    ):
        take_watched(session, actor.user_id, raw_course, raw_lesson, now=now)
    return WatchView(after.position_ms, after.watched_ms), percent, left
