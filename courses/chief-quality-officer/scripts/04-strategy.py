"""A target broken down by cause, the projects that fit the budget, and what they bring in truth."""

from itertools import combinations

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    arrow,
    bar,
    box,
    picture,
    spaced,
    text,
)

CAUSES = {"电机": 0.96, "控制板": 0.62, "密封": 0.38, "包装运输": 0.24, "其他": 0.20}
PROJECTS = {
    "甲": ("电机轴承压装", 0.55, 120),
    "乙": ("控制板三防与老化", 0.40, 90),
    "丙": ("密封圈供方", 0.27, 40),
    "丁": ("包装", 0.12, 25),
    "戊": ("出厂加检", 0.30, 110),
    "己": ("安装说明", 0.08, 15),
}
BUDGET, TARGET, REALISED = 300, 1.20, 0.85
NOW = round(sum(CAUSES.values()), 2)


def saved(names: tuple[str, ...]) -> float:
    """Return what projects promise to take off the return rate, in percentage points."""
    return round(sum(PROJECTS[each][1] for each in names), 2)


def paid(names: tuple[str, ...]) -> int:
    """Return what projects cost, in 10 000 yuan."""
    return sum(PROJECTS[each][2] for each in names)


def choices() -> list[tuple[str, ...]]:
    """Return every set of projects that the budget allows, the most promising first."""
    sets = [each for size in range(1, 7) for each in combinations(PROJECTS, size)]
    return sorted((each for each in sets if paid(each) <= BUDGET), key=saved, reverse=True)


def goal_tree() -> str:
    """From the choice of a market to what is read on a gauge every shift."""
    rows = (
        (PURPLE, "选择", "三年内进入医院配套：故障要少，停机要短"),
        (BLUE, "方针", "故障不出厂，停机不过夜"),
        (GREEN, "目标", f"两年内年退货率由 {NOW:.2f} % 降到 {TARGET:.2f} %"),
        (ORANGE, "措施", "轴承压装改为伺服压装，过程监控"),
        (INK, "指标", "压装力—位移曲线一次合格率，每班看"),
    )
    parts = []
    for at, (colour, name, words) in enumerate(rows):
        top = 24 + at * 78
        parts += [
            box(24, top, 90, 52, (name,), colour=colour),
            box(130, top, 420, 52, (words,), colour=colour),
        ]
        if at:
            parts.append(arrow(300, top - 26, 300, top, colour=GREY))
    parts += [
        arrow(570, 362, 570, 50, colour=GREY),
        arrow(590, 50, 590, 362, colour=GREY),
        text(604, 190, "向下问“怎样”", colour=GREY),
        text(604, 226, "向上问“为何”", colour=GREY),
    ]
    description = (
        "自上而下五层：选择、方针、目标、措施、指标。向下每一层回答怎样做到，向上每一层回答为什么做。例子由进入医院"
        "配套的选择，到故障不出厂的方针、退货率减半的目标、轴承压装的措施，到每班看的压装曲线合格率。"
    )
    return picture(430, "从选择到每班看的指标", description, parts)


def waterfall() -> str:
    """The return rate falling step by step by what the chosen projects bring."""
    chosen = choices()[0]
    axes = Axes(70, 690, 46, 320, 0, len(chosen) + 2, 0, 2.6)
    parts = [
        axes.frame(),
        *(text(60, axes.y(level / 2) + 6, f"{level / 2:.1f}", anchor="end") for level in range(6)),
        text(70, 30, "年退货率 / %"),
    ]
    level = NOW
    steps = [("现状", NOW, 0.0, GREY)]
    for name in chosen:
        drop = PROJECTS[name][1] * REALISED
        steps.append((name, level, level - drop, BLUE))
        level -= drop
    steps.append(("预计", level, 0.0, GREEN))
    for at, (name, high, low, colour) in enumerate(steps):
        left = axes.x(at + 0.2)
        width = axes.x(at + 0.8) - left
        words = f"{high:.2f}" if low == 0 else f"−{high - low:.2f}"
        parts += [
            bar(left, axes.y(high), width, axes.y(low) - axes.y(high), colour),
            text(round(left + width / 2, 1), round(axes.y(high) - 8, 1), words, anchor="middle"),
            text(round(left + width / 2, 1), 346, name, anchor="middle", colour=colour),
        ]
    parts += [
        f'<line x1="70" y1="{axes.y(TARGET)}" x2="690" y2="{axes.y(TARGET)}" stroke="{ORANGE}" stroke-width="2" stroke-dasharray="9 5"/>',
        text(176, axes.y(TARGET) + 20, f"目标 {TARGET:.2f}", colour=ORANGE),
        text(380, 376, "每项按承诺的 85 % 计", anchor="middle", colour=GREY),
    ]
    description = (
        f"由现状 {NOW:.2f} % 起，依次减去{'、'.join(chosen)}五个项目按承诺的 85 % 计的效果，"
        f"预计为 {level:.2f} %，略低于虚线所示的目标 {TARGET:.2f} %。"
    )
    return picture(394, "五个项目把退货率降到多少", description, parts)


FIGURES = {"goal-tree.svg": goal_tree, "return-waterfall.svg": waterfall}


def numbers() -> list[str]:
    """Return what the lesson says, as printed there."""
    best, three = choices()[0], ("甲", "乙", "丙")
    without = (saved(best) - PROJECTS["丙"][1]) * REALISED
    more = PROJECTS["丙"][1] * REALISED / 100 * 12_000
    halves = {name: share / 2 for name, share in CAUSES.items()}
    return [
        *(f"| {name} | {share:.2f} |" for name, share in CAUSES.items()),
        *(
            f"| {key} {what} | {drop:.2f} | {cost} |"
            for key, (what, drop, cost) in PROJECTS.items()
        ),
        f"0.55+0.40+0.27={saved(three):.2f}",
        f"{paid(three)} 万元",
        f"{saved(three):.2f}\\times 0.85={saved(three) * REALISED:.2f}",
        f"{NOW - saved(three) * REALISED:.2f} %",
        "、".join(best),
        f"{saved(best):.2f}\\times 0.85={saved(best) * REALISED:.2f}",
        f"{NOW - saved(best) * REALISED:.2f} %",
        f"{paid(best)} 万元",
        f"{len(choices())} 种",
        f"停在 {NOW - without:.2f} %，一年多退约 {more:.0f} 台",
        f"降 {halves['其他']:.2f} 个百分点",
        spaced(12_000 * (NOW - TARGET) / 100) + " 台",
    ]


KEYS = {"cqoc-04-001": 1.80 - 0.80 * (0.5 + 0.3 + 0.2)}
