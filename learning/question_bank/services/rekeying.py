"""A ruling that an item's key was wrong comes back to the bank: as a draft, never as a version.

Whoever writes and signs off items decides what the bank says from then on. The draft holds what was
asked with the ruled key and its explanation, and the ordinary way to a version follows: submitted
by one, signed off by another who is not the one who ruled. Nothing that somebody is writing, and no
question that has become another one since, is written over: the item's history then says that its
key is to be looked at by a person.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.kernel import audit
from learning.question_bank.drafts import (
    ItemDraft,
    draft_from_json,
    draft_of,
    same_question,
    says_same_answers,
    with_key_of,
)
from learning.question_bank.models import (
    BankRow,
    ItemDraftRow,
    ItemReview,
    ItemRow,
    ItemVersionRow,
    ItemWriter,
)
from learning.question_bank.queries import get_whole
from learning.question_bank.rules import AnswerKey, Item
from learning.question_bank.rules.letters import key_ruled
from learning.question_bank.services.creating import (
    describe_draft,
    draft_values,
    get_bank_of,
    judge_draft,
    note_writer_id,
)
from learning.question_bank.services.drafting import add_draft_of
from learning.question_bank.services.records import hold_item, note_act_by, subject_of
from learning.question_bank.services.searching import index_items


class Taken(StrEnum):
    """What the bank did with a ruled key. Twin of two acts of `item_reviews`."""

    DRAFTED = "rekeyed"
    NOTED = "key_ruled"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class RuledKey:
    """A key that a ruling put in the place of a version's; `cause` names the act, once a version.

    `ruled_by` None: nobody in particular.
    """

    version_id: int
    key: AnswerKey
    explanation: str
    cause: str
    ruled_by: int | None


def take_ruled_key(session: Session, ruled: RuledKey, now: datetime) -> Taken:
    """Write a ruled key into the draft of the item's next version, or note that somebody must.

    Where the newest content says the same already, nothing is done. An open draft is written in
    only where it still asks the same with the key that was ruled wrong; one in review, a retired
    item and one of a bank of files are noted. The authors are told either way.
    """
    item_id = session.scalars(
        select(ItemVersionRow.item_id).where(ItemVersionRow.id == ruled.version_id)
    ).one()
    item = session.get_one(ItemRow, item_id)
    hold_item(session, item)
    asked = get_whole(session, ruled.version_id)
    wrong = draft_of(asked)
    right = draft_of(_corrected(asked, ruled))
    open_draft = session.get(ItemDraftRow, item.id, populate_existing=True)
    newest = _newest(session, item, open_draft, ruled.version_id)
    if same_question(newest, wrong) and says_same_answers(newest, right):
        return Taken.KNOWN
    fits = same_question(newest, wrong) and says_same_answers(newest, wrong)
    taken = Taken.DRAFTED if fits and _may_be_drafted(session, item) else Taken.NOTED
    if taken is Taken.DRAFTED:
        _write(session, item, open_draft, with_key_of(newest, right), ruled, now)
    note_act_by(session, ruled.ruled_by, item, taken.value, now, version_id=ruled.version_id)
    audit.log(
        session,
        f"item.{taken.value}",
        subject_of(item),
        actor_id=ruled.ruled_by,
        now=now,
        details={"version": ruled.version_id, "cause": ruled.cause},
    )
    _tell(session, item, ruled, taken, now)
    return taken


def _corrected(asked: Item, ruled: RuledKey) -> Item:
    """Return the item with the ruled key, and no explanation that argued for the old one."""
    parts = tuple(
        new if new == old else replace(new, explanation="")
        for new, old in zip(ruled.key.parts, asked.key.parts, strict=True)
    )
    return Item(asked.document, replace(ruled.key, explanation=ruled.explanation, parts=parts))


def _newest(
    session: Session, item: ItemRow, open_draft: ItemDraftRow | None, ruled_version: int
) -> ItemDraft:
    if open_draft is not None:
        return draft_from_json(open_draft.content)
    version_id = item.review_version_id or item.current_version_id or ruled_version
    return draft_of(get_whole(session, version_id))


def _may_be_drafted(session: Session, item: ItemRow) -> bool:
    origin = session.scalar(select(BankRow.origin).where(BankRow.code == item.bank))
    is_free = item.review_version_id is None and item.current_version_id is not None
    return is_free and item.state != "retired" and origin != "file"


def _write(
    session: Session,
    item: ItemRow,
    row: ItemDraftRow | None,
    draft: ItemDraft,
    ruled: RuledKey,
    now: datetime,
) -> None:
    if row is None:
        row = add_draft_of(session, None, item, item.current_version_id or ruled.version_id, now)
    draft = replace(draft, code="")
    bank = get_bank_of(session, item)
    checked = judge_draft(session, bank, draft, item.code)
    for name, value in draft_values(draft, checked, None, now).items():
        setattr(row, name, value)
    row.written_by = ruled.ruled_by
    row.revision += 1  # whoever has it open is told that it is another one
    describe_draft(item, bank, draft, checked)
    note_writer_id(session, ruled.ruled_by, [item.id], now)
    session.flush()  # the index reads the row
    index_items(session, [item.id])


def _tell(session: Session, item: ItemRow, ruled: RuledKey, taken: Taken, now: datetime) -> None:
    letter = key_ruled(item.code, is_drafted=taken is Taken.DRAFTED)
    link = Link("question_bank.detail", {"bank": item.bank, "code": item.code})
    for user_id in sorted(_authors(session, item, ruled.version_id) - {ruled.ruled_by}):
        put_notice(
            session,
            user_id,
            letter,
            now,
            link=link,
            key=f"key:{ruled.cause}:{ruled.version_id}",
        )


def _authors(session: Session, item: ItemRow, version_id: int) -> set[int]:
    """Return who wrote the item, its ruled version or its draft, and who signed the version off."""
    wrote = select(ItemWriter.user_id).where(ItemWriter.item_id == item.id)
    version = select(ItemVersionRow.written_by).where(ItemVersionRow.id == version_id)
    acts = select(ItemReview.acted_by).where(
        ItemReview.version_id == version_id, ItemReview.act.in_(("submitted", "approved"))
    )
    found = {item.created_by, *session.scalars(wrote.union(version, acts))}
    return {user_id for user_id in found if user_id is not None}
