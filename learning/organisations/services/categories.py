"""Saying what somebody is employed as: of one person by hand, of many by a roster."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor
from learning.organisations.models import Membership
from learning.organisations.queries.units import UnitView, subtree
from learning.organisations.rules.categories import StaffCategory
from learning.organisations.services.acts import begin_act, log_act
from learning.organisations.services.transfers import chunks


def set_categories(session: Session, told: Iterable[tuple[int, str, str]]) -> bool:
    """Let open memberships say another category; `told` are (row id, so far, from now on).

    Returns False when one has ended or does not say what it was to say so far: the caller, who
    then raises, must not commit.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for membership_id, before, after in told:
        groups.setdefault((before, after), []).append(membership_id)
    is_whole = True
    for (before, after), ids in groups.items():
        for part in chunks(ids):
            found = session.scalars(
                update(Membership)
                .where(
                    Membership.id.in_(part),
                    Membership.category == before,
                    Membership.valid_to.is_(None),
                )
                .values(category=after)
                .returning(Membership.id)
                .execution_options(synchronize_session=False)
            ).all()
            is_whole &= len(found) == len(part)
    session.expire_all()
    return is_whole


def categorise_person(
    session: Session,
    actor: Actor,
    unit: UnitView,
    user_id: int,
    *,
    category: StaffCategory | None,
    now: datetime,
) -> bool:
    """Say the category of a person in all open places of a unit and below; None takes it back.

    Returns False when nothing changes. Raises NotFound for who has no open place there.
    """
    act = begin_act(session, actor, now)
    rows = session.execute(
        select(Membership.id, Membership.category)
        .where(
            Membership.user_id == user_id,
            Membership.unit_id.in_(subtree([unit.id], now)),
            Membership.valid_to.is_(None),
        )
        .order_by(Membership.id)
    ).all()
    if not rows:
        raise NotFound("person")
    after = category.value if category else ""
    told = [(row.id, row.category, after) for row in rows if row.category != after]
    if not told:
        return False
    set_categories(session, told)  # the structure is held: nobody else says anything meanwhile
    details = {"user_id": user_id, "category": after, "before": sorted({old for _, old, _ in told})}
    log_act(session, "person.categorised", unit, act, details)
    return True
