"""Courses, lessons and figures as everybody sees them: the current versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseAsset,
    CourseVersion,
    CourseVersionLesson,
    LessonCheck,
    LessonVersion,
)
from learning.courses.queries.retired import READER, is_open_to
from learning.courses.rules import (
    CourseDocument,
    LessonDocument,
    course_from_json,
    lesson_from_json,
)
from learning.kernel.errors import NotFound
from learning.kernel.reading import read_rows

PAGE_SIZE = 50
MOST_KEPT = 512  # lesson documents a process keeps, some ten KB each

# By their text, which never changes for a version.
parse_course = lru_cache(maxsize=256)(course_from_json)
_lesson = lru_cache(maxsize=MOST_KEPT)(lesson_from_json)


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course in the catalogue, with its number of lessons and their minutes together."""

    id: int
    document: CourseDocument
    lessons: int
    minutes: int


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson of a course; `position` counts from 1, `assessment_id` is its self-check's."""

    version_id: int
    code: str
    position: int
    title: str
    title_en: str
    minutes: int
    assessment_id: int | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course with its lessons in order; `revised_at` is when this version came.

    `retired_at` is when it left the catalogue, None while it is there.
    """

    id: int
    document: CourseDocument
    number: int
    revised_at: datetime
    lessons: tuple[LessonLine, ...]
    retired_at: datetime | None = None

    @property
    def minutes(self) -> int:
        """Return the minutes of all lessons together."""
        return sum(lesson.minutes for lesson in self.lessons)

    def get_lesson(self, raw_code: str) -> LessonLine:
        """Return a lesson by its code; NotFound when this version has none such."""
        found = next((line for line in self.lessons if line.code == raw_code), None)
        if found is None:
            raise NotFound("lesson")
        return found


@dataclass(frozen=True, slots=True)
class LessonPlace:
    """Where a lesson stands: enough to record progress and to start its self-check."""

    course_id: int
    course_code: str
    lesson_code: str
    version_id: int
    title: str
    assessment_id: int | None


@dataclass(frozen=True, slots=True)
class TeachingLesson:
    """A lesson by the course it stands in; `minutes` as the author estimates."""

    course_code: str
    course_title: str
    course_title_en: str
    code: str
    title: str
    title_en: str
    minutes: int


_BY_HASH: dict[str, LessonDocument] = {}
_AREAS: dict[int, tuple[str, ...]] = {}
"""Knowledge areas by lesson version, which never changes."""


@dataclass(frozen=True, slots=True)
class AssetView:
    """A figure as served."""

    media_type: str
    content: bytes


def list_courses(session: Session, *, page: int = 1) -> tuple[list[CourseLine], int]:
    """Return one page of the catalogue in order of code, and how many courses there are."""
    total = session.scalar(
        select(func.count()).select_from(Course).where(Course.retired_at.is_(None))
    )
    rows = session.execute(
        select(
            Course.id,
            CourseVersion.document,
            func.count(LessonVersion.id),
            func.coalesce(func.sum(LessonVersion.minutes), 0),
        )
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .outerjoin(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .outerjoin(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .where(Course.retired_at.is_(None))
        .group_by(Course.id, Course.code, CourseVersion.document)
        .order_by(Course.code)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    lines = [CourseLine(row[0], parse_course(row[1]), row[2], int(row[3])) for row in rows]
    return lines, total or 0


_COURSE = (
    select(
        Course.id,
        CourseVersion.document,
        CourseVersion.number,
        CourseVersion.created_at,
        Course.retired_at,
        LessonVersion.id,
        LessonVersion.lesson_code,
        CourseVersionLesson.position,
        LessonVersion.title,
        LessonVersion.title_en,
        LessonVersion.minutes,
        LessonCheck.assessment_id,
        LessonVersion.content_hash,
    )
    .select_from(Course)
    .join(CourseVersion, CourseVersion.id == Course.current_version_id)
    .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
    .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
    .outerjoin(LessonCheck, LessonCheck.lesson_version_id == LessonVersion.id)
    .where(Course.code == bindparam("code"), is_open_to(READER))
    .order_by(CourseVersionLesson.position)
)
_DOCUMENTS = select(LessonVersion.id, LessonVersion.document).where(
    LessonVersion.id.in_(bindparam("ids", expanding=True))
)
"""Made once: each page of a lesson asks both, and to make one costs more than to ask it."""


def get_course(session: Session, raw_code: str, *, reader: int | None = None) -> CourseView:
    """Return a course with its current lessons; NotFound when missing.

    A retired one is there for a reader who had begun it, and for nobody else.
    """
    rows = read_rows(session, _COURSE, {"code": raw_code, "reader": reader})
    if not rows:
        raise NotFound("course")
    course_id, document, number, revised_at, retired_at = rows[0][:5]
    lessons = tuple(LessonLine(*row[5:]) for row in rows)
    return CourseView(course_id, parse_course(document), number, revised_at, lessons, retired_at)


def get_documents(session: Session, version_ids: Iterable[int]) -> dict[int, LessonDocument]:
    """Return lesson documents by version id."""
    rows = session.execute(_DOCUMENTS, {"ids": list(version_ids)})
    return {version_id: _lesson(text) for version_id, text in rows}


def list_teaching(session: Session, areas: Iterable[str]) -> dict[str, list[TeachingLesson]]:
    """Return the current lessons that teach some knowledge areas, by area, in order of course.

    Which lesson teaches what is in the documents; they are read once a version and process.
    """
    wanted = set(areas)
    rows = session.execute(
        select(
            Course.code,
            CourseVersion.document,
            LessonVersion.id,
            LessonVersion.lesson_code,
            LessonVersion.title,
            LessonVersion.title_en,
            LessonVersion.minutes,
        )
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .join(CourseVersionLesson, CourseVersionLesson.course_version_id == CourseVersion.id)
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .where(Course.retired_at.is_(None))
        .order_by(Course.code, CourseVersionLesson.position)
    ).all()
    unknown = [row.id for row in rows if row.id not in _AREAS]
    if unknown:
        documents = get_documents(session, unknown)
        _AREAS.update({version: document.areas for version, document in documents.items()})
    found: dict[str, list[TeachingLesson]] = {area: [] for area in wanted}
    for code, document, version_id, lesson_code, title, title_en, minutes in rows:
        course = parse_course(document)
        lesson = TeachingLesson(
            code, course.title, course.title_en, lesson_code, title, title_en, minutes
        )
        for area in wanted.intersection(_AREAS[version_id]):
            found[area].append(lesson)
    return found


def get_document(session: Session, line: LessonLine) -> LessonDocument:
    """Return the document of a lesson; a process asks for each content once, by its hash."""
    document = _BY_HASH.get(line.content_hash)
    if document is None:
        if len(_BY_HASH) >= MOST_KEPT:
            _BY_HASH.clear()
        document = get_documents(session, [line.version_id])[line.version_id]
        _BY_HASH[line.content_hash] = document
    return document


def get_place(
    session: Session, raw_course: str, raw_lesson: str, *, reader: int | None = None
) -> LessonPlace:
    """Return where a lesson of a current course version stands; NotFound otherwise.

    A retired course is there for a reader who had begun it.
    """
    row = session.execute(
        _places()
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .where(
            CourseVersionLesson.course_version_id == Course.current_version_id,
            Course.code == raw_course,
            is_open_to(reader) if reader is not None else Course.retired_at.is_(None),
            LessonVersion.lesson_code == raw_lesson,
        )
    ).first()
    if row is None:
        raise NotFound("lesson")
    return LessonPlace(*row)


def find_place_of_check(session: Session, assessment_id: int) -> LessonPlace | None:
    """Return the lesson whose self-check an assessment is, of whatever version, or None."""
    row = session.execute(_places().where(LessonCheck.assessment_id == assessment_id)).first()
    return LessonPlace(*row) if row else None


def _places() -> Select[int, str, str, int, str, int]:
    return (
        select(
            Course.id,
            Course.code,
            LessonVersion.lesson_code,
            LessonVersion.id,
            LessonVersion.title,
            LessonCheck.assessment_id,
        )
        .select_from(LessonVersion)
        .join(Course, Course.id == LessonVersion.course_id)
        .outerjoin(LessonCheck, LessonCheck.lesson_version_id == LessonVersion.id)
    )


def get_asset(session: Session, raw_sha256: str) -> AssetView:
    """Return a figure by the hash of its content; NotFound when no course ever had it."""
    row = session.execute(
        select(CourseAsset.media_type, CourseAsset.content).where(CourseAsset.sha256 == raw_sha256)
    ).first()
    if row is None:
        raise NotFound("asset")
    return AssetView(*row)
