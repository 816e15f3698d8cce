"""Keeping lessons findable: their terms follow the current version, in the same transaction."""

from collections.abc import Mapping

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from learning.courses.models import LessonSearch
from learning.courses.rules import LessonDocument, lesson_from_json, said_of
from learning.kernel.bulk import insert_many
from learning.kernel.search import fts5_forget, fts5_learn, headed, terms_of

_FORGET, _LEARN = text(fts5_forget("lesson_search")), text(fts5_learn("lesson_search"))


def index_lessons(session: Session, course_id: int, documents: Mapping[int, str]) -> None:
    """Let a course be found by exactly these lesson versions; call it after a change, flushed.

    `documents` are their documents as stored, by version. What is found by already is left alone.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    held = {
        row.lesson_version_id: row.terms
        for row in session.execute(
            select(LessonSearch.lesson_version_id, LessonSearch.terms).where(
                LessonSearch.course_id == course_id
            )
        )
    }
    gone = {version: terms for version, terms in held.items() if version not in documents}
    if gone and is_sqlite:
        session.execute(_FORGET, [{"id": n, "terms": terms} for n, terms in gone.items()])
    if gone:
        session.execute(delete(LessonSearch).where(LessonSearch.lesson_version_id.in_(gone)))
    new = {
        version: findable_terms(lesson_from_json(document))
        for version, document in documents.items()
        if version not in held
    }
    if not new:
        return
    insert_many(
        session,
        LessonSearch,
        [
            {"lesson_version_id": n, "course_id": course_id, "terms": terms}
            for n, terms in new.items()
        ],
    )
    if is_sqlite:
        session.execute(_LEARN, [{"id": n, "terms": terms} for n, terms in new.items()])


def findable_terms(document: LessonDocument) -> str:
    """Return what a lesson is found by: all it says, and its titles once more as headings."""
    said = said_of(document)
    titles = headed(terms_of("\n".join(said[:2])))
    return f"{terms_of(chr(10).join(said))} {titles}"
