"""What the lesson on brands says of 200 000 households and of three ways to keep them."""

from typing import NamedTuple

from drawing import BLUE, GREEN, INK, ORANGE, PURPLE, arrow, box, picture, spaced, text, thin

HOUSEHOLDS, MARGIN, HANDLING = 200_000, 600, 50
NO_PROBLEM, SATISFIED, DISSATISFIED, SILENT = 0.62, 0.58, 0.20, 0.30
WAN = 10_000


class Market(NamedTuple):
    """Shares: of households with a problem, of these who complain, of these left satisfied."""

    problem: float = 0.08
    complaint: float = 0.30
    satisfied: float = 0.60

    def groups(self) -> dict[str, float]:
        """Return the households with a problem, by what became of it."""
        troubled = HOUSEHOLDS * self.problem
        heard = troubled * self.complaint
        return {
            "satisfied": heard * self.satisfied,
            "dissatisfied": heard * (1 - self.satisfied),
            "silent": troubled - heard,
        }

    def losses(self) -> dict[str, float]:
        """Return the purchases that are not repeated because of a problem."""
        rates = {"satisfied": SATISFIED, "dissatisfied": DISSATISFIED, "silent": SILENT}
        return {name: count * (NO_PROBLEM - rates[name]) for name, count in self.groups().items()}

    def lost(self) -> float:
        """Return the sum of these losses."""
        return sum(self.losses().values())

    def complaints(self) -> float:
        """Return how many complain in a year."""
        return HOUSEHOLDS * self.problem * self.complaint


NOW = Market()
# name → the market after it and what it costs a year (10 000 yuan)
WAYS = {
    "甲": (Market(satisfied=0.85), 25),
    "乙": (Market(complaint=0.55), 15),
    "甲＋乙": (Market(complaint=0.55, satisfied=0.85), 40),
    "丙": (Market(problem=0.05), 70),
    "三项": (Market(0.05, 0.55, 0.85), 110),
}


def gain(market: Market) -> float:
    """Return the margin kept, in 10 000 yuan a year."""
    return (NOW.lost() - market.lost()) * MARGIN / WAN


def handling(market: Market) -> float:
    """Return what handling complaints costs more, in 10 000 yuan a year."""
    return (market.complaints() - NOW.complaints()) * HANDLING / WAN


def worth_hearing() -> float:
    """Return the share of satisfied complainants above which a complaint beats silence."""
    return (SILENT - DISSATISFIED) / (SATISFIED - DISSATISFIED)


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    groups, losses = NOW.groups(), NOW.losses()
    rows = [
        f"| {spaced(market.complaints())} | {spaced(market.lost())} | {gain(market):.1f} | "
        f"{handling(market):.1f} | {cost} | {gain(market) - handling(market) - cost:.1f} |"
        for market, cost in WAYS.values()
    ]
    return [
        *(spaced(count) for count in groups.values()),
        *(spaced(count) for count in losses.values()),
        f"合计 {spaced(NOW.lost())}",
        f"{NOW.lost() * MARGIN / WAN:.1f} 万元",
        f"{losses['silent'] / NOW.lost() * 100:.0f} %",
        f"{worth_hearing() * 100:.0f} %",
        *(row.replace("-", "−") for row in rows),
    ]


def tree() -> str:
    """Where the 200 000 households go, and how many purchases are lost on the way."""
    groups, losses = NOW.groups(), NOW.losses()
    leaves = (
        (172, 44, "没有问题", HOUSEHOLDS * (1 - NOW.problem), NO_PROBLEM, 0.0, GREEN),
        (484, 126, "处理满意", groups["satisfied"], SATISFIED, losses["satisfied"], BLUE),
        (484, 208, "处理不满意", groups["dissatisfied"], DISSATISFIED, losses["dissatisfied"], ORANGE),
        (328, 290, "没有投诉", groups["silent"], SILENT, losses["silent"], PURPLE),
    )  # fmt: skip
    parts = [
        text(655, 28, "再购率", anchor="end"),
        text(710, 28, "少掉", anchor="end"),
        box(16, 208, 120, 58, ("全部顾客", f"{spaced(HOUSEHOLDS)} 户")),
        box(172, 208, 120, 58, ("遇到问题", f"{spaced(HOUSEHOLDS * NOW.problem)} 户")),
        box(328, 167, 120, 58, ("投诉", f"{spaced(NOW.complaints())} 户")),
        arrow(136, 228, 172, 90, colour=INK),
        arrow(136, 237, 172, 237),
        arrow(292, 228, 328, 200),
        arrow(292, 246, 328, 314),
        arrow(448, 190, 484, 160),
        arrow(448, 204, 484, 234),
    ]
    for x, y, name, count, rate, lost, colour in leaves:
        parts += [
            thin(x + 120, y + 29, 604, y + 29),
            box(x, y, 120, 58, (name, f"{spaced(count)} 户"), colour=colour),
            text(655, y + 35, f"{rate * 100:.0f} %", anchor="end"),
            text(710, y + 35, spaced(lost), anchor="end", colour=colour),
        ]
    parts.append(text(710, 386, f"少掉的再购合计 {spaced(NOW.lost())} 户", anchor="end"))
    description = (
        "由左向右的树：200 000 户分为没有问题 184 000 户和遇到问题 16 000 户；后者分为投诉 4 800 户和没有投诉 "
        f"11 200 户；投诉的又分为处理满意和不满意。右侧列出各支的再购率和少掉的再购，其中没有投诉的一支少 {spaced(losses['silent'])} 户。"
    )
    return picture(404, "顾客在哪里流失", description, parts)


def _item_lost() -> float:
    return 500 * 0.4 * (0.6 - 0.3) + 500 * 0.6 * (0.6 - 0.4)


FIGURES = {"brand-loss.svg": tree}
KEYS = {"cqoc-08-003": _item_lost()}
