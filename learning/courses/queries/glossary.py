"""The glossary: terms in both languages, each once with the lessons that explain it."""

from dataclasses import dataclass
from unicodedata import normalize

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from learning.courses.models import Course, GlossaryTerm, LessonVersion

TERMS_A_PAGE = 50
MAX_TERM_QUERY = 60


@dataclass(frozen=True, slots=True)
class TermPlace:
    """A lesson that explains a term, and how it does; `text_en` may be ""."""

    course_code: str
    lesson_code: str
    lesson_title: str
    lesson_title_en: str
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term in both languages, with the lessons that explain it."""

    zh: str
    en: str
    places: tuple[TermPlace, ...]


def list_terms(session: Session, text: str, *, page: int = 1) -> tuple[list[TermLine], int]:
    """Return a page of the terms whose name holds all words, by pinyin, and how many there are.

    Chinese, English, pinyin and its initials are looked in: 合格, conform, hege, hg.
    """
    words = normalize("NFKC", text.replace("\0", "")[:MAX_TERM_QUERY]).casefold().split()
    shown = (
        select(GlossaryTerm.zh, GlossaryTerm.en, func.min(GlossaryTerm.sort_key).label("key"))
        .join(Course, Course.id == GlossaryTerm.course_id)
        .where(
            Course.retired_at.is_(None),
            *(GlossaryTerm.find_key.contains(word, autoescape=True) for word in words),
        )
        .group_by(GlossaryTerm.zh, GlossaryTerm.en)
    ).subquery()
    total = session.scalar(select(func.count()).select_from(shown)) or 0
    named = [
        (zh, en)
        for zh, en in session.execute(
            select(shown.c.zh, shown.c.en)
            .order_by(shown.c.key, shown.c.zh, shown.c.en)
            .offset((page - 1) * TERMS_A_PAGE)
            .limit(TERMS_A_PAGE)
        )
    ]
    places = _places(session, named)
    return [TermLine(*name, tuple(places.get(name, ()))) for name in named], total


def _places(
    session: Session, named: list[tuple[str, str]]
) -> dict[tuple[str, str], list[TermPlace]]:
    found: dict[tuple[str, str], list[TermPlace]] = {}
    rows = session.execute(
        select(
            GlossaryTerm.zh,
            GlossaryTerm.en,
            Course.code,
            LessonVersion.lesson_code,
            LessonVersion.title,
            LessonVersion.title_en,
            GlossaryTerm.text,
            GlossaryTerm.text_en,
        )
        .join(Course, Course.id == GlossaryTerm.course_id)
        .join(LessonVersion, LessonVersion.id == GlossaryTerm.lesson_version_id)
        .where(
            Course.retired_at.is_(None),
            tuple_(GlossaryTerm.zh, GlossaryTerm.en).in_(named),
        )
        .order_by(Course.code, GlossaryTerm.id)
    )
    for zh, en, *place in rows:
        found.setdefault((zh, en), []).append(TermPlace(*place))
    return found
