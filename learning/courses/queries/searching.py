"""Finding lessons by words: all must be in the text; a title that holds them comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonSearch,
)
from learning.courses.queries.catalogue import get_documents, parse_course
from learning.courses.rules import LessonDocument, Piece, excerpt_of, said_of
from learning.kernel.search import Term, fts5_query, in_heading, query_terms, ts_query

FOUND_SIZE = 20
MOST_FOUND = 500  # nobody looks through more: a word in every lesson finds nothing
MAX_QUERY = 100
_said_of = lru_cache(maxsize=1024)(said_of)  # stripping markup takes most of a search
_INDEX = table("lesson_search_index", column("rowid"))


@dataclass(frozen=True, slots=True)
class FoundLesson:
    """A lesson that was found; `excerpt` is the text around the first place, in pieces."""

    course_code: str
    course_title: str
    course_title_en: str
    code: str
    position: int
    title: tuple[Piece, ...]
    title_en: str
    minutes: int
    excerpt: tuple[Piece, ...]


def search_lessons(
    session: Session, raw_words: str, *, page: int = 1
) -> tuple[list[FoundLesson], int]:
    """Return a page of the current lessons that hold all the words, and how many do.

    At most 100 characters are looked at, and at most 500 lessons beside those with a title that
    holds them; a query that says nothing finds nothing.
    """
    words = raw_words[:MAX_QUERY].replace("\0", "").split()
    terms = query_terms(" ".join(words))
    if not terms:
        return [], 0
    is_titled = CourseVersionLesson.lesson_version_id.in_(_hits(session, in_heading(terms)))
    query = (  # narrow rows alone: a common word is in thousands of lessons
        select(
            CourseVersionLesson.lesson_version_id,
            Course.code,
            CourseVersionLesson.course_version_id,
            CourseVersionLesson.position,
            func.count().over(),
        )
        .select_from(Course)
        .join(
            CourseVersionLesson, CourseVersionLesson.course_version_id == Course.current_version_id
        )
        .where(
            or_(is_titled, CourseVersionLesson.lesson_version_id.in_(_hits(session, terms))),
            Course.retired_at.is_(None),
        )
        .order_by(case((is_titled, 0), else_=1), Course.code, CourseVersionLesson.position)
    )
    rows = session.execute(query.offset((page - 1) * FOUND_SIZE).limit(FOUND_SIZE)).all()
    if not rows:
        return [], 0
    documents = get_documents(session, [row.lesson_version_id for row in rows])
    courses = _courses(session, [row[2] for row in rows])
    found = [_found(documents[row[0]], words, (row[1], *courses[row[2]], row[3])) for row in rows]
    return found, rows[0][4]


def _courses(session: Session, version_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return the titles of course versions, Chinese and English."""
    rows = session.execute(
        select(CourseVersion.id, CourseVersion.document).where(CourseVersion.id.in_(version_ids))
    )
    read = ((version_id, parse_course(text)) for version_id, text in rows)
    return {version_id: (course.title, course.title_en) for version_id, course in read}


def _found(
    document: LessonDocument, words: Sequence[str], place: tuple[str, str, str, int]
) -> FoundLesson:
    course_code, course_title, course_title_en, position = place
    texts = _said_of(document)
    return FoundLesson(
        course_code,
        course_title,
        course_title_en,
        document.code,
        position,
        excerpt_of((document.title,), words),
        document.title_en,
        document.minutes,
        excerpt_of(texts[2:], words),
    )


def _hits(session: Session, terms: list[Term]) -> Select[int]:
    if session.get_bind().dialect.name == "sqlite":
        # asked twice in a statement
        wanted = bindparam("terms", fts5_query(terms), Text, unique=True)
        matches = text("lesson_search_index MATCH :terms").bindparams(wanted)
        return select(_INDEX.c.rowid).where(matches).limit(MOST_FOUND)
    holds: ColumnElement[bool] = LessonSearch.terms.bool_op("@@")(cast(ts_query(terms), TSQUERY))
    return select(LessonSearch.lesson_version_id).where(holds).limit(MOST_FOUND)
