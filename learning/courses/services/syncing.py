"""Bringing course files into the database as immutable versions.

The items of a course's bank must be there already: a new lesson version pins those of its
self-check in an assessment of its own.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from learning.attempts.rules import (
    AttemptRules,
    Blueprint,
    ByHand,
    Counts,
    Delivery,
    Release,
    Section,
    section_title,
)
from learning.attempts.services import create_assessment
from learning.courses.loader import Asset, LoadedCourse
from learning.courses.models import (
    AuthoredCourse,
    Course,
    CourseAsset,
    CourseMedia,
    CourseVersion,
    CourseVersionLesson,
    LessonCheck,
    LessonFileRow,
    LessonVersion,
)
from learning.courses.queries.authoring import is_authored
from learning.courses.queries.media import whole_media
from learning.courses.rules import (
    CHECK_LIMIT,
    CourseDocument,
    LessonDocument,
    content_hash,
    runs_of_kind,
    to_json,
)
from learning.courses.services.glossary import index_glossary
from learning.courses.services.media import Turn, keep_ahead, keep_media
from learning.courses.services.searching import index_lessons
from learning.kernel.errors import Invalid, Problem
from learning.question_bank.item_types import get_type
from learning.question_bank.rules import ItemKind
from learning.question_bank.scoring import MarkingKind, MarkingRule

CHECKS_CLOSE_AT = datetime(2100, 1, 1, tzinfo=UTC)  # a self-check has no end; the engine wants one
_RULES = AttemptRules(
    limit_s=int(CHECK_LIMIT.total_seconds()),
    max_attempts=0,
    counts=Counts.BEST,
    delivery=Delivery.STEPWISE,
    release=Release.AT_SUBMIT,
    review=True,
    by_hand=ByHand.UNMARKED,
)


@dataclass(frozen=True, slots=True)
class CourseSyncReport:
    """How many lessons were added, changed (new version), left alone, and are gone."""

    added: int
    changed: int
    unchanged: int
    gone: int


def sync_course(session: Session, loaded: LoadedCourse, now: datetime) -> CourseSyncReport:
    """Make the course consist of exactly these lessons; the same content changes nothing.

    Versions are found by the hash of their content and never changed, so what learners saw stays
    on record; a lesson that is gone stays in the versions before. Raises Invalid for a course
    with problems, and when its bank in the database lacks an item of a self-check.
    """
    code = loaded.document.code
    if is_authored(session, code):
        message = f"课程 id {code} 已由网上编写的课程使用"
        raise Invalid([Problem("course.toml", None, "id", "code_taken", message)])
    return publish_course(session, loaded, now)[1]


def publish_course(
    session: Session, loaded: LoadedCourse, now: datetime
) -> tuple[Course, CourseSyncReport]:
    """Do what `sync_course` does, whoever is the master of the course."""
    if loaded.problems:
        raise Invalid(loaded.problems)
    course = _find_or_add_course(session, loaded.document.code, now)
    known = _current_lessons(session, course)
    _keep_assets(session, loaded.assets.values(), now)
    _keep_files(session, loaded, now)
    versions = [
        _find_or_add_lesson(session, course, loaded.document, lesson, now)
        for lesson in loaded.lessons
    ]
    version = _find_or_add_version(session, course, loaded, versions, now)
    course.current_version_id = version.id
    course.retired_at = None
    session.flush()  # the caller may count on the rows being there
    documents = {row.id: row.document for row in versions}
    index_lessons(session, course.id, documents)
    index_glossary(session, course.id, documents)
    added = sum(row.lesson_code not in known for row in versions)
    unchanged = sum(known.get(row.lesson_code) == row.id for row in versions)
    kept = {row.lesson_code for row in versions}
    return course, CourseSyncReport(
        added=added,
        changed=len(versions) - added - unchanged,
        unchanged=unchanged,
        gone=len(set(known) - kept),
    )


def retire_courses(session: Session, kept_codes: Iterable[str], now: datetime) -> int:
    """Take the courses whose folder is gone out of the catalogue; return how many.

    Those that are written on the web never had one.
    """
    written = select(AuthoredCourse.course_id).where(AuthoredCourse.course_id.is_not(None))
    return len(
        session.execute(
            update(Course)
            .where(
                Course.code.not_in(list(kept_codes)),
                Course.id.not_in(written),
                Course.retired_at.is_(None),
            )
            .values(retired_at=now)
            .returning(Course.id)
        ).all()
    )


def _find_or_add_course(session: Session, code: str, now: datetime) -> Course:
    course = session.scalar(select(Course).where(Course.code == code))
    if course is None:
        course = Course(code=code, created_at=now)
        session.add(course)
        session.flush()  # versions need its id
    return course


def _current_lessons(session: Session, course: Course) -> dict[str, int]:
    rows = session.execute(
        select(LessonVersion.lesson_code, LessonVersion.id)
        .join(CourseVersionLesson, CourseVersionLesson.lesson_version_id == LessonVersion.id)
        .where(CourseVersionLesson.course_version_id == course.current_version_id)
    )
    return {row.lesson_code: row.id for row in rows}


def _keep_assets(session: Session, assets: Iterable[Asset], now: datetime) -> None:
    by_hash = {asset.sha256: asset for asset in assets if asset.is_figure}
    known = set(
        session.scalars(select(CourseAsset.sha256).where(CourseAsset.sha256.in_(list(by_hash))))
    )
    session.add_all(
        CourseAsset(
            sha256=asset.sha256,
            media_type=asset.media_type,
            content=asset.content,
            created_at=now,
        )
        for asset in by_hash.values()
        if asset.sha256 not in known
    )


def _find_or_add_lesson(
    session: Session,
    course: Course,
    settings: CourseDocument,
    lesson: LessonDocument,
    now: datetime,
) -> LessonVersion:
    of_lesson = (LessonVersion.course_id == course.id, LessonVersion.lesson_code == lesson.code)
    content = lesson.content_hash
    found = session.scalar(
        select(LessonVersion).where(*of_lesson, LessonVersion.content_hash == content)
    )
    if found is not None:
        return found
    number = session.scalar(select(func.count()).select_from(LessonVersion).where(*of_lesson))
    version = LessonVersion(
        course_id=course.id,
        lesson_code=lesson.code,
        number=(number or 0) + 1,
        content_hash=content,
        title=lesson.title,
        title_en=lesson.title_en,
        minutes=lesson.minutes,
        document=to_json(lesson),
        created_at=now,
    )
    session.add(version)
    session.flush()  # its self-check and its files need the id
    session.add_all(
        LessonFileRow(lesson_version_id=version.id, name=name, sha256=sha256)
        for name, sha256 in {file.name: file.sha256 for file in lesson.files}.items()
    )
    if lesson.has_check:
        _add_check(session, version.id, settings, lesson, now)
    return version


def _add_check(
    session: Session,
    version_id: int,
    settings: CourseDocument,
    lesson: LessonDocument,
    now: datetime,
) -> None:
    sections = tuple(
        Section(
            title=section_title(kind),
            kind=kind,
            count=len(codes),
            # Nobody marks what a machine cannot: it neither gives nor costs a point.
            points=Decimal(get_type(kind).IS_SCORED),
            marking=_marking(kind),
            items=codes,
        )
        for kind, codes in runs_of_kind(lesson.check_items)
    )
    assessment = create_assessment(
        session,
        title=lesson.title,
        blueprint=Blueprint(settings.bank, settings.pool, sections),
        rules=_RULES,
        opens_at=now,
        closes_at=CHECKS_CLOSE_AT,
        created_by=None,
        now=now,
    )
    session.add(LessonCheck(lesson_version_id=version_id, assessment_id=assessment.id))


def _marking(kind: ItemKind) -> MarkingRule:
    in_parts = get_type(kind).COUNTS_PARTS
    return MarkingRule(MarkingKind.PER_BLANK if in_parts else MarkingKind.ALL_OR_NOTHING)


def _keep_files(session: Session, loaded: LoadedCourse, now: datetime) -> None:
    """Store the recordings and documents that lessons use; those that are there are not read.

    All are noted as wanted first: whoever forgets one meanwhile waits, sees it and leaves it.
    """
    used = {file.sha256: file.name for lesson in loaded.lessons for file in lesson.files}
    if not used:
        return
    session.execute(
        update(CourseMedia)
        .where(CourseMedia.sha256.in_(used))
        .values(created_at=now)
        .execution_options(synchronize_session=False)
    )
    for sha256 in set(used) - whole_media(session, used):
        asset = loaded.assets[used[sha256]]
        keep_media(session, asset, partial(_read_again, loaded, asset), now)


def keep_course_ahead(turn: Turn, loaded: LoadedCourse, now: datetime) -> None:
    """Store the recordings and documents of a course in turns before `sync_course` refers to them.

    Raises Invalid for a file that is not the one that was judged any more.
    """
    used = {file.sha256: file.name for lesson in loaded.lessons for file in lesson.files}
    if not used:
        return
    with turn() as session:
        missing = set(used) - whole_media(session, used)
    for sha256 in missing:
        asset = loaded.assets[used[sha256]]
        keep_ahead(turn, asset, partial(_read_again, loaded, asset), now)


def _read_again(loaded: LoadedCourse, asset: Asset) -> bytes:
    content = loaded.files[f"assets/{asset.name}"]
    if content is None or hashlib.sha256(content).hexdigest() != asset.sha256:
        message = "读的时候文件变了，请再来一次"
        raise Invalid([Problem(asset.name, None, "", "file_changed", message)])
    return content


def _find_or_add_version(
    session: Session,
    course: Course,
    loaded: LoadedCourse,
    lessons: Sequence[LessonVersion],
    now: datetime,
) -> CourseVersion:
    of_course = CourseVersion.course_id == course.id
    parts = [content_hash(loaded.document), *(row.content_hash for row in lessons)]
    content = hashlib.sha256(" ".join(parts).encode()).hexdigest()
    found = session.scalar(
        select(CourseVersion).where(of_course, CourseVersion.content_hash == content)
    )
    if found is not None:
        return found
    number = session.scalar(select(func.count()).select_from(CourseVersion).where(of_course))
    version = CourseVersion(
        course_id=course.id,
        number=(number or 0) + 1,
        content_hash=content,
        title=loaded.document.title,
        document=to_json(loaded.document),
        created_at=now,
    )
    session.add(version)
    session.flush()  # the list of lessons needs its id
    session.add_all(
        CourseVersionLesson(
            course_version_id=version.id, position=position, lesson_version_id=row.id
        )
        for position, row in enumerate(lessons, 1)
    )
    return version
