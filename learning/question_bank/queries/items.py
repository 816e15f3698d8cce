"""Single items, without keys."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import ItemRow
from learning.question_bank.queries.banks import require
from learning.question_bank.queries.texts import storable


def get_item_for(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    raw_bank: str,
    raw_code: str,
    now: datetime,
) -> ItemRow:
    """Return the item of a bank in which the actor holds the permission.

    Raises NotFound for what is missing or may not even be seen, else as `require` does.
    """
    item = session.scalar(
        select(ItemRow).where(
            ItemRow.bank == storable(raw_bank), ItemRow.code == storable(raw_code)
        )
    )
    if item is None:
        raise NotFound("item")
    require(session, actor, permission, item.bank, now)
    return item
