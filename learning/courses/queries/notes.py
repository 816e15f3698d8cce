"""One's own notes: of a lesson, all of them with a search; whose they are stands in every query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonNote,
    LessonVersion,
)
from learning.courses.queries.catalogue import parse_course
from learning.courses.queries.retired import is_open_to
from learning.kernel.errors import NotFound

NOTES_A_PAGE = 20
MAX_NOTES_QUERY = 100


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note in the list of all; the titles are those of where it was made.

    `current_version_id` is the lesson's version now, None where the lesson is gone.
    """

    public_id: str
    course_code: str
    course_title: str
    course_title_en: str
    lesson_code: str
    lesson_title: str
    lesson_title_en: str
    version_id: int
    current_version_id: int | None
    quote: str
    heading: str
    text: str
    changed_at: datetime


def list_lesson_notes(
    session: Session, user_id: int, raw_course: str, raw_lesson: str
) -> list[LessonNote]:
    """Return a person's notes of a lesson, whatever its version, in the order they were made."""
    return list(
        session.scalars(
            select(LessonNote)
            .join(Course, Course.id == LessonNote.course_id)
            .where(
                LessonNote.user_id == user_id,
                Course.code == raw_course,
                LessonNote.lesson_code == raw_lesson,
            )
            .order_by(LessonNote.id)
        )
    )


def get_note(session: Session, user_id: int, raw_public_id: str) -> LessonNote:
    """Return a note of a person's own; NotFound when missing or somebody else's."""
    note = session.scalar(
        select(LessonNote).where(
            LessonNote.public_id == raw_public_id, LessonNote.user_id == user_id
        )
    )
    if note is None:
        raise NotFound("note")
    return note


def count_notes(session: Session, user_id: int, *, course_id: int = 0, lesson: str = "") -> int:
    """Return how many notes a person has, in all or in one lesson."""
    query = select(func.count()).where(LessonNote.user_id == user_id)
    if course_id:
        query = query.where(LessonNote.course_id == course_id, LessonNote.lesson_code == lesson)
    return session.scalar(query) or 0


def search_notes(
    session: Session, user_id: int, text: str, *, page: int = 1
) -> tuple[list[NoteLine], int]:
    """Return a page of a person's notes that hold a text, newest first, and how many do."""
    where = _found(user_id, text)
    total = session.scalar(select(func.count()).select_from(LessonNote).where(*where)) or 0
    rows = session.execute(
        _lines(where)
        .order_by(LessonNote.changed_at.desc(), LessonNote.id.desc())
        .offset((page - 1) * NOTES_A_PAGE)
        .limit(NOTES_A_PAGE)
    )
    return [_line(*row) for row in rows], total


def list_all_notes(session: Session, user_id: int) -> list[NoteLine]:
    """Return all notes of a person, by course and lesson, in the order they were made."""
    rows = session.execute(
        _lines((LessonNote.user_id == user_id,)).order_by(
            Course.code, LessonNote.lesson_code, LessonNote.id
        )
    )
    return [_line(*row) for row in rows]


def _found(user_id: int, text: str) -> tuple[ColumnElement[bool], ...]:
    words = text.replace("\0", "")[:MAX_NOTES_QUERY].split()
    held = (
        or_(
            LessonNote.text.icontains(word, autoescape=True),
            LessonNote.quote.icontains(word, autoescape=True),
        )
        for word in words
    )
    return (LessonNote.user_id == user_id, *held)


def _line(public_id: str, code: str, document: str, *rest: Any) -> NoteLine:
    course = parse_course(document)
    return NoteLine(public_id, code, course.title, course.title_en, *rest)


def _lines(where: tuple[ColumnElement[bool], ...]) -> Select[*tuple[Any, ...]]:
    made_in = LessonVersion.__table__.alias("made_in")
    current = (
        select(CourseVersionLesson.course_version_id, LessonVersion.id, LessonVersion.lesson_code)
        .join(LessonVersion, LessonVersion.id == CourseVersionLesson.lesson_version_id)
        .subquery()
    )
    return (
        select(
            LessonNote.public_id,
            Course.code,
            CourseVersion.document,
            LessonNote.lesson_code,
            made_in.c.title,
            made_in.c.title_en,
            LessonNote.lesson_version_id,
            current.c.id,
            LessonNote.quote,
            LessonNote.heading,
            LessonNote.text,
            LessonNote.changed_at,
        )
        .join(Course, Course.id == LessonNote.course_id)
        .join(CourseVersion, CourseVersion.id == Course.current_version_id)
        .join(made_in, made_in.c.id == LessonNote.lesson_version_id)
        .outerjoin(
            current,
            and_(
                current.c.course_version_id == Course.current_version_id,
                current.c.lesson_code == LessonNote.lesson_code,
                is_open_to(LessonNote.user_id),
            ),
        )
        .where(*where)
    )
