"""Lesson 10: how hot a sealed box gets, what that does to its failure rate, and who checks whom."""

from collections.abc import Callable
from math import exp

from drawing import BLUE, GREY, INK, ORANGE, bar, picture, text, thin

OUTSIDE, FILM, AREA = 40, 8, 0.40
POWER, SAVED, MOVED = 45, 9, 16
DENSITY, HEAT, RISE = 1.1, 1005, 10
BASE_RATE, FAN_RATE = 6.0, 10.0
SLIP, MISS = 0.01, 0.05


def hotter(celsius: float, energy: float = 0.4) -> float:
    """Return the factor on a failure rate given at 40 °C (Arrhenius)."""
    return exp(energy / 8.617e-5 * (1 / 313.15 - 1 / (celsius + 273.15)))


def rise(watts: float) -> float:
    """Return how much warmer one side of a film over the whole box is than the other."""
    return watts / (FILM * AREA)


def schemes() -> list[tuple[str, float, float, float]]:
    """Return for each scheme the wall, the air inside (°C) and the failure rate (1e-6/h)."""
    less = POWER - SAVED
    rows = [
        ("密闭，自然散热", OUTSIDE + rise(POWER), OUTSIDE + 2 * rise(POWER), 0.0),
        ("开孔加风扇", OUTSIDE, OUTSIDE + RISE, FAN_RATE),
        ("密闭，降功耗", OUTSIDE + rise(less), OUTSIDE + 2 * rise(less), 0.0),
        ("再把管子贴壁", OUTSIDE + rise(less), OUTSIDE + rise(less) + rise(less - MOVED), 0.0),
    ]
    return [(name, wall, air, BASE_RATE * hotter(air) + fan) for name, wall, air, fan in rows]


def joint(level: str) -> float:
    """Return the chance that a slip is made and not found, by how much the checker depends on the doer."""
    missed = {
        "独立": MISS,
        "低": (1 + 19 * MISS) / 20,
        "中": (1 + 6 * MISS) / 7,
        "高": (1 + MISS) / 2,
    }[level]
    return SLIP * missed


def temperatures() -> str:
    """Bars of temperature for the four schemes, with the failure rate above each."""
    left, base, pitch, scale = 70, 350, 152, 8.2
    parts = [
        text(20, 30, "温度 / ℃"),
        *(
            thin(left, base - scale * (at - OUTSIDE), 690, base - scale * (at - OUTSIDE))
            for at in (50, 60, 70)
        ),
        *(
            text(left - 8, base - scale * (at - OUTSIDE) + 6, str(at), anchor="end")
            for at in (40, 50, 60, 70)
        ),
        thin(left, base, 690, base, dash="none"),
    ]
    for at, (name, wall, air, rate) in enumerate(schemes()):
        x = left + 34 + pitch * at
        first, second = (wall - OUTSIDE) * scale, (air - wall) * scale
        parts += [
            bar(x, base - first, 70, first, BLUE),
            bar(x, base - first - second, 70, second, ORANGE),
            f'<rect x="{x - 20}" y="{base - first - second - 56:.1f}" width="110" height="52" fill="#ffffff"/>',
            text(x + 35, round(base - first - second - 34, 1), f"空气 {air:.1f}", anchor="middle"),
            text(
                x + 35,
                round(base - first - second - 12, 1),
                f"故障率 {rate:.1f}",
                anchor="middle",
                colour=INK,
            ),
            text(x + 35, base + 24, name, anchor="middle"),
        ]
    parts += [
        bar(90, 394, 26, 12, BLUE),
        text(124, 406, "箱壁比环境高", colour=BLUE),
        bar(290, 394, 26, 12, ORANGE),
        text(324, 406, "箱内空气比箱壁（或进风）高", colour=ORANGE),
        text(690, 432, "环境 40 ℃；故障率单位 10⁻⁶ h⁻¹", anchor="end", colour=GREY),
    ]
    words = "；".join(
        f"{name}，箱内空气 {air:.1f} ℃，故障率 {rate:.1f}" for name, _, air, rate in schemes()
    )
    return picture(450, "控制箱四种散热方案", f"四根柱，由环境温度 40 ℃ 起：{words}。", parts)


FIGURES: dict[str, Callable[[], str]] = {"box-temperatures.svg": temperatures}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    flow = POWER / (DENSITY * HEAT * RISE)
    unit, count = 0.95, 3
    return [
        *(f"{name} | {wall:.1f} | {air:.1f} | {rate:.1f}" for name, wall, air, rate in schemes()),
        f"{rise(POWER):.1f} ℃",
        f"{hotter(68.125):.2f}",
        f"{flow * 3600:.1f} m",
        f"{BASE_RATE * hotter(50):.1f}",
        f"{joint('独立') * 1e4:.0f}\\times 10^{{-4}}",
        f"{joint('低') * 1e3:.2f}\\times 10^{{-3}}",
        f"{joint('中') * 1e3:.2f}\\times 10^{{-3}}",
        f"{joint('高') * 1e3:.2f}\\times 10^{{-3}}",
        f"{joint('中') / joint('独立'):.1f} 倍",
        f"{(1 - (1 - unit) ** 2) ** count:.4f}",
        f"{1 - (1 - unit**count) ** 2:.4f}",
    ]


KEYS = {
    "rec-10-002": 35 + 2 * 30 / (7.5 * 0.5),
    "rec-10-004": 0.02 * (1 + 6 * 0.1) / 7 * 1e3,
}
