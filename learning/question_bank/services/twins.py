"""Items that say nearly the same, kept as pairs: looked for by the worker, judged by people.

Comparing 20,000 items takes seconds of computing and no lock: what is read and what is written
are two short transactions around it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from learning.kernel import audit
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.question_bank.models import BankRow, ItemRow, ItemTwins
from learning.question_bank.services.searching import said_of
from learning.question_bank.similarity import Twins, find_twins

SLICE = 500
LEAST_MILLI = 800


def want_twins(session: Session, bank: str, now: datetime) -> None:
    """Ask the worker to look through a bank again."""
    session.execute(update(BankRow).where(BankRow.code == bank).values(twins_wanted_at=now))


def next_wanted(session: Session) -> str | None:
    """Return the bank that has waited longest, None when none waits."""
    return session.scalar(
        select(BankRow.code)
        .where(BankRow.twins_wanted_at.is_not(None))
        .order_by(BankRow.twins_wanted_at)
        .limit(1)
    )


def read_texts(session: Session, bank: str) -> tuple[list[int], list[str]]:
    """Return the items of a bank in use, in order of id, and what each asks."""
    ids = list(
        session.scalars(
            select(ItemRow.id)
            .where(ItemRow.bank == bank, ItemRow.retired_at.is_(None))
            .order_by(ItemRow.id)
        )
    )
    texts: dict[int, str] = {}
    for start in range(0, len(ids), SLICE):
        texts |= said_of(session, ids[start : start + SLICE])
    return ids, [texts.get(number, "") for number in ids]


def compare(texts: Sequence[str]) -> list[Twins]:
    """Find the pairs that are at least 80 % alike, by their places in the list."""
    return find_twins(texts, least_milli=LEAST_MILLI)


def keep_twins(
    session: Session, bank: str, ids: Sequence[int], twins: Sequence[Twins], *, now: datetime
) -> int:
    """Keep what was found in place of what was found before; return how many pairs there are.

    What somebody judged to be no pair stays judged.
    """
    of_bank = select(ItemRow.id).where(ItemRow.bank == bank)
    judged = {
        (first, second)
        for first, second in session.execute(
            select(ItemTwins.first_id, ItemTwins.second_id).where(
                ItemTwins.first_id.in_(of_bank), ItemTwins.dismissed_at.is_not(None)
            )
        )
    }
    session.execute(
        delete(ItemTwins).where(ItemTwins.first_id.in_(of_bank), ItemTwins.dismissed_at.is_(None))
    )
    present = set(session.scalars(of_bank))
    pairs = {(ids[t.first], ids[t.second]): t.likeness_milli for t in twins}
    rows = [
        ItemTwins(first_id=first, second_id=second, likeness_milli=likeness, found_at=now)
        for (first, second), likeness in pairs.items()
        if (first, second) not in judged and {first, second} <= present
    ]
    session.add_all(rows)
    session.execute(update(BankRow).where(BankRow.code == bank).values(twins_wanted_at=None))
    session.flush()  # the count is told to whoever asked
    return len(rows)


def dismiss_twins(
    session: Session, actor: Actor, bank: str, codes: tuple[str, str], *, now: datetime
) -> None:
    """Say that two items are no pair; raise NotFound when they were not thought one."""
    first, second = aliased(ItemRow), aliased(ItemRow)
    pair = session.scalar(
        select(ItemTwins)
        .join(first, first.id == ItemTwins.first_id)
        .join(second, second.id == ItemTwins.second_id)
        .where(
            first.bank == bank,
            second.bank == bank,
            or_(
                (first.code == codes[0]) & (second.code == codes[1]),
                (first.code == codes[1]) & (second.code == codes[0]),
            ),
        )
    )
    if pair is None:
        raise NotFound("twins")
    pair.dismissed_by, pair.dismissed_at = actor.user_id, now
    audit.log(
        session,
        "item.twins_dismissed",
        f"{bank}/{codes[0]}"[:80],
        actor_id=actor.user_id,
        now=now,
        details={"other": codes[1]},
    )
