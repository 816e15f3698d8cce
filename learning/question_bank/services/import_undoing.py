"""An import undone as one act: exactly what it made is removed, or nothing.

It is refused, with names, once an item of it is more than what the import made: approved, sent to
review or back, edited, moved to another bank. Pictures stay: other items may show them.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.question_bank.models import (
    ItemDraftRow,
    ItemImport,
    ItemImportRow,
    ItemKeyRow,
    ItemReview,
    ItemRow,
    ItemTag,
    ItemTwins,
    ItemVersionRow,
    ItemWriter,
)
from learning.question_bank.services.importing import APPLIED, UNDONE, log_act
from learning.question_bank.services.searching import forget_items

MAX_NAMED = 20


def undo_import(session: Session, actor: Actor | None, kept: ItemImport, *, now: datetime) -> int:
    """Remove the items that an import made; return how many, 0 where it was done before.

    Raises Conflict("import_state") for one that is not applied, Conflict("import_used", codes,
    count) when items have had a life since: nothing is removed then.
    """
    if kept.state == UNDONE:
        return 0
    undone = session.execute(
        update(ItemImport)
        .where(ItemImport.id == kept.id, ItemImport.state == APPLIED)
        .values(state=UNDONE, undone_at=now)
    )
    if not cast("CursorResult[Any]", undone).rowcount:
        raise Conflict("import_state", state=kept.state)
    session.execute(select(ItemRow.id).where(ItemRow.import_id == kept.id).with_for_update())
    codes = list(session.scalars(_lived_since(kept).order_by(ItemRow.code)))
    if codes:
        raise Conflict("import_used", codes=codes[:MAX_NAMED], count=len(codes))
    removed = _remove(session, kept)
    log_act(session, "item.import_undone", kept, actor, now, items=removed)
    return removed


def _lived_since(kept: ItemImport) -> Select[str]:
    since = kept.applied_at
    edited = exists().where(
        ItemDraftRow.item_id == ItemRow.id,
        or_(ItemDraftRow.revision > 1, ItemDraftRow.updated_at > since),
    )
    reviewed = exists().where(ItemReview.item_id == ItemRow.id, ItemReview.at > since)
    renewed = exists().where(
        ItemVersionRow.item_id == ItemRow.id, ItemVersionRow.created_at > since
    )
    lived: ColumnElement[bool] = or_(
        ItemRow.state.in_(("approved", "retired")),
        ItemRow.current_version_id.is_not(None),
        ItemRow.bank != kept.bank,
        edited,
        reviewed,
        renewed,
    )
    return select(ItemRow.code).where(ItemRow.import_id == kept.id, lived)


def _remove(session: Session, kept: ItemImport) -> int:
    ids = select(ItemRow.id).where(ItemRow.import_id == kept.id)
    versions = select(ItemVersionRow.id).where(ItemVersionRow.item_id.in_(ids))
    forget_items(session, list(session.scalars(ids)))
    session.execute(
        update(ItemImportRow).where(ItemImportRow.import_id == kept.id).values(item_id=None)
    )
    unsynced = {"synchronize_session": False}
    twins = or_(ItemTwins.first_id.in_(ids), ItemTwins.second_id.in_(ids))
    session.execute(delete(ItemTwins).where(twins), execution_options=unsynced)
    session.execute(
        delete(ItemKeyRow).where(ItemKeyRow.item_version_id.in_(versions)),
        execution_options=unsynced,
    )
    for table in (ItemReview, ItemDraftRow, ItemVersionRow, ItemWriter, ItemTag):
        session.execute(
            delete(table).where(table.item_id.in_(ids)),
            execution_options=unsynced,
        )
    removed = session.execute(
        delete(ItemRow).where(ItemRow.import_id == kept.id), execution_options=unsynced
    )
    return cast("CursorResult[Any]", removed).rowcount
