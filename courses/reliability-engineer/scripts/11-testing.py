"""Lesson 11: what screening leaves, how a prototype grows, what a compliance test can tell."""

from collections.abc import Callable
from math import exp, factorial, log
from statistics import linear_regression

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, dot, picture, text, thin

DEFECTS, SHAKE, CYCLES, SEEN, UNITS = 0.20, 0.5, 0.8, 0.9, 1000
FAILED, STOPPED = (9, 22, 55, 80, 148, 190, 286, 375, 470, 620, 765, 930), 1000
LOWER, UPPER, RISK = 60, 180, 0.2


def left_after(*strengths: float) -> float:
    """Return the defects a unit still has after screens of these strengths."""
    rest = DEFECTS
    for strength in strengths:
        rest *= 1 - strength * SEEN
    return rest


def duane() -> tuple[float, float]:
    """Return the slope of the line of the cumulated MTBF and its level at 1 h."""
    line = linear_regression(
        [log(t) for t in FAILED], [log(t / n) for n, t in enumerate(FAILED, start=1)]
    )
    return line.slope, exp(line.intercept)


def instant(hours: float) -> float:
    """Return the MTBF the prototype has reached by then."""
    slope, level = duane()
    return level * hours**slope / (1 - slope)


def most_likely() -> tuple[float, float]:
    """Return the shape of greatest likelihood (power law process) and the MTBF at the end."""
    shape = len(FAILED) / sum(log(STOPPED / t) for t in FAILED)
    return shape, STOPPED / (len(FAILED) * shape)


def accepted(mtbf: float, hours: float, most: int) -> float:
    """Return the probability that a product of this MTBF passes the test."""
    mean = hours / mtbf
    return exp(-mean) * sum(mean**k / factorial(k) for k in range(most + 1))


def length(most: int, risk: float = RISK) -> float:
    """Return the hours at which a product of the lower MTBF passes with the given risk."""
    return solved(lambda hours: accepted(LOWER, hours, most) - risk, 0.0, 50.0 * LOWER)


