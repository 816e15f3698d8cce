"""The micrometer: its error, its uncertainty, how often it misjudges a lot of shafts."""

from math import sqrt
from statistics import NormalDist, fmean, stdev

from drawing import BLUE, INK, Axes, dot, picture, spaced, text, thin

READINGS = tuple(25 + each / 1000 for each in (3, 1, 4, 2, 3, 0, 3, 2, 4, 3))
REPEATED, PEOPLE, CERTIFIED = 0.0013, 0.0011, 0.0008 / 2
WARM = 25 * 11.5e-6 * 3 / sqrt(3)
SIGMA, LIMIT = 0.012, 0.030
GOOD, WORN = 0.002, 0.006
NORMAL = NormalDist()


def combined(times: int = 1) -> float:
    """Return the standard uncertainty of the mean of so many readings."""
    parts = REPEATED / sqrt(times), PEOPLE, WARM, CERTIFIED
    return sqrt(sum(each**2 for each in parts))


def misjudged(spread: float, accepted: float) -> tuple[float, float]:
    """Return how many of 100,000 are falsely accepted, and falsely rejected."""
    step, bad_in, good_out = SIGMA / 1_000, 0.0, 0.0
    for number in range(-6_000, 6_000):
        true = (number + 0.5) * step
        here = NORMAL.pdf(true / SIGMA) / 1_000
        taken = NORMAL.cdf((accepted - true) / spread) - NORMAL.cdf((-accepted - true) / spread)
        if abs(true) > LIMIT:
            bad_in += here * taken
        else:
            good_out += here * (1 - taken)
    return bad_in * 1e5, good_out * 1e5


VALUES = (
    (0.010, 100, "甲 +0.010：判合格"),
    (0.028, 155, "乙 +0.028：不能断定"),
    (0.036, 210, "丙 +0.036：判不合格"),
)
ZONES = (
    (-0.040, -0.034, "#fbe3dd"),
    (-0.034, -0.026, "#fdf1d0"),
    (-0.026, 0.026, "#d9efe0"),
    (0.026, 0.034, "#fdf1d0"),
    (0.034, 0.040, "#fbe3dd"),
)


def guard_band() -> str:
    """The tolerance, the band of doubt at its ends, three values with their uncertainty."""
    axes = Axes(30, 690, 60, 250, -0.041, 0.041, 0, 1)
    parts = [
        f'<rect x="{axes.x(low)}" y="60" width="{axes.x(high) - axes.x(low):.1f}" height="190" '
        f'fill="{fill}"/>'
        for low, high, fill in ZONES
    ]
    for limit, words in ((-LIMIT, "下限 −0.030"), (LIMIT, "上限 +0.030")):
        x = axes.x(limit)
        parts.append(
            f'<line x1="{x}" y1="50" x2="{x}" y2="250" stroke="{INK}" stroke-width="2.5"/>'
        )
        parts.append(text(x, 40, words, anchor="middle"))
    parts += [
        thin(axes.x(-0.026), 60, axes.x(-0.026), 250),
        thin(axes.x(0.026), 60, axes.x(0.026), 250),
        text(axes.x(0), 40, "可以断定合格的区段", anchor="middle"),
        text(axes.x(-0.026), 272, "−0.026", anchor="middle"),
        text(axes.x(0), 272, "0", anchor="middle"),
        text(axes.x(0.026), 272, "+0.026", anchor="middle"),
        text(axes.x(0), 304, "与 25 mm 的偏差（mm），U＝0.004", anchor="middle"),
    ]
    for value, y, words in VALUES:
        low, high = axes.x(value - 0.004), axes.x(value + 0.004)
        for x1, y1, x2, y2 in (
            (low, y, high, y),
            (low, y - 8, low, y + 8),
            (high, y - 8, high, y + 8),
        ):
            parts.append(
                f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{BLUE}" stroke-width="2.6"/>'
            )
        parts.append(dot(axes.x(value), y, BLUE))
        parts.append(text(min(low - 10, axes.x(0.0255)), y + 6, words, anchor="end"))
    description = (
        "横轴是与 25 毫米的偏差。公差为正负 0.030，两端各收紧 0.004 为可以断定合格的区段。甲为 +0.010，"
        "正负 0.004 的区间全在公差内，判合格；乙为 +0.028，区间跨过上限，不能断定；丙为 +0.036，全在公差外，判不合格。"
    )
    return picture(322, "公差带、不确定度与三个测得值", description, parts)


FIGURES = {"guard-band.svg": guard_band}


def numbers() -> list[str]:
    """What the lesson prints."""
    rows = []
    for narrowed in (False, True):
        for spread in (GOOD, WORN):
            accepted = LIMIT - 2 * spread if narrowed else LIMIT
            words = f"收紧 $U$，±{accepted:.3f}" if narrowed else "按公差 ±0.030"
            bad_in, good_out = misjudged(spread, accepted)
            rows.append(f"| $u_c={spread:.3f}$ | {words} | {spaced(bad_in)} | {spaced(good_out)} |")
    mean, spread = fmean(READINGS), stdev(READINGS)
    once, four = combined(), combined(4)
    return [
        "、".join(f"{each:.3f}" for each in READINGS),
        f"均值 {spaced(mean, 4)}",
        f"修正值为 −{spaced(mean - 25, 4)}",
        f"s={spread:.4f}",
        f"约变化 {25 * 11.5e-6 * 3:.5f} mm",
        f"得 {WARM:.4f}",
        f"\\approx {once:.4f}\\ ",
        f"U=2u_c\\approx {2 * once:.3f}",
        f"合成得 {spaced(four, 4)} mm",
        f"\\approx {sqrt(0.004**2 + (2 * WORN) ** 2):.3f}$ mm",
        f"约 {200 * NORMAL.cdf(-LIMIT / SIGMA):.2f} %",
        *rows,
        f"0.004/0.030\\approx {100 * 0.004 / LIMIT:.0f}\\,\\%",
        f"0.012/0.030={100 * 2 * WORN / LIMIT:.0f}\\,\\%",
    ]


KEYS = {"tqp-03-002": 2 * sqrt(0.006**2 + 0.002**2 + 0.003**2)}
