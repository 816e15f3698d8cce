"""What the lesson on recall says of three hot heaters: waiting, deciding, finishing."""

from math import exp
from typing import NamedTuple

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    arrow,
    box,
    dot,
    picture,
    spaced,
    text,
    thin,
)

EVENTS, DAYS, IN_USE, BATCH_SHARE = 3, 20, 2400, 0.25
UPPER = 7.754  # half of the 95 % quantile of chi-square with 8 degrees of freedom
WAITING, REAL, HARMFUL = 7, 0.7, 0.2
EVENT_COST = 0.80 * 2 + 0.18 * 30 + 0.02 * 400  # 10 000 yuan
UNITS, SOLD, EACH, WAN = 3500, 12_000, 66, 10_000
STOPPING, WARNING = 8.4, 1.5
DAILY_SALES = 300
DONE, REACHED = 2170, 700
UNREACHED = UNITS - DONE - REACHED
STILL_USED = 0.8


def rate() -> float:
    """Return the events a unit and day in the batch."""
    return EVENTS / (IN_USE * DAYS)


def expected() -> float:
    """Return the events expected while one waits."""
    return rate() * IN_USE * WAITING


def recall(units: float = UNITS) -> float:
    """Return what a recall costs, in 10 000 yuan."""
    return units * EACH / WAN


class Way(NamedTuple):
    """A way to act: its name, what it costs anyhow, and what it leaves of the use."""

    name: str
    anyhow: float
    left: float
    extra: float  # what it costs besides if the defect is real

    def if_real(self) -> float:
        """Return the whole cost if the defect is real."""
        return self.anyhow + self.extra + expected() * self.left * EVENT_COST

    def mean(self) -> float:
        """Return the expected cost."""
        return REAL * self.if_real() + (1 - REAL) * self.anyhow

    def injury(self) -> float:
        """Return the chance that somebody is hurt in the week."""
        return REAL * (1 - exp(-expected() * self.left * HARMFUL))


MORE = recall(UNITS + DAILY_SALES * WAITING * BATCH_SHARE)
WAYS = (
    Way("照常销售，等试验", 0, 1, MORE),
    Way("停售警示，同时试验", STOPPING + WARNING, 0.4, recall()),
    Way("立即召回", STOPPING + recall(), 0.25, 0),
)


def even() -> float:
    """Return the chance of a defect at which selling on and stopping cost the same."""
    selling, stopping, _ = WAYS
    return stopping.anyhow / (selling.if_real() - (stopping.if_real() - stopping.anyhow))


def interval(left: float) -> float:
    """Return the days from one event to the next with so many units not yet made safe."""
    return 1 / (left * STILL_USED * rate())


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    more = REACHED * 0.6 + UNREACHED * 0.5 * 0.8
    upper = expected() * UPPER / EVENTS
    return [
        f"{BATCH_SHARE**EVENTS * 100:.1f} %",
        f"={expected():.2f}",
        f"{upper:.2f} 起",
        f"{(1 - exp(-expected())) * 100:.0f} %",
        f"{(1 - exp(-upper)) * 100:.0f} %",
        f"={EVENT_COST:.1f}",
        *(
            f"| {way.name} | {way.if_real():.1f} | {way.anyhow:.1f} | {way.mean():.1f} | "
            f"{way.injury() * 100:.1f} % |"
            for way in WAYS
        ),
        f"{WAYS[1].mean() - WAYS[0].mean():.1f} 万元",
        f"{even():.2f}",
        f"{recall():.1f} 万元",
        f"{recall(SOLD):.1f} 万元",
        f"{spaced(UNITS - DONE)} 台",
        f"{interval(UNITS - DONE):.0f} 天",
        f"{spaced(DONE + more)} 台",
        f"{(DONE + more) / UNITS * 100:.0f} %",
        f"{interval(UNITS - DONE - more):.0f} 天",
    ]


def tree() -> str:
    """The decision tree of the first night, with money and with people."""
    parts = [
        text(596, 30, "期望费用", anchor="end"),
        text(596, 52, "万元", anchor="end", colour=GREY),
        text(704, 30, "一周内伤人", anchor="end"),
        text(704, 52, "的概率", anchor="end", colour=GREY),
        f'<rect x="20" y="196" width="28" height="28" fill="#ffffff" stroke="{INK}" stroke-width="2.4"/>',
    ]
    for at, (way, colour) in enumerate(zip(WAYS, (ORANGE, BLUE, GREEN), strict=True)):
        y = 110 + 100 * at
        parts += [
            arrow(48, 210, 84, y + (3 if at == 1 else 0), colour=colour),
            box(84, y - 24, 168, 48, (way.name,), colour=colour),
            thin(252, y, 280, y, dash="none"),
            dot(288, y, colour, radius=9, is_hollow=True),
            thin(296, y - 4, 330, y - 24, dash="none"),
            thin(296, y + 4, 330, y + 24, dash="none"),
            text(336, y - 19, f"有缺陷 {REAL:.1f}：{way.if_real():.1f}"),
            text(336, y + 30, f"没有 {1 - REAL:.1f}：{way.anyhow:.1f}"),
            text(596, y + 6, f"{way.mean():.1f}", anchor="end", colour=colour),
            text(704, y + 6, f"{way.injury() * 100:.1f} %", anchor="end", colour=colour),
        ]
    parts.append(
        text(360, 386, "方框由我们选择，圆圈由事实决定；两栏不能合成一栏", anchor="middle", colour=GREY)
    )  # fmt: skip
    told = "；".join(
        f"{way.name}，期望费用 {way.mean():.1f} 万元，伤人概率 {way.injury() * 100:.1f} %"
        for way in WAYS
    )
    return picture(
        404,
        "第一夜的决策树",
        f"由方框引出三条路，每条经过一个圆圈分为有缺陷和没有。{told}。",
        parts,
    )


def timeline() -> str:
    """What has to be done in the first 48 hours."""
    steps = (
        ("0～4 小时", ("核实伤害，联系用户", "停发停装，冻结库存", "召集处置小组"), ORANGE),
        ("4～12 小时", ("查批次与流向", "取回实物，保存证据", "说得出最大范围"), BLUE),
        ("12～24 小时", ("停售、警示的决定", "统一口径与发言人", "告知销售者停售"), PURPLE),
        ("24～48 小时", ("依法报告", "试验有初步结果", "召回方案定稿"), GREEN),
    )
    parts = [arrow(24, 60, 700, 60)]
    for at, (hours, lines, colour) in enumerate(steps):
        x = 20 + 172 * at
        parts += [
            dot(x + 82, 60, colour),
            text(x + 82, 40, hours, anchor="middle", colour=colour),
            box(x, 84, 164, 112, ("先做完：", *lines), colour=colour),
        ]
    parts.append(
        text(360, 226, "法定时限按所属制度计算，短于本图的从其规定", anchor="middle", colour=GREY)
    )
    description = "一条时间轴分为四段，每段下面列出应当先做完的三件事：遏制与核实，追溯与取证，决定与口径，报告与方案。"
    return picture(244, "头 48 小时", description, parts)


FIGURES = {"recall-tree.svg": tree, "first-hours.svg": timeline}
KEYS = {
    "cqoc-13-001": (1 - exp(-4 / 30 * 10)) * 100,
    "cqoc-13-003": (5000 - 3900) * 0.7 * 4e-5 * 30,
    "cqoc-13-005": 6 / 15 * 100,
}
