"""An import applied: everything taken becomes items, all in one transaction.

Three steps, so that a large import holds the writers' turn for its inserts alone: `claim` (from
then on nobody else can apply or change it), `prepare` (reads and judges, writes nothing), `write`.
`apply_import` takes all three. What is good becomes a draft ready for review, or a version that
waits for sign-off; what is not becomes a draft with its problems.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.orm import Session

from learning.kernel.bulk import insert_many
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.question_bank.formats import Asset
from learning.question_bank.formats.kept import unpack
from learning.question_bank.models import (
    BankRow,
    ItemDraftRow,
    ItemImport,
    ItemImportRow,
    ItemImportWriter,
    ItemKeyRow,
    ItemReview,
    ItemRow,
    ItemTag,
    ItemVersionRow,
    ItemWriter,
)
from learning.question_bank.rules import Picture
from learning.question_bank.services.banks import allot_codes
from learning.question_bank.services.import_items import NewItem, new_items, wanted_codes
from learning.question_bank.services.importing import APPLIED, APPLYING, PREVIEW, log_act
from learning.question_bank.services.media import keep_pictures
from learning.question_bank.services.records import defaults_of, user_id_of
from learning.question_bank.services.searching import index_items
from learning.question_bank.services.twins import want_twins

CHUNK = 1000
STUCK = timedelta(minutes=10)
"""A claim so old belongs to a process that is gone."""
MAX_TAGS, MAX_TAG = 20, 40
Codes = Mapping[int, str]
"""The code of each taken question, by its number."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an import is applied: whether what is good goes to review at once, and its tags."""

    submits: bool = False
    tags: tuple[str, ...] = ()


def plan_of(*, submits: bool, tags: Sequence[str]) -> Plan:
    """Make a plan; raises Invalid for too many tags or a tag too long."""
    words = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(words) > MAX_TAGS or any(
        len(word) > MAX_TAG or not word.isprintable() for word in words
    ):
        message = f"标签至多 {MAX_TAGS} 个，每个不超过 {MAX_TAG} 字"
        raise Invalid([Problem("", None, "tags", "tags", message)])
    return Plan(submits, words)


def apply_import(
    session: Session,
    actor: Actor | None,
    kept: ItemImport,
    bank: BankRow,
    plan: Plan,
    *,
    now: datetime,
) -> int:
    """Make items of all taken questions; return how many, 0 where it was done before.

    Raises Conflict("import_state") when it can be applied no more, Conflict("import_empty") when
    nothing was taken.
    """
    if kept.state == APPLIED:
        return 0
    codes = claim(session, kept, bank, now=now)
    made = prepare(session, kept, bank, codes, plan)
    return write(session, actor, kept, made, plan, now=now)


def claim(session: Session, kept: ItemImport, bank: BankRow, *, now: datetime) -> Codes:
    """Take an import for applying: of two who try one is told Conflict; allots the codes."""
    taken = session.execute(
        update(ItemImport)
        .where(ItemImport.id == kept.id, ItemImport.state == PREVIEW)
        .values(state=APPLYING, applied_at=now)
    )
    if not cast("CursorResult[Any]", taken).rowcount:
        raise Conflict("import_state", state=kept.state)
    wanted = wanted_codes(session, kept)
    if not wanted:
        raise Conflict("import_empty")
    codes = allot_codes(session, bank, list(wanted.values()))
    return dict(zip(wanted, codes, strict=True))


def release(session: Session, import_id: int) -> None:
    """Give a claim back: the import can be applied again."""
    session.execute(
        update(ItemImport)
        .where(ItemImport.id == import_id, ItemImport.state == APPLYING)
        .values(state=PREVIEW, applied_at=None)
    )


def release_stuck(session: Session, now: datetime) -> int:
    """Give back the claims of processes that are gone; return how many."""
    released = session.execute(
        update(ItemImport)
        .where(ItemImport.state == APPLYING, ItemImport.applied_at < now - STUCK)
        .values(state=PREVIEW, applied_at=None)
    )
    return cast("CursorResult[Any]", released).rowcount


def prepare(
    session: Session, kept: ItemImport, bank: BankRow, codes: Codes, plan: Plan
) -> list[NewItem]:
    """Work out what is to be written."""
    known = {asset.name: _picture(asset).address for asset in _assets(kept)}

    def address(name: str) -> str:
        return known.get(name, f"asset:{name}")

    defaults = defaults_of(bank, "")
    return list(new_items(session, kept, defaults, codes, address, submits=plan.submits))


def write(
    session: Session,
    actor: Actor | None,
    kept: ItemImport,
    made: Sequence[NewItem],
    plan: Plan,
    *,
    now: datetime,
) -> int:
    """Write the items of a claimed import; return how many."""
    keep_pictures(session, actor, [_picture(asset) for asset in _assets(kept)], now)
    writer = _Writer(session, kept, plan, user_id_of(actor), now)
    chunks = [made[start : start + CHUNK] for start in range(0, len(made), CHUNK)]
    for chunk in chunks:
        writer.write_items(chunk)
    ids = writer.find_ids()
    for chunk in chunks:
        writer.write_contents([(item, ids[item.code]) for item in chunk])
    done = session.execute(
        update(ItemImport)
        .where(ItemImport.id == kept.id, ItemImport.state == APPLYING)
        .values(state=APPLIED, applied_at=now)
    )
    if not cast("CursorResult[Any]", done).rowcount:
        raise Conflict("import_state", state=kept.state)
    want_twins(session, kept.bank, now)
    ready = sum(item.problem_count == 0 for item in made)
    log_act(session, "item.import_applied", kept, actor, now, items=len(made), ready=ready)
    return len(made)


