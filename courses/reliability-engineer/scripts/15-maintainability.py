"""Lesson 15: where the hours of a stop go, what shortens them, when to replace before failure."""

from collections.abc import Callable
from math import exp, factorial, gamma

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    bar,
    dot,
    picture,
    spaced,
    text,
    thin,
)

HOURS, MACHINES, STOPS, SERVICE = 6000, 8, 120, 480
PLANNED = HOURS * MACHINES
# part of a mean stop, hours, whether the design decides it
PARTS = (
    ("到场", 1.2, False),
    ("诊断", 1.5, True),
    ("等备件", 3.0, False),
    ("拆换", 1.6, True),
    ("调试", 0.9, True),
)
GOAL = 0.98
# repairs a year and hours of one, by subassembly
REPAIRS = {"灌装阀": (60, 3.6), "传感器": (30, 3.4), "控制": (18, 5.5), "伺服驱动器": (12, 5.25)}
SPREAD = 0.8  # standard deviation of the logarithm of a repair time
# spare: needs a year, days of delivery
SPARES = {"伺服驱动器": (12, 10), "阀芯组件": (8, 7)}
RARER = 1.25  # how many times longer the mean time between failures could be
DETECTED, ISOLATED, QUICK, FALSE, EACH_FALSE = 0.9, 0.8, 0.2, 60, 0.5
PUMP, REPAIR, HIDDEN = 8000, 24, 365
SHAPE, SCALE, PLANNED_COST, FAILURE_COST = 3, 2000, 0.1, 0.6
RIVAL = SCALE * gamma(1 + 1 / SHAPE)  # mean life of both kinds of seal


def stop() -> float:
    """Return the hours of a mean stop."""
    return sum(hours for _, hours, _ in PARTS)


def active() -> float:
    """Return the mean repair time: what the design decides."""
    return sum(hours for _, hours, is_design in PARTS if is_design)


def lost() -> float:
    """Return the hours that all machines stand still in a year."""
    return STOPS * stop() + SERVICE


def poisson(mean: float, k: int) -> float:
    """Return the chance of exactly so many needs."""
    return exp(-mean) * mean**k / factorial(k)


def waiting(needs: float, days: float, stock: int) -> float:
    """Return the running hours a year for which a machine waits: mean orders in arrears."""
    mean = needs * days / 365
    arrears = mean - stock + sum((stock - k) * poisson(mean, k) for k in range(stock))
    return arrears * HOURS


def at_once(needs: float, days: float, stock: int) -> float:
    """Return the chance that a need finds the part on the shelf."""
    return sum(poisson(needs * days / 365, k) for k in range(stock))


def all_waiting(stock: int, share: float = 1) -> float:
    """Return the hours of waiting for both spares with so many of each and this share of needs."""
    return sum(waiting(needs * share, days, stock) for needs, days in SPARES.values())


def fewer(stock: int) -> float:
    """Return what fewer failures save with so many spares: waiting shrinks faster than failures."""
    other = STOPS * (stop() - PARTS[2][1]) * (1 - 1 / RARER)
    return other + all_waiting(stock) - all_waiting(stock, 1 / RARER)


def diagnosed() -> float:
    """Return the mean hours of diagnosis with built-in test."""
    share = DETECTED * ISOLATED
    return share * QUICK + (1 - share) * PARTS[1][1]


def saved() -> dict[str, float]:
    """Return what each measure alone saves, hours a year."""
    return {
        "备件": all_waiting(1) - all_waiting(2),
        "诊断": STOPS * (PARTS[1][1] - diagnosed()) - FALSE * EACH_FALSE,
        "保养": MACHINES * 20,
        "到场": STOPS * (PARTS[0][1] - 0.5),
        "可靠性": fewer(1),
    }


def pair(repair: float) -> float:
    """Return the mean life of two in parallel that are mended, each a rate of 1/PUMP."""
    rate, mended = 1 / PUMP, 1 / repair
    return (3 * rate + mended) / (2 * rate**2)


