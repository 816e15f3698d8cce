"""Lesson 12: life at 60 °C from three hotter groups, a fourth that fails otherwise, margins of a unit."""

from collections.abc import Callable, Sequence
from math import ceil, exp, log, sqrt
from statistics import NormalDist, fmean, linear_regression

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, dot, picture, spaced, text, thin

BOLTZMANN = 8.617e-5
LIVES = {
    105: (1390, 1620, 1790, 1980, 2240, 2510, 2760, 3300),
    120: (560, 690, 760, 860, 930, 1060, 1180, 1390),
    135: (255, 290, 345, 380, 420, 455, 530, 640),
}
CRACKED = (41, 52, 58, 66, 73, 82, 92, 112)  # at 150 °C, above the glass transition of the resin
USE, NEED = 60, 25000
T_QUANTILE = 1.32124  # Student, 22 degrees of freedom, 90 % on one side


def inverse(celsius: float) -> float:
    """Return 1/kT (1/eV)."""
    return 1 / (BOLTZMANN * (celsius + 273.15))


def median(lives: Sequence[float]) -> float:
    """Return the median life of a lognormal group."""
    return exp(fmean(log(t) for t in lives))


def fitted(groups: dict[int, tuple[int, ...]]) -> tuple[float, float, float]:
    """Return the activation energy, the constant and the spread of ln t about the line."""
    points = [(inverse(at), log(t)) for at, lives in groups.items() for t in lives]
    line = linear_regression([x for x, _ in points], [y for _, y in points])
    rest = sum((y - line.intercept - line.slope * x) ** 2 for x, y in points)
    return line.slope, line.intercept, sqrt(rest / (len(points) - 2))


def life(groups: dict[int, tuple[int, ...]], celsius: float, share: float = 0.5) -> float:
    """Return the time at which this share has failed at a temperature."""
    energy, level, spread = fitted(groups)
    return exp(level + energy * inverse(celsius) + spread * NormalDist().inv_cdf(share))


def lowest_median() -> float:
    """Return the lower 90 % limit of the median life in use."""
    energy, level, spread = fitted(LIVES)
    xs = [inverse(at) for at, lives in LIVES.items() for _ in lives]
    centre = fmean(xs)
    error = spread * sqrt(
        1 / len(xs) + (inverse(USE) - centre) ** 2 / sum((x - centre) ** 2 for x in xs)
    )
    return exp(level + energy * inverse(USE) - T_QUANTILE * error)


def _wrong() -> dict[int, tuple[int, ...]]:
    return {**LIVES, 150: CRACKED}


def arrhenius() -> str:
    """Life against temperature with the line through three groups, and the one through four."""
    axes = Axes(90, 680, 40, 400, inverse(155), inverse(55), log(30), log(200000))
    marks = (100, 1000, 10000, 100000)
    parts = [
        *(thin(90, axes.y(log(m)), 680, axes.y(log(m))) for m in marks),
        axes.frame(),
        thin(axes.x(inverse(USE)), 400, axes.x(inverse(USE)), 40),
    ]
    for groups, ink, dash in ((LIVES, BLUE, ""), (_wrong(), ORANGE, "9 5")):
        energy, level, _ = fitted(groups)
        parts.append(
            axes.curve([(inverse(c), level + energy * inverse(c)) for c in (153, 57)], ink, dash)
        )
    parts += [
        dot(
            axes.x(inverse(at)),
            axes.y(log(t)),
            ORANGE if at == 150 else INK,
            radius=4,
            is_hollow=True,
        )
        for at, lives in _wrong().items()
        for t in lives
    ]
    good, bad = life(LIVES, USE), life(_wrong(), USE)
    parts += [
        dot(axes.x(inverse(USE)), axes.y(log(good)), BLUE),
        dot(axes.x(inverse(USE)), axes.y(log(bad)), ORANGE),
        text(
            axes.x(inverse(USE)) - 12,
            axes.y(log(bad)) - 12,
            f"{spaced(round(bad, -2))} h",
            anchor="end",
            colour=ORANGE,
        ),
        text(
            axes.x(inverse(USE)) - 8,
            axes.y(log(good)) + 54,
            f"{spaced(round(good, -2))} h",
            anchor="end",
            colour=BLUE,
        ),
        *(text(82, axes.y(log(m)) + 6, spaced(m), anchor="end") for m in marks),
        *(
            text(axes.x(inverse(c)), 424, str(c), anchor="middle")
            for c in (150, 135, 120, 105, 90, 75, 60)
        ),
        text(20, 26, "寿命 / h（对数刻度）"),
        text(680, 452, "温度 / ℃（按 1/T 分度）", anchor="end"),
        text(
            axes.x(inverse(139)), axes.y(log(45)), "150 ℃ 一组：胶已软化，另一种失效", colour=ORANGE
        ),
        text(axes.x(inverse(98)), axes.y(log(1600)), "只用三组（实线）", colour=BLUE),
    ]
    description = (
        "横轴按绝对温度的倒数分度，左高右低，纵轴寿命取对数。105、120、135 ℃ 三组各八点落在实线周围，延长到 60 ℃ "
        f"为 {spaced(round(good, -2))} h；150 ℃ 的八点明显低于实线，若把它也拟合进去，虚线变陡，60 ℃ 处为 "
        f"{spaced(round(bad, -2))} h。"
    )
    return picture(468, "加速寿命试验的外推", description, parts)


