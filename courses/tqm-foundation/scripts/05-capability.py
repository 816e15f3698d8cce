"""Lesson 5: a shaft off centre, what an index of a sample is worth, a plan and its two risks."""

from collections.abc import Callable
from math import comb, sqrt
from statistics import NormalDist

from drawing import BLUE, GREEN, GREY, ORANGE, Axes, dot, picture, text, thin

LOW, HIGH = 11.95, 12.05
MEAN, SIGMA = 12.012, 0.0118
SIZE, TAKEN = 80, 2
NORMAL = NormalDist()


def indices(mean: float) -> tuple[float, float, float]:
    """Return Cp and the two one-sided indices."""
    return (HIGH - LOW) / 6 / SIGMA, (HIGH - mean) / 3 / SIGMA, (mean - LOW) / 3 / SIGMA


def outside(mean: float) -> float:
    """Return the share outside the limits in parts per million."""
    normal = NormalDist(mean, SIGMA)
    return 1e6 * (normal.cdf(LOW) + 1 - normal.cdf(HIGH))


def least(index: float, size: int) -> float:
    """Return the one-sided 95 % lower limit of an index computed from single values."""
    return index - 1.645 * sqrt(1 / (9 * size) + index**2 / (2 * (size - 1)))


def accepted(share: float, size: int = SIZE, number: int = TAKEN) -> float:
    """Return the probability that a large lot is accepted."""
    terms = range(number + 1)
    return sum(comb(size, d) * share**d * (1 - share) ** (size - d) for d in terms)


def none_of(lot: int, bad: int, size: int) -> float:
    """Return the chance that a sample of a small lot holds none of the bad."""
    return comb(lot - bad, size) / comb(lot, size)


def capability() -> str:
    """The distribution as it is and as it would be in the middle."""
    axes = Axes(40, 680, 70, 320, 11.93, 12.07, 0, 36)
    steps = [11.93 + n * 0.001 for n in range(141)]
    now, centred = NormalDist(MEAN, SIGMA), NormalDist(12.0, SIGMA)
    tail = [(x / 1e4, now.pdf(x / 1e4)) for x in range(120500, 120701, 10)]
    corners = " ".join(f"{axes.x(x)},{axes.y(y)}" for x, y in [(HIGH, 0), *tail, (12.07, 0)])
    cp, upper, _ = indices(MEAN)
    parts = [
        f'<polygon points="{corners}" fill="{ORANGE}"/>',
        axes.curve([(x, centred.pdf(x)) for x in steps], GREY, "7 5"),
        axes.curve([(x, now.pdf(x)) for x in steps], BLUE),
        f'<line x1="40" y1="320" x2="680" y2="320" stroke="{GREY}" stroke-width="1.8"/>',
        *(
            f'<line x1="{axes.x(x)}" y1="60" x2="{axes.x(x)}" y2="326" stroke="{ORANGE}" '
            'stroke-width="2.2"/>'
            for x in (LOW, HIGH)
        ),
        text(axes.x(LOW), 48, "下限 11.95", anchor="middle", colour=ORANGE),
        text(axes.x(HIGH), 48, "上限 12.05", anchor="middle", colour=ORANGE),
        thin(axes.x(12), 80, axes.x(12), 326),
        thin(axes.x(MEAN), 70, axes.x(MEAN), 326),
        text(axes.x(12) - 6, 346, "中心 12.00", anchor="end", colour=GREY),
        text(axes.x(MEAN) + 2, 346, "均值 12.012", colour=BLUE),
        text(axes.x(11.955), 150, "虚线：居中时", colour=GREY),
        text(axes.x(12.028), 110, "实线：当前", colour=BLUE),
        text(axes.x(12.028), 134, f"Cp {cp:.2f}", colour=BLUE),
        text(axes.x(12.028), 158, f"Cpk {upper:.2f}", colour=BLUE),
        text(axes.x(12.052), 300, f"约 {round(outside(MEAN), -1):.0f} ppm", colour=ORANGE),
        text(680, 376, "轴径 / mm", anchor="end"),
    ]
    description = (
        "横轴为轴径，下限 11.95 mm，上限 12.05 mm。实线钟形曲线是当前分布，均值 12.012 mm、标准差 "
        "0.011 8 mm，偏向上限，超出上限约 640 ppm；虚线钟形曲线标准差相同，均值在公差中心 12.00 mm。"
    )
    return picture(392, "轴径分布与公差限", description, parts)


