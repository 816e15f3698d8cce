"""Lesson 13: five compressors over their age, what failures cost, whether a change helped."""

from collections.abc import Callable
from math import comb, exp, factorial, sqrt

from drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    Axes,
    arrow,
    box,
    dot,
    path,
    picture,
    spaced,
    text,
    thin,
)

AGE = 8000
MACHINES = (
    (1200, 3900, 5600, 7100, 7800),
    (2400, 5100, 6900, 7600),
    (900, 4300, 6200, 7400),
    (3300, 5900, 7000, 7700),
    (1800, 4700, 6600, 7200),
)
# mechanism, reports, loss of one (10,000 yuan)
REPORTS = (
    ("传感器插头松动", 22, 0.08),
    ("轴封渗漏", 14, 0.6),
    ("控制软件死机", 12, 0.15),
    ("变频器击穿", 6, 4.5),
    ("轴承磨损", 4, 3.2),
    ("其他", 2, 0.3),
)
CLOSED, AGAIN = 52, 9
BEFORE, AFTER = (18, 36000), (5, 24000)


def times() -> list[int]:
    """Return the ages at all failures, in order."""
    return sorted(t for machine in MACHINES for t in machine)


def laplace() -> float:
    """Return the statistic of the trend: about standard normal if there is none."""
    ages = times()
    return (sum(ages) / len(ages) / AGE - 0.5) * sqrt(12 * len(ages))


def between(low: int, high: int) -> int:
    """Return how many failures lie in a span of age."""
    return sum(low < t <= high for t in times())


def at_most(successes: int, trials: int, chance: float) -> float:
    """Return the binomial probability of at most so many."""
    terms = range(successes + 1)
    return sum(comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in terms)


def lower(hours: float, failures: int, risk: float) -> float:
    """Return the one-sided lower limit of the MTBF after a time-terminated observation."""
    low, high = 0.0, 100.0
    for _ in range(200):
        mean = (low + high) / 2
        passed = exp(-mean) * sum(mean**k / factorial(k) for k in range(failures + 1))
        low, high = (mean, high) if passed > risk else (low, mean)
    return hours / low


def mean_cumulative() -> str:
    """The mean number of failures of a machine up to each age, against a constant rate."""
    axes = Axes(80, 680, 40, 360, 0, AGE, 0, 5)
    ages = times()
    share = 1 / len(MACHINES)
    steps = [(0.0, 0.0)]
    for n, t in enumerate(ages, start=1):
        steps += [(t, (n - 1) * share), (t, n * share)]
    steps.append((AGE, len(ages) * share))
    parts = [
        *(thin(80, axes.y(n), 680, axes.y(n)) for n in range(1, 6)),
        axes.frame(),
        axes.curve([(0, 0), (AGE, len(ages) * share)], ORANGE, "9 5"),
        axes.curve(steps, BLUE),
        dot(axes.x(AGE), axes.y(len(ages) * share), INK, is_hollow=True),
        *(text(72, axes.y(n) + 6, str(n), anchor="end") for n in range(6)),
        *(text(axes.x(t), 384, spaced(t), anchor="middle") for t in range(0, AGE + 1, 2000)),
        text(20, 26, "每台平均累积故障数"),
        text(680, 412, "工作时间 / h", anchor="end"),
        text(axes.x(2300), axes.y(2.25), "若故障率不变", anchor="end", colour=ORANGE),
        text(axes.x(5600), axes.y(1.4), "实际：越来越陡", colour=BLUE),
    ]
    description = (
        "横轴为工作时间 0 到 8 000 h，纵轴为每台平均累积故障数。实线阶梯前半段平缓，6 000 h 以后变陡，"
        f"8 000 h 到 {len(ages) * share:.1f} 次；虚线是连接起点和终点的直线，实线除末尾外都在它下方。"
    )
    return picture(430, "五台空压机的平均累积故障数", description, parts)


LOOP = (
    (40, 60, ("报告", "现场填写，24 h 内")),
    (280, 60, ("核实", "真故障？关联？")),
    (520, 60, ("分析", "机理、根本原因")),
    (520, 220, ("纠正措施", "设计、工艺、手册")),
    (280, 220, ("验证", "试验或现场数据")),
    (40, 220, ("归档与推广", "其他型号查一遍")),
)


def loop() -> str:
    """The closed loop of failure reports."""
    parts = [box(x, y, 160, 76, lines, colour=BLUE) for x, y, lines in LOOP]
    parts += [
        arrow(200, 98, 278, 98),
        arrow(440, 98, 518, 98),
        arrow(600, 136, 600, 218),
        arrow(520, 258, 442, 258),
        arrow(280, 258, 202, 258),
        path("360,220 360,178 560,178"),
        arrow(560, 178, 560, 138, colour=ORANGE),
        text(366, 170, "无效或再现：重新分析", colour=ORANGE),
        text(40, 336, "审查委员会（FRB）每两周看一次：该关的关，不该关的退回", colour=GREY),
    ]
    return picture(
        356,
        "故障报告、分析和纠正措施系统的闭环",
        "六个框依次相连：报告、核实、分析、纠正措施、验证、归档与推广；验证无效或故障再现，则由验证退回分析。",
        parts,
    )


FIGURES: dict[str, Callable[[], str]] = {
    "mean-cumulative.svg": mean_cumulative,
    "fracas-loop.svg": loop,
}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    count = len(times())
    hours = AGE * len(MACHINES)
    total = sum(n for _, n, _ in REPORTS)
    loss = sum(n * each for _, n, each in REPORTS)
    failures, trials = AFTER[0], AFTER[0] + BEFORE[0]
    share = AFTER[1] / (AFTER[1] + BEFORE[1])
    longer = AFTER[1] + 4000
    return [
        f"{count} 次",
        f"{hours}/{count}={hours / count:.0f} h",
        f"{between(0, 4000)} 次",
        f"{20000 / between(0, 4000):.0f} h",
        f"{between(6000, 8000)} 次",
        f"{10000 / between(6000, 8000):.0f} h",
        f"{sum(times()) / count:.0f} h",
        f"U={laplace():.2f}",
        *(f"| {name} | {n} | {each} | {n * each:.2f} |" for name, n, each in REPORTS),
        f"{total} 份",
        f"{loss:.2f} 万元",
        f"{100 * 6 * 4.5 / loss:.0f} %",
        f"{100 * 22 / total:.0f} %",
        f"{100 * 22 * 0.08 / loss:.0f} %",
        f"{100 * CLOSED / total:.0f} %",
        f"{100 * (CLOSED - AGAIN) / total:.0f} %",
        f"{BEFORE[1] / BEFORE[0]:.0f} h",
        f"{AFTER[1] / AFTER[0]:.0f} h",
        f"{AFTER[1] / AFTER[0] / (BEFORE[1] / BEFORE[0]):.1f} 倍",
        f"{at_most(failures, trials, share):.3f}",
        f"{at_most(failures, trials, longer / (longer + BEFORE[1])):.3f}",
        f"{at_most(2, 9, 0.5):.3f}",
        f"{lower(*reversed(AFTER), 0.1):.0f} h",
    ]


KEYS = {
    "rec-13-002": (6500 / 10000 - 0.5) * sqrt(12 * 16),
    "rec-13-004": (40 - 6) / 50 * 100,
}
