"""Whether anything came between the last sync and this one: in the files, the program, the rows.

The rows count, since people act on them: a regrade writes into the draft of an item of a file, and
a sync makes the item again what its file says.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.courses.models import AuthoredCourse, Course
from learning.courses.services import CourseSyncReport
from learning.kernel.content_states import Fingerprint, find_known, hash_rows, note_state
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.services import SyncReport
from learning.study.models import Track

COURSE_NAME = "courses/"
_NAME = "content"


def find_unchanged(session: Session, files: str) -> dict[str, SyncReport | CourseSyncReport] | None:
    """Return the reports of a sync that finds all as it was, or None when it must be done."""
    found = find_known(session, _NAME, Fingerprint(files, _hash_synced(session)))
    if found is None:
        return None
    return {
        name: CourseSyncReport(0, 0, number, 0)
        if name.startswith(COURSE_NAME)
        else SyncReport(0, 0, number, 0)
        for name, number in found.items()
    }


def note_synced(
    session: Session,
    files: str,
    reports: Mapping[str, SyncReport | CourseSyncReport],
    now: datetime,
) -> None:
    """Note that the files of this hash are what the rows say now."""
    session.flush()  # the rows are read again as they are
    found = {name: one.added + one.changed + one.unchanged for name, one in reports.items()}
    note_state(session, _NAME, Fingerprint(files, _hash_synced(session)), found, now)


def _hash_synced(session: Session) -> str:
    return hash_rows(_synced_rows(session))


def _synced_rows(session: Session) -> Iterator[Any]:
    """Yield what a sync writes, and the courses that it must refuse."""
    bank, item = BankRow, ItemRow
    is_file = bank.origin == "file"
    yield from session.execute(
        select(bank.code, bank.title, bank.title_en, bank.description, bank.pool, bank.tracks)
        .where(is_file)
        .order_by(bank.code)
    )
    yield from session.execute(
        select(
            item.id,
            item.code,
            item.pool,
            item.state,
            item.retired_at.is_(None),
            item.current_version_id,
            item.kind,
            item.area,
            item.level,
            item.difficulty_milli,
            item.is_parametric,
            item.excerpt,
        )
        .join(bank, bank.code == item.bank)
        .where(is_file)
        .order_by(item.id)
    )
    written = select(AuthoredCourse.course_id).where(AuthoredCourse.course_id.is_not(None))
    yield from session.execute(
        select(Course.code, Course.current_version_id, Course.retired_at.is_(None))
        .where(Course.id.not_in(written))
        .order_by(Course.code)
    )
    yield from session.execute(
        select(AuthoredCourse.code)
        .join(Course, Course.code == AuthoredCourse.code)
        .where(AuthoredCourse.course_id.is_(None))
        .order_by(AuthoredCourse.code)
    )
    yield from session.execute(
        select(Track.code, Track.current_version_id, Track.retired_at.is_(None)).order_by(
            Track.code
        )
    )
