"""Lesson 6: 324 boards before and 207 after, where they come from, whether the change is real."""

from collections.abc import Callable
from itertools import accumulate
from math import sqrt

from drawing import BLUE, GREY, INK, ORANGE, Axes, arrow, bar, box, dot, picture, text, thin

BOARDS = 12_000
DEFECTS = {
    "虚焊": (186, 74),
    "连锡": (62, 59),
    "元件偏移": (30, 31),
    "漏件": (19, 18),
    "划伤": (12, 11),
    "其他": (15, 14),
}
LINES = (37, 149), (35, 39)
"""Cold joints of line one and line two, before and after."""
MONTHLY = 22


def totals() -> tuple[int, int]:
    """Return the nonconforming boards before and after."""
    return sum(b for b, _ in DEFECTS.values()), sum(a for _, a in DEFECTS.values())


def pareto() -> str:
    """The defects in order, before and after, and the cumulative share before."""
    before, _ = totals()
    axes = Axes(70, 640, 50, 340, 0, len(DEFECTS), 0, before)
    parts = [
        *(thin(70, axes.y(before * n / 4), 640, axes.y(before * n / 4)) for n in range(1, 5)),
        axes.frame(),
        *(
            text(62, axes.y(before * n / 4) + 6, f"{before * n / 4:.0f}", anchor="end")
            for n in range(5)
        ),
        *(text(648, axes.y(before * n / 4) + 6, f"{25 * n} %", colour=ORANGE) for n in range(5)),
    ]
    for at, (name, (old, new)) in enumerate(DEFECTS.items()):
        left = axes.x(at) + 10
        for x, count, fill in ((left, old, BLUE), (left + 38, new, "#ffffff")):
            parts.append(
                f'<rect x="{x:.1f}" y="{axes.y(count)}" width="34" '
                f'height="{340 - axes.y(count):.1f}" fill="{fill}" stroke="{BLUE}" '
                'stroke-width="2"/>'
            )
            parts.append(text(round(x + 17, 1), axes.y(count) - 6, str(count), anchor="middle"))
        parts.append(text(round(left + 36, 1), 364, name, anchor="middle"))
    sums = list(accumulate(old for old, _ in DEFECTS.values()))
    parts.append(axes.curve(list(enumerate(sums, 1)), ORANGE))
    for n, s in enumerate(sums[:-1]):
        parts.append(dot(axes.x(n + 1), axes.y(s), ORANGE, radius=4))
        parts.append(
            text(axes.x(n + 1) + 12, axes.y(s) + 15, f"{100 * s / before:.1f} %", colour=ORANGE)
        )
    parts += [
        text(20, 28, "不合格板 / 块"),
        text(700, 28, "改进前累计比例", anchor="end", colour=ORANGE),
        bar(90, 390, 16, 16, BLUE),
        text(114, 404, "改进前 4 周，共 324 块"),
        (
            f'<rect x="350" y="390" width="16" height="16" fill="#ffffff" stroke="{BLUE}" '
            'stroke-width="2"/>'
        ),
        text(374, 404, "改进后 4 周，共 207 块"),
    ]
    description = (
        "六类缺陷由多到少排列，每类两根柱：改进前虚焊 186、连锡 62、元件偏移 30、漏件 19、划伤 12、其他 15；"
        "改进后依次为 74、59、31、18、11、14。折线为改进前的累计比例，57.4 % 起，至 100 %。"
    )
    return picture(420, "不合格板的排列图", description, parts)


BONES = (
    ("人员", ("上料换班频繁", "换线后漏做首检")),
    ("设备", ("三温区热电偶老化", "钢网磨损")),
    ("材料", ("锡膏回温不足", "焊盘氧化")),
    ("方法", ("炉温曲线多年未核", "链速设定偏快")),
    ("测量", ("抽检位置不固定", "目检尺度不一")),
    ("环境", ("夜班湿度偏高", "车间气流变化")),
)
FOUND = "三温区热电偶老化"


