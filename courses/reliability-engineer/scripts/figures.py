"""Draw the figures of this course into `assets/`; run it as a script.

Every curve and number in a figure is computed here from the data its lesson gives. Nothing but the
standard library is used, and coordinates are rounded, so that a second run writes the same bytes.
"""

from collections.abc import Callable, Sequence
from math import exp, log

from drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Axes,
    path,
    picture,
    spaced,
    text,
    thin,
)

INTERVAL, STARTED = 500, 200
FAILED = (14, 8, 7, 7, 12, 30, 48, 36)
BEARINGS = (1080, 1960, 2180, 2890, 3020, 3710, 3850, 4690, 4930, 6380)
PUMP_LIFE, CONTROLLER_LIFE, SUPPLY_LIFE, MISSION = 8000, 30000, 50000, 2000


def life_table() -> list[tuple[int, float, float]]:
    """Return for each interval the number good at its start, the density and the hazard (per h)."""
    rows = []
    good = STARTED
    for failed in FAILED:
        density = failed / (STARTED * INTERVAL)
        hazard = failed / ((good + good - failed) / 2 * INTERVAL)
        rows.append((good, density, hazard))
        good -= failed
    return rows


def steps(heights: Sequence[float]) -> list[tuple[float, float]]:
    """Return the corners of a line that is level over each interval."""
    return [
        (index * INTERVAL + side, height)
        for index, height in enumerate(heights)
        for side in (0, INTERVAL)
    ]


def hazard_density() -> str:
    """Failure density and hazard rate of the 200 pumps, interval by interval."""
    axes = Axes(90, 660, 50, 330, 0, 4000, 0, 14)
    rows = life_table()
    hazards, densities = [row[2] * 1e4 for row in rows], [row[1] * 1e4 for row in rows]
    parts = [
        *(thin(90, axes.y(level), 660, axes.y(level)) for level in range(2, 15, 2)),
        axes.frame(),
        axes.curve(steps(densities), ORANGE, "9 5"),
        axes.curve(steps(hazards), BLUE),
        *(text(80, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 15, 2)),
        *(text(axes.x(t), 353, spaced(t), anchor="middle") for t in range(0, 4001, 1000)),
        text(14, 384, "段首完好", colour=GREY),
        *(
            text(axes.x((at + 0.5) * INTERVAL), 384, str(row[0]), anchor="middle", colour=GREY)
            for at, row in enumerate(rows)
        ),
        text(90, 34, "10⁻⁴ h⁻¹"),
        text(660, 412, "工作时间 / h", anchor="end"),
        text(580, axes.y(hazards[-1]) + 5, "故障率 λ（实线）", anchor="end", colour=BLUE),
        text(672, axes.y(densities[-1]) + 26, "故障密度 f（虚线）", anchor="end", colour=ORANGE),
    ]
    description = (
        "横轴为工作时间，0 到 4 000 h 分八段；纵轴为每小时万分之几。实线故障率在 500 h 以后较低，"
        f"2 000 h 以后上升，最后一段为 {hazards[-1]:.2f}；虚线故障密度在 3 000～3 500 h 达到 "
        f"{max(densities):.2f} 后降为 {densities[-1]:.2f}。横轴下方是各段开始时完好的台数，由 200 减到 74。"
    )
    return picture(428, "200 台泵的故障密度与故障率", description, parts)


def weibull_fit() -> tuple[list[tuple[float, float]], float, float]:
    """Return the points (ln t, ln(-ln(1-F))), the shape and the characteristic life."""
    count = len(BEARINGS)
    points = [
        (log(life), log(-log(1 - (rank - 0.3) / (count + 0.4))))
        for rank, life in enumerate(BEARINGS, start=1)
    ]
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    shape = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )
    return points, shape, exp(mean_x - mean_y / shape)


def height_of(share: float) -> float:
    """Return where a share of failed products stands on Weibull paper."""
    return log(-log(1 - share))


def _readings(axes: Axes, shape: float, scale: float) -> list[str]:
    parts = []
    for share, name, colour in ((0.1, "B10", ORANGE), (1 - exp(-1), "η", GREEN)):
        life = scale * (-log(1 - share)) ** (1 / shape)
        x, y = axes.x(log(life)), axes.y(height_of(share))
        parts += [
            (
                f'<polyline points="{axes.left},{y} {x},{y} {x},{axes.bottom}" fill="none" '
                f'stroke="{colour}" stroke-width="2" stroke-dasharray="8 5"/>'
            ),
            text(x + 8, axes.bottom - 30, f"{name}＝{spaced(life)} h", colour=colour),
        ]
    return parts


