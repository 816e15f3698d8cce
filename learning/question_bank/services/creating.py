"""New items as drafts, one or fifty thousand, and what all who store drafts share."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.drafts import (
    Checked,
    ItemDraft,
    check,
    draft_to_json,
    without_key,
)
from learning.question_bank.models import (
    BankRow,
    ItemDraftRow,
    ItemRow,
    ItemWriter,
)
from learning.question_bank.queries import (
    find_bank,
    may,
    require,
)
from learning.question_bank.services.banks import allot_codes, is_code
from learning.question_bank.services.records import (
    defaults_of,
    describe,
    describe_unchecked,
    enemy_findings,
    pool_findings,
    pool_in_bank,
    subject_of,
    user_id_of,
)
from learning.question_bank.services.searching import index_items


def judge_draft(
    session: Session, bank: BankRow, draft: ItemDraft, code: str, *, beside: Collection[str] = ()
) -> Checked:
    """Check a draft as an item of the bank: its pool, and that the bank has its enemies.

    `beside` are codes of items that are made together with it.
    """
    checked = check(replace(draft, code=""), defaults_of(bank, code))
    strange = (
        *pool_findings(draft, bank.pool),
        *enemy_findings(session, bank.code, draft.excludes, beside),
    )
    return Checked(None, (*checked.findings, *strange)) if strange else checked


def create_draft(
    session: Session,
    actor: Actor | None,
    bank: BankRow,
    draft: ItemDraft,
    *,
    code: str = "",
    now: datetime,
) -> ItemRow:
    """Write a new item as a draft; without a code the bank's next one is allotted.

    Raises as `require` does, Invalid for a malformed code, Conflict("code_taken").
    """
    if code and not is_code(code):
        raise Invalid([Problem("", None, "code", "code", "题号由小写字母、数字和短横组成")])
    [item] = create_drafts(session, actor, bank, [replace(draft, code=code)], now=now)
    if code and item.code != code:
        raise Conflict("code_taken", item=code)
    return item


def create_drafts(
    session: Session,
    actor: Actor | None,
    bank: BankRow,
    drafts: Sequence[ItemDraft],
    *,
    import_id: int | None = None,
    now: datetime,
) -> list[ItemRow]:
    """Write many new items as drafts, in order; each keeps its own code where the bank has it free.

    Keys are set only by who may set them: of anybody else's drafts they are taken out. Raises as
    `require` does.
    """
    require(session, actor, Permission.ITEM_WRITE, bank.code, now)
    has_keys = may(session, actor, Permission.ITEM_WRITE_KEY, bank.code, now)
    codes = allot_codes(session, bank, [draft.code for draft in drafts])
    items: list[ItemRow] = []
    rows: list[dict[str, object]] = []
    for draft, code in zip(drafts, codes, strict=True):
        stored = replace(draft if has_keys else without_key(draft), code="")
        item = ItemRow(
            bank=bank.code,
            code=code,
            state="draft",
            import_id=import_id,
            created_by=user_id_of(actor),
            created_at=now,
        )
        checked = judge_draft(session, bank, stored, code, beside=codes)
        describe_draft(item, bank, stored, checked)
        items.append(item)
        rows.append(draft_values(stored, checked, actor, now))
    session.add_all(items)
    session.flush()  # the drafts need the items' ids
    if items:
        for item, row in zip(items, rows, strict=True):
            row["item_id"] = item.id
        session.execute(insert(ItemDraftRow), rows)
        note_writer(session, actor, [item.id for item in items], now)
        index_items(session, [item.id for item in items])
    _log_creation(session, actor, bank, items, now, import_id=import_id, has_keys=has_keys)
    return items


def get_bank_of(session: Session, item: ItemRow) -> BankRow:
    """Return the bank of an item that has been found."""
    bank = find_bank(session, item.bank)
    if bank is None:
        raise Conflict("bank_gone")
    return bank


def describe_draft(item: ItemRow, bank: BankRow, draft: ItemDraft, checked: Checked) -> None:
    """Let the row say what a draft says, as far as it can be understood."""
    if checked.item is not None:
        describe(item, checked.item)
    else:
        describe_unchecked(item, draft, defaults_of(bank, item.code))
    item.pool = pool_in_bank(draft, bank.pool)


def draft_values(
    draft: ItemDraft, checked: Checked, actor: Actor | None, now: datetime
) -> dict[str, object]:
    """Return the columns of a draft's row."""
    return {
        "content": draft_to_json(draft),
        "problem_count": sum(not finding.is_remark for finding in checked.findings),
        "written_by": user_id_of(actor),
        "updated_at": now,
    }


def note_writer(
    session: Session, actor: Actor | None, item_ids: Sequence[int], now: datetime
) -> None:
    """Remember who wrote in drafts: none of them may sign these off."""
    note_writer_id(session, user_id_of(actor), item_ids, now)


def note_writer_id(
    session: Session, user_id: int | None, item_ids: Sequence[int], now: datetime
) -> None:
    """Remember a writer by row id, as `note_writer`; None is nobody."""
    if user_id is None:
        return
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = build(ItemWriter)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["item_id", "user_id"],
            set_={"wrote_at": statement.excluded.wrote_at},
        ),
        [{"item_id": n, "user_id": user_id, "wrote_at": now} for n in item_ids],
    )


def _log_creation(
    session: Session,
    actor: Actor | None,
    bank: BankRow,
    items: Sequence[ItemRow],
    now: datetime,
    *,
    import_id: int | None,
    has_keys: bool,
) -> None:
    """Write one entry for all that was written at once; the import, if any, names its items."""
    audit.log(
        session,
        "item.drafts_created",
        subject_of(items[0]) if len(items) == 1 else bank.code,
        actor_id=user_id_of(actor),
        now=now,
        details={"count": len(items), "import_id": import_id, "sets_keys": has_keys},
    )
