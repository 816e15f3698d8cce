"""Shapes of contests that associations really hold, as settings to begin with.

Each is the published rule of a contest as far as it is published; what is silent there has our
defaults. An organiser takes one, then changes what differs. None names a bank: that is chosen.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from learning.attempts.rules import Counts, Release
from learning.competitions.formats.promotion import Promotion
from learning.competitions.formats.rounds import FIRST, TRAINING, RoundPlan
from learning.competitions.rules.contest import ContestRules
from learning.competitions.rules.format import Act, Bonus, Format, Play, Rung, Speed
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.kernel.translation import N_

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PRACTICE = "练习"
WINTER_DAY = Format(
    per_day=1,
    adds_up=True,
    bonuses=(Bonus(Act.SIGN_IN, Decimal(1)), Bonus(Act.SHARE, Decimal(3))),
)


@dataclass(frozen=True, slots=True)
class Later:
    """A round that follows: its name, its rules, and who goes on from it."""

    title: str
    rules: ContestRules
    promotion: Promotion | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A shape to begin with: the rules of the round that counts, and what stands around it.

    `training` are the rules of a round before it that does not count; `promotion` says who goes on
    from it, to the `later` rounds or, where there are none, onto the stage. Of `phones` consecutive
    phone numbers or more who entered is looked at, 0 for none; `hours` is what a pass is worth.
    """

    title: str
    rules: ContestRules
    training: ContestRules | None = None
    promotion: Promotion | None = None
    later: tuple[Later, ...] = ()
    phones: int = 0
    hours: HoursPledge | None = None

    def rules_of(self, bank: str) -> ContestRules:
        """Return the rules with a bank to draw from."""
        return replace(self.rules, bank=bank)

    def rounds_of(
        self, first: ContestRules, opens_at: datetime, closes_at: datetime
    ) -> list[tuple[int, RoundPlan, Promotion | None]]:
        """Return the other rounds around a first one with its window, by number.

        They draw from the same bank. Training lasts from a week before until the first one begins;
        each later round takes a day, a week after the one before it: dates to be changed.
        """
        plans: list[tuple[int, RoundPlan, Promotion | None]] = []
        if self.training is not None:
            rules = replace(self.training, bank=first.bank)
            plans.append((TRAINING, RoundPlan(PRACTICE, opens_at - WEEK, opens_at, rules), None))
        ends = closes_at
        for number, later in enumerate(self.later, start=FIRST + 1):
            begins = ends + WEEK
            ends = begins + DAY
            rules = replace(later.rules, bank=first.bank)
            plans.append((number, RoundPlan(later.title, begins, ends, rules), later.promotion))
        return plans


def _paper(single: int, multiple: int, judge: int, points: Decimal) -> ContestRules:
    return ContestRules(
        bank="",
        single_count=single,
        single_points=points,
        multiple_count=multiple,
        multiple_points=points,
        judge_count=judge,
        judge_points=points,
    )


def _with(paper: ContestRules, chosen: Format) -> ContestRules:
    return replace(paper, format=chosen)


