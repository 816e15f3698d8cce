"""Lesson 4: a chart of means and ranges, false alarms, late alarms, the cost of tampering."""

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist

from drawing import BLUE, GREEN, GREY, ORANGE, Axes, dot, picture, text, thin

MEANS = (
    500.08, 500.00, 501.16, 500.20, 502.36, 501.08, 500.82, 499.72, 500.26, 501.32,
    499.96, 502.90, 501.74, 501.52, 500.94, 500.64, 501.00, 500.06, 499.70, 500.78,
)  # fmt: skip
RANGES = (
    5.6, 6.6, 4.6, 5.6, 6.7, 4.2, 5.3, 2.6, 4.7, 3.2,
    6.7, 6.6, 3.3, 2.7, 4.5, 4.4, 4.1, 2.8, 3.2, 4.6,
)  # fmt: skip
LATER = (500.20, 500.46, 500.70, 499.64, 502.58, 504.00), (5.2, 4.9, 2.8, 8.8, 3.3, 6.0)
SIZE, A2, D4, SMALL_D2 = 5, 0.577, 2.114, 2.326
NORMAL = NormalDist()


def centre() -> tuple[float, float]:
    """Return the mean of the means and the mean range."""
    return sum(MEANS) / len(MEANS), sum(RANGES) / len(RANGES)


def limits() -> tuple[float, float, float]:
    """Return lower and upper limit of the means, upper limit of the ranges."""
    mean, spread = centre()
    return mean - A2 * spread, mean + A2 * spread, D4 * spread


def caught(shift: float) -> float:
    """Return the chance that one mean lies outside after a shift in single standard deviations."""
    moved = shift * sqrt(SIZE)
    return NORMAL.cdf(-3 + moved) + NORMAL.cdf(-3 - moved)


def chart() -> str:
    """Both charts, the limits computed from the first twenty groups."""
    low, high, top = limits()
    mean, spread = centre()
    upper = Axes(78, 596, 50, 240, 0.5, 26.5, 497, 505)
    lower = Axes(78, 596, 300, 430, 0.5, 26.5, 0, 11)
    parts = [
        text(20, 30, "子组均值 / g"),
        upper.frame(),
        text(20, 286, "子组极差 / g"),
        lower.frame(),
    ]
    marked = (
        (upper, low, ORANGE, f"下限 {low:.2f}"),
        (upper, mean, GREEN, f"均值 {mean:.2f}"),
        (upper, high, ORANGE, f"上限 {high:.2f}"),
        (lower, spread, GREEN, f"均值 {spread:.2f}"),
        (lower, top, ORANGE, f"上限 {top:.2f}"),
    )
    for axes, value, colour, words in marked:
        ends = f'x1="78" y1="{axes.y(value)}" x2="596" y2="{axes.y(value)}"'
        dash = ' stroke-dasharray="7 4"' if colour == ORANGE else ""
        parts.append(f'<line {ends} stroke="{colour}" stroke-width="1.8"{dash}/>')
        parts.append(text(602, axes.y(value) + 6, words, colour=colour))
    parts += [text(70, upper.y(v) + 6, str(v), anchor="end") for v in (498, 500, 502, 504)]
    parts += [text(70, lower.y(v) + 6, str(v), anchor="end") for v in (0, 3, 6, 9)]
    for axes, values in ((upper, MEANS + LATER[0]), (lower, RANGES + LATER[1])):
        points = list(enumerate(values, 1))
        parts.append(axes.curve(points, BLUE))
        parts += [dot(axes.x(n), axes.y(v), BLUE, radius=3) for n, v in points]
    out = upper.x(26), upper.y(LATER[0][-1])
    parts += [
        (
            f'<circle cx="{out[0]}" cy="{out[1]}" r="10" fill="none" stroke="{ORANGE}" '
            'stroke-width="2.2"/>'
        ),
        text(out[0] - 16, out[1] - 4, "第 26 组出界", anchor="end", colour=ORANGE),
        thin(upper.x(20.5), 76, upper.x(20.5), 240),
        thin(lower.x(20.5), 300, lower.x(20.5), 430),
        *(text(lower.x(n), 452, str(n), anchor="middle") for n in (1, 5, 10, 15, 20, 25)),
        text(lower.x(10), 476, "前 20 组：计算控制限", anchor="middle", colour=GREY),
        text(lower.x(23.5), 476, "延用控制限监视", anchor="middle", colour=GREY),
        text(700, 452, "子组序号", anchor="end"),
    ]
    description = (
        f"上图为 26 个子组的均值，中心线 {mean:.2f} g，控制限 {low:.2f} g 和 {high:.2f} g，前 20 组都在限内，"
        f"第 26 组均值 504.00 g 超出上限。下图为极差，中心线 {spread:.2f} g，上限 {top:.2f} g，都在限内。"
    )
    return picture(490, "某包装线净含量的均值极差控制图", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"control-chart.svg": chart}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    mean, spread = centre()
    low, high, top = limits()
    rows = [
        f"| {n + 1} | {MEANS[n]:.2f} | {RANGES[n]} "
        f"| {n + 11} | {MEANS[n + 10]:.2f} | {RANGES[n + 10]} |"
        for n in range(10)
    ]
    alarm = caught(0)
    return [
        *rows,
        f"均值合计 {sum(MEANS):.2f}，极差合计 {sum(RANGES):.1f}",
        f"| {spread:.2f} g |",
        f"| {top:.2f} g |",
        f"| {mean:.2f} g |",
        f"| {high:.2f} g |",
        f"| {low:.2f} g |",
        f"| {spread / SMALL_D2:.2f} g |",
        f"相差 {max(MEANS) - min(MEANS):.1f} g",
        f"概率约为 {alarm:.4f}",
        f"m=20$ 时约为 {1 - 0.9973**20:.3f}",
        f"m=100$ 时约为 {1 - 0.9973**100:.3f}",
        f"概率只有约 {caught(1):.2f}",
        f"2\\times 0.5^8\\approx {2 * 0.5**8:.3f}",
        f"\\sqrt 2\\times 2.0\\approx {2 * sqrt(2):.1f}",
        f"由 4.0 g 涨到 {2 * 2 * sqrt(2):.1f} g",
        f"约 {(round(4 * sqrt(2), 1) - 4) * 40:.0f} kg",
    ]


KEYS = {"tqf-04-005": 25.04 + A2 * 0.32}
