"""The course of the reliability engineer: its numbers hold by another route."""

import random
import re
from functools import cache
from itertools import product
from math import comb, exp, log, log1p, prod, sqrt
from pathlib import Path
from statistics import fmean, linear_regression, quantiles

import pytest

from learning.courses.loader import load_courses
from learning.courses.rules import LessonDocument
from learning.question_bank.rules import ItemKind
from tests.shipped import shipped_bank

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "courses" / "reliability-engineer"
BEARINGS = [1080, 1960, 2180, 2890, 3020, 3710, 3850, 4690, 4930, 6380]
HALVES = 1000


@cache
def lessons() -> dict[str, LessonDocument]:
    """Return the lessons of the course by their codes."""
    items = shipped_bank(COURSE.name).items
    (course,) = load_courses([COURSE], {COURSE.name: items})
    return {lesson.code: lesson for lesson in course.lessons}


def plain(text: str) -> str:
    """Take the spaces between groups of digits out, and what LaTeX needs around a number."""
    return re.sub(r"(?<=\d)(?:\\,| )(?=\d)", "", text.replace("$", ""))


def binomial(n: int, least: int, p: float) -> float:
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def poisson_at_most(mean: float, most: int) -> float:
    term, total = exp(-mean), 0.0
    for k in range(most + 1):
        total += term
        term *= mean / (k + 1)
    return total


def fitted(lives: list[float], size: int = 0) -> tuple[float, float]:
    """Shape and characteristic life by the line of ln(-ln(1-F)) on ln t; `size` counts the good too."""
    n = size or len(lives)
    y = [log(-log1p(-(i + 0.7) / (n + 0.4))) for i in range(len(lives))]
    line = linear_regression([log(t) for t in sorted(lives)], y)
    return line.slope, exp(-line.intercept / line.slope)


def most_likely(lives: list[float]) -> tuple[float, float]:
    """Shape and characteristic life of greatest likelihood, by halving an interval."""
    low, high = 0.1, 20.0
    for _ in range(HALVES):
        shape = (low + high) / 2
        powers = [t**shape for t in lives]
        weighted = sum(p * log(t) for p, t in zip(powers, lives, strict=True)) / sum(powers)
        if weighted - 1 / shape - fmean(map(log, lives)) < 0:
            low = shape
        else:
            high = shape
    return shape, fmean(t**shape for t in lives) ** (1 / shape)


def b10(shape: float, scale: float) -> float:
    return scale * (-log(0.9)) ** (1 / shape)


def concepts() -> list[str]:
    failed = [14, 8, 7, 7, 12, 30, 48, 36]
    good = [200 - sum(failed[:i]) for i in range(9)]
    rows = [
        f"| {good[i]} | {x} | {good[i + 1] / 200:.3f} | {x / 10:.2f} "
        f"| {x * 1e4 / (good[i] + good[i + 1]) / 250:.2f} |"
        for i, x in enumerate(failed)
    ]
    hours = sum(good[i] + good[i + 1] for i in (1, 2, 3)) * 250
    middles = sum(x * (500 * i + 250) for i, x in enumerate(failed))
    return [
        *rows,
        f"用梯形法得 {(middles + good[8] * 4000) / 200:.0f} h",
        f"得到 {middles / sum(failed):.0f} h",
        f"22 次故障、{hours} 台时",
        f"\\hat\\lambda={22 / hours * 1e4:.3f}",
        f"约 {round(hours / 22, -2):.0f} h",
        f"e^{{-0.168}}={exp(-22 / hours * 2000):.3f}",
        f"38/164={38 / 164:.3f}",
        f"R(2000)/R(500)={164 / 186:.3f}",
        f"R(3500)/R(500)={74 / 186:.3f}",
        f"46 次维修，得 {120 * 6000 / 46:.0f} h",
        f"9 次断冷，得 {120 * 6000 / 9:.0f} h",
    ]


