"""Lesson 7: the failure rate of a board by counting parts, by their stresses and by its forerunner."""

import random
from collections.abc import Callable
from math import exp, log

from drawing import BLUE, GREY, ORANGE, bar, picture, text, thin

BOLTZMANN, ZERO, BASE = 8.617e-5, 273.15, 40
# name, number, rate at 40 °C and half the rated voltage (1e-6/h), activation energy (eV),
# temperature before and after the change (°C)
PARTS = (
    ("微控制器", 1, 0.060, 0.4, 60, 60),
    ("线性与电源芯片", 4, 0.040, 0.4, 65, 65),
    ("铝电解电容", 3, 0.150, 0.4, 75, 62),
    ("陶瓷电容", 46, 0.002, 0.2, 58, 58),
    ("片式电阻", 62, 0.001, 0.1, 58, 58),
    ("功率 MOSFET", 2, 0.090, 0.4, 95, 85),
    ("继电器", 2, 0.200, 0.2, 55, 55),
    ("接插件", 5, 0.030, 0.15, 50, 50),
    ("焊点", 420, 0.0001, 0.1, 58, 58),
)
CAPACITOR, RAIL, OLD_VOLTS, NEW_VOLTS = "铝电解电容", 24, 35, 50
FIELD_UNITS, FIELD_YEARS, HOURS = 1250, 2, 8760
FIELD = {"电容": 62, "MOSFET": 24, "继电器": 12, "其他": 29}


def heat(celsius: float, energy: float) -> float:
    """Return by what factor a temperature raises a rate given at 40 °C (Arrhenius)."""
    return exp(energy / BOLTZMANN * (1 / (BASE + ZERO) - 1 / (celsius + ZERO)))


def volts(rated: float) -> float:
    """Return the factor of the voltage of an electrolytic capacitor; 1 at half the rated one."""
    return (RAIL / rated / 0.5) ** 3


def rates() -> list[tuple[str, float, float, float]]:
    """Return for each kind of part the rate by count, by stress, and by stress after the change."""
    rows = []
    for name, number, rate, energy, before, after in PARTS:
        old, new = (volts(OLD_VOLTS), volts(NEW_VOLTS)) if name == CAPACITOR else (1.0, 1.0)
        count = number * rate
        rows.append(
            (name, count, count * heat(before, energy) * old, count * heat(after, energy) * new)
        )
    return rows


def totals() -> list[float]:
    """Return the three rates of the board (1e-6/h)."""
    return [sum(row[at] for row in rates()) for at in (1, 2, 3)]


def forerunner() -> tuple[float, float, float]:
    """Return the field rate of the older board, what its capacitors become, and the corrected rate."""
    hours = FIELD_UNITS * FIELD_YEARS * HOURS / 1e6
    each = {name: count / hours for name, count in FIELD.items()}
    changed = heat(62, 0.4) * volts(NEW_VOLTS) / (heat(70, 0.4) * volts(OLD_VOLTS))
    capacitors = each["电容"] * changed
    corrected = capacitors + each["MOSFET"] + 2 * each["继电器"] + each["其他"]
    return sum(each.values()), capacitors, corrected


def scattered() -> tuple[float, float, float]:
    """Return 5 %, 50 % and 95 % of the rate when each kind's rate is known within a factor of 3."""
    chance = random.Random(7)
    spread = log(3) / 1.645
    drawn = sorted(
        sum(row[3] * exp(chance.gauss(0, spread)) for row in rates()) for _ in range(20000)
    )
    return drawn[1000], drawn[10000], drawn[19000]


def life(celsius: float) -> float:
    """Return the wear-out life of the capacitors (h): 5,000 h at 105 °C, doubled every 10 °C less."""
    return 5000 * 2 ** ((105 - celsius) / 10)


