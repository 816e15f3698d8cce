"""Lesson 2: what inspection lets through, the yield without rework, the cycle."""

from collections.abc import Callable
from itertools import accumulate
from math import prod, sqrt
from operator import mul

from drawing import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    arrow,
    dot,
    picture,
    spaced,
    text,
    thin,
)

# operation, started, good at once, good after rework, scrapped
LINE = (
    ("下料折弯", 1000, 970, 22, 8),
    ("焊接", 992, 912, 68, 12),
    ("喷涂", 980, 965, 8, 7),
    ("装配调试", 973, 931, 36, 6),
)
AIM = 0.900
TRIAL = (0.956, 0.917, 500)


def missed(share: float, found: float) -> float:
    """Return the fraction nonconforming of what passes an inspection that finds a part."""
    return share * (1 - found) / (1 - share * found)


def first_pass() -> list[float]:
    """Return the first pass yield of each operation."""
    return [good / started for _, started, good, _, _ in LINE]


def throughput(**changed: float) -> float:
    """Return the rolled throughput yield, some operations changed."""
    yields = {row[0]: y for row, y in zip(LINE, first_pass(), strict=True)}
    return prod((yields | changed).values())


def straight() -> str:
    """What is left of a hundred: counted as good in the end, and good without a detour."""
    axes = Axes(110, 600, 50, 350, 0, 4, 0.8, 1)
    kept = [1.0, *((good + again) / 1000 for _, _, good, again, _ in LINE)]
    smooth = [1.0, *accumulate(first_pass(), mul)]
    parts = [
        *(thin(110, axes.y(y / 100), 600, axes.y(y / 100)) for y in range(85, 101, 5)),
        axes.frame(),
        *(text(102, axes.y(y / 100) + 6, f"{y} %", anchor="end") for y in range(80, 101, 5)),
        *(text(axes.x(n), 374, row[0], anchor="middle") for n, row in enumerate(LINE, 1)),
        axes.curve(list(enumerate(kept)), GREEN, "9 5"),
        axes.curve(list(enumerate(smooth)), ORANGE),
        *(dot(axes.x(n), axes.y(y), GREEN) for n, y in enumerate(kept) if n),
        *(dot(axes.x(n), axes.y(y), ORANGE) for n, y in enumerate(smooth) if n),
        text(612, axes.y(kept[-1]) - 4, "最终合格", colour=GREEN),
        text(612, axes.y(kept[-1]) + 18, f"{100 * kept[-1]:.1f} %", colour=GREEN),
        text(612, axes.y(smooth[-1]) - 4, "一路不返工", colour=ORANGE),
        text(612, axes.y(smooth[-1]) + 18, f"{100 * smooth[-1]:.1f} %", colour=ORANGE),
        text(20, 28, "占投入的比例（纵轴从 80 % 起）"),
        text(axes.x(2.05), axes.y(0.93), "两线之间：返工", colour=INK),
    ]
    description = (
        "四道工序依次为下料折弯、焊接、喷涂、装配调试。虚线为计入返工后的合格比例，末端 96.7 %；"
        "实线为各工序一次合格率之积，末端 84.0 %，焊接一道下降最多。"
    )
    return picture(396, "最终合格率与直通率", description, parts)


CYCLE = (
    (40, 40, BLUE, "P 计划", ("查清现状，找到原因", "写明目标值和判据", "定出对策、时间、负责人")),
    (410, 40, ORANGE, "D 实施", ("先在小范围试行", "照计划记录数据", "记下没有料到的变动")),
    (
        410,
        250,
        GREEN,
        "C 检查",
        ("与目标比：做到几成", "与以往波动比：是不是碰巧", "与没有改的那部分比"),
    ),
    (40, 250, PURPLE, "A 处置", ("有效的：定为标准", "无效的：弄清为什么", "未解决的：列入清单")),
)


def cycle() -> str:
    """The four stages, and the two things that come of the last."""
    parts = []
    for x, y, colour, head, lines in CYCLE:
        parts.append(
            f'<rect x="{x}" y="{y}" width="270" height="130" rx="8" fill="#f7f9fb" '
            f'stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(text(x + 20, y + 32, head, colour=colour))
        parts += [text(x + 20, y + 66 + 24 * n, line) for n, line in enumerate(lines)]
    parts += [
        f'<rect x="40" y="424" width="270" height="36" rx="6" fill="#f7f9fb" stroke="{INK}"/>',
        text(60, 447, "改过的标准，人人照做"),
        arrow(312, 105, 408, 105),
        arrow(545, 172, 545, 248),
        arrow(408, 315, 312, 315),
        arrow(175, 248, 175, 172),
        arrow(175, 382, 175, 422),
        text(190, 216, "问题清单转入下一轮"),
    ]
    description = (
        "四个方框按顺时针相连：计划写明现状、原因、目标值和判据；实施先小范围试行；检查把结果与目标比、"
        "与以往的波动比；处置把有效的定为标准，没有解决的转入下一轮计划。"
    )
    return picture(476, "PDCA 循环与它的两样产出", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"throughput.svg": straight, "pdca.svg": cycle}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    rows = [
        f"| {name} | {spaced(started)} | {good} | {again} | {lost} | {good / started:.3f} |"
        for name, started, good, again, lost in LINE
    ]
    again, lost = (sum(row[n] for row in LINE) for n in (3, 4))
    end = (LINE[-1][2] + LINE[-1][3]) / 1000
    better = throughput(焊接=0.960)
    product = "\\times ".join(f"{y:.3f}" for y in first_pass())
    by_trial, by_rest, each = TRIAL
    spread = 1.96 * sqrt(sum(p * (1 - p) / each for p in (by_trial, by_rest)))
    return [
        f"p_{{\\text{{漏}}}}\\approx {100 * missed(0.05, 0.8):.2f}\\%",
        f"约 {100 * missed(missed(0.05, 0.8), 0.8):.2f} %",
        *rows,
        f"| 合计 | 1 000 | — | {again} 台次 | {lost} | — |",
        f"={100 * end:.1f}\\%",
        f"={product}\\approx {throughput():.3f}",
        f"每 100 台里约有 {100 * (1 - throughput()):.0f} 台",
        f"共 {again + lost} 台次",
        f"虚线还有 {(LINE[2][2] + LINE[2][3]) / 10:.1f} %",
        f"落到 {100 * prod(first_pass()[:3]):.1f} %",
        f"直通率升到约 {better:.3f}",
        f"只升到约 {throughput(喷涂=0.995):.3f}",
        (
            f"{better - throughput():.3f}/{AIM - throughput():.3f}"
            f"\\approx {(better - throughput()) / (AIM - throughput()):.2f}"
        ),
        f"相差 {by_trial - by_rest:.3f}",
        f"±{spread:.3f}",
    ]


KEYS = {"tqf-02-005": 100 * missed(0.20, 0.75)}
