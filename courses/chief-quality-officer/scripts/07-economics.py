"""Two ways of adding up, a piece lost at the bottleneck, and three ways of spending on one loss."""

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    bar,
    dot,
    picture,
    spaced,
    text,
    thin,
)

SALES, PREVENTION, NEEDED, REPEATED, INSIDE, OUTSIDE = 16_000, 45, 100, 60, 310, 285
PRICE, BOOKED, SCRAPPED = 600, 260, 1_800  # yuan a piece; pieces a year
HURRY, STOCK, INTEREST = 38, 600, 0.06
LOSS_IN, LOSS_OUT, YEARS, RATE = 110, 130, 5, 0.10
LOSS = LOSS_IN + LOSS_OUT


def unseen() -> tuple[float, float, float]:
    """Return what no account shows, in 10 000 yuan: bottleneck, hurried freight, stock."""
    return SCRAPPED * (PRICE - BOOKED) / 10_000, HURRY, STOCK * INTEREST


def poor() -> float:
    """Return the cost of poor quality, in 10 000 yuan a year."""
    return REPEATED + INSIDE + OUTSIDE + sum(unseen())


def present(flows: list[float]) -> float:
    """Return the present value of the flows at the ends of years 1, 2, …."""
    return sum(flow / (1 + RATE) ** year for year, flow in enumerate(flows, start=1))


def worth_of_grinding(effect: float) -> float:
    """Return the net present value of the new grinding, which has half its effect in year 1."""
    return present([LOSS * effect * (0.5 if year == 0 else 1) - 15 for year in range(YEARS)]) - 260


def values() -> dict[str, float]:
    """Return the yearly gains and net present values of the three ways, in 10 000 yuan."""
    screen = LOSS_OUT * 0.8 - 30 - 40
    material = LOSS * 0.35 - 50
    return {
        "screen_gain": screen,
        "screen": present([screen] * YEARS) - 90,
        "grind_first": LOSS * 0.65 / 2 - 15,
        "grind_gain": LOSS * 0.65 - 15,
        "grind": worth_of_grinding(0.65),
        "material_gain": material,
        "material": present([material] * YEARS) - 40,
        "rest": LOSS * 0.35,
        "material_after": LOSS * 0.35 * 0.35 - 50,
        "realised": worth_of_grinding(0.65 * 0.85),
    }


def even() -> float:
    """Return the effect at which the new grinding is worth nothing."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if worth_of_grinding(middle) < 0 else (low, middle)
    return low


def two_sums() -> str:
    """The cost of quality and the cost of poor quality, and what they share."""
    axes = Axes(40, 690, 40, 360, 0, 2, 0, 860)
    hidden = sum(unseen())
    left = (
        ("外部损失", OUTSIDE, ORANGE),
        ("内部损失", INSIDE, BLUE),
        ("重复检验", REPEATED, PURPLE),
        ("必要的鉴定", NEEDED, GREY),
        ("预防", PREVENTION, GREEN),
    )
    right = (*left[:3], ("账外损失", hidden, INK))
    parts = [thin(40, 360, 690, 360, dash="none")]
    for centre, name, pieces in ((190, "质量成本", left), (512, "劣质成本", right)):
        base = 0.0
        for words, amount, colour in pieces:
            middle = axes.y(base + amount / 2)
            parts += [
                bar(
                    centre - 55,
                    axes.y(base + amount),
                    110,
                    axes.y(base) - axes.y(base + amount) - 1.5,
                    colour,
                ),
                text(centre + 64, round(middle + 6, 1), f"{words} {amount:g}", colour=colour),
            ]
            base += amount
        parts += [
            text(centre, round(axes.y(base) - 10, 1), f"{base:g} 万元", anchor="middle"),
            text(centre, 386, name, anchor="middle"),
        ]
    description = (
        f"左柱质量成本 800 万元：外部损失 285、内部损失 310、重复检验 60、必要的鉴定 100、预防 45。右柱劣质成本 "
        f"{poor():g} 万元：前三项相同，另有账外损失 {hidden:g} 万元，没有预防和必要的鉴定。"
    )
    return picture(404, "质量成本与劣质成本", description, parts)


def effect_line() -> str:
    """The worth of the new grinding against the effect it really has."""
    axes = Axes(90, 660, 40, 310, 20, 80, -200, 400)
    marks = (
        (even(), "保本", GREY, 12, 24),
        (0.65 * 0.85, "按实现率", ORANGE, 14, 16),
        (0.65, "承诺", BLUE, 14, 16),
    )
    parts = [
        axes.curve([(share, worth_of_grinding(share / 100)) for share in (20, 80)], BLUE),
        thin(90, axes.y(0), 660, axes.y(0), dash="none"),
        axes.frame(),
        *(
            text(80, axes.y(level) + 6, f"{level}".replace("-", "−"), anchor="end")
            for level in range(-200, 401, 100)
        ),
        *(text(axes.x(share), 333, str(share), anchor="middle") for share in range(20, 81, 10)),
        text(90, 26, "净现值 / 万元"),
        text(660, 360, "改磨削后损失减少的比例 / %", anchor="end"),
    ]
    for share, words, colour, right, down in marks:
        x, y = axes.x(100 * share), axes.y(worth_of_grinding(share))
        label = f"{words} {100 * share:.1f} %"
        parts += [dot(x, y, colour), text(x + right, round(y + down, 1), label, colour=colour)]
    description = (
        f"横轴为损失减少的比例，纵轴为五年净现值。直线在 {100 * even():.1f} % 处过零；按实现率 55.25 % 为 "
        f"{worth_of_grinding(0.5525):.0f} 万元；承诺的 65 % 为 {worth_of_grinding(0.65):.0f} 万元。"
    )
    return picture(376, "改磨削要有多大的效果才保本", description, parts)


FIGURES = {"two-sums.svg": two_sums, "effect-line.svg": effect_line}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    each = values()
    factor = present([1] * YEARS)
    total = PREVENTION + NEEDED + REPEATED + INSIDE + OUTSIDE
    return [
        f"合计 {total} 万元",
        f"{total / SALES:.1%}".replace("%", " %"),
        f"1800\\times(600-260)={spaced(SCRAPPED * (PRICE - BOOKED))}",
        f"600\\times 6\\%={STOCK * INTEREST:.0f}$ 万元",
        f"60+310+285+61.2+38+36={poor():.1f}",
        f"{poor() / SALES:.1%}".replace("%", " %"),
        f"130\\times 0.8-30-40={each['screen_gain']:.0f}",
        f"240\\times 0.65-15={each['grind_gain']:.0f}",
        f"{each['grind_first']:.0f} 万元",
        f"240\\times 0.35-50={each['material_gain']:.0f}",
        f"为 {factor:.3f}",
        f"| {each['screen']:.1f} |",
        f"| {each['grind']:.1f} |",
        f"| {each['material']:.1f} |",
        f"| {each['material'] / 40:.2f} |",
        f"| {each['grind'] / 260:.2f} |",
        f"| {each['screen'] / 90:.2f} |",
        f"240\\times 0.35={each['rest']:.0f}",
        f"84\\times 0.35-50={each['material_after']:.1f}".replace("=-", "=-"),
        f"{each['realised']:.1f} 万元",
        f"{100 * even():.1f} %",
        f"{each['screen'] + each['material']:.1f} 万元",
    ]


KEYS = {
    "cqoc-07-001": 400 * (500 - 210) / 10_000,
    "cqoc-07-002": present([30] * 5) - 100,
}
