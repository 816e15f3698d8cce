"""A year of supervised spot checks: what a share of bad lots means, and what capability it asks."""

from math import ceil, log
from statistics import NormalDist

from drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    Axes,
    arrow,
    box,
    dot,
    picture,
    spaced,
    text,
    thin,
)

LOTS, CHARACTERISTICS = 8, 5
TRIED, FAILED = 250, 10
ACCEPTED = 0.05
NORMAL = NormalDist()


def hit(share: float, checks: int) -> float:
    """Return the chance of at least one failure in so many independent checks."""
    return 1 - (1 - share) ** checks


def share_for(chance: float, checks: int) -> float:
    """Return the share of failures a check may have for a given chance in the year."""
    return 1 - (1 - chance) ** (1 / checks)


def capability(share: float) -> float:
    """Return the one-sided index of a normal characteristic beyond whose limit a share lies."""
    return NORMAL.inv_cdf(1 - share) / 3


def spot_checks() -> str:
    """The chance of at least one failed check in a year, for three numbers of checks."""
    axes = Axes(90, 660, 40, 330, 0, 6, 0, 70)
    lines = ((16, PURPLE, "3 6"), (8, BLUE, ""), (4, GREEN, "9 5"))
    now, wanted = FAILED / TRIED * 100, share_for(ACCEPTED, LOTS) * 100
    parts = [
        *(thin(90, axes.y(level), 660, axes.y(level)) for level in range(10, 71, 10)),
        axes.frame(),
        *(
            axes.curve([(x / 20, 100 * hit(x / 2000, lots)) for x in range(121)], colour, dash)
            for lots, colour, dash in lines
        ),
        *(
            text(650, axes.y(100 * hit(0.06, lots)) - 10, f"{lots} 批", anchor="end", colour=colour)
            for lots, colour, _ in lines
        ),
        *(text(80, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 71, 10)),
        *(text(axes.x(share), 353, str(share), anchor="middle") for share in range(7)),
        text(90, 26, "一年中至少一批不合格的概率 / %"),
        text(660, 380, "每批不合格的概率 / %", anchor="end"),
        dot(axes.x(now), axes.y(100 * hit(now / 100, LOTS)), ORANGE),
        text(axes.x(now) + 12, axes.y(100 * hit(now / 100, LOTS)) + 24, "现状", colour=ORANGE),
        dot(axes.x(wanted), axes.y(5), ORANGE, is_hollow=True),
        thin(axes.x(wanted), axes.y(5) - 8, axes.x(wanted), axes.y(14)),
        text(axes.x(wanted), axes.y(14.6), "目标", anchor="middle", colour=ORANGE),
    ]
    description = (
        "横轴为每批不合格的概率，0 到 6 %；纵轴为一年中至少有一批不合格的概率。三条线由下到上为一年抽 "
        f"4 批、8 批、16 批。8 批的线在 4 % 处为 {100 * hit(0.04, 8):.1f} %，要降到 5 %，"
        f"每批只能有 {wanted:.2f} %。"
    )
    return picture(396, "每批不合格的概率与一年中被抽到不合格的概率", description, parts)


def policy_map() -> str:
    """What the state sets, by which means it reaches a firm, and what the firm has to answer with."""
    rows = (
        (BLUE, "底线", ("法律、强制性标准", "许可、认证、监督抽查"), ("职责到人，关键特性有裕量", "查不到也要合格")),
        (GREEN, "台阶", ("标准、计量、检验检测", "认证认可等基础设施"), ("借公共平台补能力", "参与标准，量值可信")),
        (ORANGE, "高线", ("质量奖、质量月", "品牌培育、质量分级"), ("自评找差距，攻关见成效", "奖是结果，不是目标")),
    )  # fmt: skip
    parts = [
        text(24, 36, "国家用什么推动", colour=GREY),
        text(420, 36, "企业用什么回答", colour=GREY),
    ]
    for at, (colour, name, means, answer) in enumerate(rows):
        top = 54 + at * 96
        parts += [
            box(24, top, 76, 76, (name,), colour=colour),
            box(112, top, 220, 76, means),
            arrow(340, top + 38, 410, top + 38, colour=colour),
            box(420, top, 276, 76, answer),
        ]
    parts.append(
        text(360, 366, "越往下越靠企业自愿；上一行没有做到，下一行不算数", anchor="middle")
    )
    description = (
        "三行。底线：法律、强制性标准、许可、认证和监督抽查，企业以职责到人、关键特性有裕量回答。台阶：标准、"
        "计量、检验检测、认证认可，企业借公共平台补能力、参与标准。高线：质量奖、质量月、品牌培育、质量分级，"
        "企业以自评和攻关回答。"
    )
    return picture(386, "政策的三种推动与企业的回答", description, parts)


FIGURES = {"spot-checks.svg": spot_checks, "policy-map.svg": policy_map}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    now = FAILED / TRIED
    wanted = share_for(ACCEPTED, LOTS)
    chances = LOTS * CHARACTERISTICS
    each_now, each_wanted = share_for(now, CHARACTERISTICS), share_for(ACCEPTED, chances)
    proof = ceil(log(0.1) / log(1 - wanted))
    strong = hit(1 - NORMAL.cdf(3 * 1.33), chances)
    return [
        f"{FAILED}/{TRIED}={now:.2f}",
        f"1-0.96^8={hit(now, LOTS):.3f}",
        f"1-0.95^{{1/8}}={wanted:.4f}",
        f"{proof} 批全部合格",
        f"1-0.96^{{1/5}}={each_now:.5f}",
        f"1-0.95^{{1/40}}={each_wanted:.5f}",
        f"{NORMAL.inv_cdf(1 - each_now):.2f}/3\\approx {capability(each_now):.2f}",
        f"{NORMAL.inv_cdf(1 - each_wanted):.2f}/3\\approx {capability(each_wanted):.2f}",
        f"约 {100 * strong:.2f} %",
        f"{spaced(proof / LOTS)} 年",
        f"每 {1 / hit(now, LOTS):.1f} 年一次",
    ]


KEYS = {"cqoc-01-002": 100 * hit(0.025, 12)}
