"""The year of the water purifiers: every figure of the capstone from one set of data."""

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

WAN = 10_000
OUTPUT, REPAIR = 300_000, 875  # units a year; yuan of external cost a repair
LAST_YEAR = {"预防": 168, "鉴定": 420, "内部损失": 672, "外部损失": 1260}
LAST_SALES = 42_000
REPAIRS = {"接头渗漏": 5760, "泵故障": 3168, "电磁阀": 2160, "显示板": 1440, "其他": 1872}
# production month → units, and leaks within 60 days of sale
COHORTS = {
    "10": (24_000, 48), "11": (25_000, 51), "12": (26_000, 52), "1": (25_000, 103),
    "2": (22_000, 92), "3": (34_000, 140), "4": (36_000, 151), "5": (26_000, 107),
    "6": (26_000, 53), "7": (25_000, 50), "8": (24_000, 20), "9": (26_000, 21),
}  # fmt: skip
MONTHS = ("11", "12", "1", "2", "3", "4")
SALES = (24_000, 26_000, 25_000, 22_000, 34_000, 36_000)
LEAKS = (480, 490, 485, 495, 530, 565)
SAVED = 2.4  # yuan a unit by the other seal
STOCK = 12_000
LATER = (3, 51, 84, 65, 30)  # cost of the other seal in the quarters from the first on
RECALL_UNITS, RECALL_EACH = 18_000, 60
QUARTERS = {
    "预防": (42, 95, 88, 70),
    "鉴定": (105, 108, 112, 110),
    "内部损失": (170, 172, 160, 140),
    "外部损失": (318, 366, 507, 352),
}
TURNOVER = (11_000, 10_400, 10_600, 11_400)
COLOURS = {"预防": BLUE, "鉴定": GREEN, "内部损失": PURPLE, "外部损失": ORANGE}


def share(*months: str) -> float:
    """Return the share that leaked within 60 days, over some production months."""
    units = sum(COHORTS[month][0] for month in months)
    return sum(COHORTS[month][1] for month in months) / units


BEFORE, DURING, AFTER = ("10", "11", "12"), ("1", "2"), ("8", "9")


def factor() -> float:
    """Return how many times as often the units with the other seal leak."""
    return share(*DURING) / share(*BEFORE)


def more() -> float:
    """Return the share of units that leak besides in their first year."""
    return REPAIRS["接头渗漏"] / OUTPUT * (factor() - 1)


def fitted() -> int:
    """Return the units made with the other seal, January to May."""
    return sum(COHORTS[month][0] for month in ("1", "2", "3", "4", "5"))


def locked_in() -> float:
    """Return what the units already sold will cost more, in 10 000 yuan."""
    return (fitted() - STOCK) * more() * REPAIR / WAN


def year_more() -> float:
    """Return what a whole year of the other seal would cost, in 10 000 yuan."""
    return OUTPUT * more() * REPAIR / WAN


def totals() -> list[int]:
    """Return the quality costs of the four quarters."""
    return [sum(column) for column in zip(*QUARTERS.values(), strict=True)]


def choices() -> list[str]:
    """Return the rows of what may be done in January."""
    rows = []
    for name, kind, cut, once, yearly in (
        ("加强出厂检验", None, 0.10, 0, 120),
        ("接头渗漏项目", "接头渗漏", 0.60, 90, 0),
        ("帮助泵供方", "泵故障", 0.50, 60, 0),
    ):
        fewer = (REPAIRS[kind] if kind else sum(REPAIRS.values())) * cut
        gain = fewer * REPAIR / WAN
        rows.append(
            f"| {name} | {once} | {yearly} | {spaced(fewer)} | {gain:.1f} | {gain - yearly:.1f} |"
        )
    return rows


def forecast() -> float:
    """Return next year's external cost if the leaks and the pump hold, in 10 000 yuan."""
    leaks = REPAIRS["接头渗漏"] * 0.6 * REPAIR / WAN
    pumps = REPAIRS["泵故障"] * 0.5 * REPAIR / WAN
    return LAST_YEAR["外部损失"] - leaks - pumps + LATER[-1]


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    recall = RECALL_UNITS * RECALL_EACH / WAN
    year, turnover = sum(totals()), sum(TURNOVER)
    own = recall + sum(LATER[:4])
    next_year = 280 + 435 + 600 + forecast()
    rows = [
        f"| {name} | {' | '.join(map(str, row))} | {sum(row)} |" for name, row in QUARTERS.items()
    ]
    return [
        *rows,
        f"| 合计 | {' | '.join(map(str, totals()))} | {spaced(year)} |",
        *(f"{cost / sold * 100:.1f} %" for cost, sold in zip(totals(), TURNOVER, strict=True)),
        *choices(),
        *(f"{leaks / sold * 100:.2f} %" for leaks, sold in zip(LEAKS, SALES, strict=True)),
        *(f"{share(*months) * 100:.3f} %" for months in (BEFORE, DURING, AFTER)),
        f"{factor():.2f} 倍",
        f"{more() * 100:.2f} %",
        f"{OUTPUT * SAVED / WAN:.0f} 万元",
        f"{year_more():.0f} 万元",
        f"{spaced(fitted() - STOCK)} 台",
        f"{locked_in():.0f} 万元",
        f"{(fitted() - STOCK) * 45 / WAN:.0f} 万元",
        f"{recall:.0f} 万元",
        f"{year / turnover * 100:.2f} %",
        f"{own:.0f} 万元",
        f"{(year - own) / turnover * 100:.1f} %",
        f"{fitted() * SAVED / WAN:.1f} 万元",
        f"{forecast():.0f} 万元",
        f"{spaced(next_year)} 万元",
        f"{next_year / 43_400 * 100:.1f} %",
        f"{sum(LAST_YEAR.values()) / LAST_SALES * 100:.1f} %",
    ]  # fmt: skip


