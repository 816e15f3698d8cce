"""A learner's own notes and highlights, and the terms of the glossary. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class LessonNote(Base):
    """A note of a learner in a lesson, or a highlight where `text` is "": theirs alone.

    It is found again in whatever version by its `quote` with what stands before and after it; a
    note without a quote stands at a `heading`, or at the whole lesson. `lesson_version_id` is where
    it was made. Twins of the lengths: `rules.notes`.
    """

    __tablename__ = "lesson_notes"
    __table_args__ = (
        Index(None, "user_id", "course_id", "lesson_code"),
        Index(None, "user_id", "changed_at"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    lesson_code: Mapped[str] = mapped_column(String(60))
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_versions.id"))
    quote: Mapped[str] = mapped_column(String(500), default="")
    prefix: Mapped[str] = mapped_column(String(60), default="")
    suffix: Mapped[str] = mapped_column(String(60), default="")
    heading: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class GlossaryTerm(Base):
    """A term that a lesson of a current course version explains; made anew with each version.

    `sort_key` is its pinyin, `find_key` what the search looks in, folded.
    """

    __tablename__ = "glossary_terms"
    __table_args__ = (Index(None, "sort_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_versions.id"))
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort_key: Mapped[str] = mapped_column(String(400))
    find_key: Mapped[str] = mapped_column(Text)
