"""What HR people keep for themselves of the grid: filters with a name, and the columns shown."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel import merging
from learning.kernel.db import Base


class KeptFilter(Base):
    """A filter of the grid under a name; shared ones are seen by the organisation's other readers.

    `criteria` is JSON of what the address of the page carries: public ids and plain values, never
    people. It finds nothing that its reader does not reach.
    """

    __tablename__ = "grid_filters"
    __table_args__ = (
        Index(None, "user_id", "name", unique=True),
        {"info": {merging.INFO: merging.Conduct(alone=True)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    criteria: Mapped[str] = mapped_column(Text)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class GridColumns(Base):
    """The schemes that a person wants as columns of the grid, JSON of their public ids in order."""

    __tablename__ = "grid_columns"
    __table_args__ = ({"info": {merging.INFO: merging.Conduct(stays=True)}},)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    schemes: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