def distributions() -> list[str]:
    shape, scale = fitted(BEARINGS)
    mean, (likely, likely_scale) = fmean(BEARINGS), most_likely(BEARINGS)

    def good(t: float) -> float:
        return exp(-((t / scale) ** shape))

    def hazard(t: float) -> float:
        return shape / scale * (t / scale) ** (shape - 1) * 1e4

    ranks = [(i + 0.7) / 10.4 for i in range(10)]
    rows = [
        f"| {t} | {f:.3f} | {log(t):.3f} | {log(-log(1 - f)):.3f} |".replace("| -", "| −")
        for t, f in zip(BEARINGS, ranks, strict=True)
    ]
    return [
        *rows,
        f"合计 {sum(BEARINGS)} h",
        *(
            f"\\hat\\beta={b:.2f}、\\hat\\eta={e:.0f} h，R(2000)={exp(-((2000 / e) ** b)):.3f}"
            for b, e in (fitted(BEARINGS[:7], 10), fitted(BEARINGS[:7]))
        ),
        f"算得的 {good(2000):.3f} 几乎一样",
        f"\\hat\\beta={shape:.2f}、\\hat\\eta={scale:.0f} h",
        f"| R(1000) | {good(1000):.3f} | {exp(-1000 / mean):.3f} |",
        f"| B10 寿命 | {b10(shape, scale):.0f} h | {-mean * log(0.9):.0f} h |",
        f"| {good(4000) / good(3000):.3f} | {exp(-1000 / mean):.3f} |",
        f"| {hazard(1000):.2f} | {1e4 / mean:.2f} |",
        f"| {hazard(3000):.2f} | {1e4 / mean:.2f} |",
        f"\\hat\\beta={likely:.2f}、\\hat\\eta={likely_scale:.0f} h，B10 为 {b10(likely, likely_scale):.0f} h",
        f"n\\ge {log(0.1) / log(0.9):.1f}",
        f"0.1^{{1/5}}={0.1 ** (1 / 5):.3f}",
        f"概率只有 {poisson_at_most(4, 4):.3f}",
        f"备 7 只为 {poisson_at_most(4, 7):.3f}",
        f"备 8 只（{poisson_at_most(4, 8):.3f}）",
    ]


def models() -> list[str]:
    pump, control, supply = exp(-1 / 4), exp(-1 / 15), exp(-1 / 25)
    of_three, of_four = binomial(3, 2, pump), binomial(4, 2, pump)
    twice, fed_twice = binomial(2, 1, control), binomial(2, 1, supply)
    plans = [
        (pump**2, control, supply),
        (of_three, control, supply),
        (of_three, control, fed_twice),
        (of_three, twice, supply),
        (of_four, control, supply),
        (of_four, twice, supply),
    ]
    debts = [-log(each) for each in plans[1]]
    common = binomial(2, 1, exp(-0.9 / 15)) * exp(-0.1 / 15)
    return [
        *(f"| {a:.4f} | {b:.4f} | {c:.4f} | {a * b * c:.3f} |" for a, b, c in plans),
        "泵组 {:.4f}、控制器 {:.4f}、电源 {:.4f}".format(*debts),
        f"合计 {sum(debts):.4f}",
        "泵组占 {:.0f} %、控制器占 {:.0f} %、电源占 {:.0f} %".format(
            *(100 * debt / sum(debts) for debt in debts)
        ),
        f"-\\ln 0.90={-log(0.9):.4f}",
        f"0.99^{{100}}={0.99**100:.3f}",
        f"，即 {1e4 * (3 / 8000 + 1 / 30000 + 1 / 50000):.3f}\\times",
        f"平均约 {1 / (3 / 8000 + 1 / 30000 + 1 / 50000):.0f} h",
        f"8000\\ln 2={8000 * log(2):.0f} h",
        f"{5 / 6 * 8000:.0f} h",
        f"e^{{-2000/12000}}={exp(-1 / 6):.3f}",
        f"真值却是 {binomial(2, 1, pump):.3f}",
        f"{1 - control:.4f}^2={(1 - control) ** 2:.4f}",
        f"得 {common:.4f}，不可靠度 {1 - common:.4f}，是原来的 {(1 - common) / (1 - twice):.1f} 倍",
        f"由 {of_four * twice * supply:.3f} 降到 {of_four * common * supply:.3f}",
        f"可靠度为 {pump * 1.25:.4f}",
        f"0.95 时为 {pump * (1 + 0.95 / 4):.4f}",
        f"p={(binomial(2, 1, pump) / pump - 1) * 4:.3f}",
        f"R_s=0.9\\times 0.9801+0.1\\times 0.9639={0.9 * 0.99**2 + 0.1 * (1 - 0.19**2):.4f}",
    ]


def fmea() -> list[str]:
    scores = [(9, 3, 5), (6, 3, 2), (9, 3, 4), (9, 4, 4), (4, 7, 6), (5, 4, 3)]
    after = [(6, 2, 3), (6, 3, 2), (6, 2, 3), (4, 5, 4)]
    modes = [("烫伤", 0.45, "0.5"), ("烫伤", 0.45, "0.01"), ("没有热水", 0.35, "1.0")]
    modes.append(("加热不足", 0.20, "0.3"))
    criticalities = [f"{share * float(effect) * 4e-6 * 5000:.1e}" for _, share, effect in modes]
    by_product = sorted(range(6), key=lambda i: -prod(scores[i]))
    by_severity = sorted(range(6), key=lambda i: [-score for score in scores[i]])
    values = {a * b * c for a, b, c in product(range(1, 11), repeat=3)}
    return [
        *(f"| {s} | {o} | {d} | {s * o * d} |" for s, o, d in scores + after),
        *(
            f"| {share:.2f} | {end} | {effect} | {c[:3]}\\times 10^{{-{c[-1]}}} |"
            for (end, share, effect), c in zip(modes, criticalities, strict=True)
        ),
        "次序是 " + "、".join(str(i + 1) for i in by_product),
        "次序是 " + "、".join(str(i + 1) for i in by_severity),
        f"只能得到 {len(values)} 个不同的值",
        f"改图前一年约有 {1000 * float(criticalities[0]):.1f} 次",
        f"改图后约 {1000 * float(criticalities[1]):.2f} 次",
        f"S=8，O=4，D=2，RPN＝{8 * 4 * 2}",
    ]


