"""The timed challenge: what may be asked in it, one's own best, the ladder of an organisation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.organisations.models import Membership
from learning.practice.models import ChallengeRun, PracticeSetting
from learning.practice.queries.people import Person
from learning.practice.queries.sessions import taken_back
from learning.practice.rules import Settings, run_of_key, settings_of
from learning.question_bank.queries import PracticeItem, list_practice_items
from learning.question_bank.queries.texts import storable
from learning.question_bank.rules import ItemKind

LADDER = 20


@dataclass(frozen=True, slots=True)
class Best:
    """Somebody's best run on a bank: right answers in a row, and how long they took."""

    right: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Rung:
    """A place on the ladder; `place` is shared by equal runs, the next one is skipped."""

    place: int
    name: str
    right: int
    took_ms: int
    is_own: bool


def list_challenge_items(
    session: Session, units: Collection[int], bank: str, kinds: Collection[ItemKind], now: datetime
) -> list[PracticeItem]:
    """Return a bank's items for practice of these kinds that no open or coming paper may draw."""
    if not bank:
        return []
    items = list_practice_items(session, units, now, bank=storable(bank))
    quick = [item for item in items if item.kind in kinds]
    held = taken_back(session, [item.version_id for item in quick], now)
    return [item for item in quick if item.version_id not in held]


def find_bests(session: Session, user_id: int) -> dict[str, Best]:
    """Return a person's best run on each bank they were challenged on."""
    top = (
        select(ChallengeRun.bank, func.max(ChallengeRun.rank_key).label("best"))
        .where(ChallengeRun.user_id == user_id)
        .group_by(ChallengeRun.bank)
        .subquery()
    )
    rows = session.execute(
        select(ChallengeRun.bank, ChallengeRun.right, ChallengeRun.took_ms)
        .join(top, and_(top.c.bank == ChallengeRun.bank, top.c.best == ChallengeRun.rank_key))
        .where(ChallengeRun.user_id == user_id)
    )
    return {bank: Best(right, took_ms) for bank, right, took_ms in rows}


def get_settings(session: Session, path: Collection[int]) -> Settings:
    """Return what holds for people whose units are these, the nearest first."""
    found = {
        row.unit_id: (row.streaks, row.ladder)
        for row in session.scalars(select(PracticeSetting).where(PracticeSetting.unit_id.in_(path)))
    }
    return settings_of(found[unit] for unit in path if unit in found)


def find_setting(session: Session, unit_id: int) -> PracticeSetting | None:
    """Return what a unit has set itself."""
    return session.get(PracticeSetting, unit_id)


def list_ladder(session: Session, person: Person, bank: str, now: datetime) -> list[Rung]:
    """Return the best 20 of the person's organisation on a bank, the person's own place besides.

    Each stands there once, with their best run that has a right answer at all; equal runs share
    the place. Empty for a person without an organisation.
    """
    if person.organisation_id is None:
        return []
    best = _bests_of(person.organisation_id, bank, now).subquery()
    query = select(best.c.user_id, User.display_name, best.c.best).join(
        User, User.id == best.c.user_id
    )
    ranked = query.order_by(best.c.best.desc(), best.c.user_id)
    rows = [tuple(row) for row in session.execute(ranked.limit(LADDER))]
    if all(user_id != person.user_id for user_id, _, _ in rows):
        own = session.execute(query.where(best.c.user_id == person.user_id)).first()
        rows += [tuple(own)] if own is not None else []
    keys = [key for _, _, key in rows]
    rungs = []
    for user_id, name, key in rows:
        place = 1 + keys.index(key)
        if place > LADDER:  # the person's own, below the part that is shown
            better = select(func.count()).select_from(best).where(best.c.best > key)
            place = 1 + (session.scalar(better) or 0)
        right, took_ms = run_of_key(key)
        rungs.append(Rung(place, name, right, took_ms, user_id == person.user_id))
    return rungs


def _bests_of(organisation_id: int, bank: str, now: datetime) -> Select[int, int]:
    """Return the query of the best run of each who belongs to an organisation now."""
    members = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id,
        Membership.valid_from <= now,
        or_(Membership.valid_to.is_(None), Membership.valid_to > now),
    )
    return (
        select(ChallengeRun.user_id, func.max(ChallengeRun.rank_key).label("best"))
        .where(ChallengeRun.bank == bank, ChallengeRun.right > 0, ChallengeRun.user_id.in_(members))
        .group_by(ChallengeRun.user_id)
    )
