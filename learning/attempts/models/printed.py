"""Forms that were drawn to be printed. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class PrintedForm(Base):
    """A form drawn for paper: `label` is in its code (`rules.form_code`), `form` as in attempts.

    Never changed or deleted: the paper is out. Parallel forms are in the blueprint and not here.
    """

    __tablename__ = "printed_forms"
    __table_args__ = (PrimaryKeyConstraint("assessment_id", "label"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), autoincrement=False)
    label: Mapped[str] = mapped_column(String(12))
    form: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