def shown(value: float) -> str:
    """A number as a lesson prints it: three figures and a power of ten."""
    mantissa, power = f"{value:.2e}".split("e")
    return f"{mantissa}\\times 10^{{{int(power)}}}"


def fault_tree() -> list[str]:
    a, b, c, d = 0.45 * 0.02, 0.004, 0.005, 1e-6 * 8760 / 2

    def top(**fixed: float) -> float:
        """Sum over all sixteen states, where the other route is the formula of the cut sets."""
        chances = {"a": a, "b": b, "c": c, "d": d} | fixed
        total = 0.0
        for state in product((True, False), repeat=4):
            one, two, three, four = state
            if four and (one or (two and three)):
                total += prod(
                    p if is_so else 1 - p for p, is_so in zip(chances.values(), state, strict=True)
                )
        return total

    late = 1 - exp(-0.0876)
    return [
        "0.45\\times 0.02",
        f"\\lambda\\tau/2={d:.5f}",
        f"| {shown(top(d=1))} |",
        f"| {shown(top())} |",
        f"1-e^{{-0.0876}}={late:.4f}",
        f"| {shown(top(d=late))} |",
        f"每年试验的 {late / d:.0f} 倍",
        f"合计 {a * d + b * c * d:.3e}".replace("e-05", "\\times 10^{-5}"),
        f"D 为 {shown(top(d=1) - top(d=0))}，A 为 {shown(top(a=1) - top(a=0))}",
        f"B 只有 {shown(top(b=1) - top(b=0))}，C 为 {shown(top(c=1) - top(c=0))}",
        f"A 约为 {a * d / top():.3f}，B、C 约为 {b * c * d / top():.3f}",
        f"相乘得 {shown((1 - 0.99**2) ** 2)}",
        f"概率是 {1 - 0.99 * (1 - 0.01**2):.4f}，相差 {(1 - 0.99 * 0.9999) / (1 - 0.99**2) ** 2 - 0.5:.0f} 倍",
    ]


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("re-01", concepts),
        ("re-02", distributions),
        ("re-03", models),
        ("re-04", fmea),
        ("re-05", fault_tree),
    ],
)
def test_the_numbers_of_a_lesson_are_those_of_another_route(code, numbers) -> None:
    text = plain(lessons()[code].body)

    assert [words for words in numbers() if words not in text] == []


def test_one_failure_allowed_takes_38_samples_and_none_22() -> None:
    def smallest(allowed: int) -> int:
        return next(n for n in range(1, 99) if binomial(n, n - allowed, 0.9) <= 0.1)

    assert (smallest(0), smallest(1)) == (22, 38)


def test_ten_bearings_tell_b10_only_within_a_factor() -> None:
    chance = random.Random(7)
    shape, scale = fitted(BEARINGS)
    again = [fitted([chance.weibullvariate(scale, shape) for _ in BEARINGS]) for _ in range(4000)]
    lives, shapes = (
        quantiles([b10(*each) for each in again], n=20),
        quantiles([each[0] for each in again], n=20),
    )

    assert lives[0] == pytest.approx(550, rel=0.05)
    assert lives[-1] == pytest.approx(2200, rel=0.05)
    assert shapes[0] == pytest.approx(1.2, rel=0.05)
    assert shapes[-1] == pytest.approx(3.3, rel=0.05)


VALUES = {
    "rec-05-002": 0.1 + 0.9 * 0.01,
    "rec-01-004": 2 / ((46 + 44) / 2) / 200 * 1e4,
    "rec-02-002": 5000 * sqrt(-log(0.9)),
    "rec-03-002": binomial(4, 3, 0.9),
    "rec-04-003": 0.4 * 0.25 * 6e-6 * 4000 * 1e3,
    "rec-03-005": exp(-0.2) * (1 + 0.9 * 0.2),
}


def test_the_keys_of_numeric_items_are_those_of_another_route() -> None:
    keys = {
        item.document.code: float(item.key.value)
        for item in shipped_bank(COURSE.name).items
        if item.document.kind is ItemKind.NUMERIC and item.document.code in VALUES
    }

    assert keys == pytest.approx(VALUES, rel=0.003)
