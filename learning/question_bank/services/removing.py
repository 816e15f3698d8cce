"""Removing items of which nothing was ever sent to review; all others are history."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from learning.question_bank.models import (
    ItemDraftRow,
    ItemImportRow,
    ItemReview,
    ItemRow,
    ItemTag,
    ItemTwins,
    ItemVersionRow,
    ItemWriter,
)
from learning.question_bank.services.searching import forget_items

BATCH = 500


def remove_unversioned(session: Session, item_ids: Sequence[int]) -> int:
    """Remove those of the items of which nothing was ever sent to review; return how many went.

    For the system and for undoing: whoever may is the caller's matter. An import keeps its row.
    """
    gone = [
        number
        for at in range(0, len(item_ids), BATCH)
        for number in session.scalars(
            select(ItemRow.id)
            .where(
                ItemRow.id.in_(item_ids[at : at + BATCH]),
                ~exists().where(ItemVersionRow.item_id == ItemRow.id),
            )
            .with_for_update()
        )
    ]
    for at in range(0, len(gone), BATCH):
        _remove(session, gone[at : at + BATCH])
    return len(gone)


def _remove(session: Session, ids: Sequence[int]) -> None:
    session.execute(
        update(ItemImportRow).where(ItemImportRow.item_id.in_(ids)).values(item_id=None)
    )
    session.execute(
        delete(ItemTwins).where(or_(ItemTwins.first_id.in_(ids), ItemTwins.second_id.in_(ids)))
    )
    forget_items(session, ids)
    for table in (ItemDraftRow, ItemWriter, ItemTag, ItemReview):
        session.execute(delete(table).where(table.item_id.in_(ids)))
    session.execute(delete(ItemRow).where(ItemRow.id.in_(ids)))
