"""Lesson 1: yields multiplied and bounded, the survey after Kano, its three curves."""

from collections.abc import Callable
from math import exp, prod, sqrt

from drawing import BLUE, GREY, INK, ORANGE, Axes, arrow, picture, text, thin

# attractive, one-dimensional, must-be, indifferent; the class that most people named
SURVEY = {
    "开盖不流水": (8, 46, 118, 28, "必备"),
    "内胆好清洗": (22, 102, 54, 22, "期望"),
    "手机远程启动": (88, 20, 6, 86, "魅力"),
    "七色氛围灯": (30, 8, 12, 150, "无差异"),
}
ASKED = 200


def coefficients(a: int, o: int, m: int, i: int) -> tuple[float, float]:
    """Return the shares made happier by presence and unhappier by absence."""
    return (a + o) / (a + o + m + i), -(o + m) / (a + o + m + i)


def half_width(share: float, asked: int) -> float:
    """Return half the 95 % interval of a share."""
    return 1.96 * sqrt(share * (1 - share) / asked)


def bounds(count: int, each: float) -> tuple[float, float]:
    """Return the yield of the whole when nothing, and when everything, fails together."""
    return 1 - count * (1 - each), each


def kano() -> str:
    """The three kinds of requirement: how each answers to being fulfilled."""
    axes = Axes(110, 600, 50, 390, -1, 1, -1, 1)
    steps = [-1 + n / 24 for n in range(49)]
    parts = [
        arrow(100, axes.y(0), 616, axes.y(0)),
        arrow(axes.x(0), 400, axes.x(0), 32),
        axes.curve([(x, 0.95 * x) for x in steps], INK, "10 6"),
        axes.curve([(x, -exp(-1.9 * (x + 1)) - 0.06) for x in steps], ORANGE),
        axes.curve([(x, exp(1.9 * (x - 1)) + 0.06) for x in steps], BLUE),
        text(axes.x(0) + 14, 42, "很满意"),
        text(axes.x(0) + 14, 412, "很不满意"),
        text(20, 212, "没有"),
        text(20, 236, "做到"),
        text(626, 212, "充分"),
        text(626, 236, "做到"),
        text(122, 186, "魅力型：有了惊喜", colour=BLUE),
        text(430, 268, "必备型：缺了不满", colour=ORANGE),
        text(axes.x(0.34), axes.y(0.08), "期望型：越好越满意"),
        text(110, 444, "示意图：只表示曲线的形状，坐标没有刻度", colour=GREY),
    ]
    description = (
        "横轴为特性实现的程度，纵轴为顾客的感受。必备型曲线始终在零线以下，先陡后平；"
        "期望型为过原点的直线；魅力型曲线始终在零线以上，先平后陡。"
    )
    return picture(460, "卡诺模型的三类需求", description, parts)


def survey() -> str:
    """The two coefficients of the four features, each with its interval."""
    axes = Axes(120, 680, 50, 360, 0, 0.8, 0, 1)
    parts = [
        *(thin(120, axes.y(y / 5), 680, axes.y(y / 5)) for y in range(1, 6)),
        axes.frame(),
        *(text(112, axes.y(y / 5) + 6, f"{y / 5:.1f}", anchor="end") for y in range(6)),
        *(text(axes.x(x / 5), 384, f"{x / 5:.1f}", anchor="middle") for x in range(5)),
        text(40, 30, "不满意系数的绝对值：做不到会使多大比例的人不满"),
        text(680, 412, "满意系数：做到了能使多大比例的人更满意", anchor="end"),
    ]
    for name, (*counts, _) in SURVEY.items():
        better, worse = coefficients(*counts)
        x, y = axes.x(better), axes.y(-worse)
        across, up = half_width(better, ASKED), half_width(-worse, ASKED)
        parts += [
            axes.curve([(better - across, -worse), (better + across, -worse)], GREY),
            axes.curve([(better, -worse - up), (better, -worse + up)], GREY),
            f'<circle cx="{x}" cy="{y}" r="6" fill="{BLUE}"/>',
            text(x + 12, y + 26 if name == "手机远程启动" else y - 12, name, colour=BLUE),
        ]
    description = (
        "横轴为满意系数，纵轴为不满意系数的绝对值。开盖不流水在左上（0.27，0.82），内胆好清洗在右上"
        "（0.62，0.78），手机远程启动在右下（0.54，0.13），七色氛围灯在左下（0.19，0.10）；"
        "每点的十字为 95 % 抽样误差。"
    )
    return picture(428, "四项特性的满意系数与不满意系数", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"kano.svg": kano, "kano-survey.svg": survey}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    low, high = bounds(12, 0.99)
    rows = []
    for name, (*counts, kind) in SURVEY.items():
        better, worse = coefficients(*counts)
        shown = " | ".join(map(str, counts))
        rows.append(f"| {name} | {shown} | {better:.2f} | −{-worse:.2f} | {kind} |")
    return [
        f"0.99^{{12}}\\approx {0.99**12:.3f}",
        f"0.99^{{100}}\\approx {0.99**100:.3f}",
        f"在 {low:.2f} 与 {high:.2f} 之间",
        *rows,
        f"(8+46)/200={(8 + 46) / 200:.2f}",
        f"-(46+118)/200=-{(46 + 118) / 200:.2f}",
        f"±{half_width(0.5, ASKED):.2f}",
        f"{half_width(88 / 200, ASKED) * 200:.0f} 人",
    ]


KEYS = {"tqf-01-005": prod((0.92, 0.90, 0.95))}
