"""A contest of which one item is disputed: everybody was asked all items of the bank."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.queries import get_attempt
from learning.attempts.rules import Batch, BatchEntry, KeyWish, RulingWish, Treatment
from learning.attempts.services import submit_attempt
from learning.competitions import services
from learning.kernel.permissions import Actor
from learning.organisations.models import Unit
from learning.question_bank.models import ItemRow, ItemVersionRow
from tests.factories.competitions import Stage, entry_of, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user

DEVICE = "device".ljust(43, "_")
DISPUTED = "s-000"
SINGLES, MULTIPLES = 20, 5
PEOPLE: Mapping[str, tuple[str, int]] = {
    "甲": ("b", 0),
    "乙": ("c", 0),
    "丙": ("c", 1),
    "丁": ("b", 2),
}
"""Who said what to the disputed item, and how many others they had wrong."""


@dataclass
class Contest:
    """A closed contest; by the key b the order is 甲 100, 乙 96, 丙 and 丁 92 points."""

    stage: Stage
    people: dict[str, Actor]
    attempts: dict[str, str]
    entries: dict[str, str]
    version_id: int
    companies: dict[str, Unit]

    @property
    def names(self) -> dict[str, str]:
        """Names by entry."""
        return {entry: name for name, entry in self.entries.items()}

    def rekey(self, *keys: str) -> RulingWish:
        """The ruling that the disputed item has another key."""
        return RulingWish(self.version_id, Treatment.REKEY, KeyWish(frozenset(keys)))


def make_regraded(session: Session, now: datetime, **changes: Any) -> Contest:
    """甲 and 丁 belong to one company, 乙 and 丙 to another."""
    told = {"single_count": SINGLES, "multiple_count": MULTIPLES, "tie_rule": "score_only"}
    stage = make_stage(session, now, **{**told, **changes})
    companies = {name: make_unit(session, now, name=name) for name in ("甲厂", "乙厂")}
    people, attempts, entries = {}, {}, {}
    for number, (name, (said, wrong)) in enumerate(PEOPLE.items()):
        company = companies["甲厂" if name in "甲丁" else "乙厂"]
        user = make_user(session, now, f"参赛者{name}")
        make_membership(session, now, user, company, organisation=company, staff_no=f"0{number}")
        people[name] = make_actor(user)
        services.enter_competition(session, people[name], stage.public_id, now=now)
        attempts[name] = play(session, now, stage, people[name], said, wrong)
        entries[name] = entry_of(session, people[name])
    version_id = session.scalars(
        select(ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemRow.code == DISPUTED)
    ).one()
    return Contest(stage, people, attempts, entries, version_id, companies)


def play(
    session: Session,
    now: datetime,
    stage: Stage,
    actor: Actor,
    said: str,
    wrong: int,
    *,
    number: int = 1,
) -> str:
    """Answer everything of a round right but the disputed item, and `wrong` others."""
    attempt = services.start_round(
        session, actor, stage.public_id, device_token=DEVICE, now=now, number=number
    )
    held = get_attempt(session, actor.user_id, attempt)
    codes = codes_of(session, [place.version_id for place in held.form.positions])
    entries, left = [], wrong
    for position, code in enumerate(codes, 1):
        answer: Any = ["a", "c"] if code.startswith("m-") else "b"
        if code == DISPUTED:
            answer = said
        elif left and code.startswith("s-"):
            answer, left = "d", left - 1
        entries.append(BatchEntry(position, 1, json.dumps(answer, separators=(",", ":"))))
    batch = Batch(epoch=1, entries=tuple(entries), rejected=())
    later = now + timedelta(minutes=5)
    submit_attempt(session, actor, attempt, batch=batch, last_seq={}, now=later)
    return attempt


def codes_of(session: Session, versions: Sequence[int]) -> list[str]:
    """Return the codes of items by their versions, in order."""
    rows = session.execute(
        select(ItemVersionRow.id, ItemRow.code)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemVersionRow.id.in_(versions))
    )
    known = dict(rows.all())
    return [known[version] for version in versions]


def close(session: Session, stage: Stage, now: datetime) -> None:
    """Publish the list."""
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)