def weibull_plot() -> str:
    """The ten bearings on Weibull paper, with the fitted line and what is read off it."""
    points, shape, scale = weibull_fit()
    axes = Axes(90, 670, 40, 400, log(800), log(8000), -3.2, 1.4)
    line = [(log(t), shape * (log(t) - log(scale))) for t in (950, 7200)]
    shares = ((0.05, "5 %"), (0.1, "10 %"), (0.2, "20 %"), (0.5, "50 %"), (0.632, "63.2 %"),
              (0.9, "90 %"))  # fmt: skip
    parts = [
        *(thin(90, axes.y(height_of(p)), 670, axes.y(height_of(p))) for p, _ in shares),
        axes.frame(),
        *_readings(axes, shape, scale),
        axes.curve(line, BLUE),
        *(
            f'<circle cx="{axes.x(x)}" cy="{axes.y(y)}" r="6" fill="#ffffff" stroke="{INK}" '
            'stroke-width="2.4"/>'
            for x, y in points
        ),
        *(text(82, axes.y(height_of(p)) + 6, words, anchor="end") for p, words in shares),
        *(
            text(axes.x(log(t)), 424, spaced(t), anchor="middle")
            for t in (1000, 1500, 2000, 3000, 4000, 6000, 8000)
        ),
        text(90, 26, "累积失效概率 F"),
        text(670, 452, "失效时间 / h（对数刻度）", anchor="end"),
        text(240, 140, f"斜率 β＝{shape:.2f}", colour=BLUE),
    ]
    description = (
        "横轴为失效时间的对数，纵轴为威布尔坐标的累积失效概率。十个空心点大致落在一条直线上，"
        f"直线斜率 {shape:.2f}。10 % 的水平虚线与直线相交于 B10 寿命，63.2 % 的水平虚线相交于特征寿命 "
        f"{spaced(scale)} h。"
    )
    return picture(468, "十只轴承的威布尔概率图", description, parts)


def _box(x: int, y: int, name: str, reliability: float, colour: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="130" height="58" rx="6" fill="#f7f9fb" stroke="{colour}" '
        'stroke-width="2.2"/>\n'
        + text(x + 65, y + 25, name, anchor="middle", colour=colour)
        + "\n"
        + text(x + 65, y + 47, spaced(reliability, 4), anchor="middle")
    )


def pump_station() -> str:
    """The block diagram of the pumping station, with what each part leaves wanting."""
    pump, controller, supply = (
        exp(-MISSION / life) for life in (PUMP_LIFE, CONTROLLER_LIFE, SUPPLY_LIFE)
    )
    group = 3 * pump**2 - 2 * pump**3
    debts = [-log(each) for each in (group, controller, supply)]
    rows = (50, 130, 210)
    parts = [
        *(path(f"40,159 70,159 70,{y + 29} 90,{y + 29}") for y in rows),
        *(path(f"220,{y + 29} 245,{y + 29} 245,159 272,159") for y in rows),
        path("328,159 366,159"),
        path("496,159 530,159"),
        path("660,159 690,159"),
        *(_box(90, y, f"泵 {at}", pump, BLUE) for at, y in enumerate(rows, start=1)),
        f'<circle cx="300" cy="159" r="28" fill="#ffffff" stroke="{BLUE}" stroke-width="2.2"/>',
        text(300, 165, "2/3", anchor="middle", colour=BLUE),
        _box(366, 130, "控制器", controller, ORANGE),
        _box(530, 130, "电源", supply, GREEN),
        f'<circle cx="40" cy="159" r="6" fill="{INK}"/>',
        f'<circle cx="690" cy="159" r="6" fill="{INK}"/>',
        text(200, 306, f"泵组 {spaced(group, 4)}", anchor="middle", colour=BLUE),
        text(200, 332, f"−ln R＝{spaced(debts[0], 4)}", anchor="middle"),
        text(431, 332, f"−ln R＝{spaced(debts[1], 4)}", anchor="middle"),
        text(595, 332, f"−ln R＝{spaced(debts[2], 4)}", anchor="middle"),
        thin(60, 348, 670, 348, dash="none"),
        text(
            360,
            374,
            f"合计 {spaced(sum(debts), 4)}，系统可靠度 {group * controller * supply:.3f}；"
            f"要求 0.90 只允许 {spaced(-log(0.9), 4)}",
            anchor="middle",
        ),
    ]
    description = (
        "左端分三路，每路一台泵，可靠度 0.778 8，汇合到标有 2/3 的表决点，再依次经过控制器和电源到右端。"
        f"泵组可靠度 {spaced(group, 4)}，系统可靠度 {group * controller * supply:.3f}。"
    )
    return picture(396, "泵站的可靠性框图（任务 2 000 h）", description, parts)


