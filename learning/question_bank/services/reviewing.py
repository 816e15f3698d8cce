"""From a draft to an approved item: sent to review, talked about, sent back, signed off, retired.

Nobody signs off what they wrote in. What was signed off is a version, which never changes; who acts
on one says which they have seen, so that nobody signs what they did not read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.errors import Conflict, DomainError, Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.question_bank.drafts import draft_from_json
from learning.question_bank.models import ItemDraftRow, ItemRow, ItemVersionRow, ItemWriter
from learning.question_bank.queries import get_whole, require
from learning.question_bank.services.creating import get_bank_of, judge_draft
from learning.question_bank.services.drafting import add_draft_of, clear_draft
from learning.question_bank.services.records import (
    describe,
    find_or_add_versions,
    hold_item,
    note_act,
    subject_of,
    user_id_of,
)

MAX_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one item of many: `refusal` is the code of the error, "" when it was done."""

    item_id: int
    code: str
    refusal: str


def submit_for_review(
    session: Session, actor: Actor | None, item: ItemRow, now: datetime, *, comment: str = ""
) -> int:
    """Make the draft a version that waits for sign-off; return the version's id.

    Raises as `require` does; Conflict("in_review" | "no_draft" | "retired"),
    Conflict("draft_not_clean", findings) while the check finds anything wrong, and
    Conflict("unchanged") for what the approved version says already.
    """
    require(session, actor, Permission.ITEM_WRITE, item.bank, now)
    _check_comment(comment)
    hold_item(session, item)
    if item.review_version_id is not None:
        raise Conflict("in_review")
    if item.state == "retired":
        raise Conflict("retired")
    row = session.get(ItemDraftRow, item.id, populate_existing=True)
    if row is None:
        raise Conflict("no_draft")
    draft = draft_from_json(row.content)
    checked = judge_draft(session, get_bank_of(session, item), draft, item.code)
    if checked.item is None:
        raise Conflict("draft_not_clean", findings=checked.findings)
    pair = (item, checked.item)
    [version_id] = find_or_add_versions(session, [pair], now, written_by=row.written_by)
    if version_id == item.current_version_id:
        raise Conflict("unchanged")
    item.review_version_id = version_id
    item.state = "approved" if item.current_version_id else "review"
    describe(item, checked.item)
    _note(session, actor, item, "submitted", now, version_id=version_id, comment=comment)
    return version_id


def comment_on(
    session: Session, actor: Actor | None, item: ItemRow, comment: str, now: datetime
) -> None:
    """Say something about the item as it is; anybody who writes or reviews in its bank may.

    Raises as `require` does, Invalid for an empty or too long comment.
    """
    _require_either(session, actor, item, now)
    _check_comment(comment, is_needed=True)
    _note(
        session,
        actor,
        item,
        "commented",
        now,
        version_id=item.review_version_id or item.current_version_id,
        comment=comment,
    )


