"""Large files of lessons, by who may open the lesson; and what a learner saw of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from learning.courses.loader import Asset, is_kept_apart
from learning.courses.models import (
    AuthoredFile,
    Course,
    CourseFile,
    CourseMedia,
    CourseMediaPage,
    CourseMediaPart,
    LessonFileRow,
    LessonProgress,
    LessonVersion,
    MediaWatching,
    WatchShare,
)
from learning.courses.queries.retired import is_open_to
from learning.courses.rules import READ_TO_END
from learning.courses.rules.media import (
    PART_BYTES,
    WATCHED_ENOUGH,
    Range,
    Watching,
    asked_recordings,
    percent_of,
    ranges_from_json,
)
from learning.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as it is sent; `name` is what the course calls it, `pages` those of a PDF."""

    name: str
    sha256: str
    media_type: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A recording before a report is taken: where it stands, and what was seen of it, if anything.

    `number` counts the reports until now. `need_percent` of it is asked for; `is_read`: its lesson
    was read to the end and is not completed.
    """

    course_id: int
    lesson_code: str
    duration_ms: int
    watching: Watching | None
    number: int
    need_percent: int
    is_read: bool


@dataclass(frozen=True, slots=True)
class WatchView:
    """Where to go on in a recording and how much of it was seen, in milliseconds."""

    position_ms: int
    watched_ms: int


def get_lesson_file(
    session: Session, raw_course: str, raw_lesson: str, raw_sha256: str, *, reader: int | None
) -> FileView:
    """Return a file that any version of a lesson uses; NotFound where the lesson is not open.

    Older versions count: a page that was opened before a revision plays on.
    """
    row = session.execute(
        select(
            LessonFileRow.name,
            CourseMedia.sha256,
            CourseMedia.media_type,
            CourseMedia.size,
            CourseMedia.pages,
        )
        .join(CourseMedia, CourseMedia.sha256 == LessonFileRow.sha256)
        .join(LessonVersion, LessonVersion.id == LessonFileRow.lesson_version_id)
        .join(Course, Course.id == LessonVersion.course_id)
        .where(
            Course.code == raw_course,
            is_open_to(reader) if reader is not None else Course.retired_at.is_(None),
            LessonVersion.lesson_code == raw_lesson,
            LessonFileRow.sha256 == raw_sha256,
        )
        .order_by(LessonVersion.id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("file")
    return FileView(*row)


def get_draft_file(session: Session, authored_id: int, raw_sha256: str) -> FileView:
    """Return a large file among the working files of a course; NotFound for none such."""
    row = session.execute(
        select(
            AuthoredFile.path,
            CourseMedia.sha256,
            CourseMedia.media_type,
            CourseMedia.size,
            CourseMedia.pages,
        )
        .join(CourseMedia, CourseMedia.sha256 == AuthoredFile.sha256)
        .where(AuthoredFile.authored_course_id == authored_id, AuthoredFile.sha256 == raw_sha256)
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("file")
    path, sha256, media_type, size, pages = row
    return FileView(path.removeprefix("assets/"), sha256, media_type, size, pages)


def read_range(session: Session, sha256: str, wanted: Range) -> bytes:
    """Return the bytes of a file from the first place up to the second."""
    start, end = wanted
    first = start // PART_BYTES
    parts = session.scalars(
        select(CourseMediaPart.content)
        .where(
            CourseMediaPart.sha256 == sha256,
            CourseMediaPart.position.between(first, max(first, (end - 1) // PART_BYTES)),
        )
        .order_by(CourseMediaPart.position)
    )
    base = first * PART_BYTES
    return b"".join(parts)[start - base : end - base]


def read_whole(session: Session, sha256: str) -> bytes:
    """Return all of a file; NotFound where there is none such, or not all of it."""
    size = session.scalar(select(CourseMedia.size).where(CourseMedia.sha256 == sha256))
    content = read_range(session, sha256, (0, size)) if size is not None else b""
    if len(content) != size:
        raise NotFound("file")
    return content


def pieces_of(size: int) -> Iterator[Range]:
    """Yield the ranges of a file's pieces, in order."""
    for start in range(0, size, PART_BYTES):
        yield start, min(size, start + PART_BYTES)


