"""What the lesson on the supply chain says of the valve cores, of samples and of a single source."""

from math import ceil, log

from drawing import BLUE, GREEN, GREY, ORANGE, Axes, dot, picture, spaced, text, thin

YEARLY, WAN = 200_000, 10_000
INSPECTION, DETECTION = 0.90, 0.90
LINE, FIELD, ESCAPE = 180, 2600, 0.15
NOW, OTHER, HELPED = 4000e-6, 150e-6, 400e-6
PRICE_GAP, APPROVAL, HELP = 1.2, 30, 12
STOP_CHANCE, STOP_DAYS, STOP_DAILY = 0.08, 15, 12


def harm() -> float:
    """Return what one bad piece costs on the average once it is in, in yuan."""
    return (1 - ESCAPE) * LINE + ESCAPE * FIELD


def threshold() -> float:
    """Return the share of bad pieces above which inspecting all is cheaper, if it finds all."""
    return INSPECTION / harm()


def let_in(share: float) -> float:
    """Return the yearly cost of bad pieces without inspection, in 10 000 yuan."""
    return YEARLY * share * harm() / WAN


def inspected(share: float) -> float:
    """Return the yearly cost with each piece inspected by people who miss a tenth."""
    return YEARLY * INSPECTION / WAN + (1 - DETECTION) * let_in(share)


def switched() -> float:
    """Return the yearly cost of buying from the other supplier."""
    return YEARLY * PRICE_GAP / WAN + let_in(OTHER)


def three_years() -> tuple[float, float, float, float]:
    """Return what each way costs in three years; help takes half a year, inspected meanwhile."""
    helped = HELP + 0.5 * inspected(NOW) + 2.5 * let_in(HELPED)
    return 3 * let_in(NOW), 3 * inspected(NOW), APPROVAL + 3 * switched(), helped


def sample_for(share: float, confidence: float = 0.95) -> int:
    """Return how many pieces without a bad one show that the share is no higher."""
    return ceil(log(1 - confidence) / log(1 - share))


def shown_by(size: int, confidence: float = 0.95) -> float:
    """Return the share that so many good pieces cannot exclude."""
    return float(1 - (1 - confidence) ** (1 / size))


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    nothing, inspecting, switching, helping = three_years()
    stop = STOP_DAYS * STOP_DAILY
    stock = 10 * YEARLY / 250
    return [
        f"={harm():.0f}",
        f"{spaced(threshold() * 1e6)}\\ \\text{{ppm}}",
        f"| 照收不检 | {let_in(NOW):.1f} | 0 | {nothing:.1f} |",
        f"| 全数检验 | {inspected(NOW):.1f} | 0 | {inspecting:.1f} |",
        f"| 换乙 | {switched():.1f} | {APPROVAL} | {switching:.1f} |",
        f"| 帮甲 | {let_in(HELPED):.1f} | {HELP} | {helping:.1f} |",
        f"{shown_by(125) * 100:.1f} %",
        spaced(sample_for(400e-6)),
        f"{stop} 万元",
        f"{stop * STOP_CHANCE:.1f} 万元",
        f"{spaced(stock)} 件",
        f"{stock * 42 * 0.1 / WAN:.1f} 万元",
        f"{stop * STOP_CHANCE * 10 / 15:.1f} 万元",
        f"{0.2 * YEARLY * PRICE_GAP / WAN + APPROVAL / 3:.1f} 万元",
        f"{stop * STOP_CHANCE * 0.7:.1f} 万元",
    ]


def all_or_none() -> str:
    """The cost per piece of inspecting all and none, against the share of bad pieces."""
    axes = Axes(80, 660, 50, 330, 0, 5000, 0, 3)
    crossing = threshold() * 1e6
    parts = [
        *(thin(80, axes.y(level), 660, axes.y(level)) for level in (1, 2, 3)),
        axes.frame(),
        axes.curve(((0, 0), (5000, 5000e-6 * harm())), ORANGE),
        axes.curve(((0, INSPECTION), (5000, INSPECTION)), BLUE, "9 5"),
        thin(axes.x(crossing), axes.y(INSPECTION), axes.x(crossing), 330),
        *(text(70, axes.y(level) + 6, str(level), anchor="end") for level in range(4)),
        *(text(axes.x(ppm), 353, spaced(ppm), anchor="middle") for ppm in range(0, 5001, 1000)),
        text(80, 34, "元／件"),
        text(660, 382, "来料不合格率 / ppm", anchor="end"),
        text(axes.x(crossing) + 8, 318, f"分界 {spaced(crossing)}", colour=GREY),
        text(
            axes.x(3700),
            axes.y(3700e-6 * harm()) - 10,
            "不检：不合格造成的损失",
            anchor="end",
            colour=ORANGE,
        ),
        text(654, axes.y(INSPECTION) + 22, "全检：检验费用", anchor="end", colour=BLUE),
    ]
    for ppm, name, right, down in (
        (NOW * 1e6, "甲，现在", 10, 40),
        (HELPED * 1e6, "甲，帮过以后", 12, 14),
        (OTHER * 1e6, "乙", -10, -14),
    ):
        x, y = axes.x(ppm), axes.y(ppm * 1e-6 * harm())
        parts += [dot(x, y, GREEN), text(x + right, y + down, name, colour=GREEN)]
    description = (
        "横轴为来料不合格率，0 到 5 000 ppm；纵轴为每件的费用，0 到 3 元。斜线为不检时的损失，水平虚线为全检的费用 0.9 元，"
        f"两线在 {spaced(crossing)} ppm 相交。甲现在在 4 000 ppm，高于交点；帮过以后 400 ppm 和乙的 150 ppm 都远低于交点。"
    )
    return picture(398, "全检还是不检：分界由两项费用决定", description, parts)


FIGURES = {"all-or-none.svg": all_or_none}
KEYS = {
    "cqoc-09-001": 0.4 / (0.8 * 60 + 0.2 * 700) * 1e6,
    "cqoc-09-003": next(n for n in range(1, 10_000) if 0.999**n <= 0.05),
}
