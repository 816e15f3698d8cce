"""Lesson 9: how far the parts of an output stage are from their ratings; load against strength."""

from collections.abc import Callable
from math import exp, pi, sqrt
from statistics import NormalDist

from drawing import BLUE, GREY, ORANGE, Axes, picture, text, thin

RISE_FROM, POWER, OLD_PATH, NEW_PATH = 60, 2.2, 28, 20
RAIL, RIPPLE, RIPPLE_CURRENT = 24, 1.2, 0.85
RESISTOR, RATED_AT, ENDS_AT, AMBIENT = 0.18, 70, 155, 85
STRENGTH, LOAD = (120, 10), (80, 12)


def allowed(rated: float) -> float:
    """Return the power a resistor may take at the ambient temperature."""
    return rated * (ENDS_AT - AMBIENT) / (ENDS_AT - RATED_AT)


def margin(strength: tuple[float, float], load: tuple[float, float]) -> float:
    """Return the distance of two normal means in their common standard deviation."""
    return (strength[0] - load[0]) / sqrt(strength[1] ** 2 + load[1] ** 2)


def holds(strength: tuple[float, float], load: tuple[float, float]) -> float:
    """Return the probability that the strength exceeds the load."""
    return NormalDist().cdf(margin(strength, load))


def _density(value: float, mean: float, spread: float) -> float:
    return exp(-(((value - mean) / spread) ** 2) / 2) / (spread * sqrt(2 * pi))


def _panel(top: int, strength: tuple[float, float], words: str) -> list[str]:
    axes = Axes(60, 680, top, top + 170, 30, 190, 0, 0.042)
    values = range(30, 191)
    both = [(v, min(_density(v, *strength), _density(v, *LOAD))) for v in values]
    shade = " ".join(f"{axes.x(v)},{axes.y(y)}" for v, y in [(30, 0.0), *both, (190, 0.0)])
    return [
        f'<polygon points="{shade}" fill="#f0c9a8"/>',
        axes.curve([(v, _density(v, *LOAD)) for v in values], ORANGE, "9 5"),
        axes.curve([(v, _density(v, *strength)) for v in values], BLUE),
        thin(60, top + 170, 680, top + 170, dash="none"),
        thin(axes.x(80), top + 170, axes.x(80), axes.y(_density(80, *LOAD))),
        thin(axes.x(120), top + 170, axes.x(120), axes.y(_density(120, *strength))),
        *(text(axes.x(v), top + 192, str(v), anchor="middle") for v in (40, 80, 120, 160)),
        text(680, top + 24, words, anchor="end"),
        text(
            680,
            top + 48,
            f"均值之比 1.5，可靠度 {holds(strength, LOAD):.4f}",
            anchor="end",
            colour=GREY,
        ),
    ]


def interference() -> str:
    """The same safety factor with a narrow and with a wide strength."""
    parts = [
        text(150, 30, "载荷", colour=ORANGE),
        text(330, 30, "强度", colour=BLUE),
        *_panel(34, STRENGTH, "强度的标准差 10 N"),
        *_panel(256, (120, 20), "强度的标准差 20 N"),
        text(680, 474, "拉力 / N", anchor="end"),
    ]
    description = (
        "上下两幅，横轴为拉力。虚线载荷均值 80 N、标准差 12 N，实线强度均值 120 N。上幅强度标准差 10 N，"
        f"两条曲线重叠很少，可靠度 {holds(STRENGTH, LOAD):.4f}；下幅标准差 20 N，重叠明显变大，可靠度 "
        f"{holds((120, 20), LOAD):.4f}。"
    )
    return picture(490, "同样的安全系数，散差不同，可靠度不同", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"interference.svg": interference}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    peak = RAIL + RIPPLE
    small, large = allowed(0.25), allowed(0.5)
    cases = (
        (STRENGTH, LOAD),
        ((120, 20), LOAD),
        ((130, 10), LOAD),
        (STRENGTH, (80, 6)),
    )
    return [
        f"{42 / 60:.2f}",
        f"60+2.2\\times 28={RISE_FROM + POWER * OLD_PATH:.1f}",
        f"{RISE_FROM + POWER * NEW_PATH:.0f} ℃",
        f"{peak}/35={peak / 35:.2f}",
        f"{peak / 50:.2f}",
        f"{RIPPLE_CURRENT / 1.1:.2f}",
        f"{RIPPLE_CURRENT / 2 / 1.1:.2f}",
        f"{small:.3f}",
        f"{RESISTOR / 0.25:.2f}",
        f"{RESISTOR / small:.2f}",
        f"{RESISTOR / large:.2f}",
        f"{2 / 10:.2f}",
        f"{2 / 3:.2f}",
        *(f"{margin(*each):.2f} | {holds(*each):.4f}" for each in cases),
        f"{10000 * (1 - holds(*cases[0])):.0f} 件",
        f"{10000 * (1 - holds(*cases[1])):.0f} 件",
        f"{(1 - holds(*cases[1])) / (1 - holds(*cases[0])):.0f} 倍",
    ]


KEYS = {
    "rec-09-002": 0.15 / (0.5 * (170 - 95) / (170 - 70)),
    "rec-09-004": holds((500, 30), (380, 40)),
}
