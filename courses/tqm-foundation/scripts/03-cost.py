"""Lesson 3: two years of quality cost, what is not booked, four processes and their losses."""

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist

from drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, Axes, bar, dot, picture, spaced, text, thin

# 10,000 yuan: last year, this year
COSTS = {"预防": (16, 40), "鉴定": (56, 60), "内部失败": (152, 95), "外部失败": (96, 55)}
SALES = (8000, 8600)
LIMIT, LOSS = 0.05, 50.0
# name, standard deviation, distance of the mean from the target (mm); None: uniform
PROCESSES = (
    ("甲：正态，居中", 0.020, 0.0),
    ("乙：正态，偏移", 0.015, 0.020),
    ("丙：正态，居中", 0.015, 0.0),
    ("丁：公差内均匀分布", None, 0.0),
)


def total(year: int) -> int:
    """Return the cost of quality of a year."""
    return sum(each[year] for each in COSTS.values())


def factor(loss: float, distance: float) -> float:
    """Return k of the quadratic loss."""
    return loss / distance**2


def mean_loss(sigma: float, off: float) -> float:
    """Return the mean loss of an item of the shaft."""
    return factor(LOSS, LIMIT) * (sigma**2 + off**2)


def outside(sigma: float, off: float) -> float:
    """Return the share outside the limits of a normal process."""
    normal = NormalDist(off, sigma)
    return normal.cdf(-LIMIT) + 1 - normal.cdf(LIMIT)


def years() -> str:
    """The four columns of both years, one bar a year."""
    colours = (GREEN, BLUE, ORANGE, PURPLE)
    parts = []
    for year, (name, y) in enumerate((("上年", 70), ("本年", 190))):
        left = 100.0
        parts.append(text(88, y + 42, name, anchor="end"))
        for (kind, amounts), colour in zip(COSTS.items(), colours, strict=True):
            width = 1.75 * amounts[year]
            parts.append(bar(left, y, width, 64, colour))
            if width > 60:
                middle = left + width / 2
                parts.append(text(middle, y + 28, kind, anchor="middle", colour="#ffffff"))
                parts.append(
                    text(middle, y + 50, str(amounts[year]), anchor="middle", colour="#ffffff")
                )
            left += width
        parts.append(text(left + 8, y + 40, f"{total(year)}"))
    parts += [
        text(20, 34, "质量成本 / 万元"),
        bar(100, 290, 18, 18, GREEN),
        text(126, 305, "预防：16 → 40"),
        bar(270, 290, 18, 18, BLUE),
        text(296, 305, "鉴定：56 → 60"),
        text(440, 305, "失败：248 → 150", colour=ORANGE),
    ]
    description = (
        "两条横的堆叠条。上年合计 320 万元：预防 16、鉴定 56、内部失败 152、外部失败 96；"
        "本年合计 250 万元：预防 40、鉴定 60、内部失败 95、外部失败 55。"
    )
    return picture(326, "两年的质量成本", description, parts)


def loss() -> str:
    """The step of conforming or not, and the square of the distance."""
    axes = Axes(100, 600, 50, 340, -1.55, 1.55, 0, 1.5)
    curve = [(x / 20, (x / 20) ** 2) for x in range(-24, 25)]
    step = [(-1.5, 1), (-1, 1), (-1, 0.008), (1, 0.008), (1, 1), (1.5, 1)]
    parts = [
        (
            f'<rect x="{axes.x(-1)}" y="50" width="{axes.x(1) - axes.x(-1):.1f}" height="290" '
            'fill="#eaf6ee"/>'
        ),
        thin(axes.x(0), 212, axes.x(0), 340),
        thin(100, axes.y(1), 600, axes.y(1)),
        axes.frame(),
        axes.curve(step, ORANGE, "10 6"),
        axes.curve(curve, BLUE),
        dot(axes.x(0.97), axes.y(0.94), BLUE, is_hollow=True),
        dot(axes.x(1.03), axes.y(1.06), BLUE),
        text(30, 36, "单件损失 L"),
        text(90, axes.y(1) + 6, "A", anchor="end"),
        text(90, 346, "0", anchor="end"),
        text(axes.x(-1), 366, "m − Δ", anchor="middle"),
        text(axes.x(0), 366, "目标值 m", anchor="middle"),
        text(axes.x(1), 366, "m + Δ", anchor="middle"),
        text(612, 346, "特性值"),
        text(axes.x(0), 84, "实线：二次函数", anchor="middle", colour=BLUE),
        text(axes.x(0), 112, "虚线：台阶观点", anchor="middle", colour=ORANGE),
        text(axes.x(0), 204, "公差之内", anchor="middle", colour=GREEN),
        text(axes.x(1.12), 180, "空心点合格"),
        text(axes.x(1.12), 204, "实心点不合格"),
        text(axes.x(1.12), 228, "损失相差无几"),
        text(100, 402, "示意图：A 为特性值偏离 Δ 时一件产品造成的平均损失", colour=GREY),
    ]
    description = (
        "横轴为特性值，标出下公差限、目标值和上公差限；纵轴为单件损失。虚线台阶在公差内为零，出公差跳到 A；"
        "实线抛物线以目标值为最低点，在两个公差限处等于 A。上公差限内外相邻两点损失几乎相同。"
    )
    return picture(420, "台阶观点与二次质量损失函数", description, parts)


FIGURES: dict[str, Callable[[], str]] = {"cost-years.svg": years, "loss.svg": loss}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    rows = [
        f"| {kind} | {a} | {100 * a / total(0):.1f} % | {b} | {100 * b / total(1):.1f} % |"
        for kind, (a, b) in COSTS.items()
    ]
    failed = [COSTS["内部失败"][n] + COSTS["外部失败"][n] for n in (0, 1)]
    expected = SALES[1] * round(failed[0] / SALES[0], 3)
    gained = expected - failed[1]
    processes = []
    for name, sigma, off in PROCESSES:
        if sigma:
            out, shown, spread = f"{100 * outside(sigma, off):.2f} %", f"{sigma:.3f}", sigma
        else:
            spread = LIMIT / sqrt(3)
            out, shown = "0", f"{spread:.4f}"
        moved = f"{off:.3f}" if off else "0"
        processes.append(f"| {name} | {shown} | {moved} | {out} | {mean_loss(spread, off):.1f} |")
    saved = mean_loss(0.015, 0.020) - mean_loss(0.015, 0)
    return [
        f"一共 {failed[0]} 万元",
        *rows,
        f"| 合计 | {total(0)} | 100 % | {total(1)} | 100 % |",
        f"| {100 * total(0) / SALES[0]:.1f} % | — | {100 * total(1) / SALES[1]:.1f} % | — |",
        f"失败成本占 {100 * failed[0] / total(0):.1f} %",
        f"248/8\\,000={100 * failed[0] / SALES[0]:.1f}\\%",
        f"={expected:.1f}$ 万元",
        f"少 {gained:.1f} 万元",
        f"净得约 {gained - 28:.1f} 万元",
        f"300\\times 5\\%={300 * 0.05:.0f}",
        f"k=50/0.05^2={spaced(factor(LOSS, LIMIT)).replace(' ', ',').replace(',', chr(92) + ',')}",
        *processes,
        f"={mean_loss(0.015, 0.020):.1f}$ 元",
        f"每件少损失 {saved:.1f} 元",
        f"年产 5 万件即 {5 * saved:.0f} 万元",
    ]


KEYS = {"tqf-03-005": factor(40, 0.20) * (0.06**2 + 0.05**2)}
