"""What candidates declare and hand in for a certificate, and who reviewed it. No queries here."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base

_ALONE = {"info": {merging.INFO: merging.Conduct(alone=True)}}


class AwardDeclaration(Base):
    """A person declares for a scheme what the platform does not know; somebody confirms it.

    `years` for experience and continuous work, else 0. Confirmed by the employer's HR, an
    examination elsewhere by who keeps the scheme.
    """

    __tablename__ = "award_declarations"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('exam', 'experience', 'continuity', 'confirmation')", name="kind"
        ),
        CheckConstraint("state IN ('pending', 'confirmed', 'refused', 'withdrawn')", name="state"),
        Index(None, "user_id", "scheme_id"),
        Index(
            "uq_award_declarations_pending",
            "scheme_id",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        _ALONE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    years: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(9))
    declared_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(String(500), default="")


class AwardProject(Base):
    """A project handed in for a scheme, reviewed by the form of the version it names.

    `opinions_wanted` 2 after a second opinion was asked for: the mean of both decides.
    """

    __tablename__ = "award_projects"
    __table_args__ = (
        CheckConstraint("state IN ('submitted', 'passed', 'failed', 'withdrawn')", name="state"),
        CheckConstraint("opinions_wanted IN (1, 2)", name="opinions_wanted"),
        Index(None, "user_id", "scheme_id"),
        Index(
            "uq_award_projects_submitted",
            "scheme_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'submitted'"),
            postgresql_where=text("state = 'submitted'"),
        ),
        _ALONE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("scheme_versions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(9))
    opinions_wanted: Mapped[int] = mapped_column(Integer, default=1)
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class AwardPaper(Base):
    """A file of a declaration or a project; its bytes go when nobody needs them any more."""

    __tablename__ = "award_papers"
    __table_args__ = (
        CheckConstraint("(declaration_id IS NULL) <> (project_id IS NULL)", name="belongs"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    declaration_id: Mapped[int | None] = mapped_column(
        ForeignKey("award_declarations.id"), index=True
    )
    project_id: Mapped[int | None] = mapped_column(ForeignKey("award_projects.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]


class SchemeAssessor(Base):
    """A person is appointed to review projects of a scheme, until taken off it."""

    __tablename__ = "scheme_assessors"
    __table_args__ = (UniqueConstraint("scheme_id", "user_id"), Index(None, "user_id"), _ALONE)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_at: Mapped[datetime]


class ProjectOpinion(Base):
    """An assessor's review of a project: points by criterion as JSON, a comment; append-only."""

    __tablename__ = "project_opinions"
    __table_args__ = (UniqueConstraint("project_id", "given_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("award_projects.id"))
    given_by: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    points: Mapped[str] = mapped_column(Text)
    total: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(String(2000))
    given_at: Mapped[datetime]
