"""Lesson 16: an inverter from a sentence of the user to the report, every number along the way."""

from collections.abc import Callable
from math import comb, exp, factorial, log

from drawing import BLUE, GREY, INK, ORANGE, Axes, arrow, bar, box, dot, picture, text, thin

PLANT, YEAR, SUN, LIFE = 200, 8760, 4380, 20
LOSS, AWAY = 0.0015, 48
OLD, OWN = 0.35, 0.7  # failures of a machine and year of the former model; share of its own
MINIMUM = 26000
SPECIFIED = 2 * MINIMUM
# subsystem: former model, allocated, first and last prediction (1e-6/h), failures in the field
SUBSYSTEMS = {
    "功率模块": (14.0, 5.0, 5.4, 5.6, 2),
    "母线电容": (6.0, 2.3, 2.1, 2.1, 0),
    "控制板": (10.0, 3.5, 3.2, 3.2, 2),
    "散热风扇": (13.0, 2.2, 6.0, 1.6, 1),
    "直流侧": (8.0, 2.6, 2.4, 2.4, 5),
    "通信": (5.0, 1.7, 1.5, 1.5, 1),
}
FAN, FANS_BEFORE, FANS_AFTER, RUNNING = 2.0, 3, 2, 0.4
SWITCHED, SETTLED, CONTACT_LIFE = 30, 6, 100000
ARC, BLIND, STUCK_RATE = 0.002, 0.02, 0.4e-6
ARC_AFTER, BLIND_AFTER = 0.0005, 0.004
BOLTZMANN, USED_AT, TESTED_AT = 8.617e-5, 45 + 273.15, 85 + 273.15
TESTED, SHAPE = 12, 3
FIELD = PLANT * SUN // 2
ALLOWED, FAILED, OTHERS, RESTORED = 12, 11, 14, 41
WET, WET_FAILED = 46, 5


def at_most(failures: int, mean: float) -> float:
    """Return the Poisson probability of at most so many."""
    return exp(-mean) * sum(mean**k / factorial(k) for k in range(failures + 1))


def mean_for(failures: int, chance: float) -> float:
    """Return the mean at which at most so many have this chance."""
    low, high = 0.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(failures, middle) > chance else (low, middle)
    return low


def column(at: int) -> float:
    """Return the sum of a column over the subsystems."""
    return sum(row[at] for row in SUBSYSTEMS.values())


def expected(name: str) -> float:
    """Return the failures of a subsystem that the prediction makes of the hours in the field."""
    return SUBSYSTEMS[name][3] * 1e-6 * FIELD


def fires(arc: float, blind: float) -> float:
    """Return the chance that a machine in a year has an arc that nothing cuts off."""
    stuck = STUCK_RATE * YEAR / 2
    return arc * (1 - (1 - blind) * (1 - stuck))


def faster(energy: float) -> float:
    """Return the acceleration of the fans' test."""
    return exp(energy / BOLTZMANN * (1 / USED_AT - 1 / TESTED_AT))


def stretch() -> float:
    """Return how many lives the fans must be tested for without failure: 90 % of B10."""
    return (log(0.1) / (TESTED * log(0.9))) ** (1 / SHAPE)


def test_hours(needed: float) -> float:
    """Return the hours of the fans' test for a B10 life of running hours."""
    return stretch() * needed / faster(0.5)


CHAIN = (
    ("用户", "损失 ≤ 0.15 %", "每年 0.274 次"),
    ("合同", "最低 26 000 h", "规定 52 000 h"),
    ("分配", "六个分系统 17.3", "留一成不分"),
    ("预计", "20.6 → 16.4", "改散热"),
    ("FMEA、故障树", "继电器、电弧", "改软件、加检测"),
    ("试验", "HALT、风扇寿命", "现场台时考核"),
    ("现场", "438 000 h 11 次", "5 次在直流侧"),
    ("报告", "≥ 29 600 h", "遗留三项"),
)


