"""What the lesson on six sigma and lean says of projects, of a result and of work in process."""

from itertools import combinations
from math import erfc, sqrt

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, dot, picture, spaced, text, thin

WEEKLY, WEEKS = 500, 26
BEFORE = (25, 21, 28, 19, 26, 24, 30, 22, 27, 20, 25, 29, 23, 18, 26, 28, 24, 26,
          29, 31, 26, 33, 28, 30, 32, 27)  # fmt: skip
AFTER = (22, 19, 24, 21, 25, 21, 23, 25, 21, 24, 22, 23)
WORST, SHOWN = 8, 4
OUTPUT, DEFECT, WAN = 300_000, 85, 10_000
# name → benefit (10 000 yuan a year), chance of success, months of a black belt
PROJECTS = {
    "铸件气孔": (180, 0.5, 6),
    "装配返工": (90, 0.8, 3),
    "交付准时": (120, 0.6, 5),
    "试验台等待": (50, 0.9, 1.5),
    "投诉答复": (40, 0.9, 1),
    "气孔（只做芯砂一类）": (112, 0.7, 4),
}
MONTHS = 10


def share(counts: tuple[int, ...]) -> float:
    """Return the share of nonconforming pieces."""
    return sum(counts) / (WEEKLY * len(counts))


def chance(before: tuple[int, ...], after: tuple[int, ...]) -> float:
    """Return the p value (two sides) of a difference of two shares."""
    pooled = (sum(before) + sum(after)) / (WEEKLY * (len(before) + len(after)))
    sizes = 1 / (WEEKLY * len(before)) + 1 / (WEEKLY * len(after))
    z = (share(before) - share(after)) / sqrt(pooled * (1 - pooled) * sizes)
    return erfc(z / sqrt(2))


def interval(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[float, float]:
    """Return the 95 % confidence interval of the difference."""
    variance = sum(share(c) * (1 - share(c)) / (WEEKLY * len(c)) for c in (before, after))
    middle = share(before) - share(after)
    return middle - 1.96 * sqrt(variance), middle + 1.96 * sqrt(variance)


def worth(difference: float) -> float:
    """Return what fewer nonconforming pieces save in a year, in 10 000 yuan."""
    return difference * OUTPUT * DEFECT / WAN


def expected(name: str) -> float:
    """Return a project's benefit times its chance."""
    benefit, likely, _ = PROJECTS[name]
    return benefit * likely


def best(names: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    """Return the set of projects within the months that promises most."""
    sets = (each for size in range(1, 6) for each in combinations(names, size))
    fitting = [each for each in sets if sum(PROJECTS[name][2] for name in each) <= MONTHS]
    return max((sum(map(expected, each)), each) for each in fitting)


def describe(name: str) -> str:
    """Return a project's row of the table."""
    benefit, likely, months = PROJECTS[name]
    each = expected(name) / months
    return f"| {name} | {benefit} | {likely:.1f} | {months} | {expected(name):.0f} | {each:.1f} |"


def compare(name: str, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Return the row of the table that compares two spans of weeks."""
    first, second = share(before) * 100, share(after) * 100
    gap = share(before) - share(after)
    told = f"{gap * 100:.2f} | {chance(before, after):.3f} | {worth(gap):.1f}"
    return f"| {name} | {first:.2f} % | {second:.2f} % | {told} |"


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    worst, shown = BEFORE[-WORST:], AFTER[:SHOWN]
    low, high = interval(BEFORE, AFTER)
    names = tuple(PROJECTS)
    compared = (
        compare("最差的 8 周对后 4 周", worst, shown),
        compare("26 周对后 4 周", BEFORE, shown),
        compare("26 周对后 12 周", BEFORE, AFTER),
    )
    return [
        *map(describe, PROJECTS),
        f"{best(names[:5])[0]:.0f} 万元",
        f"{best(names[1:])[0]:.0f} 万元",
        *compared,
        f"{worth(low):.1f}～{worth(high):.1f} 万元",
        *(spaced(84 / (1200 * opportunities) * 1e6) for opportunities in (4, 20)),
    ]


def chart() -> str:
    """The weekly shares, the means one may compare, and the limit."""
    axes = Axes(70, 690, 40, 330, 0, 39, 0, 9)
    worst = BEFORE[-WORST:]
    mean = share(BEFORE)
    limit = (mean + 3 * sqrt(mean * (1 - mean) / WEEKLY)) * 100
    weeks = [(at, count / WEEKLY * 100) for at, count in enumerate(BEFORE + AFTER, start=1)]
    parts = [
        axes.frame(),
        thin(axes.x(26.5), 40, axes.x(26.5), 330),
        axes.curve(((0, limit), (39, limit)), GREY, "3 4"),
        axes.curve(((0, mean * 100), (39, mean * 100)), BLUE),
        axes.curve(((18.5, share(worst) * 100), (26.5, share(worst) * 100)), ORANGE, "8 4"),
        axes.curve(((26.5, share(AFTER) * 100), (39, share(AFTER) * 100)), GREEN, "8 4"),
        *(dot(axes.x(at), axes.y(value), INK, radius=4) for at, value in weeks),
        *(text(60, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 10, 3)),
        *(text(axes.x(at), 353, str(at), anchor="middle") for at in (1, 13, 26, 38)),
        text(70, 26, "不合格率 / %"),
        text(690, 382, "周", anchor="end"),
        text(76, axes.y(limit) - 8, f"上控制限 {limit:.1f}", colour=GREY),
        text(76, axes.y(1.6), f"26 周平均 {mean * 100:.2f} %", colour=BLUE),
        text(axes.x(26.2), axes.y(7.3), f"最差 8 周 {share(worst) * 100:.2f} %", anchor="end", colour=ORANGE),
        text(690, axes.y(2.4), f"改进后 {share(AFTER) * 100:.2f} %", anchor="end", colour=GREEN),
        text(axes.x(27), axes.y(1), "第 27 周起改进"),
    ]  # fmt: skip
    description = (
        f"横轴为 1 到 38 周，纵轴为不合格率。前 26 周的点在平均线 {mean * 100:.2f} % 上下，都低于上控制限 {limit:.1f} %，"
        "其中最后 8 周多在线上方；第 27 周起的 12 个点全部在平均线下方。"
    )
    return picture(398, "每周 500 件的不合格率", description, parts)


FIGURES = {"before-after.svg": chart}
KEYS = {"cqoc-10-003": 2400 / 80 - 600 / 80, "cqoc-10-002": 120 * 0.75 + 30 * 0.9 - 200 * 0.4}
