"""What a parametric item draws, and which tolerances let a wrong method pass."""

from collections import Counter
from fractions import Fraction
from itertools import product

from drawing import BLUE, GREEN, GREY, INK, ORANGE, arrow, box, path, picture, spaced, text

PRODUCTS, HOURS, FAILURES = (50, 90, 120), range(200, 1001, 200), (2, 3, 4)
DRAWN = list(product(PRODUCTS, HOURS, FAILURES))
ANSWERS = Counter(Fraction(n * hours, r) for n, hours, r in DRAWN)


def let_pass(tolerance: Fraction) -> int:
    """Count the draws at which leaving out the failed ones still counts as right."""
    return sum(Fraction(r, n) <= tolerance for n, _, r in DRAWN)


def numbers() -> list[str]:
    """What the lesson prints."""
    refused = sum(count for answer, count in ANSWERS.items() if answer > 40_000)
    same = sum(count * count for count in ANSWERS.values()) / len(DRAWN) ** 2
    most = max(ANSWERS, key=lambda answer: (ANSWERS[answer], -answer))
    return [
        f"3\\times 5\\times 3={len(DRAWN)}$ 组",
        f"其中 {refused} 组的答案超过",
        f"剩 {len(DRAWN) - refused} 组",
        f"{len(DRAWN)} 组数只给出 {len(ANSWERS)} 个不同的答案",
        f"例如 {spaced(float(most))} h 有 {ANSWERS[most]} 组",
        f"机会约 {100 * same:.1f} %，不是 1/45 的 {100 / 45:.1f} %",
        *(f"| {each} % | {let_pass(Fraction(each, 100))} |" for each in (5, 3, 2, 1)),
        f"约有 {600 * 7 // 40} 题有毛病",
    ]


def item_life() -> str:
    """Draw the states of an item and who moves it from one to the next."""
    parts = [
        box(24, 90, 132, 64, ["草稿", "自动保存"], colour=INK),
        box(212, 90, 132, 64, ["审核中", "版本已定"], colour=ORANGE),
        box(400, 90, 132, 64, ["已审定", "会被抽进试卷"], colour=GREEN),
        box(588, 90, 108, 64, ["停用", "不再抽取"], colour=GREY),
        arrow(156, 122, 212, 122),
        arrow(344, 122, 400, 122),
        arrow(532, 122, 588, 122),
        text(184, 78, "提交审核", anchor="middle", colour=BLUE),
        text(372, 78, "审定", anchor="middle", colour=BLUE),
        text(560, 78, "停用", anchor="middle", colour=BLUE),
        path("278,154 278,190 110,190"),
        arrow(110, 190, 110, 156),
        text(196, 212, "退回，写明原因", anchor="middle", colour=BLUE),
        path("466,154 466,240 60,240"),
        arrow(60, 240, 60, 156),
        text(270, 262, "修订：另起一版，审定以前仍抽原来的", anchor="middle", colour=BLUE),
        text(24, 34, "命题者", colour=INK),
        text(212, 34, "审题的人，没有写过这一版", colour=INK),
        text(588, 34, "题库管理", colour=INK),
    ]
    description = (
        "草稿由命题者提交审核成为审核中，由没有写过这一版的人审定成为已审定，题库管理可以停用。"
        "审核中可以退回草稿并写明原因；已审定的可以修订，另起一版草稿。"
    )
    return picture(282, "试题的四个状态", description, parts)


FIGURES = {"item-life.svg": item_life}
KEYS = {"fst-02-002": 100 * (1 - (80 - 2) / 80)}
