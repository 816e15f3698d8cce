"""Lesson 6: from the stops a sorting hall can bear to the values in the contract, and what they cost."""

from collections.abc import Callable
from math import exp, factorial

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, dot, picture, spaced, text, thin

UNITS, YEAR, YEARS = 12, 4800, 10
STOP_BUDGET, RESTORE = 24, 1.5
OLD_STOPS, OLD_OWN = 25, 15
PRICE, PRICE_AT, GROWTH, STOP_COST = 3.0, 6000, 0.6, 0.9


def bought(mtbf: float) -> float:
    """Return the price of a unit (10,000 yuan) made for an MTBF in hours."""
    return PRICE * (mtbf / PRICE_AT) ** GROWTH


def stopped(mtbf: float) -> float:
    """Return what the stops of a unit cost over its life (10,000 yuan)."""
    return YEARS * YEAR / mtbf * STOP_COST


def cheapest() -> float:
    """Return the MTBF at which price and stops together cost least."""
    return (YEARS * YEAR * STOP_COST * PRICE_AT**GROWTH / (GROWTH * PRICE)) ** (1 / (1 + GROWTH))


def accepted(mean: float, most: int) -> float:
    """Return the probability of at most so many failures."""
    return exp(-mean) * sum(mean**k / factorial(k) for k in range(most + 1))


def length(risk: float, most: int) -> float:
    """Return the test time, in lower MTBFs, at which a bad product passes with this probability."""
    low, high = 0.0, 50.0
    for _ in range(200):
        mean = (low + high) / 2
        low, high = (mean, high) if accepted(mean, most) > risk else (low, mean)
    return low


def life_cost() -> str:
    """Price, stops and their sum against the MTBF a unit is made for."""
    axes = Axes(80, 670, 40, 360, 3000, 24000, 0, 15)
    times = range(3600, 24001, 300)
    best = cheapest()
    curves: tuple[tuple[Callable[[float], float], str, str], ...] = (
        (bought, GREEN, "9 5"),
        (stopped, ORANGE, "3 4"),
        (lambda t: bought(t) + stopped(t), BLUE, ""),
    )
    parts = [
        *(thin(80, axes.y(level), 670, axes.y(level)) for level in range(3, 16, 3)),
        axes.frame(),
        *(axes.curve([(t, of(t)) for t in times], ink, dash) for of, ink, dash in curves),
        *(text(72, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 16, 3)),
        *(text(axes.x(t), 384, spaced(t), anchor="middle") for t in range(3000, 24001, 3000)),
        text(80, 26, "每台费用 / 万元"),
        text(670, 412, "平均故障间隔时间 / h", anchor="end"),
    ]
    for mtbf, words in ((3840, "旧产品"), (6000, "最低可接受值"), (12000, "规定值")):
        cost = bought(mtbf) + stopped(mtbf)
        parts += [
            dot(axes.x(mtbf), axes.y(cost), INK, is_hollow=True),
            text(axes.x(mtbf) - 8, axes.y(cost) + 26, f"{words} {cost:.2f}", anchor="end")
            if mtbf == 12000
            else text(axes.x(mtbf) + 10, axes.y(cost) - 10, f"{words} {cost:.2f}"),
        ]
    low = bought(best) + stopped(best)
    parts += [
        thin(axes.x(best), 360, axes.x(best), axes.y(low)),
        text(axes.x(best) + 6, 350, f"最低处 {spaced(round(best, -2))} h", colour=GREY),
        text(664, axes.y(low + 1.3), "合计", anchor="end", colour=BLUE),
        text(664, axes.y(bought(22500)) + 30, "购置", anchor="end", colour=GREEN),
        text(664, axes.y(stopped(22500)) + 28, "停机与维修", anchor="end", colour=ORANGE),
    ]
    description = (
        "横轴为平均故障间隔时间 3 000 到 24 000 h，纵轴为每台十年费用。购置费上升，停机与维修费下降，"
        f"合计在 {spaced(round(best, -2))} h 附近最低，为 {low:.2f} 万元，两侧平缓；旧产品 3 840 h 处为 "
        f"{bought(3840) + stopped(3840):.2f} 万元。"
    )
    return picture(430, "每台分拣机十年费用与平均故障间隔时间", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"life-cost.svg": life_cost}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    stops = STOP_BUDGET / RESTORE
    line = YEAR / stops
    unit = line * UNITS
    share = OLD_OWN / OLD_STOPS
    hours = UNITS * YEAR
    others = OLD_STOPS - OLD_OWN
    own = hours / (unit / share)
    best = cheapest()
    short, long = length(0.2, 2), length(0.2, 5)
    rows = (3840, 6000, 12000, 18000)
    return [
        f"{STOP_BUDGET}/{RESTORE}={stops:.0f} 次",
        f"{line:.0f} h",
        f"{unit:.0f} h",
        f"{hours / OLD_STOPS:.0f} h",
        f"{hours / OLD_OWN:.0f} h",
        f"K=15/25={share}",
        f"{unit}/0.6={unit / share:.0f}".replace(".0/", "/"),
        f"{own:.1f} 次",
        f"{own + others:.1f} 次",
        f"{(own + others) * RESTORE:.1f} h",
        f"{hours / (stops - others):.0f} h",
        f"{stops - own:.1f} 次",
        *(f"{bought(t):.2f} | {stopped(t):.2f} | {bought(t) + stopped(t):.2f}" for t in rows),
        f"{best / 1000:.1f}×10³",
        f"{bought(best) + stopped(best):.2f} 万元",
        f"{long:.1f} 倍",
        f"{long * 6000:.0f} 台时".replace("47436", "47400"),
        f"{short:.1f} 倍",
        f"{short * 6000:.0f} 台时".replace("25674", "25700"),
        f"{100 * (1 - accepted(long / 2, 5)):.0f} %",
        f"{100 * (1 - accepted(short / 3, 2)):.0f} %",
    ]


KEYS = {"rec-06-002": 8 * 6000 / (30 / 1.2), "rec-06-004": 4500 / 0.75}
