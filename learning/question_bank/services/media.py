"""Pictures in the texts of items: kept by the hash of their bytes, never changed, never removed.

What a picture is, its own bytes say. From strangers come pictures of points alone (`picture_type`);
SVG, which can carry scripts, only ever comes from the files of a bank.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Actor
from learning.kernel.pictures import picture_type
from learning.question_bank.models import MediaFile
from learning.question_bank.rules import Picture
from learning.question_bank.services.records import user_id_of

MAX_PICTURE = 5_000_000


def store_picture(session: Session, actor: Actor | None, content: bytes, *, now: datetime) -> str:
    """Keep a picture somebody uploaded; return its address.

    Raises Invalid for more than 5 MB and for what is no PNG, JPEG, GIF or WebP of a sane size.
    """
    if len(content) > MAX_PICTURE:
        message = f"图片大于 {MAX_PICTURE // 1_000_000} MB"
        raise Invalid([Problem("", None, "picture", "too_large", message)])
    media_type = picture_type(content)
    if media_type is None:
        message = "不是可用的 PNG、JPEG、GIF 或 WebP 图片"
        raise Invalid([Problem("", None, "picture", "picture", message)])
    picture = Picture(media_type, content)
    if keep_pictures(session, actor, [picture], now):
        details = {"bytes": len(content), "media_type": media_type}
        audit.log(
            session,
            "item.picture_stored",
            picture.sha256,
            actor_id=user_id_of(actor),
            now=now,
            details=details,
        )
    return picture.address


def keep_pictures(
    session: Session, actor: Actor | None, pictures: Iterable[Picture], now: datetime
) -> int:
    """Keep pictures that are known to be good; return how many were not there before."""
    wanted = {picture.sha256: picture for picture in pictures}
    known = set(session.scalars(select(MediaFile.sha256).where(MediaFile.sha256.in_(list(wanted)))))
    rows = [
        {
            "sha256": sha256,
            "media_type": picture.media_type,
            "content": picture.content,
            "created_by": user_id_of(actor),
            "created_at": now,
        }
        for sha256, picture in wanted.items()
        if sha256 not in known
    ]
    if rows:
        # The same picture may come twice at once: whoever is later finds it there.
        build = (
            postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        )
        session.execute(build(MediaFile).on_conflict_do_nothing(), rows)
    return len(rows)