def cost_rate(age: float, shape: float, scale: float, steps: int = 2000) -> float:
    """Return the cost per 1,000 h of replacing at an age or at failure."""
    width = age / steps
    lived = sum(exp(-(((i + 0.5) * width / scale) ** shape)) for i in range(steps)) * width
    good = exp(-((age / scale) ** shape))
    return 1000 * (PLANNED_COST * good + FAILURE_COST * (1 - good)) / lived


def best_age() -> int:
    """Return the cheapest age of replacement, to ten hours."""
    return min(range(200, 3000, 10), key=lambda age: cost_rate(age, SHAPE, SCALE))


def hours_of_a_stop() -> str:
    """The parts of a mean stop on one line, with who decides them."""
    left, scale, top = 40.0, 78.0, 90.0
    colours = {"到场": ORANGE, "诊断": BLUE, "等备件": ORANGE, "拆换": GREEN, "调试": PURPLE}
    parts, x = [], left
    for name, hours, is_design in PARTS:
        width = hours * scale
        parts += [
            bar(x, top, width - 2, 60, colours[name]),
            text(x + width / 2, top + 36, name, anchor="middle", colour="#ffffff"),
            text(x + width / 2, top + 86, f"{hours} h", anchor="middle"),
            text(
                x + width / 2,
                top - 14,
                "设计" if is_design else "保障",
                anchor="middle",
                colour=BLUE if is_design else ORANGE,
            ),
        ]
        x += width
    delay = stop() - active()
    parts += [
        text(40, 36, f"平均一次停机 {stop():.1f} h 的去处"),
        text(
            40,
            222,
            f"设计决定（诊断、拆换、调试）：{active():.1f} h，即平均修复时间",
            colour=BLUE,
        ),
        text(40, 252, f"保障决定（到场、等备件）：{delay:.1f} h，即延误", colour=ORANGE),
    ]
    return picture(
        276,
        "平均一次停机的时间去处",
        "一条横带自左至右分为五段：到场 1.2 h、诊断 1.5 h、等备件 3.0 h、拆换 1.6 h、调试 0.9 h。"
        f"诊断、拆换、调试由设计决定，合计 {active():.1f} h；到场和等备件由保障决定，合计 {delay:.1f} h。",
        parts,
    )


def replacing() -> str:
    """What it costs to replace at each age, if the seal wears and if it does not."""
    axes = Axes(80, 680, 40, 360, 0, 4000, 0, 0.8)
    ages = range(150, 4001, 25)
    worn = [(t, cost_rate(t, SHAPE, SCALE, 400)) for t in ages]
    steady = [(t, cost_rate(t, 1, RIVAL, 400)) for t in ages]
    drawn = [[point for point in line if point[1] <= axes.y_to] for line in (worn, steady)]
    best = best_age()
    least = cost_rate(best, SHAPE, SCALE)
    parts = [
        *(thin(80, axes.y(n / 10), 680, axes.y(n / 10)) for n in (2, 4, 6, 8)),
        axes.frame(),
        axes.curve(drawn[1], ORANGE, "9 5"),
        axes.curve(drawn[0], BLUE),
        dot(axes.x(best), axes.y(least), INK, is_hollow=True),
        *(text(72, axes.y(n / 10) + 6, f"{n / 10}", anchor="end") for n in range(0, 9, 2)),
        *(text(axes.x(t), 384, spaced(t), anchor="middle") for t in range(0, 4001, 1000)),
        text(20, 26, "每 1 000 h 的费用 / 万元"),
        text(680, 412, "更换的工龄 / h", anchor="end"),
        text(axes.x(1250), axes.y(0.46), "β＝1：越早换越贵", colour=ORANGE),
        text(axes.x(1000), axes.y(0.08), f"β＝3：{best} h 换最省", colour=BLUE),
        text(axes.x(3980), axes.y(0.27), "坏了才换：0.34", anchor="end", colour=GREY),
    ]
    description = (
        "横轴为更换的工龄 0 到 4 000 h，纵轴为每 1 000 h 的费用。形状参数为 3 的实线先降后升，"
        f"{best} h 处最低，为 {least:.2f} 万元；形状参数为 1 的虚线一路下降。两条线在右端都接近 0.34 万元。"
    )
    return picture(430, "密封件在不同工龄更换的费用", description, parts)