def part_rates() -> str:
    """Bars for each kind of part: by count, by stress, after the change."""
    left, top, pitch, scale = 150, 62, 44, 90
    parts = [
        *(
            thin(left + scale * at, top - 12, left + scale * at, top + 9 * pitch)
            for at in range(1, 7)
        ),
        *(
            text(left + scale * at, top + 9 * pitch + 20, str(at), anchor="middle", colour=GREY)
            for at in range(7)
        ),
        text(left + 6 * scale, top + 9 * pitch + 44, "失效率 / 10⁻⁶ h⁻¹", anchor="end"),
    ]
    for at, (name, *values) in enumerate(rates()):
        y = top + pitch * at
        parts.append(text(left - 10, y + 20, name, anchor="end"))
        for row, (value, colour) in enumerate(zip(values, (GREY, ORANGE, BLUE), strict=True)):
            parts.append(bar(left, y + 11 * row, value * scale, 9, colour))
    first, second, third = totals()
    parts.append('<rect x="390" y="186" width="290" height="92" fill="#ffffff"/>')
    for at, (words, colour) in enumerate(
        (
            (f"元器件计数，合计 {first:.2f}", GREY),
            (f"应力分析，合计 {second:.2f}", ORANGE),
            (f"改后应力分析，合计 {third:.2f}", BLUE),
        )
    ):
        parts += [
            bar(400, 196 + 28 * at, 26, 12, colour),
            text(436, 208 + 28 * at, words, colour=colour),
        ]
    parts.append(text(24, 36, "各类元器件的失效率：同一块板，三次计算"))
    description = (
        f"九类元器件各三条横条。铝电解电容由计数的 {rates()[2][1]:.2f} 升到应力分析的 {rates()[2][2]:.2f}，"
        f"改后降到 {rates()[2][3]:.2f}；功率 MOSFET 由 {rates()[5][1]:.2f} 升到 {rates()[5][2]:.2f}，改后 {rates()[5][3]:.2f}；"
        "其余各类变化不大。"
    )
    return picture(520, "一块主板的失效率：计数、应力分析与改后", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"part-rates.svg": part_rates}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    sums = totals()
    field, capacitors, corrected = forerunner()
    low, middle, high = scattered()
    hours = FIELD_UNITS * FIELD_YEARS * HOURS / 1e6
    return [
        *(
            f"| {name} | {number} | {count:.3f} | {before} | {stress:.3f} | {better:.3f} |"
            for (name, number, _, _, before, _), (_, count, stress, better) in zip(
                PARTS, rates(), strict=True
            )
        ),
        f"{sums[0]:.2f}",
        f"{round(1e3 / sums[0]) * 1000} h",
        f"{1e6 / sums[0] / HOURS:.0f} 年",
        f"{sums[1]:.2f}",
        f"{round(1e4 / sums[1]) * 100} h",
        f"{sums[2]:.2f}",
        f"{round(1e3 / sums[2]) * 1000} h",
        f"{100 * rates()[2][2] / sums[1]:.0f} %",
        f"{100 * rates()[5][2] / sums[1]:.0f} %",
        f"{hours:.1f}\\times 10^6",
        f"{field:.2f}",
        *(f"{count / hours:.2f}" for count in FIELD.values()),
        f"{heat(62, 0.4) * volts(50) / (heat(70, 0.4) * volts(35)):.2f}",
        f"{capacitors:.2f}",
        f"{corrected:.2f}",
        f"{low:.1f}～{high:.1f}",
        f"{middle:.1f}",
        f"{heat(75, 0.4):.2f}",
        f"{volts(35):.2f}",
        f"{volts(50):.2f}",
        f"{heat(62, 0.4):.2f}",
        f"{life(75):.0f} h",
        f"{life(75) / HOURS:.1f} 年",
        f"{round(life(62), -2):.0f} h",
        f"{life(62) / HOURS:.1f} 年",
        f"{100 * (1 - exp(-sums[2] * HOURS / 1e6)):.1f} %",
        f"{1000 * (1 - exp(-sums[2] * HOURS / 1e6)):.0f} 块",
    ]


KEYS = {
    "rec-07-002": 3 * 0.2 * 2.5 + 10 * 0.01 * 1.5 + 2 * 0.3 * 4,
    "rec-07-005": 8.0 * (6 * 5 * 8 * 5) / (8 * 5 * 10 * 4),
}
