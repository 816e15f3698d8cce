"""A sitting with its examiner and candidates; scored attempts come from the competitions' factory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.exams import services
from learning.exams.queries import SittingView, get_managed
from learning.exams.rules import SectionPlan, SittingPlan, SittingRules
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from learning.question_bank.rules import Item, ItemKind, Pool
from tests.factories.items import make_bank
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

BANK = "sample"
SMALL = SittingRules(
    bank=BANK,
    pool=Pool.CONTEST,
    sections=(
        SectionPlan(ItemKind.SINGLE, 3, Decimal(4)),
        SectionPlan(ItemKind.MULTIPLE, 2, Decimal(4)),
    ),
    cut_points=Decimal(12),
)


def make_plan(now: datetime, **changes: Any) -> SittingPlan:
    """An hour into its window of nine hours; rules may be given by name. 20 points, cut 12."""
    named = {name for name in SittingRules.__slots__ if name in changes}
    rules = replace(SMALL, **{name: changes.pop(name) for name in named})
    return replace(
        SittingPlan(
            title="质量可靠性工程师认证考试（示例）",
            description="带**身份证**。",
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(hours=8),
            rules=rules,
        ),
        **changes,
    )


@dataclass
class Hall:
    """A sitting, who examines, and the company whose people may be admitted."""

    association: Unit
    company: Unit
    examiner: User
    actor: Actor
    public_id: str

    def view(self, session: Session, now: datetime) -> SittingView:
        return get_managed(session, self.actor, self.public_id, now)


def make_examiner(
    session: Session, now: datetime, name: str = "示例质量协会"
) -> tuple[Unit, User, Actor]:
    association = make_unit(session, now, kind="association", name=name)
    examiner = make_user(session, now, "考务员")
    grant_role(session, now, examiner, Role.EXAMINER, association)
    return association, examiner, make_actor(examiner, unit_grant(Role.EXAMINER, association))


def make_hall(
    session: Session,
    now: datetime,
    *,
    is_open: bool = True,
    bank_items: Sequence[Item] = (),
    **changes: Any,
) -> Hall:
    make_bank(session, now, bank=BANK, extra=bank_items)
    association, examiner, actor = make_examiner(session, now)
    company = make_unit(session, now, name="示例机械集团", parent=association)
    public_id = services.create_sitting(
        session,
        actor,
        raw_organiser_id=association.public_id,
        plan=make_plan(now, **changes),
        now=now,
    )
    if is_open:
        services.open_sitting(session, actor, public_id, now=now)
    session.flush()
    return Hall(association, company, examiner, actor, public_id)


def make_member(
    session: Session, now: datetime, hall: Hall, name: str = "考生甲", *, staff_no: str = ""
) -> User:
    user = make_user(session, now, name)
    make_membership(session, now, user, hall.company, staff_no=staff_no)
    return user


def make_candidate(session: Session, now: datetime, hall: Hall, name: str = "考生甲") -> Actor:
    """A member of the company who is admitted."""
    user = make_member(session, now, hall, name)
    services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=now)
    return replace(make_actor(user), session_expires_at_ms=2**52)
