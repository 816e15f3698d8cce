"""Rooms of contests on a stage for tests."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.live_rounds import services
from learning.live_rounds.rules import (
    Act,
    Help,
    Kind,
    Order,
    RoomRules,
    StageRules,
)
from learning.organisations.models import Unit
from tests.factories.competitions import BANK

SMALL = RoomRules(
    base=100,
    stages=(
        StageRules(Kind.TURNS, "必答", 1, (10,), 30, help=Help.ALONE),
        StageRules(Kind.COMMON, "共同必答", 1, (10,), 30),
        StageRules(Kind.BUZZ, "抢答", 2, (10,), 30, None, early_penalty=10, early_voids=True),
        StageRules(Kind.RISK, "风险", 1, (10, 30), 60, None, order=Order.HIGH, stock=1),
        StageRules(Kind.AUDIENCE, "观众题", 1, (10,), 30),
        StageRules(Kind.SUDDEN, "加赛", 2, (0,), 15),
    ),
)
TEAMS = ("精益队", "卓越队", "求真队")


def make_plan(**changes: Any) -> services.RoomPlan:
    plan = {"title": "质量知识现场决赛", "bank": BANK, "rules": SMALL, "teams": TEAMS}
    return services.RoomPlan(**{**plan, **changes})


def make_room(
    session: Session,
    actor: Actor,
    organiser: Unit,
    now: datetime,
    *,
    is_open: bool = True,
    **changes: Any,
) -> str:
    """Make a room of three teams; an open one needs a bank of 18 single or multiple items."""
    public_id = services.create_room(
        session,
        actor,
        raw_organiser_id=organiser.public_id,
        plan=make_plan(**changes),
        now=now,
    )
    if is_open:
        services.open_room(session, actor, public_id, now=now)
    return public_id


def do(session: Session, actor: Actor, public_id: str, now: datetime, act: Act, **raw: Any) -> int:
    """Do an act of the host."""
    return services.act_as_host(session, actor, public_id, act=act, raw=raw, now=now)
