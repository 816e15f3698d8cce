"""Tags and moves, of one item or of many at once: all or none."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.models import BankRow, ItemRow, ItemTag
from learning.question_bank.queries import require
from learning.question_bank.rules import Pool
from learning.question_bank.services.banks import allot_codes, is_everywhere
from learning.question_bank.services.records import user_id_of
from learning.question_bank.services.searching import index_items

MAX_TAG = 40
MAX_TAGS = 20
_BETWEEN = re.compile(r"[、,，;；\n]")


def split_tags(text: str) -> list[str]:
    """Return the tags that a line of them names, each once, in order; a tag may hold spaces."""
    tags = (" ".join(part.split()) for part in _BETWEEN.split(text))
    return list(dict.fromkeys(tag for tag in tags if tag))


def is_tag(tag: str) -> bool:
    """Tell whether a text, split and trimmed already, may be a tag."""
    return 1 <= len(tag) <= MAX_TAG and tag.isprintable()


def retag(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    *,
    added: Collection[str],
    removed: Collection[str],
    now: datetime,
) -> None:
    """Put tags on an item and take others off; what else is on it stays. Raises as `add_tag` does.

    Differences rather than a whole list: two who tag one item at once both get what they meant.
    """
    for tag in sorted(removed):
        remove_tag(session, actor, [item], tag, now)
    for tag in sorted(added):
        add_tag(session, actor, [item], tag, now)


def add_tag(
    session: Session, actor: Actor | None, items: Sequence[ItemRow], tag: str, now: datetime
) -> int:
    """Put a tag on items; return how many did not have it.

    Raises Invalid for a tag of no or more than 40 characters, else as `require` does.
    """
    tag = _clean(tag)
    _require_all(session, actor, items, now)
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    new = 0
    if items:
        rows = [{"item_id": item.id, "tag": tag} for item in items]
        added = session.scalars(
            build(ItemTag).on_conflict_do_nothing().returning(ItemTag.item_id), rows
        )
        new = len(added.all())
    _note(session, actor, items, "item.tagged", {"tag": tag, "count": new}, now)
    return new


def remove_tag(
    session: Session, actor: Actor | None, items: Sequence[ItemRow], tag: str, now: datetime
) -> int:
    """Take a tag off items; return how many had it. Raises as `add_tag` does."""
    tag = _clean(tag)
    _require_all(session, actor, items, now)
    gone = session.scalars(
        delete(ItemTag)
        .where(ItemTag.item_id.in_([item.id for item in items]), ItemTag.tag == tag)
        .returning(ItemTag.item_id)
    ).all()
    _note(session, actor, items, "item.untagged", {"tag": tag, "count": len(gone)}, now)
    return len(gone)


def move_items(
    session: Session, actor: Actor | None, items: Sequence[ItemRow], bank: BankRow, now: datetime
) -> int:
    """Move items into another bank; codes that are taken there are allotted anew.

    Needs BANK_MANAGE in both banks. Secure items go to secure banks alone and no others come in:
    Conflict("secure_stays"). An item of files stays in its files: Forbidden("bank_file").
    """
    require(session, actor, Permission.BANK_MANAGE, bank.code, now)
    moving = [item for item in items if item.bank != bank.code]
    for source in {item.bank for item in moving}:
        require(session, actor, Permission.BANK_MANAGE, source, now)
    is_secure = bank.pool == Pool.SECURE.value
    if any((item.pool == Pool.SECURE.value) != is_secure for item in moving):
        raise Conflict("secure_stays", bank=bank.code)
    codes = allot_codes(session, bank, [item.code for item in moving])
    for item, code in zip(moving, codes, strict=True):
        item.bank, item.code = bank.code, code
    _note(session, actor, moving, "item.moved", {"to": bank.code, "count": len(moving)}, now)
    return len(moving)


def _clean(tag: str) -> str:
    tag = " ".join(tag.split())
    if not is_tag(tag):
        raise Invalid([Problem("", None, "tag", "tag", f"标签应有 1～{MAX_TAG} 字")])
    return tag


def _require_all(
    session: Session, actor: Actor | None, items: Sequence[ItemRow], now: datetime
) -> None:
    """Raise unless the actor may write in every bank.

    Everybody sees the banks of files: who manages the banks of the whole platform may tag there.
    """
    for bank in {item.bank for item in items}:
        try:
            require(session, actor, Permission.ITEM_WRITE, bank, now)
        except Forbidden as error:
            if error.code != "bank_file" or not is_everywhere(actor):
                raise


def _note(
    session: Session,
    actor: Actor | None,
    items: Sequence[ItemRow],
    act: str,
    details: dict[str, object],
    now: datetime,
) -> None:
    """Write one entry for all, and let the search know their words."""
    session.flush()  # the search reads the rows
    index_items(session, [item.id for item in items])
    named = [f"{item.bank}/{item.code}" for item in items[:50]]
    audit.log(
        session,
        act,
        items[0].bank if items else "",
        actor_id=user_id_of(actor),
        now=now,
        details={**details, "items": named},
    )