def not_held() -> list[ColumnElement[bool]]:
    """Return that no draft, no release, no lesson and nobody's watching holds a file."""
    return [
        ~select(table.sha256).where(table.sha256 == CourseMedia.sha256).exists()
        for table in (CourseFile, LessonFileRow, MediaWatching)
    ]


def find_forgotten(session: Session, before: datetime) -> str | None:
    """Return the hash of a file that nothing holds and nobody brought since, None for none."""
    query = select(CourseMedia.sha256).where(CourseMedia.created_at < before, *not_held())
    return session.scalar(query.limit(1))


def whole_media(session: Session, hashes: Collection[str]) -> set[str]:
    """Return those of the files by hash that are there with all their pieces."""
    query = select(CourseMedia.sha256).where(CourseMedia.sha256.in_(hashes), _is_whole())
    return set(session.scalars(query))


def _is_whole() -> ColumnElement[bool]:
    """Return that all pieces of a file are there: not so while it is brought or forgotten."""
    parts = (
        select(func.count())
        .select_from(CourseMediaPart)
        .where(CourseMediaPart.sha256 == CourseMedia.sha256)
        .scalar_subquery()
    )
    return parts * PART_BYTES >= CourseMedia.size


def find_page(session: Session, sha256: str, number: int) -> bytes | None:
    """Return a page of a PDF that was drawn already, None for another."""
    return session.scalar(
        select(CourseMediaPage.content).where(
            CourseMediaPage.sha256 == sha256, CourseMediaPage.number == number
        )
    )


def find_missing_page(session: Session) -> tuple[str, int] | None:
    """Return a page that is not drawn yet of a whole PDF of which one is, None where none is."""
    drawn = (
        select(CourseMediaPage.sha256, func.count().label("drawn"))
        .group_by(CourseMediaPage.sha256)
        .subquery()
    )
    row = session.execute(
        select(CourseMedia.sha256, CourseMedia.pages)
        .join(drawn, drawn.c.sha256 == CourseMedia.sha256)
        .where(drawn.c.drawn < CourseMedia.pages, _is_whole())
        .limit(1)
    ).first()
    if row is None:
        return None
    numbers = select(CourseMediaPage.number).where(CourseMediaPage.sha256 == row.sha256)
    missing = set(range(1, row.pages + 1)).difference(session.scalars(numbers))
    return (row.sha256, min(missing)) if missing else None


def known_media(session: Session, paths: Mapping[str, str]) -> dict[str, Asset]:
    """Return what was found of large files when they were stored, by path; `paths` maps to hashes.

    An empty file is none: it is not stored, and is judged where it stands.
    """
    large = {path: sha256 for path, sha256 in paths.items() if is_kept_apart(path)}
    if not large:
        return {}
    rows = session.scalars(
        select(CourseMedia).where(CourseMedia.sha256.in_(set(large.values())))
    ).all()
    by_hash = {row.sha256: row for row in rows}
    return {
        path: _asset(path.removeprefix("assets/"), by_hash[sha256])
        for path, sha256 in large.items()
        if sha256 in by_hash
    }


def _asset(name: str, row: CourseMedia) -> Asset:
    return Asset(
        name, b"", row.media_type, row.sha256, row.size, int(row.duration_ms), int(row.pages)
    )


