"""Tables of what lessons play, show page by page and hand out, and of what learners watched."""

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


class CourseMedia(Base):
    """A large file of courses by the SHA-256 of its content; never changed.

    `size` in bytes, `duration_ms` of a recording, `pages` of a PDF; 0 for what has none. It may be
    there before all its pieces are, and before anything refers to it: `created_at` is when somebody
    last brought it.
    """

    __tablename__ = "course_media"
    __table_args__ = (CheckConstraint("size > 0 AND duration_ms >= 0 AND pages >= 0", name="size"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    duration_ms: Mapped[int]
    pages: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]


class CourseMediaPart(Base):
    """A piece of a file, `rules.media.PART_BYTES` each but the last, counted from 0."""

    __tablename__ = "course_media_parts"

    sha256: Mapped[str] = mapped_column(ForeignKey("course_media.sha256"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CourseMediaPage(Base):
    """A page of a PDF as a PNG, counted from 1, empty for one that cannot be drawn.

    The first is drawn when somebody asks for it, and then the worker draws the others.
    """

    __tablename__ = "course_media_pages"

    sha256: Mapped[str] = mapped_column(ForeignKey("course_media.sha256"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class LessonFileRow(Base):
    """A file that a lesson version uses, under its name: whoever opens the lesson may have it."""

    __tablename__ = "lesson_files"

    lesson_version_id: Mapped[int] = mapped_column(
        ForeignKey("lesson_versions.id"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("course_media.sha256"), index=True)


class WatchShare(Base):
    """What percent of a recording is asked for before its lesson is done, from `valid_from` on.

    Never changed; the newest that is in force holds, and who completed a lesson before has done so.
    """

    __tablename__ = "watch_shares"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[datetime]
    set_at: Mapped[datetime]


class MediaWatching(Base):
    """What a learner saw of a recording, whatever lesson version it stood in.

    `ranges` is JSON of [from, to] in milliseconds, apart and in order, `watched_ms` their length.
    `position_ms` is where to go on. `allowance_ms` is what may still be claimed and `beat_at` until
    when it was reckoned (`rules.media`); `number` counts reports, so that none overwrites another.
    """

    __tablename__ = "media_watchings"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id", "lesson_code", "sha256"),
        Index(None, "sha256"),
        CheckConstraint("watched_ms >= 0 AND position_ms >= 0", name="watched_ms"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    lesson_code: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(ForeignKey("course_media.sha256"))
    position_ms: Mapped[int]
    ranges: Mapped[str] = mapped_column(Text)
    watched_ms: Mapped[int]
    allowance_ms: Mapped[int]
    number: Mapped[int]
    beat_at: Mapped[datetime]