def return_to_author(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    version_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Send what waits for sign-off back to be written on; its draft is open again.

    A reviewer says why; whoever wrote in it may take it back. Raises as `require` does, Invalid
    without a reason, Conflict("review_changed") when another version or none waits now.
    """
    _require_either(session, actor, item, now)
    hold_item(session, item)
    _check_waiting(item, version_id)
    _check_comment(reason, is_needed=not has_written(session, actor, item))
    item.review_version_id = None
    item.state = "approved" if item.current_version_id else "draft"
    if session.get(ItemDraftRow, item.id) is None:
        add_draft_of(session, actor, item, version_id, now)
    _note(session, actor, item, "returned", now, version_id=version_id, comment=reason)


def approve(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    version_id: int,
    now: datetime,
    *,
    comment: str = "",
) -> None:
    """Sign off the version that waits: from now on it is the one that is drawn.

    Raises as `require` does; Forbidden("own_item") for who wrote in it;
    Conflict("review_changed") when another version or none waits now, as after a second sign-off.
    """
    require(session, actor, Permission.ITEM_REVIEW, item.bank, now)
    _check_comment(comment)
    hold_item(session, item)
    _check_waiting(item, version_id)
    if has_written(session, actor, item):
        raise Forbidden("own_item")
    item.current_version_id, item.review_version_id = version_id, None
    item.state = "approved"
    whole = get_whole(session, version_id)
    describe(item, whole)
    item.pool = whole.document.pool.value
    clear_draft(session, item)
    _note(session, actor, item, "approved", now, version_id=version_id, comment=comment)


def retire(
    session: Session, actor: Actor | None, item: ItemRow, now: datetime, *, reason: str = ""
) -> None:
    """Take an approved item out of use; forms that hold it are not touched.

    Raises as `require` does, Conflict("retired" | "not_approved" | "in_review").
    """
    require(session, actor, Permission.BANK_MANAGE, item.bank, now)
    _check_comment(reason)
    hold_item(session, item)
    if item.state == "retired":
        raise Conflict("retired")
    if item.review_version_id is not None:
        raise Conflict("in_review")
    if item.state != "approved":
        raise Conflict("not_approved")
    item.state, item.retired_at = "retired", now
    _note(session, actor, item, "retired", now, version_id=item.current_version_id, comment=reason)


def restore(
    session: Session, actor: Actor | None, item: ItemRow, now: datetime, *, reason: str = ""
) -> None:
    """Bring a retired item back into use, or to a draft what was never approved.

    Raises as `require` does, Conflict("not_retired").
    """
    require(session, actor, Permission.BANK_MANAGE, item.bank, now)
    _check_comment(reason)
    hold_item(session, item)
    if item.state != "retired":
        raise Conflict("not_retired")
    item.retired_at = None
    item.state = "approved" if item.current_version_id else "draft"
    if item.current_version_id is None and session.get(ItemDraftRow, item.id) is None:
        newest = session.scalars(
            select(ItemVersionRow.id)
            .where(ItemVersionRow.item_id == item.id)
            .order_by(ItemVersionRow.number.desc())
            .limit(1)
        ).one()  # without a version it would have been removed
        add_draft_of(session, actor, item, newest, now)
    _note(session, actor, item, "restored", now, version_id=item.current_version_id, comment=reason)


def set_not_before(
    session: Session, actor: Actor | None, item: ItemRow, not_before: datetime | None, now: datetime
) -> None:
    """Keep the item out of everything that opens before an instant; None lets it be drawn at once.

    Assessments that exist keep what they pinned. Raises as `require` does.
    """
    require(session, actor, Permission.BANK_MANAGE, item.bank, now)
    hold_item(session, item)
    item.not_before = not_before
    session.flush()  # a page that follows reads the row
    audit.log(
        session,
        "item.not_before_set",
        subject_of(item),
        actor_id=user_id_of(actor),
        now=now,
        details={"not_before": not_before.isoformat() if not_before else None},
    )


def submit_many(
    session: Session, actor: Actor | None, items: Sequence[ItemRow], now: datetime
) -> list[Outcome]:
    """Send many to review, each for itself: what cannot go says why and the others go."""
    return _each(items, lambda item: submit_for_review(session, actor, item, now))


def approve_many(
    session: Session, actor: Actor | None, seen: Sequence[tuple[ItemRow, int]], now: datetime
) -> list[Outcome]:
    """Sign off many, each with the version that was seen; see `submit_many`."""
    versions = {item.id: version_id for item, version_id in seen}
    return _each(
        [item for item, _ in seen],
        lambda item: approve(session, actor, item, versions[item.id], now),
    )


def has_written(session: Session, actor: Actor | None, item: ItemRow) -> bool:
    """Tell whether the actor wrote in what waits for sign-off, its draft or its version."""
    if actor is None:
        return False
    writers = set(session.scalars(select(ItemWriter.user_id).where(ItemWriter.item_id == item.id)))
    if item.review_version_id is not None:
        version = session.get_one(ItemVersionRow, item.review_version_id)
        writers.add(version.written_by or 0)
    return actor.user_id in writers


def _each(items: Sequence[ItemRow], act: Callable[[ItemRow], object]) -> list[Outcome]:
    outcomes = []
    # In one order always: two who do it at once with the same items wait, and do not lock up.
    for item in sorted(items, key=lambda item: item.id):
        refusal = ""
        try:
            act(item)
        except DomainError as error:
            refusal = error.code
        outcomes.append(Outcome(item.id, item.code, refusal))
    return outcomes


def _require_either(session: Session, actor: Actor | None, item: ItemRow, now: datetime) -> None:
    try:
        require(session, actor, Permission.ITEM_REVIEW, item.bank, now)
    except Forbidden:
        require(session, actor, Permission.ITEM_WRITE, item.bank, now)


def _check_waiting(item: ItemRow, version_id: int) -> None:
    if item.review_version_id is None or item.review_version_id != version_id:
        raise Conflict("review_changed", waiting=item.review_version_id)


def _check_comment(comment: str, *, is_needed: bool = False) -> None:
    if len(comment) > MAX_COMMENT:
        message = f"意见不超过 {MAX_COMMENT} 字"
        raise Invalid([Problem("", None, "comment", "comment_length", message)])
    if any(ord(character) < 32 and character not in "\r\n\t" for character in comment):
        message = "意见里含有不能显示的字符"
        raise Invalid([Problem("", None, "comment", "comment_characters", message)])
    if is_needed and not comment.strip():
        raise Invalid([Problem("", None, "comment", "comment_empty", "请写明意见")])


def _note(
    session: Session,
    actor: Actor | None,
    item: ItemRow,
    act: str,
    now: datetime,
    *,
    version_id: int | None,
    comment: str,
) -> None:
    note_act(session, actor, item, act, now, version_id=version_id, comment=comment)
    session.flush()  # a page that follows reads the step, and the item's new state
    audit.log(
        session,
        f"item.{act}",
        subject_of(item),
        actor_id=user_id_of(actor),
        now=now,
        details={"version_id": version_id},
    )