def fishbone() -> str:
    """Twelve end causes on six bones; the one that the trial confirmed stands out."""
    parts = [
        arrow(20, 215, 584, 215),
        box(588, 170, 122, 90, ("二线虚焊率", "2.48 %，约为", "一线的 4 倍")),
    ]
    for at, (name, causes) in enumerate(BONES):
        is_above = at < len(BONES) // 2
        tip = 160 + 178 * (at % 3)
        edge = 65 if is_above else 365
        parts.append(
            f'<line x1="{tip}" y1="{edge}" x2="{tip + 40}" y2="215" stroke="{INK}" '
            'stroke-width="2.2"/>'
        )
        parts.append(text(tip, 52 if is_above else 388, name, anchor="middle", colour=BLUE))
        for distance, cause in zip((45, 105), causes, strict=True):
            y = edge + distance if is_above else edge - distance + 12
            x = round(tip + 40 * abs(y - edge) / 150, 1)
            colour = ORANGE if cause == FOUND else GREY
            width = 3 if cause == FOUND else 1.4
            parts.append(
                f'<line x1="{x - 16 * len(cause) - 8}" y1="{y}" x2="{x}" y2="{y}" '
                f'stroke="{colour}" stroke-width="{width}"/>'
            )
            words = ORANGE if cause == FOUND else INK
            parts.append(text(x - 8, y - 6, cause, anchor="end", colour=words))
    parts.append(
        text(20, 424, "粗线：对换试验和实测炉温确认的主要原因；其余逐条查证，影响不大", colour=GREY)
    )
    description = (
        "鱼头是“二线虚焊率 2.48 %，约为一线的 4 倍”。六根大骨为人员、设备、材料、方法、测量、环境，"
        "各有两条末端原因；设备下的“三温区热电偶老化”以粗线标出，为主要原因。"
    )
    return picture(440, "二线虚焊偏多的因果图", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"pareto.svg": pareto, "fishbone.svg": fishbone}


def half_width(first: float, second: float, each: int) -> float:
    """Return half the 95 % interval of the difference of two shares."""
    return 1.96 * sqrt(sum(p * (1 - p) / each for p in (first, second)))


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    before, after = totals()
    sums = accumulate(old for old, _ in DEFECTS.values())
    rows = [
        f"| {name} | {old} | {100 * old / before:.1f} % | {100 * s / before:.1f} % | {new} |"
        for (name, (old, new)), s in zip(DEFECTS.items(), sums, strict=True)
    ]
    (one, two), (one_after, two_after) = LINES
    old, new = before / BOARDS, after / BOARDS
    aim = old * (1 - (two - one) / before)
    others = [sum(each[n] for each in list(DEFECTS.values())[1:]) for n in (0, 1)]
    margin = 3 * sqrt(MONTHLY)
    return [
        *rows,
        f"不合格 {before} 块，占 {100 * old:.2f} %",
        f"一线 {one} 块（{100 * one / 6000:.2f} %），二线 {two} 块（{100 * two / 6000:.2f} %）",
        f"约为 {two / one:.0f} 倍",
        f"可少 {two - one} 块",
        f"\\approx {100 * aim:.2f}\\,\\%",
        f"不合格 {after} 块，占 {100 * new:.3f} %",
        f"={100 * (before - after) / BOARDS + 1e-9:.2f}\\,\\%\\pm {100 * half_width(old, new, BOARDS):.2f}\\,\\%",
        f"由 {two} 块降到 {two_after} 块",
        f"由 {one} 块变为 {one_after} 块",
        f"由 {others[0]} 块变为 {others[1]} 块",
        f"约 {MONTHLY - margin:.1f}～{MONTHLY + margin:.1f} 件",
        f"下降 {100 * 8 / 31:.0f} %",
    ]


KEYS = {"tqf-06-005": 4.0 * (1 - 0.60 * 0.70)}
