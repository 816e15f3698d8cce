"""What stopping the line costs a team leader and the company, before and after the rule is mended."""

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    Axes,
    bar,
    dot,
    picture,
    spaced,
    text,
    thin,
)

PACE, DAILY, DAYS, STOP, QUICK = 60, 480, 22, 45, 15  # pieces an hour, a day; minutes
MARGIN, CUT = 80, 50  # yuan a piece; yuan for each 0.1 percentage point of output missed
SEEN, TRACED, FINE = 0.30, 0.50, 300
DOUBTED, BAD, INSIDE, OUTSIDE = 12, 4, 180, 2_600


def lost(minutes: float) -> float:
    """Return how many pieces are not made while the line stands."""
    return PACE * minutes / 60


def leader() -> dict[str, float]:
    """Return what the leader loses by stopping and, on average, by letting pass, in yuan."""
    missed = lost(STOP) / (DAILY * DAYS) * 100
    return {"missed": missed, "stop": missed / 0.1 * CUT, "pass": SEEN * TRACED * FINE}


def company() -> dict[str, float]:
    """Return what the company loses by a stop and by letting four bad pieces pass, in yuan."""
    escaped = BAD * (SEEN * INSIDE + (1 - SEEN) * OUTSIDE)
    return {"stop": lost(STOP) * MARGIN, "quick": lost(QUICK) * MARGIN, "pass": escaped}


def two_books() -> str:
    """The leader's book and the company's, stopping and letting pass, side by side."""
    own, firm = leader(), company()
    parts = []
    halves = (
        (20, "班长的账（元）", own["stop"], own["pass"], 250),
        (380, "公司的账（元）", firm["stop"], firm["pass"], 8_500),
    )
    for left, name, stop, passed, top in halves:
        axes = Axes(left + 20, left + 310, 60, 290, 0, 2, 0, top)
        parts += [
            text(left + 165, 36, name, anchor="middle"),
            thin(axes.left, 290, axes.right, 290, dash="none"),
        ]
        for at, (words, amount, colour) in enumerate(
            (("停线", stop, BLUE), ("放过", passed, ORANGE))
        ):
            centre = axes.x(at + 0.5)
            parts += [
                bar(centre - 40, axes.y(amount), 80, 290 - axes.y(amount), colour),
                text(
                    centre,
                    round(axes.y(amount) - 9, 1),
                    spaced(amount),
                    anchor="middle",
                    colour=INK,
                ),
                text(centre, 316, words, anchor="middle", colour=colour),
            ]
    parts += [
        thin(360, 30, 360, 320),
        text(185, 350, "放过划算", anchor="middle", colour=ORANGE),
        text(545, 350, "停线划算", anchor="middle", colour=BLUE),
    ]
    description = (
        f"左边班长的账：停线损失 {spaced(own['stop'])} 元，放过平均损失 {spaced(own['pass'])} 元。右边公司的账："
        f"停线损失 {spaced(firm['stop'])} 元，放过平均损失 {spaced(firm['pass'])} 元。两本账的方向相反。"
    )
    return picture(368, "同一次停线的两本账", description, parts)


def break_even() -> str:
    """The loss of letting pass against the chance that the doubt is right, and two stops."""
    firm = company()
    axes = Axes(90, 640, 40, 310, 0, 100, 0, 8_000)
    parts = [
        axes.frame(),
        axes.curve([(0, 0), (100, firm["pass"])], ORANGE),
        *(
            text(80, axes.y(level) + 6, spaced(level), anchor="end")
            for level in range(0, 8001, 2000)
        ),
        *(text(axes.x(share), 333, str(share), anchor="middle") for share in range(0, 101, 20)),
        text(90, 26, "平均损失 / 元"),
        text(640, 360, "怀疑属实的概率 / %", anchor="end"),
        text(axes.x(83), axes.y(6_900), "放过", anchor="end", colour=ORANGE),
    ]
    for words, amount, colour in (
        (f"停 {STOP} min", firm["stop"], BLUE),
        (f"停 {QUICK} min", firm["quick"], GREEN),
    ):
        even = 100 * amount / firm["pass"]
        parts += [
            axes.curve([(0, amount), (100, amount)], colour, "9 5"),
            text(636, round(axes.y(amount) - 9, 1), words, anchor="end", colour=colour),
            thin(axes.x(even), axes.y(amount), axes.x(even), 310),
            dot(axes.x(even), axes.y(amount), colour),
            text(axes.x(even) + 8, 302, f"{even:.0f} %", colour=GREY),
        ]
    description = (
        "横轴为怀疑属实的概率，纵轴为平均损失。放过的损失随概率直线上升；停 45 min 的损失为 3 600 元，"
        f"在 {100 * firm['stop'] / firm['pass']:.0f} % 处相交；停 15 min 的损失为 1 200 元，"
        f"在 {100 * firm['quick'] / firm['pass']:.0f} % 处相交。"
    )
    return picture(376, "怀疑要有几成把握，停线才划算", description, parts)


FIGURES = {"two-books.svg": two_books, "stop-break-even.svg": break_even}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    own, firm = leader(), company()
    needed = own["stop"] / (SEEN * TRACED)
    hidden = 0.05 * needed
    return [
        f"$60\\times 45/60={lost(STOP):.0f}$ 件",
        f"$480\\times 22={spaced(DAILY * DAYS)}$ 件",
        f"{own['missed']:.3f} 个百分点",
        f"{own['stop']:.0f} 元",
        f"0.30\\times 0.50\\times 300={own['pass']:.0f}$ 元",
        f"45\\times 80={spaced(firm['stop'])}$ 元",
        f"4\\times(0.30\\times 180+0.70\\times 2600)={spaced(firm['pass'])}$ 元",
        f"{spaced(needed)} 元",
        f"{hidden:.0f} 元",
        f"3600/7496\\approx {100 * firm['stop'] / firm['pass']:.0f}",
        f"1200/7496\\approx {100 * firm['quick'] / firm['pass']:.0f}",
    ]


KEYS = {"cqoc-05-002": 100 * 900 / (5 * (0.4 * 100 + 0.6 * 900))}
