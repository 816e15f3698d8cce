"""People who work on items, banks of their own, drafts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.rules import Pool
from learning.question_bank.services import (
    BankSettings,
    approve,
    create_bank,
    create_draft,
    submit_for_review,
)
from tests.factories.people import make_actor, make_unit, make_user, unit_grant


@dataclass(frozen=True, slots=True)
class Desk:
    """A unit with people who work on the items of its bank."""

    unit: Unit
    bank: BankRow
    author: Actor
    reviewer: Actor
    manager: Actor


def make_desk(
    session: Session, now: datetime, *, code: str = "desk", pool: Pool = Pool.CONTEST
) -> Desk:
    unit = make_unit(session, now, name=f"示例单位 {code}")
    people = [
        make_actor(make_user(session, now), unit_grant(role, unit))
        for role in (Role.AUTHOR, Role.REVIEWER, Role.ITEM_MANAGER)
    ]
    bank = create_bank(
        session,
        people[2],
        code,
        BankSettings(title=f"示例题库 {code}", pool=pool),
        raw_unit_id=unit.public_id,
        now=now,
    )
    return Desk(unit, bank, *people)


def make_draft(stem: str = "质量管理体系的英文缩写是（　）。", right: int = 1) -> ItemDraft:
    texts = ("TQM", "QMS", "QFD", "FMEA")
    return ItemDraft(
        kind="single",
        stem=stem,
        options=tuple(DraftOption(text, n == right) for n, text in enumerate(texts)),
        explanation="CANARY-OF-THE-KEY",
        area="质量管理体系",
    )


def make_waiting(session: Session, now: datetime, desk: Desk, **more: object) -> ItemRow:
    """An item that waits for sign-off."""
    item = create_draft(session, desk.author, desk.bank, make_draft(**more), now=now)
    submit_for_review(session, desk.author, item, now)
    return item


def make_approved(session: Session, now: datetime, desk: Desk, **more: object) -> ItemRow:
    """An item that somebody else signed off."""
    item = make_waiting(session, now, desk, **more)
    approve(session, desk.reviewer, item, item.review_version_id or 0, now)
    return item
