"""What posts were called before. No queries here."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from learning.kernel.db import Base


class FormerPostName(Base):
    """A name that a post had until it was renamed; its present one stands in the post."""

    __tablename__ = "former_post_names"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(140))
    renamed_at: Mapped[datetime]
    renamed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
