"""What a quality month leaves behind: the share of errors that people report themselves."""

from math import sqrt

from drawing import BLUE, GREY, INK, ORANGE, Axes, picture, text, thin

PERIODS = (
    ("第一年", "6～8 月", 36, 42),
    ("第一年", "9 月", 50, 11),
    ("第一年", "10～12 月", 41, 39),
    ("第二年", "10～12 月", 71, 20),
)


def share(period: int) -> float:
    """Return the share that was reported by those who made the error."""
    _, _, own, found = PERIODS[period]
    return own / (own + found)


def difference(first: int, second: int) -> tuple[float, float]:
    """Return how much higher the second share is, and half its 95 % interval."""
    spread = sum(
        share(at) * (1 - share(at)) / (PERIODS[at][2] + PERIODS[at][3]) for at in (first, second)
    )
    return share(second) - share(first), 1.96 * sqrt(spread)


def numbers() -> list[str]:
    """What the lesson prints."""
    (short, short_half), (long, long_half) = difference(0, 2), difference(0, 3)
    return [
        *(
            f"| {year} {months} | {own} | {found} | {own + found} | {100 * share(at):.1f} % |"
            for at, (year, months, own, found) in enumerate(PERIODS)
        ),
        f"{share(2):.4f}-{share(0):.4f}={short:.3f}",
        f"{share(0):.3f}\\times {1 - share(0):.3f}}}{{78}}",
        f"{share(2):.3f}\\times {1 - share(2):.3f}}}{{80}}",
        f"\\approx {short_half:.3f}$$",
        f"从 −{short_half - short:.3f} 到 {short + short_half:.3f}",
        f"差 ${long:.3f}\\pm {long_half:.3f}$",
        f"按期答复 66 个，占 {100 * 66 / 71:.1f} %",
    ]


def culture_share() -> str:
    """Draw the errors of four periods, those reported below those found by others."""
    axes = Axes(70, 690, 50, 330, 0, 4, 0, 100)
    parts = [
        *(thin(70, axes.y(level), 690, axes.y(level)) for level in (25, 50, 75, 100)),
        axes.frame(),
        *(text(62, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 101, 25)),
        text(70, 30, "已知的差错 / 件"),
    ]
    for at, (year, months, own, found) in enumerate(PERIODS):
        left, middle = axes.x(at + 0.2), axes.x(at + 0.5)
        for low, high, colour, fill in (
            (0, own, BLUE, "#dbe9f7"),
            (own, own + found, ORANGE, "#fde3cf"),
        ):
            parts.append(
                f'<rect x="{left}" y="{axes.y(high)}" width="93" '
                f'height="{round(axes.y(low) - axes.y(high), 1)}" fill="{fill}" '
                f'stroke="{colour}" stroke-width="2"/>'
            )
        parts += [
            text(middle, axes.y(own / 2) + 6, f"自报 {own}", anchor="middle", colour=BLUE),
            text(
                middle, axes.y(own + found / 2) + 6, f"查出 {found}", anchor="middle", colour=ORANGE
            ),
            text(middle, axes.y(own + found) - 8, f"{100 * share(at):.1f} %", anchor="middle"),
            text(middle, 353, year, anchor="middle", colour=GREY),
            text(middle, 375, months, anchor="middle", colour=INK),
        ]
    description = "四根柱，下段为自报，上段为被后工序、检验或顾客查出，柱顶为自报率。" + "；".join(
        f"{year} {months}，自报 {own}、查出 {found}、自报率 {100 * share(at):.1f} %"
        for at, (year, months, own, found) in enumerate(PERIODS)
    )
    return picture(392, "四个时段的自报与查出", description + "。", parts)


FIGURES = {"culture-share.svg": culture_share}
KEYS = {"tqp-08-003": 100 * (66 / 110 - 36 / 96)}