def chain() -> str:
    """The chain from the user's sentence to the report and back."""
    parts = []
    for at, (name, *lines) in enumerate(CHAIN):
        row, place = divmod(at, 4)
        x = 20 + 174 * (place if row == 0 else 3 - place)
        y = 30 + 160 * row
        parts.append(box(x, y, 158, 86, (name, *lines), colour=BLUE))
        if place:
            ends = (x - 16, x - 1) if row == 0 else (x + 174, x + 159)
            parts.append(arrow(ends[0], y + 43, ends[1], y + 43))
    parts += [
        arrow(621, 116, 621, 188),
        arrow(99, 190, 99, 118, colour=ORANGE),
        text(108, 160, "下一个型号的要求、数据、准则从这里起头", colour=ORANGE),
        text(20, 306, "故障率的单位为 10⁻⁶ h⁻¹", colour=GREY),
    ]
    return picture(
        324,
        "从一句要求到一份报告",
        "八个框连成一圈。上排自左至右：用户、合同、分配、预计；下排自右至左：FMEA 和故障树、试验、现场、"
        "报告；报告再回到下一个型号的用户要求。每个框里写着这一步的数。",
        parts,
    )


def spread(mean: float) -> tuple[int, int]:
    """Return between which numbers nine in ten Poisson counts lie."""
    low = next(k for k in range(99) if at_most(k, mean) > 0.05)
    return low, next(k for k in range(99) if at_most(k, mean) >= 0.95)


