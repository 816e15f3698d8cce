"""The glossary: the terms of all lessons, following each change in its transaction."""

from collections.abc import Mapping
from unicodedata import normalize

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from learning.courses.models import GlossaryTerm
from learning.courses.rules import Term, lesson_from_json
from learning.kernel.bulk import insert_many

MAX_SORT_KEY = 400  # twin: `models.GlossaryTerm`
MAX_NAME = 200


def index_glossary(session: Session, course_id: int, documents: Mapping[int, str]) -> None:
    """Let the glossary hold of a course exactly the terms of these lesson versions.

    `documents` are their documents as stored, by version. What is held already is left alone.
    """
    held = set(
        session.scalars(
            select(GlossaryTerm.lesson_version_id)
            .where(GlossaryTerm.course_id == course_id)
            .distinct()
        )
    )
    gone = held - set(documents)
    if gone:
        session.execute(delete(GlossaryTerm).where(GlossaryTerm.lesson_version_id.in_(gone)))
    rows = [
        {"course_id": course_id, "lesson_version_id": version, **_row(term)}
        for version, document in documents.items()
        if version not in held
        for term in lesson_from_json(document).terms
    ]
    insert_many(session, GlossaryTerm, rows)


def _row(term: Term) -> dict[str, str]:
    syllables, initials = _pinyin(term.zh)
    names = (term.zh, term.en, "".join(syllables), initials)
    return {
        "zh": term.zh[:MAX_NAME],
        "en": term.en[:MAX_NAME],
        "text": term.text,
        "text_en": term.text_en,
        "sort_key": f"{' '.join(syllables)} {term.zh}"[:MAX_SORT_KEY],
        "find_key": "\n".join(fold(name) for name in names),
    }


def fold(text: str) -> str:
    """Return a text as it is compared: letter case and width make no difference."""
    return normalize("NFKC", text).casefold()


def _pinyin(text: str) -> tuple[list[str], str]:
    """Return the syllables of a term in small letters, and their first letters."""
    from pypinyin import lazy_pinyin  # its dictionary takes 0.3 s: not at every start

    syllables = [s.strip() for s in lazy_pinyin(fold(text)) if s.strip()]
    return syllables, "".join(s[0] for s in syllables)