def cohorts() -> str:
    """The board's ratio of the month, and the share of each month's production that leaks."""
    axes = Axes(70, 690, 60, 300, 0.4, 12.6, 0, 0.5)
    board = Axes(70, 690, 60, 300, 0.4, 12.6, 0, 3)
    rates = [(at, share(month) * 100) for at, month in enumerate(COHORTS, start=1)]
    ratios = [
        (at, leaks / sold * 100)
        for at, (leaks, sold) in enumerate(zip(LEAKS, SALES, strict=True), start=2)
    ]
    parts = [
        *(thin(axes.x(at), 60, axes.x(at), 300) for at in (3.5, 8.5, 10.5)),
        axes.frame(),
        board.curve(ratios, GREY, "8 5"),
        axes.curve(rates, ORANGE),
        *(dot(axes.x(at), axes.y(rate), ORANGE, radius=5) for at, rate in rates),
        *(
            text(board.x(at), board.y(ratio) + below, f"{ratio:.2f}", anchor="middle", colour=GREY)
            for (at, ratio), below in zip(ratios, (-10, None, None, 42, None, 24), strict=True)
            if below
        ),
        *(text(axes.x(at), 322, month, anchor="middle") for at, month in enumerate(COHORTS, 1)),
        *(text(62, axes.y(level / 10) + 6, f"0.{level}", anchor="end") for level in (1, 2, 3, 4)),
        text(62, 306, "0", anchor="end"),
        text(70, 30, "售出 60 天内的渗漏率 / %（实线）", colour=ORANGE),
        text(690, 30, "看板 / %：当月返修／当月销量（虚线）", anchor="end", colour=GREY),
        text(690, 350, "生产月份（虚线为日历月份）", anchor="end"),
        text(axes.x(6), 88, "密封圈乙", anchor="middle", colour=INK),
        text(axes.x(2), 88, "密封圈甲", anchor="middle", colour=INK),
        text(axes.x(9.5), 88, "换回甲", anchor="middle", colour=INK),
        text(axes.x(11.6), 88, "新沟槽", anchor="middle", colour=INK),
    ]
    description = (
        f"实线按生产月份：十月到十二月约 {share(*BEFORE) * 100:.2f} %，一月到五月约 {share(*DURING) * 100:.2f} %，"
        f"六、七月回到 0.20 %，八、九月约 {share(*AFTER) * 100:.2f} %。虚线为看板的比值，十一月 2.00 %，到三、四月降到约 1.6 %。"
    )
    return picture(366, "同一件事的两种算法", description, parts)


def quarters() -> str:
    """Quality costs, quarter by quarter."""
    axes = Axes(70, 520, 40, 300, 0, 4, 0, 950)
    parts = [*(thin(70, axes.y(level), 520, axes.y(level)) for level in (300, 600, 900))]
    for at in range(4):
        below = 0
        for name, row in QUARTERS.items():
            top = axes.y(below + row[at])
            height = axes.y(below) - top
            parts.append(
                bar(
                    axes.x(at + 0.2),
                    top,
                    axes.x(at + 0.8) - axes.x(at + 0.2),
                    height,
                    COLOURS[name],
                )
            )
            parts.append(
                f'<text x="{axes.x(at + 0.5)}" y="{top + height / 2 + 6:.1f}" text-anchor="middle" '
                f'fill="#ffffff">{row[at]}</text>'
            )
            below += row[at]
        parts.append(bar(axes.x(at + 0.5) - 18, axes.y(below) - 22, 36, 18, "#ffffff"))
        parts.append(text(axes.x(at + 0.5), axes.y(below) - 8, spaced(below), anchor="middle"))
        parts.append(text(axes.x(at + 0.5), 322, f"{'一二三四'[at]}季度", anchor="middle"))
        parts.append(
            text(
                axes.x(at + 0.5),
                346,
                f"{below / TURNOVER[at] * 100:.1f} %",
                anchor="middle",
                colour=GREY,
            )
        )
    parts += [
        axes.frame(),
        *(text(62, axes.y(level) + 6, str(level), anchor="end") for level in (0, 300, 600, 900)),
        text(70, 26, "质量成本 / 万元"),
        text(532, 346, "占销售收入", colour=GREY),
    ]
    for at, name in enumerate(reversed(QUARTERS)):
        parts.append(bar(548, 100 + 34 * at, 18, 18, COLOURS[name]))
        parts.append(text(576, 115 + 34 * at, name, colour=COLOURS[name]))
    parts.append(text(548, 254, "三季度含召回 108", colour=INK))
    told = "，".join(str(total) for total in totals())
    return picture(
        362, "一年的质量成本", f"四个季度的堆叠柱，合计依次为 {told} 万元；外部损失最大，三季度最高。", parts
    )  # fmt: skip


FIGURES = {"capstone-cohorts.svg": cohorts, "capstone-costs.svg": quarters}
KEYS = {
    "cqoc-14-001": 200_000 * 0.009 * 900 / WAN - 200_000 * 1.8 / WAN,
    "cqoc-14-005": (54 / 15_000) / (36 / 20_000),
}