PRESETS: dict[str, Preset] = {
    "national": Preset(
        N_("全国竞赛卷：单选 20 题、多选 5 题，每题 4 分，答一次"),
        _paper(20, 5, 0, Decimal(4)),
    ),
    "month": Preset(
        N_("质量月答题：一次，满分者抽奖"),
        replace(_paper(20, 5, 0, Decimal(4)), tie_rule="score_only"),
    ),
    "mixed": Preset(
        N_("单选、多选、判断 40 题，一次，满分者抽奖，60 分计 6 学时"),
        replace(_paper(20, 10, 10, Decimal("2.5")), tie_rule="score_only"),
        hours=HoursPledge(Decimal(60), Decimal(6), HourField.COMMON),
    ),
    "share": Preset(
        N_("按参赛人数的比例取个人奖"),
        _paper(20, 5, 0, Decimal(4)),
    ),
    "unlimited": Preset(
        N_("不限次数，取最好的一次，同分用时短者在前"),
        replace(_paper(20, 0, 0, Decimal(5)), max_attempts=0, release=Release.AT_SUBMIT),
    ),
    "daily": Preset(
        N_("每天一次，每次 10 题，逐日累计，签到、分享加分"),
        replace(
            _with(_paper(10, 0, 0, Decimal(1)), WINTER_DAY),
            max_attempts=0,
            limit_minutes=10,
            release=Release.AT_SUBMIT,
        ),
    ),
    "earlier": Preset(
        N_("同分先交卷者在前"),
        replace(_paper(20, 5, 0, Decimal(4)), tie_rule="score_then_earlier_finish"),
    ),
    "until_right": Preset(
        N_("不定项 10 题，可重答，直到全对"),
        replace(
            _with(_paper(0, 10, 0, Decimal(10)), Format(until_right=True)),
            max_attempts=0,
            tie_rule="score_then_earlier_finish",
            release=Release.AT_SUBMIT,
        ),
    ),
    "once": Preset(
        N_("单选 10 题，一人一次，核查连号手机号"),
        replace(_paper(10, 0, 0, Decimal(10)), tie_rule="score_only", limit_minutes=10),
        phones=5,
    ),
    "trained": Preset(
        N_("先练习（每天 3 次，每次 3 题，不计分），再正式答 5 题"),
        replace(_paper(5, 0, 0, Decimal(20)), limit_minutes=10),
        training=replace(
            _with(_paper(3, 0, 0, Decimal(1)), Format(per_day=3)),
            max_attempts=0,
            counts=Counts.LAST,
            limit_minutes=10,
            release=Release.AT_SUBMIT,
        ),
    ),
    "speed": Preset(
        N_("限时抢分：30 题，每题 20 秒，越快分越高，每天一次"),
        replace(
            _with(
                _paper(30, 0, 0, Decimal(1)),
                Format(
                    per_day=1,
                    play=Play.SPEED,
                    item_seconds=20,
                    speed=Speed(Decimal(100), Decimal(30)),
                ),
            ),
            max_attempts=0,
            limit_minutes=20,
            release=Release.AT_SUBMIT,
        ),
    ),
    "survival": Preset(
        N_("挑战答题：每题 45 秒，答错即止，对 5 题 3 分、对 10 题 6 分，每天最多 6 分"),
        replace(
            _with(
                _paper(20, 0, 0, Decimal(1)),
                Format(
                    adds_up=True,
                    day_cap=Decimal(6),
                    play=Play.SURVIVAL,
                    item_seconds=45,
                    ladder=(Rung(5, Decimal(3)), Rung(10, Decimal(6))),
                ),
            ),
            max_attempts=0,
            limit_minutes=20,
            release=Release.AT_SUBMIT,
        ),
    ),
    "ladder": Preset(
        N_("初赛取前 16 名进入现场决赛，同分用时短者在前"),
        _paper(20, 5, 0, Decimal(4)),
        promotion=Promotion(top=16),
    ),
    "stages": Preset(
        N_("先练习，再初赛、复赛、现场决赛：前 20% 且 60 分以上进复赛，复赛前 10 名进决赛"),
        replace(_paper(20, 5, 0, Decimal(4)), limit_minutes=30),
        training=replace(
            _with(_paper(10, 0, 0, Decimal(1)), Format(per_day=3)),
            max_attempts=0,
            counts=Counts.LAST,
            limit_minutes=10,
            release=Release.AT_SUBMIT,
        ),
        promotion=Promotion(percent=Decimal(20), cut=Decimal(60)),
        later=(
            Later(
                "复赛",
                replace(_paper(20, 10, 10, Decimal("2.5")), limit_minutes=40),
                Promotion(top=10),
            ),
        ),
    ),
}