def margins() -> str:
    """The bands of specification, operation and destruction that a HALT finds."""
    axes = Axes(150, 680, 40, 240, -80, 140, 0, 1)
    rows = (
        ("技术条件", -20, 60, GREEN),
        ("工作极限，改前", -34, 72, ORANGE),
        ("工作极限，改后", -58, 104, BLUE),
        ("破坏极限，改后", -70, 126, GREY),
    )
    parts = [
        *(thin(axes.x(c), 40, axes.x(c), 244) for c in (-80, -40, 0, 40, 80, 120)),
        *(
            text(axes.x(c), 268, str(c).replace("-", "−"), anchor="middle")
            for c in (-80, -40, 0, 40, 80, 120)
        ),
        text(680, 296, "温度 / ℃", anchor="end"),
    ]
    for at, (words, low, high, colour) in enumerate(rows):
        y = 56 + 48 * at
        parts += [
            text(138, y + 21, words, anchor="end", colour=colour),
            f'<rect x="{axes.x(low)}" y="{y}" width="{axes.x(high) - axes.x(low):.1f}" height="30" rx="4" fill="{colour}"/>',
            text(axes.x(low) + 8, y + 21, str(low).replace("-", "−"), colour="#ffffff"),
            text(axes.x(high) - 8, y + 21, str(high), anchor="end", colour="#ffffff"),
        ]
    return picture(
        312,
        "一台控制器在高加速寿命试验中的温度极限",
        "四条横带：技术条件 −20～60 ℃；改前的工作极限 −34～72 ℃；改后的工作极限 −58～104 ℃；改后的破坏极限 −70～126 ℃。",
        parts,
    )


FIGURES: dict[str, Callable[[], str]] = {"arrhenius.svg": arrhenius, "halt-margins.svg": margins}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    energy, _, spread = fitted(LIVES)
    wrong = fitted(_wrong())
    factor = exp(0.7 * (inverse(55) - inverse(85)))
    other = exp(0.5 * (inverse(55) - inverse(85)))
    return [
        *(f"{median(lives):.0f} h" for lives in LIVES.values()),
        f"{median(CRACKED):.0f} h",
        f"{life(LIVES, 150):.0f} h",
        f"{energy:.2f} eV",
        f"\\hat\\sigma={spread:.2f}",
        f"{round(life(LIVES, USE), -2):.0f} h",
        f"{round(life(LIVES, USE, 0.1), -2):.0f} h",
        f"{round(lowest_median(), -2):.0f} h",
        f"{round(lowest_median() * exp(spread * NormalDist().inv_cdf(0.1)), -2):.0f} h",
        f"{life(LIVES, USE) / life(LIVES, 105):.0f} 倍",
        f"{wrong[0]:.2f} eV",
        f"{round(life(_wrong(), USE), -2):.0f} h",
        f"{(100 / 30) ** 2:.1f}",
        f"{ceil(3650 / (100 / 30) ** 2)} 次",
        f"{factor:.1f}",
        f"{other:.1f}",
        f"{round(1000 * factor, -1):.0f} h",
        f"{exp(0.7 * (inverse(55) - inverse(85))) / other:.1f} 倍",
    ]


KEYS = {
    "rec-12-002": 3650 / (80 / 20) ** 2,
    "rec-12-004": exp(0.6 / BOLTZMANN * (1 / 323.15 - 1 / 363.15)),
}
