"""Taking items out of the house: always with a line in the audit, keys by a right of their own."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.formats import Asset, Carried, KeylessExporter, registry
from learning.question_bank.models import BankRow
from learning.question_bank.queries import require
from learning.question_bank.queries.exports import get_items, get_media, list_current
from learning.question_bank.rules import Item, document_to_json, key_to_json
from learning.question_bank.services.records import user_id_of

MAX_ITEMS = 20_000
_MEDIA = re.compile(r"/media/([0-9a-f]{64})\.[a-z]{3,4}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported: all approved items of a bank, or those with the codes."""

    bank: str
    codes: tuple[str, ...] = ()
    with_keys: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """Items written in a format, that have not left the house yet; `count` is how many are in."""

    bank: str
    format: str
    with_keys: bool
    carried: Carried
    count: int


def export_items(
    session: Session,
    actor: Actor | None,
    bank: BankRow,
    name: str,
    wanted: Wanted,
    *,
    now: datetime,
) -> Carried:
    """Write items in a format, and that they left the house; raises as `pack_items` does."""
    parcel = pack_items(session, actor, bank, name, wanted, now=now)
    note_export(session, actor, parcel, now)
    return parcel.carried


def pack_items(
    session: Session,
    actor: Actor | None,
    bank: BankRow,
    name: str,
    wanted: Wanted,
    *,
    now: datetime,
) -> Parcel:
    """Write items in a format; what it cannot carry is named in `left_out`.

    It only reads, and 20,000 items take many seconds: no other writer should wait for it. Whoever
    lets the parcel out calls `note_export` first. Raises as `require` does, NotFound for a format
    that does not exist, Conflict("export_large") beyond 20,000 items, Conflict("export_keys") for
    a format that cannot leave keys out.
    """
    right = Permission.ITEM_EXPORT_KEY if wanted.with_keys else Permission.ITEM_READ
    require(session, actor, right, bank.code, now)
    exporter = registry.get_exporter(name)
    ids = list_current(session, bank.code, wanted.codes)
    if len(ids) > MAX_ITEMS:
        raise Conflict("export_large", count=len(ids))
    found = list(get_items(session, ids))
    if wanted.with_keys:
        carried = exporter.write(found, bank.title, assets_of(session, found))
    else:
        if not isinstance(exporter, KeylessExporter):
            raise Conflict("export_keys", format=name)
        documents = [item.document for item in found]
        carried = exporter.write_without_keys(documents, bank.title, assets_of(session, found))
    count = len(found) - len(carried.left_out)
    return Parcel(bank.code, name, wanted.with_keys, carried, count)


def note_export(session: Session, actor: Actor | None, parcel: Parcel, now: datetime) -> None:
    """Write down that items, with their keys or without, leave the house."""
    details = {"format": parcel.format, "items": parcel.count, "keys": parcel.with_keys}
    act = "item.keys_exported" if parcel.with_keys else "item.exported"
    audit.log(session, act, parcel.bank, actor_id=user_id_of(actor), now=now, details=details)


def assets_of(session: Session, items: Iterable[Item]) -> Sequence[Asset]:
    """Return the pictures that items show, each named as its address ends."""
    names = {found[0].removeprefix("/media/") for item in items for found in _found(item)}
    by_hash = {name.partition(".")[0]: name for name in sorted(names)}
    return [
        Asset(by_hash[media.sha256], media.media_type, media.content)
        for media in get_media(session, list(by_hash))
    ]


def _found(item: Item) -> Iterable[re.Match[str]]:
    texts = [document_to_json(item.document), key_to_json(item.key)]
    return (found for text in texts if "/media/" in text for found in _MEDIA.finditer(text))
