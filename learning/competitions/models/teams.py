"""Tables of teams: who founded one, who asked to be in it, who is."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base

_LIVE = text("state IN ('asked', 'member')")


class TeamSetting(Base):
    """That a competition has teams: `rules` is `rules.teams.TeamRules` as JSON, its board."""

    __tablename__ = "team_settings"

    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"), unique=True)
    rules: Mapped[str] = mapped_column(Text)
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]


class Team(Base):
    """A team of a competition, founded by its captain; `token` invites, and opens nothing else.

    `unit_id` is the captain's organisation when founded, None for who belongs to none.
    """

    __tablename__ = "teams"
    __table_args__ = (
        Index(
            "uq_teams_name",
            "competition_id",
            "name_key",
            unique=True,
            sqlite_where=text("disbanded_at IS NULL"),
            postgresql_where=text("disbanded_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    competition_id: Mapped[int] = mapped_column(ForeignKey("competitions.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    unit_name: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(String(60))
    captain_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    token: Mapped[str] = mapped_column(String(26), unique=True)
    founded_at: Mapped[datetime]
    disbanded_at: Mapped[datetime | None]


class TeamMember(Base):
    """An entry and a team; at most one row of an entry is "asked" or "member"."""

    __tablename__ = "team_members"
    __table_args__ = (
        Index(
            "uq_team_members_live",
            "entry_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(None, "team_id", "state"),
        CheckConstraint("state IN ('asked', 'member', 'refused', 'removed', 'left')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    state: Mapped[str] = mapped_column(String(7))
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