def _picture(asset: Asset) -> Picture:
    return Picture(asset.media_type, asset.content)


def _assets(kept: ItemImport) -> tuple[Asset, ...]:
    return unpack(kept.content).assets if kept.content else ()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes items, some hundreds a statement."""

    session: Session
    kept: ItemImport
    plan: Plan
    writer_id: int | None
    now: datetime

    def write_items(self, made: Sequence[NewItem]) -> None:
        """Write the items themselves; `write_contents` follows when all are there."""
        insert_many(self.session, ItemRow, [self._item(item) for item in made])

    def find_ids(self) -> dict[str, int]:
        """Return the ids of the items by code: asked once, for all.

        PostgreSQL has no statistics of what a running transaction wrote: asked chunk by chunk, it
        reads the whole bank each time, two thirds of the cost of 50,000 items.
        """
        found = self.session.execute(
            select(ItemRow.code, ItemRow.id).where(ItemRow.import_id == self.kept.id)
        )
        return dict(iter(found))

    def write_contents(self, pairs: Sequence[tuple[NewItem, int]]) -> None:
        """Write all that belongs to items, which come with their ids."""
        insert_many(self.session, ItemDraftRow, [self._draft(*pair) for pair in pairs])
        self._write_versions([pair for pair in pairs if pair[0].version])
        # Who brought the questions in wrote them, also when somebody else applies the import.
        # So did everybody who corrected one.
        everywhere = {self.writer_id, self.kept.created_by} - {None}
        corrected = self._correctors([item.number for item, _ in pairs])
        insert_many(
            self.session,
            ItemWriter,
            [
                {"item_id": item_id, "user_id": user_id, "wrote_at": self.now}
                for item, item_id in pairs
                for user_id in everywhere | corrected.get(item.number, set())
            ],
        )
        tags = [{"item_id": i, "tag": tag} for _, i in pairs for tag in self.plan.tags]
        insert_many(self.session, ItemTag, tags)
        self._link_rows(pairs)
        index_items(self.session, [item_id for _, item_id in pairs])

    def _correctors(self, numbers: Sequence[int]) -> dict[int, set[int | None]]:
        found: dict[int, set[int | None]] = {}
        rows = self.session.execute(
            select(ItemImportWriter.number, ItemImportWriter.user_id).where(
                ItemImportWriter.import_id == self.kept.id, ItemImportWriter.number.in_(numbers)
            )
        )
        for number, user_id in rows:
            found.setdefault(number, set()).add(user_id)
        return found

    def _item(self, item: NewItem) -> dict[str, Any]:
        return {
            **item.described,
            "bank": self.kept.bank,
            "code": item.code,
            "pool": item.pool,
            "state": "review" if item.version else "draft",
            "import_id": self.kept.id,
            "created_by": self.writer_id,
            "created_at": self.now,
        }

    def _draft(self, item: NewItem, item_id: int) -> dict[str, Any]:
        return {
            "item_id": item_id,
            "content": item.draft,
            "problem_count": item.problem_count,
            "revision": 1,
            "written_by": self.writer_id,
            "updated_at": self.now,
        }

    def _write_versions(self, pairs: Sequence[tuple[NewItem, int]]) -> None:
        if not pairs:
            return
        insert_many(self.session, ItemVersionRow, [self._version(*pair) for pair in pairs])
        found = self.session.execute(
            select(ItemVersionRow.item_id, ItemVersionRow.id).where(
                ItemVersionRow.item_id.in_([item_id for _, item_id in pairs])
            )
        )
        versions = dict(iter(found))
        keys = [
            {"item_version_id": versions[item_id], "document": item.version.key}
            for item, item_id in pairs
            if item.version
        ]
        insert_many(self.session, ItemKeyRow, keys)
        insert_many(self.session, ItemReview, [self._review(i, versions[i]) for _, i in pairs])
        made = select(ItemVersionRow.id).where(ItemVersionRow.item_id == ItemRow.id)
        self.session.execute(
            update(ItemRow)
            .where(ItemRow.id.in_(versions))
            .values(review_version_id=made.scalar_subquery()),
            execution_options={"synchronize_session": False},
        )

    def _version(self, item: NewItem, item_id: int) -> dict[str, Any]:
        assert item.version is not None  # noqa: S101 - asked for those alone
        described = ("kind", "area", "level", "difficulty_milli")
        return {
            **{name: item.described[name] for name in described},
            "item_id": item_id,
            "number": 1,
            "content_hash": item.version.content_hash,
            "document": item.version.document,
            "written_by": self.writer_id,
            "created_at": self.now,
        }

    def _review(self, item_id: int, version_id: int) -> dict[str, Any]:
        return {
            "item_id": item_id,
            "version_id": version_id,
            "acted_by": self.writer_id,
            "act": "submitted",
            "comment": "",
            "at": self.now,
        }

    def _link_rows(self, pairs: Sequence[tuple[NewItem, int]]) -> None:
        table = ItemImportRow.__table__
        self.session.connection().execute(
            table.update()  # type: ignore[attr-defined]
            .where(table.c.import_id == self.kept.id, table.c.number == bindparam("which"))
            .values(item_id=bindparam("item")),
            [{"which": item.number, "item": item_id} for item, item_id in pairs],
        )
