"""Tables of tracks. No queries here."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class Track(Base):
    """A track by its stable code; its content lives in versions. Retired: its file is gone."""

    __tablename__ = "tracks"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    current_version_id: Mapped[int | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class TrackVersion(Base):
    """One immutable version; `document` is canonical JSON of `rules.tracks.TrackDocument`."""

    __tablename__ = "track_versions"
    __table_args__ = (Index(None, "track_id", "content_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id"))
    number: Mapped[int] = mapped_column(Integer)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class TrackEnrolment(Base):
    """A learner takes a track: by oneself, by HR, or by HR for all who hold a post.

    `confirmed_at`: HR's word that the entry conditions are met; who enrols others gives it at once.
    `refused_at`: its word that they are not, until the learner declares anew. With neither, HR's
    word is waited for where a condition is HR's to confirm.
    """

    __tablename__ = "track_enrolments"
    __table_args__ = (
        UniqueConstraint("user_id", "track_code"),
        CheckConstraint("source IN ('self', 'hr', 'post')", name="source"),
        CheckConstraint("confirmed_at IS NULL OR refused_at IS NULL", name="decided"),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    track_code: Mapped[str] = mapped_column(String(60), index=True)
    source: Mapped[str] = mapped_column(String(4))
    enrolled_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enrolled_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    refused_at: Mapped[datetime | None]


class TrackDeclaration(Base):
    """What a learner declared of the entry conditions, and what HR said to it; one row a round.

    `version_id`: the track as it was read then. `education` and `years` where a condition asks for
    them, `word` is what else the learner says. Without `declared_at` nothing was declared and HR
    decided by itself. It has no owner beside the enrolment's, so that it goes where that goes.
    """

    __tablename__ = "track_declarations"
    __table_args__ = (
        CheckConstraint(
            "state IN ('declared', 'replaced', 'confirmed', 'refused', 'withdrawn')", name="state"
        ),
        CheckConstraint(
            "education IN ('junior', 'senior', 'college', 'bachelor', 'master', 'doctor')",
            name="education",
        ),
        CheckConstraint("years BETWEEN 0 AND 60", name="years"),
        CheckConstraint("(education IS NULL) = (years IS NULL)", name="told"),
        CheckConstraint("declared_at IS NOT NULL OR decided_at IS NOT NULL", name="declared_at"),
        Index(None, "enrolment_id", "id"),
        Index(
            "uq_track_declarations_standing",
            "enrolment_id",
            unique=True,
            sqlite_where=text("state = 'declared'"),
            postgresql_where=text("state = 'declared'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("track_enrolments.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("track_versions.id"))
    education: Mapped[str | None] = mapped_column(String(8))
    years: Mapped[int | None]
    word: Mapped[str] = mapped_column(String(500), default="")
    declared_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(9))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")


class TrackPostRule(Base):
    """Who takes a post in a unit or below it after this was set is enrolled in a track.

    Not changed but ended; the same may be set anew then. The entry conditions of who comes later
    are HR's to confirm.
    """

    __tablename__ = "track_post_rules"
    __table_args__ = (
        Index(
            "uq_track_post_rules_standing",
            "track_code",
            "post_id",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    track_code: Mapped[str] = mapped_column(String(60))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