FIGURES: dict[str, Callable[[], str]] = {
    "stop-hours.svg": hours_of_a_stop,
    "age-replacement.svg": replacing,
}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    up = PLANNED - lost()
    mtbf = up / STOPS
    measures = saved()
    allowed = PLANNED * (1 - GOAL)
    cheap = lost() - measures["备件"] - measures["诊断"] - measures["保养"]
    naive = measures["备件"] + measures["可靠性"]
    dear = lost() - measures["备件"] - fewer(2)
    mends = sum(n for n, _ in REPAIRS.values())
    spent = sum(n * each for n, each in REPAIRS.values())
    median = active() * exp(-(SPREAD**2) / 2)
    assert mends == STOPS
    return [
        f"{PLANNED} h",
        f"{STOPS * stop():.0f} h",
        f"{lost():.0f} h",
        f"{up:.0f} h",
        f"MTBF 为 {mtbf:.0f} h",
        f"{mtbf:.0f}/({mtbf:.0f}+4.0)={mtbf / (mtbf + active()):.3f}",
        f"{up / (up + STOPS * active() + SERVICE):.3f}",
        f"{up:.0f}/{PLANNED}={up / PLANNED:.3f}",
        f"{spent / mends:.1f} h",
        f"{sum(each for _, each in REPAIRS.values()) / len(REPAIRS):.1f} h",
        f"{100 * 60 * 3.6 / spent:.0f} %",
        f"{median:.1f} h",
        f"{median * exp(1.6449 * SPREAD):.1f} h",
        f"{diagnosed():.2f} h",
        f"{100 * FALSE / (FALSE + DETECTED * STOPS):.0f} %",
        *(
            f"| {name} | {needs} | {days} | {at_once(needs, days, 1):.2f} "
            f"| {waiting(needs, days, 1):.0f} | {at_once(needs, days, 2):.2f} "
            f"| {waiting(needs, days, 2):.0f} |"
            for name, (needs, days) in SPARES.items()
        ),
        f"{all_waiting(1):.0f} h",
        f"降到 {all_waiting(1, 1 / RARER):.0f} h",
        f"只剩 {all_waiting(2):.0f} h",
        f"只到 {all_waiting(2, 1 / RARER):.0f} h",
        f"少 {fewer(1) - fewer(2):.0f} h",
        f"由 {STOPS} 次降为 {STOPS / RARER:.0f} 次",
        f"{allowed:.0f} h",
        f"{lost() - allowed:.0f} h",
        *(f" {each:.0f} |" for each in measures.values()),
        f"{cheap:.0f} h",
        f"{1 - cheap / PLANNED:.3f}",
        f"={naive:.0f}$ h",
        f"{lost() - dear:.0f} h",
        f"{dear:.0f} h",
        f"{1.5 * PUMP:.0f} h",
        f"{pair(REPAIR) / 10000:.1f} 万小时",
        f"{pair(REPAIR + HIDDEN) / 10000:.1f} 万小时",
        f"{best_age()} h",
        f"{cost_rate(best_age(), SHAPE, SCALE):.3f} 万元",
        f"{cost_rate(300, SHAPE, SCALE):.3f} 万元",
        f"{1000 * FAILURE_COST / RIVAL:.3f} 万元",
        f"{RIVAL:.0f} h",
    ]


KEYS = {
    "rec-15-002": 290 / (290 + 4 + 6),
    "rec-15-004": poisson(10 * 36.5 / 365, 0) + poisson(10 * 36.5 / 365, 1),
}
