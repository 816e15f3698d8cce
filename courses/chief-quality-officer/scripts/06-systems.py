"""How much two audits have not found, and where a self-assessment and the assessors part."""

from drawing import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, arrow, box, dot, picture, text

FIRST, SECOND, BOTH = 24, 18, 9
POINTS = {
    "领导": 110,
    "战略": 90,
    "顾客与市场": 90,
    "资源": 130,
    "过程管理": 100,
    "测量、分析与改进": 80,
    "结果": 400,
}
OWN = (55, 45, 50, 50, 60, 40, 35)
THEIRS = (45, 35, 45, 45, 50, 30, 25)


def total() -> float:
    """Return how many nonconformities there are, by the overlap of two independent audits."""
    return FIRST * SECOND / BOTH


def scores(shares: tuple[int, ...]) -> list[float]:
    """Return the points of the seven categories."""
    return [point * share / 100 for point, share in zip(POINTS.values(), shares, strict=True)]


def excellence_model() -> str:
    """The seven categories with their points, the two triangles and what joins them."""
    parts = [
        box(24, 20, 672, 40, ("组织概述：环境、关系与挑战",), colour=GREY),
        box(34, 146, 120, 66, ("领导", "110"), colour=BLUE),
        box(196, 86, 130, 66, ("战略", "90"), colour=BLUE),
        box(196, 206, 130, 66, ("顾客与市场", "90"), colour=BLUE),
        box(394, 86, 130, 66, ("资源", "130"), colour=GREEN),
        box(394, 206, 130, 66, ("过程管理", "100"), colour=GREEN),
        box(566, 146, 120, 66, ("结果", "400"), colour=ORANGE),
        box(24, 306, 672, 48, ("测量、分析与改进　80",), colour=PURPLE),
        arrow(154, 164, 194, 132, colour=BLUE),
        arrow(154, 196, 194, 226, colour=BLUE),
        arrow(261, 154, 261, 204, colour=BLUE),
        arrow(524, 130, 564, 164, colour=GREEN),
        arrow(524, 230, 564, 196, colour=GREEN),
        arrow(459, 154, 459, 204, colour=GREEN),
        arrow(330, 179, 390, 179, colour=INK),
        text(360, 168, "驱动", anchor="middle", colour=GREY),
        arrow(94, 304, 94, 216, colour=PURPLE),
        arrow(626, 214, 626, 302, colour=PURPLE),
        text(
            360,
            382,
            "左边决定做什么，右边做出来；下面一条把结果带回左边。合计 1 000 分",
            anchor="middle",
        ),
    ]
    description = (
        "上方是组织概述。左边三角：领导 110 分、战略 90 分、顾客与市场 90 分；右边三角：资源 130 分、过程管理 100 分、"
        "结果 400 分；左边驱动右边。下方测量、分析与改进 80 分贯通，把结果带回领导。合计 1 000 分。"
    )
    return picture(400, "卓越绩效评价准则的框架与分值", description, parts)


def two_audits() -> str:
    """What each audit found, what both found, and what neither did."""
    hidden = round(total()) - FIRST - SECOND + BOTH
    parts = [
        '<rect x="40" y="24" width="640" height="270" rx="8" fill="#f7f9fb" stroke="#52606d" stroke-width="1.5"/>',
        '<circle cx="270" cy="158" r="110" fill="#14589c" fill-opacity="0.14" stroke="#14589c" stroke-width="2.2"/>',
        '<circle cx="400" cy="158" r="98" fill="#a8430a" fill-opacity="0.14" stroke="#a8430a" stroke-width="2.2"/>',
        text(218, 154, "只有内审", anchor="middle", colour=BLUE),
        text(218, 180, str(FIRST - BOTH), anchor="middle"),
        text(341, 154, "都查到", anchor="middle"),
        text(341, 180, str(BOTH), anchor="middle"),
        text(442, 154, "只有交叉", anchor="middle", colour=ORANGE),
        text(442, 180, str(SECOND - BOTH), anchor="middle"),
        text(596, 154, "都没有查到", anchor="middle", colour=GREY),
        text(596, 180, f"估计 {hidden}", anchor="middle", colour=GREY),
        *(
            dot(548 + 24 * (at % 5), 208 + 24 * (at // 5), GREY, is_hollow=True)
            for at in range(hidden)
        ),
        text(360, 322, f"估计共有 {FIRST}×{SECOND}÷{BOTH}＝{total():.0f} 项", anchor="middle"),
    ]
    description = (
        f"方框表示全部不符合。两个相交的圆：内审查到 {FIRST} 项，交叉审核查到 {SECOND} 项，都查到的 {BOTH} 项；"
        f"圆外的空心点是估计都没有查到的 {hidden} 项，共 {total():.0f} 项。"
    )
    return picture(340, "两次审核的重合与没有查到的", description, parts)


FIGURES = {"excellence-model.svg": excellence_model, "two-audits.svg": two_audits}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    found = FIRST + SECOND - BOTH
    own, theirs = scores(OWN), scores(THEIRS)
    rows = zip(POINTS.items(), OWN, THEIRS, own, theirs, strict=True)
    return [
        f"\\frac{{24\\times 18}}{{9}}={total():.0f}$",
        f"{FIRST}+{SECOND}-{BOTH}={found}$",
        f"还有 {total() - found:.0f} 项",
        f"9/18={BOTH / SECOND:.0%}".replace("%", "\\%"),
        f"{(FIRST + 1) * (SECOND + 1) / (BOTH + 1) - 1:.1f}",
        *(
            f"| {name} | {point} | {a} % | {x:g} | {b} % | {y:g} |"
            for (name, point), a, b, x, y in rows
        ),
        f"| 合计 | 1 000 | | {sum(own):g} | | {sum(theirs):g} |",
        f"相差 {sum(own) - sum(theirs):g} 分",
        f"{own[-1] - theirs[-1]:g} 分",
    ]


KEYS = {"cqoc-06-001": 20 * 15 / 6}
