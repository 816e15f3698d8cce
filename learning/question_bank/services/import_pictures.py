"""The pictures that came with an import, kept by the hash of their bytes."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.question_bank.formats import Asset
from learning.question_bank.models import MediaFile

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def address_of(asset: Asset) -> str:
    """Return where a picture is found once it is kept."""
    return f"/media/{_hash(asset)}.{_SUFFIXES[asset.media_type]}"


def store_pictures(
    session: Session, assets: Iterable[Asset], user_id: int | None, now: datetime
) -> None:
    """Keep pictures; one that is kept already stays as it is."""
    wanted = {_hash(asset): asset for asset in assets}
    known = set(session.scalars(select(MediaFile.sha256).where(MediaFile.sha256.in_(wanted))))
    rows = [
        {
            "sha256": sha256,
            "media_type": asset.media_type,
            "content": asset.content,
            "created_by": user_id,
            "created_at": now,
        }
        for sha256, asset in wanted.items()
        if sha256 not in known
    ]
    if rows:
        session.execute(insert(MediaFile), rows)


def _hash(asset: Asset) -> str:
    return hashlib.sha256(asset.content).hexdigest()
