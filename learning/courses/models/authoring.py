"""Tables of courses that are written on the web or brought as a zip, and what came of them."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base

MAX_PATH = 120
MAX_NAME = 255  # of a file, as systems have it


class AuthoredCourse(Base):
    """A course whose master is the database: its working files, and where they stand.

    `unit_id` is who owns it, NULL for the platform. `revision` grows with every change to any
    file, so that nobody signs off what changed meanwhile. `course_id` is set by the first
    publication. `state`: draft, in review (nothing changes then), or published (the files are the
    newest release's). `substantial` is a JSON list of the lessons whose change its author calls
    so; `note` says what changed, `sent_back` why a reviewer refused.
    """

    __tablename__ = "authored_courses"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'review', 'published')", name="state"),
        CheckConstraint("(state = 'review') = (submitted_by IS NOT NULL)", name="submitted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"), unique=True)
    state: Mapped[str] = mapped_column(String(9), default="draft")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    note: Mapped[str] = mapped_column(Text, default="")
    substantial: Mapped[str] = mapped_column(Text, default="[]")
    sent_back: Mapped[str] = mapped_column(Text, default="")
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    updated_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]


class CourseFile(Base):
    """What a file of a draft or a release holds, by the SHA-256 of its bytes; never changed.

    `content` is None for a large one, whose content is in `course_media`.
    """

    __tablename__ = "course_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class AuthoredFile(Base):
    """A working file of a course; `revision` guards it against two who write it at once.

    `brought_as` is the name under which a recording or a document was uploaded, "" for what came
    otherwise: two names that are spelled alike are two files.
    """

    __tablename__ = "authored_files"

    authored_course_id: Mapped[int] = mapped_column(
        ForeignKey("authored_courses.id"), primary_key=True, autoincrement=False
    )
    path: Mapped[str] = mapped_column(String(MAX_PATH), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("course_files.sha256"), index=True)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    updated_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]
    brought_as: Mapped[str] = mapped_column(String(MAX_NAME), default="", server_default="")


class CourseWriter(Base):
    """Who changed the working files since the last publication: none of them signs it off."""

    __tablename__ = "course_writers"

    authored_course_id: Mapped[int] = mapped_column(
        ForeignKey("authored_courses.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id"), primary_key=True, autoincrement=False
    )


class CourseRelease(Base):
    """A publication of an authored course; never changed. `number` counts from 1.

    `changes` is JSON of what it meant for those who were learning then.
    """

    __tablename__ = "course_releases"
    __table_args__ = (UniqueConstraint("authored_course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    authored_course_id: Mapped[int] = mapped_column(ForeignKey("authored_courses.id"))
    number: Mapped[int] = mapped_column(Integer)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"))
    note: Mapped[str] = mapped_column(Text)
    changes: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    published_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]


class CourseReleaseFile(Base):
    """A file of a release, as it was."""

    __tablename__ = "course_release_files"

    release_id: Mapped[int] = mapped_column(
        ForeignKey("course_releases.id"), primary_key=True, autoincrement=False
    )
    path: Mapped[str] = mapped_column(String(MAX_PATH), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("course_files.sha256"), index=True)


class LessonReopening(Base):
    """What a learner had done of a lesson when a substantial change reopened it; never changed."""

    __tablename__ = "lesson_reopenings"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "lesson_code", "release_id"),
        Index(None, "release_id"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    lesson_code: Mapped[str] = mapped_column(String(60))
    release_id: Mapped[int] = mapped_column(ForeignKey("course_releases.id"))
    read_percent: Mapped[int] = mapped_column(Integer)
    completed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime]
