"""The value of a brand from excess earnings, and what moves it."""

from drawing import BLUE, GREY, INK, ORANGE, Axes, bar, picture, spaced, text, thin

PROFITS = (9_000, 9_600, 10_200, 10_600, 10_900)
RETURNS = (3_200, 3_300, 3_400, 3_500, 3_600)
SHARE, DISCOUNT, GROWTH = 0.40, 0.12, 0.02


def parts(share: float, discount: float, growth: float) -> tuple[list[float], float]:
    """Return the present values of the five years and of what comes after."""
    earned = [(profit - back) * share for profit, back in zip(PROFITS, RETURNS, strict=True)]
    years = [each / (1 + discount) ** year for year, each in enumerate(earned, start=1)]
    after = earned[-1] * (1 + growth) / (discount - growth) / (1 + discount) ** len(earned)
    return years, after


def value(share: float = SHARE, discount: float = DISCOUNT, growth: float = GROWTH) -> float:
    """Return the value in ten thousand yuan."""
    years, after = parts(share, discount, growth)
    return sum(years) + after


CHANGES = (
    ("$\\beta$ 取 0.30", value(share=0.30)),
    ("$\\beta$ 取 0.50", value(share=0.50)),
    ("$R$ 取 14 %", value(discount=0.14)),
    ("$R$ 取 10 %", value(discount=0.10)),
    ("$g$ 取 0", value(growth=0)),
    ("$g$ 取 4 %", value(growth=0.04)),
)


def signed(change: float) -> str:
    """Write a change in percent with its sign."""
    return f"{'+' if change > 0 else '−'}{abs(change):.1f} %"


def numbers() -> list[str]:
    """What the lesson prints."""
    years, after = parts(SHARE, DISCOUNT, GROWTH)
    rows = [
        f"| {year} | {profit} | {back} | {profit - back} | {(profit - back) * SHARE:.0f} | {now:.0f} |"
        for year, (profit, back, now) in enumerate(
            zip(PROFITS, RETURNS, years, strict=True), start=1
        )
    ]
    best, worst = value(0.50, 0.10, 0.04), value(0.30, 0.14, 0)
    return [
        *rows,
        f"五年现值合计 {sum(years):.0f} 万元",
        f"\\approx {round(after, -1):.0f}\\ \\text{{万元}}$$",
        f"V\\approx {value():.0f}$ 万元，约 {value() / 1e4:.2f} 亿元",
        f"其中 {100 * after / value():.0f} % 来自第五年以后",
        f"| 基准 | {value():.0f} | — |",
        *(
            f"| {name} | {each:.0f} | {signed(100 * (each / value() - 1))} |"
            for name, each in CHANGES
        ),
        f"得 {best / 1e4:.2f} 亿元；一起往坏处取，得 {worst / 1e4:.2f} 亿元",
    ]


def tornado() -> str:
    """Draw how far each assumption moves the value."""
    axes = Axes(170, 680, 60, 290, 18_000, 35_000, 0, 1)
    base = axes.x(value())
    drawn = [
        *(thin(axes.x(level), 50, axes.x(level), 290) for level in range(20_000, 35_001, 5_000)),
        *(
            text(axes.x(level), 314, f"{level / 1e4:.1f}", anchor="middle")
            for level in range(20_000, 35_001, 5_000)
        ),
        text(680, 342, "品牌价值 / 亿元", anchor="end"),
        text(base, 36, f"基准 {value() / 1e4:.2f} 亿元", anchor="middle", colour=INK),
    ]
    rows = (
        ("品牌贡献比例", "0.30", "0.50", CHANGES[0][1], CHANGES[1][1]),
        ("折现率", "14 %", "10 %", CHANGES[2][1], CHANGES[3][1]),
        ("永续增长率", "0", "4 %", CHANGES[4][1], CHANGES[5][1]),
    )
    for at, (name, low_words, high_words, low, high) in enumerate(rows):
        y = 70 + 74 * at
        drawn += [
            text(24, y + 32, name),
            bar(axes.x(low), y, base - axes.x(low), 48, "#fde3cf"),
            bar(base, y, axes.x(high) - base, 48, "#dbe9f7"),
            text(axes.x(low) + 8, y + 30, low_words, colour=ORANGE),
            text(axes.x(high) - 8, y + 30, high_words, anchor="end", colour=BLUE),
        ]
    drawn.append(
        f'<line x1="{base}" y1="46" x2="{base}" y2="290" stroke="{INK}" stroke-width="2.2"/>'
    )
    drawn.append(text(24, 342, "其余假定不变", colour=GREY))
    description = f"三条横条，中线为基准 {spaced(value())} 万元。" + "；".join(
        f"{name}由 {a} 到 {b} 时，价值由 {low / 1e4:.2f} 亿元到 {high / 1e4:.2f} 亿元"
        for name, a, b, low, high in rows
    )
    return picture(358, "假定变动时的品牌价值", description + "。", drawn)


FIGURES = {"tornado.svg": tornado}
KEYS = {
    "cbo-02-001": sum((5_000 - 2_000) * 0.5 * 1.02 ** (t - 1) / 1.12**t for t in range(1, 400)),
}
