"""Pictures in the texts of items, and who may see one: whose items show it decides."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import (
    ItemDraftRow,
    ItemKeyRow,
    ItemRow,
    ItemVersionRow,
    MediaFile,
)
from learning.question_bank.queries.banks import banks_in_reach
from learning.question_bank.rules import Pool


def get_picture(session: Session, sha256: str, media_types: frozenset[str]) -> MediaFile:
    """Return the picture of a hash, if it is of one of the types; raise NotFound otherwise."""
    found = session.get(MediaFile, sha256)
    if found is None or found.media_type not in media_types:
        raise NotFound("picture")
    return found


def list_media(session: Session, hashes: Collection[str]) -> list[MediaFile]:
    """Return the stored pictures of these hashes: for what is shown already by other rights."""
    if not hashes:
        return []
    return list(session.scalars(select(MediaFile).where(MediaFile.sha256.in_(hashes))))


def list_pools_shown(
    session: Session, sha256: str, *, stems: Collection[int], keys: Collection[int]
) -> frozenset[str]:
    """Return the pools of those of some versions that show a picture.

    In their documents for `stems`, in their keys for `keys`.
    """
    if not stems and not keys:
        return frozenset()
    query = (
        select(ItemRow.pool)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .where(
            or_(
                ItemVersionRow.id.in_(stems) & ItemVersionRow.document.contains(sha256),
                ItemVersionRow.id.in_(keys) & _in_key(sha256),
            )
        )
    )
    return frozenset(session.scalars(query.distinct()))


def is_shown_in_public(session: Session, sha256: str) -> bool:
    """Tell whether a version of an item that is not secure shows a picture.

    It reads the texts of all versions until it finds one: the caller remembers that it did, for
    what was public stays so.
    """
    shown = (
        select(ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.pool != Pool.SECURE.value, _in_version(sha256))
    )
    return session.scalar(shown.limit(1)) is not None


def is_shown_in_reach(session: Session, actor: Actor | None, sha256: str, now: datetime) -> bool:
    """Tell whether a version or a draft of an item that the actor may read shows a picture."""
    reach = banks_in_reach(session, actor, Permission.ITEM_READ, now)
    in_draft = exists().where(
        ItemDraftRow.item_id == ItemRow.id, ItemDraftRow.content.contains(sha256)
    )
    in_version = exists().where(ItemVersionRow.item_id == ItemRow.id, _in_version(sha256))
    shown = select(ItemRow.id).where(ItemRow.bank.in_(reach), or_(in_draft, in_version))
    return session.scalar(shown.limit(1)) is not None


def _in_version(sha256: str) -> ColumnElement[bool]:
    return or_(ItemVersionRow.document.contains(sha256), _in_key(sha256))


def _in_key(sha256: str) -> ColumnElement[bool]:
    return exists().where(
        ItemKeyRow.item_version_id == ItemVersionRow.id, ItemKeyRow.document.contains(sha256)
    )
