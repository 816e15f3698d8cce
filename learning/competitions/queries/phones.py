"""Phone numbers of those who entered, and whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName
from learning.accounts.rules.names import LoginNameKind
from learning.attempts.models import Attempt
from learning.competitions.models import Entry, FairnessFlag
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules.fairness import FlagKind
from learning.competitions.rules.phones import Holder, Run

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Caller:
    """An entry by one of its numbers.

    `attempt_id` is the first attempt of the round, None for who has not begun; `waits` tells
    whether the entry may still be flagged: neither void nor flagged before.
    """

    number_name: str
    holder: Holder
    entry_id: int
    attempt_id: int | None
    waits: bool


def list_numbers(
    session: Session, competition_id: int, *, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return phones of who entered, void or not, as (row id of the person, name) by person.

    The people after a row id, so many of them.
    """
    people = (
        select(Entry.user_id)
        .where(Entry.competition_id == competition_id, Entry.user_id > after)
        .order_by(Entry.user_id)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(people.c.user_id, LoginName.name)
        .outerjoin(
            LoginName,
            (LoginName.user_id == people.c.user_id) & (LoginName.kind == LoginNameKind.PHONE.value),
        )
        .order_by(people.c.user_id)
    )
    return [(user_id, name or "") for user_id, name in rows]


def list_callers(session: Session, competition: CompetitionView, run: Run) -> list[Caller]:
    """Return who entered with the numbers of a run, by number."""
    prefix = f"{LoginNameKind.PHONE.value}:+"
    keys = [f"{prefix}{number}" for number in range(run.first, run.last + 1)]
    return [
        caller
        for start in range(0, len(keys), AT_ONCE)
        for caller in _callers(session, competition, keys[start : start + AT_ONCE])
    ]


def _callers(session: Session, competition: CompetitionView, keys: Sequence[str]) -> list[Caller]:
    first = (
        select(func.min(Attempt.id))
        .where(Attempt.assessment_id == competition.assessment_id, Attempt.user_id == Entry.user_id)
        .correlate(Entry)
        .scalar_subquery()
    )
    flagged = (
        select(FairnessFlag.id)
        .where(FairnessFlag.entry_id == Entry.id, FairnessFlag.kind == FlagKind.PHONES.value)
        .correlate(Entry)
        .exists()
    )
    rows = session.execute(
        select(
            LoginName.name,
            Entry.id,
            Entry.public_id,
            Entry.unit_id,
            first.label("attempt_id"),
            (Entry.voided_at.is_(None) & ~flagged).label("waits"),
        )
        .join(Entry, Entry.user_id == LoginName.user_id)
        .where(LoginName.name_key.in_(keys), Entry.competition_id == competition.id)
    ).all()
    return [
        Caller(row.name, Holder(row.public_id, row.unit_id), row.id, row.attempt_id, row.waits)
        for row in sorted(rows, key=lambda row: row.name)
    ]