def foreseen() -> str:
    """What the prediction foresaw of each subsystem, what range is chance, what came."""
    axes = Axes(120, 680, 50, 350, 0, 6, 0, 6)
    parts = [*(thin(axes.x(n), 50, axes.x(n), 350) for n in range(1, 7)), axes.frame()]
    for at, name in enumerate(SUBSYSTEMS):
        y = axes.y(5.5 - at)
        mean, failed = expected(name), SUBSYSTEMS[name][4]
        low, high = spread(mean)
        parts += [
            bar(axes.x(low), y - 11, axes.x(high) - axes.x(low), 22, "#c9d6e4"),
            bar(axes.x(mean) - 2, y - 15, 4, 30, BLUE),
            dot(axes.x(failed), y, ORANGE if failed > high else INK, radius=7),
            text(108, y + 6, name, anchor="end"),
        ]
    parts += [
        *(text(axes.x(n), 374, str(n), anchor="middle") for n in range(7)),
        text(680, 402, "半年的故障数", anchor="end"),
        text(120, 30, "竖线：按预计的平均", colour=BLUE),
        text(290, 30, "横带：十次里九次落在其中", colour=GREY),
        text(510, 30, "圆点：实际"),
        text(axes.x(5.12), axes.y(1.5) + 6, "5 次", colour=ORANGE),
    ]
    description = (
        "六行，各为一个分系统。竖线是按预计应有的平均故障数，浅色横带是十次里有九次落在其中的范围，圆点是实际"
        f"的故障数。只有直流侧的圆点（5 次）远在横带（0 到 {spread(expected('直流侧'))[1]} 次）以外。"
    )
    return picture(420, "预计的故障数与现场的故障数", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"project-chain.svg": chain, "foreseen.svg": foreseen}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    each = LOSS * YEAR / AWAY
    others = OLD * (1 - OWN)
    own = each - others
    stops = (FAILED + OTHERS) / FIELD * SUN
    limit = FIELD / mean_for(FAILED, 0.2)
    plans = [(c, mean_for(c, 0.2) * MINIMUM) for c in (0, 2, 5)]
    running = 10 * SUN * RUNNING
    weak = test_hours(running) * faster(0.4) / stretch()
    before, after = fires(ARC, BLIND), fires(ARC_AFTER, BLIND_AFTER)
    machines = PLANT * LIFE
    wet = comb(WET, WET_FAILED) / comb(PLANT, WET_FAILED)
    assert round(column(1), 1) == round(0.9 * 1e6 / SPECIFIED, 1)
    assert round(FANS_AFTER * FAN * RUNNING, 1) == SUBSYSTEMS["散热风扇"][3]
    assert at_most(ALLOWED, FIELD / MINIMUM) <= 0.2 < at_most(ALLOWED + 1, FIELD / MINIMUM)
    assert column(4) == FAILED
    return [
        f"{each:.3f} 次",
        f"{others:.3f} 次",
        f"{own:.3f} 次",
        f"{SUN / own:.0f} h",
        f"{OWN * each:.3f} 次",
        f"{round(1e6 / column(0), -2):.0f} h",
        f"{9000 / SPECIFIED:.2f} 次",
        f"{SPECIFIED} h",
        f"{1e6 / SPECIFIED:.1f}",
        f"{column(1):.1f}",
        *(
            f"| {name} | {row[0]:.1f} | {row[1]:.1f} | {row[2]:.1f} | {row[3]:.1f} |"
            for name, row in SUBSYSTEMS.items()
        ),
        f"| 合计 | {column(0):.1f} | {column(1):.1f} | {column(2):.1f} | {column(3):.1f} |",
        f"{FANS_AFTER}\\times {FAN}\\times {RUNNING}={FANS_AFTER * FAN * RUNNING:.1f}",
        f"{1e6 / column(3):.0f} h",
        f"{SWITCHED * 365} 次",
        f"{CONTACT_LIFE / SWITCHED / 365:.1f} 年",
        f"{CONTACT_LIFE / SETTLED / 365:.0f} 年",
        f"{STUCK_RATE * YEAR / 2:.5f}",
        f"{before * 1e5:.1f}\\times 10^{{-5}}",
        f"{after * 1e6:.1f}\\times 10^{{-6}}",
        f"{machines} 台年",
        f"{before * machines:.2f} 次",
        f"{after * machines:.3f} 次",
        f"{running:.0f} h",
        f"{stretch():.2f}",
        f"{faster(0.5):.1f}",
        f"{round(test_hours(running), -1):.0f} h",
        f"{round(test_hours(10 * SUN), -1):.0f} h",
        f"{faster(0.4):.1f}",
        f"{weak / SUN / RUNNING:.1f} 年",
        *(
            f"| {c} | {round(hours, -2):.0f} | {hours / 30 / 24:.0f} 天 | 20 % "
            f"| {100 * (1 - at_most(c, hours / SPECIFIED)):.0f} % |"
            for c, hours in plans
        ),
        f"| {ALLOWED} | {FIELD} | 183 天 | {100 * at_most(ALLOWED, FIELD / MINIMUM):.0f} % |",
        f"| {100 * (1 - at_most(ALLOWED, FIELD / SPECIFIED)):.0f} % |",
        f"{round(FIELD / FAILED, -2):.0f} h",
        f"{round(limit, -2):.0f} h",
        f"{100 * (FIELD / FAILED / MINIMUM - 1):.0f} %",
        f"{FIELD / (FAILED - WET_FAILED):.0f} h",
        f"约 {FAILED / sum(map(expected, SUBSYSTEMS)):.1f}，",
        f"{1 - at_most(FAILED - 1, FIELD / SPECIFIED):.2f}",
        f"{sum(map(expected, SUBSYSTEMS)):.1f} 次",
        f"{expected('直流侧'):.2f} 次",
        f"{1 - at_most(4, expected('直流侧')):.3f}",
        f"{6 * (1 - at_most(4, expected('直流侧'))):.2f}",
        f"{wet * 10000:.0f}/10000",
        f"{stops:.2f} 次",
        f"{100 * stops * RESTORED / YEAR:.2f} %",
        f"{OTHERS / FIELD * SUN:.2f} 次",
    ]


KEYS = {
    "rec-16-001": 0.002 * 8760 / 24,
    "rec-16-004": 1 - at_most(3, 4e-6 * 250000),
}