def _curves() -> list[tuple[str, str, str, Callable[[float], float]]]:
    def one(t: float) -> float:
        return exp(-t / PUMP_LIFE)

    return [
        ("两台旁联，切换可靠", PURPLE, "12 4 3 4", lambda t: one(t) * (1 + t / PUMP_LIFE)),
        ("两台并联", GREEN, "9 5", lambda t: 1 - (1 - one(t)) ** 2),
        ("单台", INK, "3 4", one),
        ("3 中取 2", BLUE, "", lambda t: 3 * one(t) ** 2 - 2 * one(t) ** 3),
    ]


def redundancy() -> str:
    """Reliability over time of one pump and of three ways to have more of them."""
    axes = Axes(80, 680, 40, 400, 0, 12000, 0, 1)
    times = range(0, 12001, 200)
    cross = PUMP_LIFE * log(2)
    x, y = axes.x(cross), axes.y(0.5)
    parts = [
        *(thin(80, axes.y(r / 10), 680, axes.y(r / 10)) for r in (2, 4, 6, 8, 10)),
        axes.frame(),
        thin(axes.x(MISSION), 400, axes.x(MISSION), 40),
        text(axes.x(MISSION) + 6, 350, "任务 2 000 h", colour=GREY),
        thin(x, 400, x, y),
        *(axes.curve([(t, of(t)) for t in times], ink, dash) for _, ink, dash, of in _curves()),
        f'<circle cx="{x}" cy="{y}" r="6" fill="#ffffff" stroke="{INK}" stroke-width="2.4"/>',
        text(x - 8, 388, f"{spaced(cross)} h 处相交", anchor="end"),
        *(text(72, axes.y(r / 10) + 6, f"{r / 10:.1f}", anchor="end") for r in range(0, 11, 2)),
        *(text(axes.x(t), 424, spaced(t), anchor="middle") for t in range(0, 12001, 2000)),
        text(80, 26, "可靠度 R"),
        text(680, 452, "工作时间 / h", anchor="end"),
        '<rect x="486" y="42" width="200" height="92" fill="#ffffff"/>',
    ]
    for row, (name, ink, dash, _) in enumerate(_curves()):
        level = 56 + 22 * row
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        parts += [
            (
                f'<line x1="492" y1="{level}" x2="530" y2="{level}" stroke="{ink}" '
                f'stroke-width="3"{dashes}/>'
            ),
            text(536, level + 6, name, colour=ink),
        ]
    description = (
        "横轴为工作时间 0 到 12 000 h，纵轴为可靠度。由高到低：两台旁联、两台并联；单台与 3 中取 2 在 "
        f"{spaced(cross)} h、可靠度 0.5 处相交，此前 3 中取 2 较高，此后单台较高。"
    )
    return picture(468, "单台与三种冗余的可靠度", description, parts)


LEVELS = (
    ("系统：水箱", ("进水阀内漏", "水位失控", "机房积水")),
    ("部件：进水阀", ("密封圈开裂", "内漏", "水位失控")),
    ("零件：密封圈", ("材料老化", "开裂", "进水阀内漏")),
)


def _level(row: int, name: str, words: Sequence[str]) -> list[str]:
    top = 70 + 120 * row
    parts = [text(16, top + 37, name, colour=GREY)]
    for column, (colour, ground) in enumerate(
        ((GREEN, "#eaf6ee"), (BLUE, "#eaf2fb"), (ORANGE, "#fdf1e7"))
    ):
        left = 140 + 200 * column
        parts += [
            (
                f'<rect x="{left}" y="{top}" width="150" height="60" rx="6" fill="{ground}" '
                f'stroke="{colour}" stroke-width="2.2"/>'
            ),
            text(left + 75, top + 37, words[column], anchor="middle"),
        ]
        if column:
            parts += [
                path(f"{left - 50},{top + 30} {left - 12},{top + 30}"),
                (
                    f'<polygon points="{left - 12},{top + 24} {left},{top + 30} {left - 12},{top + 36}" '
                    f'fill="{INK}"/>'
                ),
            ]
    return parts


def _same(x1: int, y1: int, x2: int, y2: int, colour: str) -> str:
    ends = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<line {ends} stroke="{colour}" stroke-width="2.2" stroke-dasharray="7 5"/>'


