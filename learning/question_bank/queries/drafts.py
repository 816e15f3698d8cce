"""Working drafts as they are stored, for the editor that lays a form over them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.question_bank.drafts import ItemDraft, draft_from_json
from learning.question_bank.models import ItemDraftRow


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A working draft with its key, who saved it last ("" for the system), and when."""

    draft: ItemDraft
    revision: int
    writer: str
    updated_at: datetime


def find_draft(session: Session, item_id: int) -> StoredDraft | None:
    """Return an item's working draft, None while there is none; for those who may write it."""
    row = session.execute(
        select(ItemDraftRow, User.display_name)
        .outerjoin(User, User.id == ItemDraftRow.written_by)
        .where(ItemDraftRow.item_id == item_id)
    ).first()
    if row is None:
        return None
    held, writer = row
    return StoredDraft(draft_from_json(held.content), held.revision, writer or "", held.updated_at)