def solved(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function is zero."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return low


def floor(hours: float, failures: int, risk: float = RISK) -> float:
    """Return the one-sided lower limit of the MTBF after a test by time."""
    return hours / solved(lambda mean: accepted(1, mean, failures) - risk, 0.0, 50.0)


def growth() -> str:
    """The failures of the prototype on the paper of Duane."""
    axes = Axes(80, 680, 40, 380, log(5), log(3000), log(5), log(400))
    slope, level = duane()
    line = [(log(t), log(level) + slope * log(t)) for t in (7, 2500)]
    above = [(x, y - log(1 - slope)) for x, y in line]
    marks = (5, 10, 20, 50, 100, 200, 400)
    parts = [
        *(thin(80, axes.y(log(m)), 680, axes.y(log(m))) for m in marks[1:]),
        axes.frame(),
        axes.curve(line, BLUE),
        axes.curve(above, ORANGE, "9 5"),
        *(
            dot(axes.x(log(t)), axes.y(log(t / n)), INK, is_hollow=True)
            for n, t in enumerate(FAILED, start=1)
        ),
        thin(axes.x(log(STOPPED)), 380, axes.x(log(STOPPED)), axes.y(log(instant(STOPPED)))),
        dot(axes.x(log(STOPPED)), axes.y(log(instant(STOPPED))), ORANGE),
        *(text(72, axes.y(log(m)) + 6, str(m), anchor="end") for m in marks),
        *(
            text(axes.x(log(t)), 404, words, anchor="middle")
            for t, words in (
                (10, "10"),
                (30, "30"),
                (100, "100"),
                (300, "300"),
                (1000, "1 000"),
                (3000, "3 000"),
            )
        ),
        text(20, 26, "MTBF / h（对数刻度）"),
        text(680, 432, "累计试验时间 / h（对数刻度）", anchor="end"),
        text(
            axes.x(log(STOPPED)) - 14,
            axes.y(log(instant(STOPPED))) - 12,
            f"瞬时 {instant(STOPPED):.0f} h",
            anchor="end",
            colour=ORANGE,
        ),
        text(axes.x(log(170)), axes.y(log(14)), f"累积，斜率 α＝{slope:.2f}", colour=BLUE),
    ]
    description = (
        "双对数坐标，横轴累计试验时间，纵轴 MTBF。十二个空心点大致在一条直线上，"
        f"斜率 {slope:.2f}；虚线为瞬时 MTBF，与实线平行而较高，1 000 h 处为 {instant(STOPPED):.0f} h。"
    )
    return picture(448, "样机的可靠性增长（杜安图）", description, parts)


def operating() -> str:
    """Probability of acceptance over the true MTBF for two plans."""
    axes = Axes(80, 680, 40, 360, 0, 300, 0, 1)
    plans = ((2, BLUE, ""), (0, GREEN, "9 5"), (5, ORANGE, "3 4"))
    parts = [
        *(thin(80, axes.y(p / 10), 680, axes.y(p / 10)) for p in (2, 4, 6, 8, 10)),
        axes.frame(),
        *(thin(axes.x(m), 360, axes.x(m), 40) for m in (LOWER, UPPER)),
        *(
            axes.curve([(m, accepted(m, length(c), c)) for m in range(8, 301, 4)], ink, dash)
            for c, ink, dash in plans
        ),
        *(
            dot(axes.x(m), axes.y(accepted(m, length(2), 2)), BLUE, is_hollow=True)
            for m in (LOWER, UPPER)
        ),
        *(text(72, axes.y(p / 10) + 6, f"{p / 10:.1f}", anchor="end") for p in range(0, 11, 2)),
        *(text(axes.x(m), 384, str(m), anchor="middle") for m in (0, 60, 120, 180, 240, 300)),
        text(20, 26, "接收概率"),
        text(680, 412, "真实的 MTBF / h", anchor="end"),
        '<rect x="392" y="226" width="290" height="96" fill="#ffffff"/>',
        text(axes.x(LOWER) + 6, 350, "最低可接受值", colour=GREY),
        text(axes.x(UPPER) + 6, 350, "规定值", colour=GREY),
    ]
    for at, (most, ink, dash) in enumerate(plans):
        level = 246 + 28 * at
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        parts += [
            f'<line x1="400" y1="{level}" x2="440" y2="{level}" stroke="{ink}" stroke-width="3"{dashes}/>',
            text(448, level + 6, f"{length(most):.0f} h，允许 {most} 次故障", colour=ink),
        ]
    description = (
        "横轴为真实的 MTBF，纵轴为接收概率。三条曲线在 60 h 处都是 0.2；允许 2 次故障的方案在 180 h 处为 "
        f"{accepted(180, length(2), 2):.2f}，零故障方案只有 {accepted(180, length(0), 0):.2f}，允许 5 次的为 "
        f"{accepted(180, length(5), 5):.2f}。"
    )
    return picture(430, "三个鉴定试验方案的接收概率", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"growth.svg": growth, "operating-curves.svg": operating}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    slope, level = duane()
    shape, reached = most_likely()
    goal = 150
    more = ((goal * (1 - slope)) / level) ** (1 / slope)
    return [
        f"{left_after(SHAKE):.2f}",
        f"{left_after(SHAKE, CYCLES):.4f}",
        f"{UNITS * DEFECTS:.0f} 个",
        f"{UNITS * left_after(SHAKE, CYCLES):.0f} 个",
        f"{UNITS * DEFECTS * (1 - SHAKE * 0.5) * (1 - CYCLES * 0.5):.0f} 个",
        *(
            f"| {n} | {t} | {t / n:.1f} |"
            for n, t in enumerate(FAILED, start=1)
            if n in (1, 4, 8, 12)
        ),
        f"\\alpha={slope:.2f}",
        f"{level:.2f}",
        f"{STOPPED / len(FAILED):.0f} h",
        f"{instant(STOPPED):.0f} h",
        f"{shape:.2f}",
        f"{reached:.0f} h",
        f"{round(more, -1):.0f} h",
        *(
            f"| {most} | {length(most):.0f} | {accepted(LOWER, length(most), most):.2f} | "
            f"{accepted(120, length(most), most):.2f} | {accepted(UPPER, length(most), most):.2f} |"
            for most in (0, 2, 5)
        ),
        f"{length(2) / LOWER:.2f}",
        f"{floor(length(2), 1):.0f} h",
        f"{floor(length(2), 2):.0f} h",
        f"{floor(length(2), 3):.0f} h",
        f"{accepted(instant(STOPPED), length(2), 2):.2f}",
        f"{length(0) / LOWER:.2f}",
    ]


KEYS = {
    "rec-11-002": 800 / 8 / (1 - 0.4),
    "rec-11-004": 0.3 * (1 - 0.6 * 0.9) * (1 - 0.7 * 0.9) * 500,
}
