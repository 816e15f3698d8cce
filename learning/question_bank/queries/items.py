"""Single items, without keys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.queries.banks import require
from learning.question_bank.queries.texts import storable


@dataclass(frozen=True, slots=True)
class VersionLine:
    """An item by its approved version, without the key. `difficulty_milli` in thousandths."""

    bank: str
    code: str
    pool: str
    kind: str
    area: str
    level: str
    difficulty_milli: int
    number: int
    version_id: int
    is_retired: bool


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


def get_line_for(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    raw_bank: str,
    raw_code: str,
    now: datetime,
) -> VersionLine:
    """Return an item as lists show it; NotFound also while it has no approved version."""
    item = get_item_for(session, actor, permission, raw_bank, raw_code, now)
    version = session.get(ItemVersionRow, item.current_version_id or 0)
    if version is None:
        raise NotFound("item")
    return _line(item, version)


def _line(item: ItemRow, version: ItemVersionRow) -> VersionLine:
    return VersionLine(
        bank=item.bank,
        code=item.code,
        pool=item.pool,
        kind=version.kind,
        area=version.area,
        level=version.level,
        difficulty_milli=version.difficulty_milli,
        number=version.number,
        version_id=version.id,
        is_retired=item.retired_at is not None,
    )
