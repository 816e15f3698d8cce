"""What a flag of the release test is worth, and what three ways of using a veto cost."""

from drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, arrow, box, picture, spaced, text, thin

BAD, FOUND, FALSE = 0.02, 0.95, 0.04
STOPPED, DELAYED, ESCAPED = 6_000, 90_000, 1_500_000


def bad_given(flags: str) -> float:
    """Return the chance that a lot is bad after results: `+` a flag, `-` none."""
    bad, good = BAD, 1 - BAD
    for flag in flags:
        bad *= FOUND if flag == "+" else 1 - FOUND
        good *= FALSE if flag == "+" else 1 - FALSE
    return bad / (bad + good)


def costs() -> dict[str, float]:
    """Return the mean cost of a flagged lot by three rules."""
    bad = bad_given("+")
    wrong, missed = (1 - bad) * FALSE, bad * (1 - FOUND)
    return {
        "veto": (1 - bad) * DELAYED,
        "release": bad * ESCAPED,
        "retest": STOPPED + wrong * DELAYED + missed * ESCAPED,
        "wrong": wrong,
        "missed": missed,
    }


def powers() -> str:
    """Who appoints the officer, whom the officer reports to, and what goes to the departments."""
    parts = [
        box(250, 20, 220, 56, ("董事会", "批准章程与任命"), colour=PURPLE),
        box(250, 124, 220, 56, ("总经理（主要负责人）", "授权、最后裁决"), colour=BLUE),
        box(230, 236, 260, 74, ("首席质量官", "统筹、否决、调查", "资源与任免建议"), colour=ORANGE),
        *(
            box(left, 384, 152, 54, words)
            for left, words in (
                (20, ("研发、采购", "过程所有者")),
                (196, ("制造、服务", "过程所有者")),
                (372, ("各厂质量经理", "双线考核")),
                (548, ("检验、实验室", "独立判定")),
            )
        ),
        arrow(360, 76, 360, 124, colour=PURPLE),
        arrow(330, 180, 330, 236, colour=BLUE),
        arrow(400, 236, 400, 180, colour=ORANGE),
        text(318, 214, "授权书", anchor="end", colour=BLUE),
        text(412, 214, "每月一页，急事当日", colour=ORANGE),
        '<polyline points="490,262 600,262 600,48 481,48" fill="none" stroke="#a8430a" stroke-width="2" stroke-dasharray="8 5"/>',
        arrow(490, 48, 472, 48, colour=ORANGE),
        text(610, 150, "安全事项", colour=ORANGE),
        text(610, 172, "可直达", colour=ORANGE),
        *(arrow(360, 310, left, 382, colour=GREY) for left in (110, 280, 440, 610)),
        text(96, 344, "共同目标", anchor="end", colour=GREY),
        text(700, 344, "业务领导", anchor="end", colour=GREY),
        thin(20, 462, 700, 462),
        text(
            360, 488, "过程的质量由过程所有者负责；首席质量官对“有没有人负责”负责", anchor="middle"
        ),
    ]
    description = (
        "董事会批准章程与任命；总经理向首席质量官授权，首席质量官每月向总经理报告，急事当日报告，安全事项可以直达"
        "董事会。首席质量官向下以共同目标联系研发、采购、制造、服务，对各厂质量经理双线考核，对检验和实验室作业务领导。"
    )
    return picture(508, "首席质量官的授权、报告与协调关系", description, parts)


def veto_tree() -> str:
    """A flagged lot is stopped, tested again and then vetoed or set free."""
    first, twice, cleared = (100 * bad_given(each) for each in ("+", "++", "+-"))
    parts = [
        box(24, 116, 150, 76, ("一次报警", f"真不合格 {first:.1f} %"), colour=ORANGE),
        arrow(174, 154, 226, 154),
        box(228, 116, 150, 76, ("暂停，隔离", "另组独立复检"), colour=BLUE),
        arrow(378, 140, 448, 76),
        arrow(378, 168, 448, 234),
        box(450, 34, 246, 76, ("复检仍报警", f"真不合格 {twice:.1f} %"), colour=ORANGE),
        box(450, 198, 246, 76, ("复检未报警", f"真不合格仍有 {cleared:.1f} %"), colour=GREEN),
        text(573, 134, "书面否决，启动调查", anchor="middle", colour=ORANGE),
        text(573, 298, "一般特性：解除并查误报", anchor="middle", colour=GREEN),
        text(573, 322, "安全特性：不解除，查清再定", anchor="middle", colour=ORANGE),
    ]
    description = (
        f"报警一次，该批真不合格的概率为 {first:.1f} %；暂停并独立复检，仍报警的升到 {twice:.1f} %，书面否决；"
        f"未报警的降到 {cleared:.1f} %，一般特性解除，安全特性查清再定。"
    )
    return picture(344, "从暂停到否决的两步", description, parts)


FIGURES = {"cqo-powers.svg": powers, "veto-tree.svg": veto_tree}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    each = costs()
    bad = bad_given("+")
    return [
        f"={bad:.4f}$",
        f"{100 * bad_given('++'):.1f} %",
        f"{100 * bad_given('+-'):.1f} %",
        f"{1 - bad:.4f}\\times 90000$ | {spaced(round(each['veto'], -2))}",
        f"{bad:.4f}\\times 1500000$ | {spaced(round(each['release'], -2))}",
        f"| {spaced(round(each['retest'], -2))} |",
        f"{100 * each['missed']:.1f} %",
        f"{100 * each['wrong']:.1f} %",
        f"约 {spaced(round(each['wrong'] * DELAYED, -2))} 元",
        f"约 {spaced(round(each['missed'] * ESCAPED, -2))} 元",
    ]


KEYS = {"cqoc-03-002": 100 * 0.05 * 0.9 / (0.05 * 0.9 + 0.95 * 0.1)}