def characteristic() -> str:
    """The operating characteristic of the plan with its two risks."""
    axes = Axes(80, 670, 50, 330, 0, 10, 0, 1)
    points = [(n / 10, accepted(n / 1000)) for n in range(101)]
    good, middle, bad = (accepted(p / 100) for p in (1, 3, 6.5))
    parts = [
        *(thin(80, axes.y(y / 5), 670, axes.y(y / 5)) for y in range(1, 6)),
        axes.frame(),
        *(text(72, axes.y(y / 5) + 6, f"{y / 5:.1f}", anchor="end") for y in range(6)),
        *(text(axes.x(x), 352, f"{x} %", anchor="middle") for x in range(0, 11, 2)),
        axes.curve(points, BLUE),
        *(
            f'<line x1="{axes.x(x)}" y1="{axes.y(a)}" x2="{axes.x(x)}" y2="{axes.y(b)}" '
            f'stroke="{colour}" stroke-width="6"/>'
            for x, a, b, colour in ((1, 1, good, GREEN), (6.5, 0, bad, ORANGE))
        ),
        *(dot(axes.x(x), axes.y(y), BLUE) for x, y in ((1, good), (3, middle), (6.5, bad))),
        text(
            axes.x(1.9), 84, f"1 % 的批：接收 {good:.3f}，生产方风险 {1 - good:.3f}", colour=GREEN
        ),
        text(axes.x(3.5), axes.y(0.52), f"3 % 的批：接收 {middle:.3f}"),
        text(axes.x(5.6), axes.y(0.24), f"6.5 % 的批：使用方风险 {bad:.3f}", colour=ORANGE),
        text(20, 30, "接收概率"),
        text(670, 382, "批不合格品率", anchor="end"),
    ]
    description = (
        f"横轴为批不合格品率，纵轴为接收概率。曲线由 1 逐渐下降：1 % 处为 {good:.3f}，3 % 处为 {middle:.3f}，"
        f"6.5 % 处为 {bad:.3f}。"
    )
    return picture(396, "抽样方案 n=80、Ac=2 的抽检特性曲线", description, parts)


FIGURES: dict[str, Callable[[], str]] = {
    "capability.svg": capability,
    "oc-curve.svg": characteristic,
}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    cp, upper, lower = indices(MEAN)
    shown = [accepted(p / 100) for p in (1, 2, 3, 5, 6.5)]
    poor = 1 - NORMAL.cdf(3 * 0.80)
    return [
        f"| {cp:.2f} |",
        f"| {upper:.2f} |",
        f"| {lower:.2f} |",
        f"约 {round(outside(MEAN), -1):.0f} ppm",
        f"约 {outside(12.0):.0f} ppm",
        f"{round(outside(MEAN), -1) / round(outside(12.0)):.0f} 倍左右",
        f"下限只有 {least(1.45, 30):.2f}",
        f"时为 {least(1.45, 100):.2f}",
        "| 接收概率 $P_a$ | 0.999 98 | " + " | ".join(f"{p:.3f}" for p in shown) + " |",
        f"约 {100 * (1 - shown[0]):.1f} % 的机会被拒收",
        f"约 {100 * shown[-1]:.0f} % 的机会混进来",
        f"单侧超差约 {100 * poor:.1f} %",
        f"每批仍有 {accepted(poor):.2f} 的机会过关",
        f"接收概率 {none_of(100, 2, 10):.2f}",
        f"只有 {none_of(1000, 20, 100):.2f}",
    ]


KEYS = {"tqf-05-005": accepted(0.02, 32, 1)}
