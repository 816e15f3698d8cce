"""Writing items on the web: drafts that are saved while somebody writes, and lose nothing.

A draft may be wrong in any way; what is wrong is counted, not refused. Whoever may not set keys
writes around the key that is stored. Two who edit one draft notice each other by its revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.drafts import (
    Checked,
    ItemDraft,
    draft_from_json,
    draft_of,
    draft_to_json,
    says_same_key,
    with_key_of,
    without_key,
)
from learning.question_bank.models import (
    ItemDraftRow,
    ItemRow,
    ItemWriter,
)
from learning.question_bank.queries import (
    get_whole,
    may,
    require,
)
from learning.question_bank.services.creating import (
    describe_draft,
    draft_values,
    get_bank_of,
    judge_draft,
    note_writer,
)
from learning.question_bank.services.records import (
    describe,
    hold_item,
    note_act,
    subject_of,
    user_id_of,
)
from learning.question_bank.services.removing import remove_unversioned
from learning.question_bank.services.searching import index_items

FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
"""A new draft begins to count at the seconds since then: also where the one before it was thrown
away, a page left open on that one cannot take the two for the same."""


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft as it is stored now, and what the check says of it."""

    draft: ItemDraft
    revision: int
    checked: Checked


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft for its editor; `has_key` tells whether the key is in it, or was taken out."""

    draft: ItemDraft
    revision: int
    has_key: bool
    checked: Checked


def open_draft(session: Session, actor: Actor | None, item: ItemRow, now: datetime) -> OpenDraft:
    """Return the working draft for an editor, with its key for who may see keys: that is logged.

    Raises as `require` does, Conflict("no_draft") where there is none.
    """
    require(session, actor, Permission.ITEM_WRITE, item.bank, now)
    row = session.get(ItemDraftRow, item.id)
    if row is None:
        raise Conflict("no_draft")
    draft = draft_from_json(row.content)
    checked = judge_draft(session, get_bank_of(session, item), draft, item.code)
    if not may(session, actor, Permission.ITEM_READ_KEY, item.bank, now):
        return OpenDraft(without_key(draft), row.revision, has_key=False, checked=checked)
    _log(session, actor, "item.key_shown", item, now, {"draft": row.revision})
    return OpenDraft(draft, row.revision, has_key=True, checked=checked)


def save_draft(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    draft: ItemDraft,
    expected_revision: int,
    now: datetime,
) -> SavedDraft:
    """Store a draft over the revision that its editor began from.

    Whoever may not set keys leaves the stored key as it is. Raises as `require` does;
    Conflict("draft_changed", revision, written_by) when somebody else has saved meanwhile: nothing
    is changed then; Conflict("in_review") while it waits for sign-off; Conflict("no_draft").
    """
    require(session, actor, Permission.ITEM_WRITE, item.bank, now)
    hold_item(session, item)
    row = _held_draft(session, item)
    if row.revision != expected_revision:
        raise Conflict("draft_changed", revision=row.revision, written_by=row.written_by)
    before, after = draft_from_json(row.content), replace(draft, code="")
    if not says_same_key(after, before):
        if may(session, actor, Permission.ITEM_WRITE_KEY, item.bank, now):
            _log(session, actor, "item.key_set", item, now, {"draft": row.revision + 1})
        else:
            after = with_key_of(after, before)
    bank = get_bank_of(session, item)
    checked = judge_draft(session, bank, after, item.code)
    if after != before:
        for name, value in draft_values(after, checked, actor, now).items():
            setattr(row, name, value)
        row.revision = expected_revision + 1
        describe_draft(item, bank, after, checked)
        note_writer(session, actor, [item.id], now)
    session.flush()  # the answer tells the editor that it is stored
    index_items(session, [item.id])
    return SavedDraft(after, row.revision, checked)


def start_revision(
    session: Session, actor: Actor | None, item: ItemRow, now: datetime
) -> ItemDraftRow:
    """Open an approved item for a revision: a draft from its current version, which stays in use.

    One that is open already is returned as it is. Raises as `require` does, Conflict("retired" |
    "in_review" | "no_version").
    """
    require(session, actor, Permission.ITEM_WRITE, item.bank, now)
    hold_item(session, item)
    if item.state == "retired":
        raise Conflict("retired")
    if item.review_version_id is not None:
        raise Conflict("in_review")
    found = session.get(ItemDraftRow, item.id)
    if found is not None:
        return found
    if item.current_version_id is None:
        raise Conflict("no_version")
    row = add_draft_of(session, actor, item, item.current_version_id, now)
    _log(session, actor, "item.revision_started", item, now)
    return row


def discard_draft(session: Session, actor: Actor | None, item: ItemRow, now: datetime) -> None:
    """Throw the working draft away: the item is again what its newest version says.

    One that was never approved is removed when it has no version, else retired. Raises as
    `require` does, Conflict("in_review" | "no_draft").
    """
    require(session, actor, Permission.ITEM_WRITE, item.bank, now)
    hold_item(session, item)
    _held_draft(session, item)
    _log(session, actor, "item.draft_discarded", item, now)
    if item.current_version_id is None and remove_unversioned(session, [item.id]):
        session.expunge(item)
        return
    newest = item.current_version_id
    if newest is None:
        # Its version can come back: whoever wrote in it is remembered.
        session.execute(delete(ItemDraftRow).where(ItemDraftRow.item_id == item.id))
        item.state, item.retired_at = "retired", now
        note_act(session, actor, item, "retired", now)
    else:
        clear_draft(session, item)
        describe(item, get_whole(session, newest))
    session.flush()  # a page that follows reads the row
    index_items(session, [item.id])


def add_draft_of(
    session: Session, actor: Actor | None, item: ItemRow, version_id: int, now: datetime
) -> ItemDraftRow:
    """Give an item the draft that a version of it came from; the item is held already."""
    row = ItemDraftRow(
        item_id=item.id,
        content=draft_to_json(replace(draft_of(get_whole(session, version_id)), code="")),
        problem_count=0,
        revision=int((now - FIRST_DAY).total_seconds()),
        base_version_id=version_id,
        written_by=user_id_of(actor),
        updated_at=now,
    )
    session.add(row)
    session.flush()  # whoever opens the editor next needs the row
    return row


def clear_draft(session: Session, item: ItemRow) -> None:
    """Remove the working draft and the list of who wrote in it."""
    session.execute(delete(ItemDraftRow).where(ItemDraftRow.item_id == item.id))
    session.execute(delete(ItemWriter).where(ItemWriter.item_id == item.id))


def _held_draft(session: Session, item: ItemRow) -> ItemDraftRow:
    """Return the draft of an item that is held, as it is now; it must be open for writing."""
    if item.review_version_id is not None:
        raise Conflict("in_review")
    row = session.get(ItemDraftRow, item.id, populate_existing=True)
    if row is None:
        raise Conflict("no_draft")
    return row


def _log(
    session: Session,
    actor: Actor | None,
    act: str,
    item: ItemRow,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    audit.log(session, act, subject_of(item), actor_id=user_id_of(actor), now=now, details=details)
