"""Lesson 8: the failure rate a carrier may have, shared out to its subsystems and mended."""

from collections.abc import Callable
from math import exp, log, prod

from drawing import BLUE, GREEN, GREY, ORANGE, bar, picture, spaced, text, thin

MTBF, RESERVE, SCANNER = 500, 0.1, 150
# name, scores (complexity, technique, time, environment), rate of the older carrier, predicted, mended
PARTS = (
    ("驱动与转向", (7, 4, 8, 7), 560, 380, 380),
    ("导航控制", (8, 6, 10, 4), 520, 460, 460),
    ("电池与充电", (5, 5, 10, 6), 900, 700, 510),
    ("举升机构", (5, 3, 4, 7), 260, 190, 150),
    ("无线通信", (4, 4, 10, 5), 160, 150, 150),
)
CHAIN, GOAL = (0.92, 0.95, 0.97, 0.99), 0.90


def free() -> float:
    """Return the rate left to share out (1e-6/h), less the reserve and the scanner that is bought."""
    return 1e6 / MTBF * (1 - RESERVE) - SCANNER


def rated() -> list[float]:
    """Return the shares by scores."""
    scores = [prod(each[1]) for each in PARTS]
    return [free() * score / sum(scores) for score in scores]


def proportional() -> list[float]:
    """Return the shares in proportion to the rates of the older carrier."""
    old = [each[2] for each in PARTS]
    return [free() * rate / sum(old) for rate in old]


def least_effort(chain: tuple[float, ...], goal: float) -> tuple[int, float]:
    """Return how many of the weakest units are raised, and to what reliability."""
    ordered = sorted(chain)
    for count in range(1, len(ordered) + 1):
        level = (goal / prod(ordered[count:])) ** (1 / count)
        if count == len(ordered) or level <= ordered[count]:
            return count, level
    raise AssertionError


def agree(
    parts: int, weight: float, hours: float, *, total: int = 200, goal: float = 0.98
) -> float:
    """Return the rate (1e-6/h) that the method of AGREE gives a unit."""
    return parts * -log(goal) / (total * weight * hours) * 1e6


def station() -> list[tuple[str, float, float]]:
    """Return for each addition to the pumping station of lesson 3 the gain in ln R and its price."""
    pump, controller, supply = (exp(-2000 / life) for life in (8000, 30000, 50000))
    three = 3 * pump**2 - 2 * pump**3
    four = sum(c * pump**k * (1 - pump) ** (4 - k) for k, c in ((2, 6), (3, 4), (4, 1)))
    return [
        ("第四台泵", log(four / three), 8),
        ("第二套控制器", log((1 - (1 - controller) ** 2) / controller), 3),
        ("第二路电源", log((1 - (1 - supply) ** 2) / supply), 5),
    ]


def allocated() -> str:
    """Bars of what each subsystem is given, what is predicted, and what it has after the change."""
    left, base, pitch, scale = 70, 360, 122, 0.4
    parts = [
        text(left, 30, "故障率 / 10⁻⁶ h⁻¹"),
        *(thin(left, base - scale * at, 690, base - scale * at) for at in range(200, 601, 200)),
        *(
            text(left - 8, base - scale * at + 6, str(at), anchor="end")
            for at in range(0, 601, 200)
        ),
        thin(left, base, 690, base, dash="none"),
    ]
    for at, (part, share) in enumerate(zip(PARTS, rated(), strict=True)):
        x = left + 18 + pitch * at
        for row, (value, colour) in enumerate(((share, BLUE), (part[3], ORANGE), (part[4], GREEN))):
            height = value * scale
            parts += [
                bar(x + 34 * row - 4, base - height, 30, height, colour),
                text(
                    x + 34 * row + 11,
                    base - height - 6,
                    f"{value:.0f}",
                    anchor="middle",
                    colour=colour,
                ),
            ]
        parts.append(text(x + 43, base + 24, part[0], anchor="middle"))
    for x, words, colour in (
        (110, "评分分配", BLUE),
        (270, "初次预计", ORANGE),
        (430, "改进后", GREEN),
    ):
        parts += [bar(x, 404, 26, 12, colour), text(x + 34, 416, words, colour=colour)]
    parts.append(text(690, 416, f"可分配合计 {spaced(free())}", anchor="end", colour=GREY))
    words = "；".join(
        f"{part[0]}分得 {share:.0f}，预计 {part[3]}，改进后 {part[4]}"
        for part, share in zip(PARTS, rated(), strict=True)
    )
    return picture(436, "搬运车五个分系统的分配值、预计值与改进后的值", f"五组柱：{words}。", parts)


FIGURES: dict[str, Callable[[], str]] = {"allocation.svg": allocated}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    scores = [prod(each[1]) for each in PARTS]
    count, level = least_effort(CHAIN, GOAL)
    one = GOAL / prod(CHAIN[1:])
    predicted, mended = (sum(each[at] for each in PARTS) for at in (3, 4))
    surplus = sum(max(0, s - p[3]) for s, p in zip(rated(), PARTS, strict=True))
    return [
        f"{free():.0f}",
        f"{free() / 5:.0f}",
        *(
            f"| {part[0]} | {score} | {share:.0f} | {part[2]} | {other:.0f} | {part[3]} |"
            for part, score, share, other in zip(
                PARTS, scores, rated(), proportional(), strict=True
            )
        ),
        f"{sum(scores)}",
        f"{sum(each[2] for each in PARTS)}",
        f"{free() / 2400:.4f}",
        f"{predicted}",
        f"{predicted + SCANNER}",
        f"{1e6 / (predicted + SCANNER):.0f} h",
        f"{surplus:.0f}",
        f"{predicted - mended}",
        f"{mended + SCANNER}",
        f"{1e6 / (mended + SCANNER):.0f} h",
        f"{prod(CHAIN):.3f}",
        f"{one:.4f}",
        f"{level:.3f}",
        f"{agree(20, 0.3, 8):.0f}",
        f"{agree(20, 1, 8):.0f}",
        *(f"{name} | {gain:.4f} | {price} | {gain / price:.4f}" for name, gain, price in station()),
        f"最弱的 {count} 个",
    ]


KEYS = {
    "rec-08-001": 900 * 800 / (1200 + 800 + 1000),
    "rec-08-003": 1e6 / 400 * 0.9 / 3,
    "rec-08-005": (0.81 / 0.98) ** 0.5,
}
