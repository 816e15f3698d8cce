"""Four organisations ranked by three rules."""

from fractions import Fraction
from typing import NamedTuple

from drawing import BLUE, GREEN, GREY, INK, ORANGE, box, picture, text

LEAST = 30


class Unit(NamedTuple):
    """An organisation: who took part, their points together, the declared number of staff."""

    name: str
    participants: int
    points: int
    headcount: int | None


UNITS = (
    Unit("甲", 640, 54_336, 1_200),
    Unit("乙", 199, 17_114, 200),
    Unit("丙", 45, 3_915, None),
    Unit("丁", 12, 1_128, 12),
)


def mean(unit: Unit) -> Fraction:
    """Return the mean in hundredths, rounded half up."""
    return Fraction(int(Fraction(100 * unit.points, unit.participants) + Fraction(1, 2)), 100)


def coverage(unit: Unit) -> int | None:
    """Return the coverage in tenths of a percent, cut."""
    return min(1000, 1000 * unit.participants // unit.headcount) if unit.headcount else None


def board(by: str) -> list[str]:
    """Return the names of the ranked, best first."""
    ranked = [unit for unit in UNITS if unit.participants >= LEAST]
    if by == "平均分":
        ranked.sort(key=lambda unit: (-mean(unit), -unit.participants))
    elif by == "参赛率":
        ranked = [unit for unit in ranked if unit.headcount]
        ranked.sort(key=lambda unit: (-(coverage(unit) or 0), -mean(unit)))
    else:
        ranked.sort(key=lambda unit: (-unit.participants, -mean(unit)))
    return [unit.name for unit in ranked]


RULES = ("平均分", "参赛率", "参加人数")


def numbers() -> list[str]:
    """What the lesson prints."""
    rows = []
    for by in RULES:
        first = board(by)
        rest = "、".join(unit.name for unit in UNITS if unit.name not in first)
        places = [*first, "—", "—"][:3]
        rows.append(f"| {by} | {' | '.join(places)} | {rest} |")
    return [
        *rows,
        "，".join(f"{unit.name} {float(mean(unit)):.2f}" for unit in UNITS),
        f"640/1\\,200={(coverage(UNITS[0]) or 0) / 10}\\,\\%",
        f"199/200={(coverage(UNITS[1]) or 0) / 10}\\,\\%",
        f"就成了 {1000 * 640 // 2_100 / 10} %",
        f"由 {1000 * 493 // 5_200 / 10} % 变为 {1000 * 493 // 520 / 10} %",
    ]


def three_boards() -> str:
    """Draw the three boards side by side, each organisation in its own colour."""
    colours = {"甲": BLUE, "乙": ORANGE, "丙": GREEN, "丁": GREY}
    facts = {
        "平均分": {unit.name: f"{float(mean(unit)):.2f} 分" for unit in UNITS},
        "参赛率": {
            unit.name: f"{(coverage(unit) or 0) / 10} %" if unit.headcount else "没有申报"
            for unit in UNITS
        },
        "参加人数": {unit.name: f"{unit.participants} 人" for unit in UNITS},
    }
    parts = [
        text(60, 40, "名次", anchor="end", colour=GREY),
        *(text(60, 92 + 72 * at, f"第 {at + 1}", anchor="end") for at in range(3)),
        text(60, 312, "不排名", anchor="end", colour=GREY),
    ]
    for column, by in enumerate(RULES):
        left = 90 + column * 206
        parts.append(text(left + 92, 40, f"按{by}", anchor="middle", colour=INK))
        first = board(by)
        for at, name in enumerate(first):
            lines = [f"{name}　{facts[by][name]}"]
            parts.append(box(left, 60 + 72 * at, 184, 52, lines, colour=colours[name]))
        rest = [unit.name for unit in UNITS if unit.name not in first]
        words = "、".join(f"{name}（{facts[by][name]}）" for name in rest)
        parts.append(text(left + 92, 312, words, anchor="middle", colour=GREY))
    description = "三列依次为按平均分、参赛率、参加人数排的单位榜。" + "；".join(
        f"按{by}依次为{'、'.join(board(by))}" for by in RULES
    )
    return picture(336, "同四家单位，三种规则", description + "。丁不满 30 人，一律不排名。", parts)


FIGURES = {"three-boards.svg": three_boards}
KEYS = {"fst-03-001": 1000 * 575 // 860 / 10}
