"""Rule sets of real contests, ready to take and to change.

Where a published rule leaves something open (how many items, how many seconds), the preset fills in
what is usual; whoever takes it sees every figure in the form.
"""

from dataclasses import dataclass

from learning.kernel.translation import N_
from learning.live_rounds.rules.settings import (
    Help,
    Kind,
    Order,
    RoomRules,
    StageRules,
    Unclaimed,
)

WHOLE = None  # a wrong answer costs what the item is worth


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule set with its name for people (to be translated) and the teams it is made for."""

    code: str
    title: str
    teams: int
    rules: RoomRules


SUDDEN_DEATH = StageRules(Kind.SUDDEN, "加赛", items=10, values=(0,), seconds=15, help=Help.ALONE)

# Ten of twenty-two teams come into the final.
EXCELLENCE_CUP = RoomRules(
    base=100,
    stages=(
        StageRules(Kind.TURNS, "必答", items=2, values=(10,), seconds=30, help=Help.ALONE),
        StageRules(Kind.BUZZ, "抢答", 20, (10,), 30, WHOLE, early_penalty=10, early_voids=True),
        StageRules(Kind.RISK, "风险", 1, (10, 20, 30), 60, WHOLE, order=Order.HIGH),
        SUDDEN_DEATH,
    ),
)

# Base 100; a buzz before the start costs 10 and voids the item; sudden death of 15 seconds.
COUNTY = RoomRules(
    base=100,
    stages=(
        StageRules(Kind.TURNS, "指定必答", 1, (10,), 30, help=Help.ALONE),
        StageRules(Kind.COMMON, "共同必答", 2, (10,), 30),
        StageRules(Kind.BUZZ, "抢答", 30, (10,), 60, WHOLE, early_penalty=10, early_voids=True),
        StageRules(Kind.RISK, "风险", 1, (10, 30, 50), 120, WHOLE, order=Order.HIGH),
        SUDDEN_DEATH,
    ),
)

# 36 items for six teams; two values of risk, six items each, which a team may decline; the points
# of the audience's items can be given to a team.
MEDICINE = RoomRules(
    base=100,
    stages=(
        StageRules(Kind.TURNS, "必答", 6, (10,), 30),
        StageRules(Kind.BUZZ, "抢答", 30, (10,), 30, WHOLE),
        StageRules(Kind.RISK, "风险", 1, (30, 40), 60, WHOLE, stock=6, is_optional=True),
        StageRules(Kind.AUDIENCE, "观众题", 6, (10,), 30),
        SUDDEN_DEATH,
    ),
)

# Base 200; what nobody claims goes to the audience; two rounds of risk of different values, who
# trails begins, nine items of each value.
INTEGRITY = RoomRules(
    base=200,
    stages=(
        StageRules(Kind.TURNS, "必答", 2, (20,), 30),
        StageRules(
            Kind.BUZZ, "抢答", 30, (20,), 30, WHOLE, early_penalty=10, unclaimed=Unclaimed.AUDIENCE
        ),
        StageRules(
            Kind.RISK,
            "风险",
            2,
            (10, 20, 30),
            60,
            WHOLE,
            order=Order.LOW,
            stock=9,
            are_distinct=True,
        ),
        SUDDEN_DEATH,
    ),
)

# Three people a team.
CEMENT = RoomRules(
    base=100,
    stages=(
        StageRules(Kind.TURNS, "必答", 3, (10,), 30, help=Help.ALONE),
        StageRules(Kind.BUZZ, "抢答", 15, (20,), 30, WHOLE),
        StageRules(Kind.RISK, "风险", 1, (20, 30, 40), 60, WHOLE, order=Order.HIGH),
        SUDDEN_DEATH,
    ),
)

PRESETS = {
    preset.code: preset
    for preset in (
        Preset("excellence", N_("卓越杯：必答、抢答、风险"), 10, EXCELLENCE_CUP),
        Preset("county", N_("县级竞赛：指定必答、共同必答、抢答、风险"), 6, COUNTY),
        Preset("medicine", N_("行业竞赛：36 道必答、观众题"), 6, MEDICINE),
        Preset("integrity", N_("底分 200：两轮风险，无人抢答归观众"), 9, INTEGRITY),
        Preset("cement", N_("企业质量竞赛：三人一队"), 8, CEMENT),
    )
}
