"""What the lesson on standards says of a declared noise and of fewer kinds of motors."""

from math import hypot, sqrt
from statistics import NormalDist

from drawing import BLUE, GREEN, GREY, ORANGE, Axes, picture, spaced, text, thin

UNITS, LABORATORY = 0.8, 0.6
NOW = NormalDist(62.4, hypot(UNITS, LABORATORY))
LATER = NormalDist(62.0, hypot(0.5, LABORATORY))
LIMITS, SAMPLE = (63, 64, 65), 3
KINDS, MERGED, DEMAND_SPREAD, SERVICE = 6, 3, 150, 1.65


def over(measured: NormalDist, limit: float) -> float:
    """Return the chance that one unit is measured above the declared value."""
    return 1 - measured.cdf(limit)


def failing(measured: NormalDist, limit: float, sample: int = SAMPLE) -> float:
    """Return the chance that at least one of a sample is."""
    return 1 - measured.cdf(limit) ** sample


def row(name: str, measured: NormalDist) -> list[str]:
    """Return the rows of the table for one state of the product."""
    return [
        f"| {name} | ≤ {limit} | {over(measured, limit) * 100:.2f} % | "
        f"{failing(measured, limit) * 100:.1f} % |"
        for limit in LIMITS
    ]


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    apart = KINDS * SERVICE * DEMAND_SPREAD
    together = KINDS / MERGED * SERVICE * DEMAND_SPREAD * sqrt(MERGED)
    return [
        *row("现在", NOW),
        *row("改进后", LATER),
        f"={NOW.stdev:.1f}",
        f"{LATER.stdev:.2f} dB",
        f"{spaced(apart)} 台",
        f"{spaced(together)} 台",
        f"{(1 - together / apart) * 100:.0f} %",
    ]


def declared() -> str:
    """How the measured noise lies to the three values that might be declared."""
    axes = Axes(60, 680, 60, 320, 58, 67, 0, 0.55)
    steps = [58 + at / 20 for at in range(181)]
    parts = [
        *(thin(axes.x(limit), 44, axes.x(limit), 320) for limit in LIMITS),
        axes.frame(),
        axes.curve(((x, LATER.pdf(x)) for x in steps), GREEN, "9 5"),
        axes.curve(((x, NOW.pdf(x)) for x in steps), BLUE),
        *(text(axes.x(x), 343, str(x), anchor="middle") for x in range(58, 68)),
        text(680, 372, "测得的噪声 / dB", anchor="end"),
        text(axes.x(59.9), axes.y(0.25), "改进后", anchor="end", colour=GREEN),
        thin(axes.x(59.95), axes.y(0.255), axes.x(60.98), axes.y(0.225)),
        text(axes.x(59.9), axes.y(0.16), "现在", anchor="end", colour=BLUE),
        thin(axes.x(59.95), axes.y(0.165), axes.x(61.1), axes.y(0.17)),
        text(72, 66, "抽三台，至少一台超出", colour=ORANGE),
        *(
            text(72, 66 + 26 * at, f"≤ {limit}：{failing(NOW, limit) * 100:.1f} % → "
                 f"{failing(LATER, limit) * 100:.1f} %", colour=GREY)
            for at, limit in enumerate(LIMITS, start=1)
        ),
    ]  # fmt: skip
    description = (
        f"两条钟形曲线。实线为现在，均值 62.4 dB，标准差 {NOW.stdev:.1f} dB；虚线为改进后，均值 62.0 dB，标准差 "
        f"{LATER.stdev:.2f} dB。三条竖线为 63、64、65 dB 的声明值，右上方列出抽三台至少一台超出的概率在改进前后的变化。"
    )
    return picture(388, "声明值与测得的噪声", description, parts)


FIGURES = {"declared.svg": declared}
KEYS = {
    "cqoc-12-001": (1 - NormalDist(48, sqrt(0.9**2 + 1.2**2)).cdf(51) ** 2) * 100,
    "cqoc-12-005": (1 - sqrt(5 * 80**2) / (5 * 80)) * 100,
}
