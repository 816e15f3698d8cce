"""How many people to ask, and where a brand stands apart from its best rival."""

from math import ceil, sqrt
from statistics import NormalDist

from drawing import BLUE, GREEN, GREY, ORANGE, Axes, dot, picture, spaced, text, thin

Z95, Z99, POWER80 = 1.95996, 2.57583, 0.84162  # two-sided 95 %, 99 %; 80 % of the normal law
HALF_WIDTH, SHARE = 0.05, 0.5
BEFORE, AFTER, WAVE = 0.30, 0.38, 200
ASKED, SPREAD = 400, 2.0  # pairs of marks from the same person, and the spread of their differences
GAPS = (  # attribute, share of buyers for whom it decides, our mean mark less the best rival's
    ("保温久", 0.31, -0.45),
    ("不漏", 0.27, 0.08),
    ("好清洗", 0.22, 0.62),
    ("轻", 0.14, 0.23),
    ("好看", 0.06, 0.90),
)
CONVENIENT = {"网店": (0.58, 0.80, 0.45), "商超": (0.30, 0.20, 0.55)}  # known by, asked, true share


def for_share(half_width: float, share: float = SHARE) -> int:
    """Return how many answers a share needs for a half-width at 95 %."""
    return ceil(Z95**2 * share * (1 - share) / half_width**2)


def spread_of_change(size: int) -> tuple[float, float]:
    """Return the standard error of a change of two waves without and with a real change."""
    mean = (BEFORE + AFTER) / 2
    none = sqrt(2 * mean * (1 - mean) / size)
    real = sqrt((BEFORE * (1 - BEFORE) + AFTER * (1 - AFTER)) / size)
    return none, real


def for_change() -> int:
    """Return how many answers each wave needs to see the change with 80 % power."""
    none, real = spread_of_change(1)
    return ceil(((Z95 * none + POWER80 * real) / (AFTER - BEFORE)) ** 2)


def power(size: int) -> float:
    """Return the chance that two waves of this size show the change."""
    none, real = spread_of_change(size)
    return NormalDist().cdf((AFTER - BEFORE - Z95 * none) / real)


def margin(z: float) -> float:
    """Return the half-width of a mean difference."""
    return z * SPREAD / sqrt(ASKED)


def known(weights: int) -> float:
    """Return the share that knows the brand with the weights in this column."""
    return sum(row[0] * row[weights] for row in CONVENIENT.values())


def numbers() -> list[str]:
    """What the lesson prints."""
    return [
        f"\\approx {Z95**2 * 0.25 / HALF_WIDTH**2:.1f}$$",
        f"要 {for_share(HALF_WIDTH)} 份",
        f"要 {spaced(for_share(HALF_WIDTH / 2))} 份",
        f"每次要 {for_change()} 份",
        f"看得出来的把握只有 {100 * power(WAVE):.0f} %",
        f"={margin(Z95):.2f}\\ \\text{{分}}$$",
        f"放宽到 ±{margin(Z99):.2f} 分",
        *(
            f"| {name} | {share:.2f} | {gap:+.2f} | ".replace("-", "−")
            + f"{gap - margin(Z99):+.2f}～{gap + margin(Z99):+.2f} |".replace("-", "−")
            for name, share, gap in GAPS
        ),
        f"得 {100 * known(1):.1f} %",
        f"得 {100 * known(2):.1f} %",
    ]


def gaps() -> str:
    """Draw the advantage over the best rival with its interval, in order of what decides."""
    axes = Axes(210, 624, 70, 320, -1.0, 1.25, 0, 5)
    parts = [
        *(thin(axes.x(at), 60, axes.x(at), 320) for at in (-1, -0.5, 0.5, 1)),
        thin(axes.x(0), 60, axes.x(0), 320, dash="1 0"),
        *(
            text(axes.x(at), 344, f"{at:+.1f}".replace("-", "−") if at else "0", anchor="middle")
            for at in (-1, -0.5, 0, 0.5, 1)
        ),
        text(696, 370, "本品牌减最强对手 / 分", anchor="end"),
        text(24, 42, "属性（决定购买的比例）"),
        text(axes.x(0) - 10, 42, "对手强", anchor="end", colour=GREY),
        text(axes.x(0) + 10, 42, "本品牌强", colour=GREY),
    ]
    for at, (name, share, gap) in enumerate(GAPS):
        y = axes.y(4.5 - at)
        low, high = gap - margin(Z99), gap + margin(Z99)
        colour = GREEN if low > 0 else ORANGE if high < 0 else BLUE
        parts += [
            text(24, y + 6, f"{name}（{100 * share:.0f} %）"),
            (
                f'<line x1="{axes.x(low)}" y1="{y}" x2="{axes.x(high)}" y2="{y}" stroke="{colour}" '
                'stroke-width="4"/>'
            ),
            dot(axes.x(gap), y, colour, is_hollow=low <= 0 <= high),
            text(696, y + 6, f"{gap:+.2f}".replace("-", "−"), anchor="end", colour=colour),
        ]
    told = "五行由上到下按决定购买的比例排列，点为评分之差，横线为 99 % 区间：" + "；".join(
        f"{name} {gap:+.2f}".replace("-", "−") for name, _, gap in GAPS
    )
    return picture(
        386, "五项属性上与最强对手的差", told + "。不漏与轻的横线跨过零，空心点。", parts
    )


FIGURES = {"gaps.svg": gaps}
KEYS = {
    "bm-01-001": ceil(Z95**2 * 0.2 * 0.8 / 0.03**2),
    "bm-01-003": 100 * (0.6 * 0.3 + 0.2 * 0.7),
}
