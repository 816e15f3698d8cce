"""One item with what its page tells: what is newest of it, tags, exposure, statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.errors import NotFound
from learning.question_bank.models import (
    ItemDraftRow,
    ItemExposure,
    ItemRow,
    ItemStatistics,
    ItemTag,
    ItemVersionRow,
)


@dataclass(frozen=True, slots=True)
class DraftNote:
    """That somebody is writing: who saved last, when, and how much is wrong still."""

    writer: str
    updated_at: datetime
    problem_count: int
    revision: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """On how many finished forms the versions of an item stood, and when one last did."""

    forms: int
    last_at: datetime | None


def find_draft_note(session: Session, item: ItemRow) -> DraftNote | None:
    """Return who writes on an item, None when nobody does or it waits for sign-off."""
    if item.review_version_id is not None:
        return None
    row = session.execute(
        select(ItemDraftRow, User.display_name)
        .outerjoin(User, User.id == ItemDraftRow.written_by)
        .where(ItemDraftRow.item_id == item.id)
    ).first()
    if row is None:
        return None
    draft, name = row
    return DraftNote(name or "", draft.updated_at, draft.problem_count, draft.revision)


def get_draft_content(session: Session, item: ItemRow) -> str:
    """Return the JSON of an item's working draft; raise NotFound when it has none."""
    row = session.get(ItemDraftRow, item.id)
    if row is None:
        raise NotFound("item")
    return row.content


def get_version(session: Session, item: ItemRow, number: int | None) -> ItemVersionRow | None:
    """Return a version of the item by its number, by default what waits or else is in use.

    None when it has none yet; raises NotFound for a number that it does not have.
    """
    if number is None:
        return session.get(ItemVersionRow, item.review_version_id or item.current_version_id or 0)
    found = session.scalar(
        select(ItemVersionRow).where(
            ItemVersionRow.item_id == item.id, ItemVersionRow.number == number
        )
    )
    if found is None:
        raise NotFound("version")
    return found


def tags_of(session: Session, item: ItemRow) -> Sequence[str]:
    """Return the tags of an item, in order."""
    return session.scalars(
        select(ItemTag.tag).where(ItemTag.item_id == item.id).order_by(ItemTag.tag)
    ).all()


def get_exposure(session: Session, item: ItemRow) -> Exposure:
    """Return how often the versions of an item were on finished forms, all together."""
    row = session.execute(
        select(func.sum(ItemExposure.forms), func.max(ItemExposure.last_at))
        .join(ItemVersionRow, ItemVersionRow.id == ItemExposure.version_id)
        .where(ItemVersionRow.item_id == item.id)
    ).one()
    return Exposure(int(row[0] or 0), row[1])


def find_statistics(session: Session, version_id: int) -> ItemStatistics | None:
    """Return what answers showed of a version, None while nothing was computed."""
    return session.get(ItemStatistics, version_id)


def list_version_ids(session: Session, item: ItemRow) -> list[int]:
    """Return the ids of all versions of an item."""
    return list(session.scalars(select(ItemVersionRow.id).where(ItemVersionRow.item_id == item.id)))