def fmea_levels() -> str:
    """Cause, mode and effect on three levels, each shifted against the next."""
    parts = [
        *(
            text(215 + 200 * column, 44, name, anchor="middle", colour=colour)
            for column, (name, colour) in enumerate(
                (("原因", GREEN), ("模式", BLUE), ("影响", ORANGE))
            )
        ),
        *(part for row, level in enumerate(LEVELS) for part in _level(row, *level)),
    ]
    for top in (130, 250):
        parts += [
            _same(385, top + 60, 250, top, GREEN),
            _same(445, top, 580, top + 60, ORANGE),
        ]
    parts += [
        text(140, 406, "绿色虚线：下一层的模式，就是上一层的原因", colour=GREEN),
        text(140, 432, "橙色虚线：上一层的模式，就是下一层的影响", colour=ORANGE),
    ]
    description = (
        "三行三列。零件密封圈：材料老化引起开裂，造成进水阀内漏；部件进水阀：密封圈开裂引起内漏，造成水位失控；"
        "系统水箱：进水阀内漏引起水位失控，造成机房积水。虚线表示同一件事在相邻两层中的位置。"
    )
    return picture(450, "故障原因、模式、影响在三个层次中的位置", description, parts)


def _event(x: int, y: int, name: str, words: str, colour: str) -> list[str]:
    return [
        f'<circle cx="{x}" cy="{y}" r="24" fill="#ffffff" stroke="{colour}" stroke-width="2.2"/>',
        text(x, y + 6, name, anchor="middle", colour=colour),
        text(x, y + 46, words, anchor="middle"),
    ]


def _gate(x: int, y: int, *, is_and: bool) -> list[str]:
    outline = (
        f"M {x - 24} {y + 20} L {x - 24} {y} A 24 24 0 0 1 {x + 24} {y} L {x + 24} {y + 20} Z"
        if is_and
        else f"M {x - 24} {y + 20} Q {x} {y + 8} {x + 24} {y + 20} Q {x + 24} {y - 10} {x} {y - 24} "
        f"Q {x - 24} {y - 10} {x - 24} {y + 20} Z"
    )
    word = "与" if is_and else "或"
    return [
        f'<path d="{outline}" fill="#eaf2fb" stroke="{BLUE}" stroke-width="2.2"/>',
        text(x, y + 8, word, anchor="middle", colour=BLUE),
    ]


def _named(x: int, y: int, width: int, words: str) -> list[str]:
    return [
        (
            f'<rect x="{x - width // 2}" y="{y}" width="{width}" height="40" rx="4" fill="#f7f9fb" '
            f'stroke="{INK}" stroke-width="1.8"/>'
        ),
        text(x, y + 26, words, anchor="middle"),
    ]


def fault_tree() -> str:
    """The fault tree of the water heater after its drawing was changed."""
    parts = [
        path("360,60 360,88"),
        path("360,132 360,150 180,150 180,176"),
        path("360,150 500,150 500,170"),
        path("500,210 500,236"),
        path("500,274 500,296 400,296 400,316"),
        path("500,296 600,296 600,312"),
        path("600,352 600,376"),
        path("600,420 600,436 540,436 540,452"),
        path("600,436 660,436 660,452"),
        *_named(360, 20, 300, "超过 85 ℃ 而加热没有切断"),
        *_gate(360, 112, is_and=True),
        *_event(180, 200, "D", "断路器该断不断", ORANGE),
        *_named(500, 170, 170, "加热停不下来"),
        *_gate(500, 258, is_and=False),
        *_event(400, 340, "A", "触点粘连", ORANGE),
        *_named(600, 312, 170, "误判而没有保护"),
        *_gate(600, 400, is_and=True),
        *_event(540, 476, "B", "温控误判", ORANGE),
        *_event(660, 476, "C", "保护不动作", ORANGE),
        text(40, 440, "最小割集"),
        text(40, 468, "{A，D}　{B，C，D}", colour=ORANGE),
    ]
    description = (
        "顶事件是超过 85 ℃ 而加热没有切断，经与门接断路器该断不断 D 和加热停不下来；加热停不下来经或门接触点粘连 A "
        "和误判而没有保护，后者经与门接温控误判 B 和超温保护器不动作 C。最小割集为 A、D 和 B、C、D。"
    )
    return picture(540, "电热水箱改图以后的故障树", description, parts)


FIGURES: dict[str, Callable[[], str]] = {
    "hazard-density.svg": hazard_density,
    "weibull-plot.svg": weibull_plot,
    "pump-station.svg": pump_station,
    "redundancy.svg": redundancy,
    "fmea-levels.svg": fmea_levels,
    "fault-tree.svg": fault_tree,
}