def need_in_force(now: datetime) -> ColumnElement[int]:
    """Return what percent of a recording is asked for at an instant."""
    newest = (
        select(WatchShare.percent)
        .where(WatchShare.valid_from <= now)
        .order_by(WatchShare.valid_from.desc(), WatchShare.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, WATCHED_ENOUGH)


def list_watchings(
    session: Session, user_id: int, course_id: int, lesson_code: str, now: datetime
) -> tuple[dict[str, WatchView], int]:
    """Return what a learner saw of a lesson's recordings, by hash, and what percent is asked for.

    One statement.
    """
    need = select(need_in_force(now).label("percent")).subquery()
    rows = session.execute(
        select(
            need.c.percent,
            MediaWatching.sha256,
            MediaWatching.position_ms,
            MediaWatching.watched_ms,
        )
        .select_from(need)
        .outerjoin(
            MediaWatching,
            and_(
                MediaWatching.user_id == user_id,
                MediaWatching.course_id == course_id,
                MediaWatching.lesson_code == lesson_code,
            ),
        )
    ).all()
    seen = {row.sha256: WatchView(row.position_ms, row.watched_ms) for row in rows if row.sha256}
    return seen, int(rows[0].percent)


def is_all_watched(
    session: Session,
    user_id: int,
    course_id: int,
    lesson_code: str,
    version_id: int,
    *,
    now: datetime,
) -> bool:
    """Tell whether enough was seen of each recording that a lesson version asks to watch."""
    rows = session.execute(
        select(
            LessonFileRow.name,
            CourseMedia.duration_ms,
            func.coalesce(MediaWatching.watched_ms, 0).label("watched_ms"),
            need_in_force(now).label("need_percent"),
        )
        .join(CourseMedia, CourseMedia.sha256 == LessonFileRow.sha256)
        .outerjoin(
            MediaWatching,
            and_(
                MediaWatching.user_id == user_id,
                MediaWatching.course_id == course_id,
                MediaWatching.lesson_code == lesson_code,
                MediaWatching.sha256 == CourseMedia.sha256,
            ),
        )
        .where(LessonFileRow.lesson_version_id == version_id)
    ).all()
    asked = asked_recordings({row.name: row.duration_ms for row in rows})
    return all(
        percent_of(row.watched_ms, row.duration_ms) >= row.need_percent
        for row in rows
        if row.name in asked
    )


def get_watched_file(
    session: Session, user_id: int, raw_course: str, raw_lesson: str, sha256: str, now: datetime
) -> WatchedFile:
    """Return a recording of a lesson that the person may open, in one statement; or NotFound."""
    row = session.execute(
        select(
            Course.id,
            LessonVersion.lesson_code,
            CourseMedia.duration_ms,
            MediaWatching.ranges,
            MediaWatching.position_ms,
            MediaWatching.allowance_ms,
            MediaWatching.beat_at,
            MediaWatching.number,
            need_in_force(now),
            _is_read(user_id),
        )
        .select_from(LessonFileRow)
        .join(CourseMedia, CourseMedia.sha256 == LessonFileRow.sha256)
        .join(LessonVersion, LessonVersion.id == LessonFileRow.lesson_version_id)
        .join(Course, Course.id == LessonVersion.course_id)
        .outerjoin(
            MediaWatching,
            and_(
                MediaWatching.user_id == user_id,
                MediaWatching.course_id == Course.id,
                MediaWatching.lesson_code == LessonVersion.lesson_code,
                MediaWatching.sha256 == CourseMedia.sha256,
            ),
        )
        .where(
            Course.code == raw_course,
            is_open_to(user_id),
            LessonVersion.lesson_code == raw_lesson,
            CourseMedia.sha256 == sha256,
            CourseMedia.duration_ms > 0,
        )
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("file")
    course_id, lesson_code, duration_ms, ranges, position, allowance, beat_at, number, *more = row
    watching = None
    if ranges is not None:
        watching = _watching(ranges, position, allowance, beat_at)
    need, is_read = more
    return WatchedFile(
        course_id, lesson_code, duration_ms, watching, number or 0, int(need), bool(is_read)
    )


def _is_read(user_id: int) -> ColumnElement[bool]:
    """Return that a person read the lesson to its end, which is not completed yet."""
    return exists().where(
        LessonProgress.user_id == user_id,
        LessonProgress.course_id == Course.id,
        LessonProgress.lesson_code == LessonVersion.lesson_code,
        LessonProgress.read_percent >= READ_TO_END,
        LessonProgress.completed_at.is_(None),
    )


def _watching(ranges: str, position: int, allowance: int, beat_at: datetime) -> Watching:
    return Watching(ranges_from_json(ranges), position, allowance, beat_at)
