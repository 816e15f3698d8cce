"""What it costs to register abroad, and what it may cost not to."""

from drawing import BLUE, GREY, INK, ORANGE, Axes, bar, picture, spaced, text, thin

MARKETS, FEE = 8, 1.2  # ten thousand yuan a market, for ten years
TAKEN, SETTLED, SETTLEMENT, RENAMING = 0.15, 0.6, 40, 120
BUYERS, MARGIN, GAINED = 500_000, 120, 900
KEPT, DISCOUNT = 0.80, 0.10


def harm() -> float:
    """Return what a taken name costs on average, in ten thousand yuan."""
    return SETTLED * SETTLEMENT + (1 - SETTLED) * RENAMING


def cost(registered: int) -> float:
    """Return fees and expected harm when so many of the markets are registered."""
    return registered * FEE + (MARKETS - registered) * TAKEN * harm()


def lifetime(kept: float) -> float:
    """Return the present value of one customer in yuan."""
    return MARGIN * kept / (1 + DISCOUNT - kept)


def worth_of_point() -> float:
    """Return what one point of retention less costs all buyers, in ten thousand yuan."""
    return (lifetime(KEPT) - lifetime(KEPT - 0.01)) * BUYERS / 10_000


def ten_years() -> float:
    """Return the present value of the gain over ten years, in ten thousand yuan."""
    return GAINED * (1 - (1 + DISCOUNT) ** -10) / DISCOUNT


def even() -> float:
    """Return the retention at which that gain is lost again."""
    least = lifetime(KEPT) - ten_years() * 10_000 / BUYERS
    return least * (1 + DISCOUNT) / (MARGIN + least)


def numbers() -> list[str]:
    """What the lesson prints."""
    return [
        f"={harm():.0f}\\ \\text{{万元}}$$",
        f"{TAKEN * harm():.1f} 万元",
        f"| 一个也不注册 | 0.0 | {cost(0):.1f} | {cost(0):.1f} |",
        f"| 只注册三个主要市场 | {3 * FEE:.1f} | {cost(3) - 3 * FEE:.1f} | {cost(3):.1f} |",
        f"| 八个都注册 | {8 * FEE:.1f} | 0.0 | {cost(8):.1f} |",
        f"1-0.85^{{8}}={(1 - (1 - TAKEN) ** MARKETS) * 100:.1f}\\,\\%",
        f"少 {lifetime(KEPT) - lifetime(KEPT - 0.01):.1f} 元",
        f"约 {spaced(worth_of_point())} 万元",
        f"{GAINED / worth_of_point():.1f} 个百分点",
        f"现值约 {spaced(round(ten_years(), -1))} 万元",
        f"要降 {100 * (KEPT - even()):.0f} 个百分点以上",
    ]


def registration() -> str:
    """Draw fees and expected harm for three ways."""
    axes = Axes(90, 560, 40, 290, 0, 3, 0, 100)
    parts = [*(thin(90, axes.y(level), 560, axes.y(level)) for level in (25, 50, 75, 100))]
    for at, (registered, words) in enumerate(
        ((0, "一个也不注册"), (3, "只注册三个"), (8, "八个都注册"))
    ):
        fees, whole = registered * FEE, cost(registered)
        left, width = axes.x(at + 0.25), axes.x(at + 0.75) - axes.x(at + 0.25)
        if whole > fees:
            parts.append(bar(left, axes.y(whole), width, axes.y(fees) - axes.y(whole), ORANGE))
        if fees:
            parts.append(bar(left, axes.y(fees), width, axes.y(0) - axes.y(fees), BLUE))
        parts.append(text(left + width / 2, axes.y(whole) - 8, f"{whole:.1f}", anchor="middle"))
        parts.append(text(left + width / 2, 314, words, anchor="middle"))
    parts += [
        axes.frame(),
        *(text(82, axes.y(level) + 6, str(level), anchor="end") for level in (0, 25, 50, 75, 100)),
        text(90, 26, "十年合计 / 万元"),
        bar(584, 100, 18, 18, ORANGE),
        text(610, 115, "预期损失", colour=ORANGE),
        bar(584, 134, 18, 18, BLUE),
        text(610, 149, "注册费用", colour=BLUE),
        text(584, 196, "八个市场", colour=GREY),
        text(584, 220, "各 1.2 万元", colour=INK),
    ]
    told = (
        f"三根柱依次为 {cost(0):.1f}、{cost(3):.1f}、{cost(8):.1f} 万元，前两根绝大部分是预期损失。"
    )
    return picture(336, "海外注册的三种做法", told, parts)


FIGURES = {"registration.svg": registration}
KEYS = {"cbo-03-003": 0.2 * (0.5 * 30 + 0.5 * 90) * 5 - 5 * 1.5}
