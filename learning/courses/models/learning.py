"""Tables of courseware and learning; those of writing courses are in `models.authoring`."""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base
from learning.kernel.search import TermsText, index_terms


class Course(Base):
    """A course by its stable code; its content lives in versions.

    Retired: its folder is gone, or who publishes took it off the catalogue. Nobody begins it any
    more; who had begun goes on.
    """

    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    current_version_id: Mapped[int | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class CourseVersion(Base):
    """One immutable version: title, summary, and (by `CourseVersionLesson`) exactly its lessons.

    `document` is canonical JSON of `rules.CourseDocument`; `content_hash` covers it and the hashes
    of all lessons.
    """

    __tablename__ = "course_versions"
    __table_args__ = (Index(None, "course_id", "content_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    number: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class LessonVersion(Base):
    """One immutable version of a lesson; `document` is canonical JSON of `rules.LessonDocument`."""

    __tablename__ = "lesson_versions"
    __table_args__ = (Index(None, "course_id", "lesson_code", "content_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    lesson_code: Mapped[str] = mapped_column(String(60))
    number: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int] = mapped_column(Integer)
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class CourseVersionLesson(Base):
    """Which lesson versions a course version consists of, in order from 1."""

    __tablename__ = "course_version_lessons"
    __table_args__ = (UniqueConstraint("course_version_id", "lesson_version_id"),)

    course_version_id: Mapped[int] = mapped_column(
        ForeignKey("course_versions.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_versions.id"))


class LessonCheck(Base):
    """The self-check of a lesson version: one assessment of the attempt engine."""

    __tablename__ = "lesson_checks"

    lesson_version_id: Mapped[int] = mapped_column(
        ForeignKey("lesson_versions.id"), primary_key=True, autoincrement=False
    )
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), unique=True)


class CourseAsset(Base):
    """A figure, kept by the SHA-256 of its content: every node serves the same, old ones stay."""

    __tablename__ = "course_assets"
    __table_args__ = (
        CheckConstraint(
            "media_type IN ('image/svg+xml', 'image/png', 'image/jpeg')", name="media_type"
        ),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class LessonSearch(Base):
    """What a lesson of a current course is found by: the terms (`kernel.search`) of its text.

    Its index is made by `kernel.search`; SQLite's is told of every change by `services.searching`.
    """

    __tablename__ = "lesson_search"

    lesson_version_id: Mapped[int] = mapped_column(
        ForeignKey("lesson_versions.id"), primary_key=True, autoincrement=False
    )
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    terms: Mapped[str] = mapped_column(TermsText)


index_terms(cast("Table", LessonSearch.__table__), "lesson_version_id")


class Enrolment(Base):
    """A learner began a course; by the first lesson opened or by saying so."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    enrolled_at: Mapped[datetime]


class LessonProgress(Base):
    """How far a learner is in a lesson, whatever its version; `lesson_version_id` was seen last.

    `read_percent` (0–100) is the furthest place reached, `last_anchor` the heading passed last.
    `completed_at` is set once and stays, unless a change that its author calls substantial reopens
    the lesson (`reopened_at`): what was there before is then kept in `lesson_reopenings`.
    """

    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "lesson_code"),
        Index(None, "course_id", "lesson_code"),
        CheckConstraint("read_percent BETWEEN 0 AND 100", name="read_percent"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    lesson_code: Mapped[str] = mapped_column(String(60))
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_versions.id"))
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    last_anchor: Mapped[str] = mapped_column(String(40), default="")
    read_percent: Mapped[int] = mapped_column(Integer, default=0)
    completed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
