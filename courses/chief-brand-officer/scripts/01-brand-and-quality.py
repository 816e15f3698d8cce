"""What customers are worth at two rates of retention, and what a saving is worth."""

from drawing import BLUE, GREY, ORANGE, Axes, dot, picture, text, thin

MARGIN, KEPT, FEWER, DISCOUNT = 120, 0.80, 0.72, 0.10
CUSTOMERS, SAVED = 100_000, 600_000
YEARS = range(11)


def lifetime(kept: float, discount: float = DISCOUNT) -> float:
    """Return the present value of one customer in yuan."""
    return MARGIN * kept / (1 + discount - kept)


def yearly(kept: float, year: int) -> float:
    """Return the margin of the customers of today in a later year, in ten thousand yuan."""
    return CUSTOMERS * MARGIN * kept**year / 10_000


def numbers() -> list[str]:
    """What the lesson prints."""
    lost = lifetime(KEPT) - lifetime(FEWER)
    present = SAVED / DISCOUNT
    least = lifetime(KEPT) - present / CUSTOMERS
    even = least * (1 + DISCOUNT) / (MARGIN + least)
    return [
        f"={lifetime(KEPT):.0f}\\ \\text{{元}}$$",
        f"\\approx {lifetime(FEWER):.1f}\\ \\text{{元}}$$",
        f"每人少 {lost:.1f} 元，10 万人共少约 {lost * CUSTOMERS / 10_000:.0f} 万元",
        f"60/0.10={present / 10_000:.0f}$ 万元",
        f"V'=320-600/10={least:.0f}$ 元",
        f"\\approx {even:.3f}$$",
        f"降 {100 * (KEPT - even):.1f} 个百分点以上",
        f"V={lifetime(KEPT, 0.08):.1f}$ 元，$V'={lifetime(FEWER, 0.08):.1f}$ 元",
        f"差距变成 {lifetime(KEPT, 0.08) - lifetime(FEWER, 0.08):.1f} 元",
        f"现值变成 {SAVED / 0.08 / 10_000:.0f} 万元",
        f"第五年分别为 {yearly(KEPT, 5):.0f} 万元和 {yearly(FEWER, 5):.0f} 万元",
    ]


def retention() -> str:
    """Draw the margin of today's customers over ten years at two rates of retention."""
    axes = Axes(90, 670, 40, 330, 0, 10, 0, 1300)
    parts = [
        *(thin(90, axes.y(level), 670, axes.y(level)) for level in (400, 800, 1200)),
        axes.frame(),
        axes.curve([(year, yearly(KEPT, year)) for year in YEARS], BLUE),
        axes.curve([(year, yearly(FEWER, year)) for year in YEARS], ORANGE, "9 5"),
        *(text(82, axes.y(level) + 6, f"{level}", anchor="end") for level in (0, 400, 800, 1200)),
        *(text(axes.x(year), 354, str(year), anchor="middle") for year in range(0, 11, 2)),
        text(90, 26, "这批顾客当年的毛利 / 万元"),
        text(670, 382, "年", anchor="end"),
        text(axes.x(2.2), axes.y(880), "保持率 0.80（实线）", colour=BLUE),
        text(axes.x(1.1), axes.y(250), "保持率 0.72（虚线）", colour=ORANGE),
        text(90, 382, "第 5 年差 161 万元", colour=GREY),
    ]
    for kept, colour, above in ((KEPT, BLUE, -14), (FEWER, ORANGE, 24)):
        y = axes.y(yearly(kept, 5))
        parts.append(dot(axes.x(5), y, colour, is_hollow=True))
        parts.append(text(axes.x(5) + 10, y + above, f"{yearly(kept, 5):.0f}", colour=colour))
    description = (
        "横轴为年，0 到 10；纵轴为同一批 10 万名顾客当年带来的毛利，单位万元。实线保持率 0.80，第五年 393；"
        "虚线保持率 0.72，第五年 232；两线都逐年下降，虚线更低。"
    )
    return picture(398, "两种保持率下同一批顾客的毛利", description, parts)


FIGURES = {"retention.svg": retention}
KEYS = {
    "cbo-01-001": sum(200 * (0.75 / 1.05) ** year for year in range(1, 200)),
}
