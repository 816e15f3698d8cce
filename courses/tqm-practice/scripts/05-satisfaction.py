"""The survey: how exact a share is, whether two years differ, who does not answer, what first."""

from math import sqrt

from drawing import BLUE, INK, ORANGE, Axes, dot, picture, text

LAST, NOW, SENT = (86, 110), (98, 120), 400
CALLED = 23, 36
# importance and satisfaction, %
ITEMS = {
    "到场及时": (62, 88),
    "一次修好": (91, 64),
    "配件价格": (70, 61),
    "能效": (86, 90),
    "外观": (25, 92),
    "说明书": (38, 58),
}
HALFWAY = 75, 60


def half_width(*shares: tuple[int, int]) -> float:
    """Return half the 95 % interval of a share, or of the difference of two, in %."""
    parts = [(yes / asked, asked) for yes, asked in shares]
    return 196 * sqrt(sum(p * (1 - p) / n for p, n in parts))


def whole(silent: float) -> float:
    """Return the share of all in %, if this is the share of those who do not answer."""
    answered = NOW[1] / SENT
    return 100 * (answered * NOW[0] / NOW[1] + (1 - answered) * silent)


def importance() -> str:
    """Six items on importance and satisfaction; what is important and poor is looked at first."""
    axes = Axes(90, 690, 30, 370, 50, 100, 0, 100)
    middle, level = axes.x(HALFWAY[0]), axes.y(HALFWAY[1])
    zones = (
        (90, 30, middle, level, "#fbe3dd"),
        (middle, 30, 690, level, "#d9efe0"),
        (90, level, middle, 370, "#fdf1d0"),
        (middle, level, 690, 370, "#f1f3f5"),
    )
    parts = [
        f'<rect x="{x1}" y="{y1}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}" fill="{fill}" '
        f'stroke="{INK}"/>'
        for x1, y1, x2, y2, fill in zones
    ]
    for name, (wanted, pleased) in ITEMS.items():
        is_first = wanted > HALFWAY[1] and pleased < HALFWAY[0]
        x, y = axes.x(pleased), axes.y(wanted)
        parts.append(dot(x, y, ORANGE if is_first else BLUE))
        parts.append(text(x + 12, y - 4 if name == "到场及时" else y + 6, name))
    parts += [
        text(100, 52, "先查", colour=ORANGE),
        text(middle + 10, 52, "保持"),
        text(100, 360, "随后"),
        text(middle + 10, 360, "不必再加"),
        *(text(axes.x(v), 392, f"{v} %", anchor="middle") for v in (50, 75, 100)),
        text(middle, 420, "满意率", anchor="middle"),
        *(text(82, axes.y(v) + 6, f"{v} %", anchor="end") for v in (0, 60, 100)),
        text(82, 110, "重要度", anchor="end"),
    ]
    description = (
        "横轴满意率 50 % 到 100 %，纵轴重要度 0 到 100 %，分界线为 75 % 和 60 %。左上区“先查”：一次修好、配件价格；"
        "右上区“保持”：能效、到场及时；左下区“随后”：说明书；右下区“不必再加”：外观。"
    )
    return picture(436, "六项的重要度与满意率", description, parts)


FIGURES = {"importance.svg": importance}


def numbers() -> list[str]:
    """What the lesson prints."""
    now, last = NOW[0] / NOW[1], LAST[0] / LAST[1]
    change, half = 100 * (now - last), half_width(LAST, NOW)
    needed = now * (1 - now) * (1.96 / 0.03) ** 2
    asked = CALLED[0] / CALLED[1]
    return [
        f"={100 * now:.1f}\\,\\%\\pm {half_width(NOW):.1f}\\,\\%",
        f"={change:.1f}\\,\\%$",
        f"{change:.1f}\\,\\%\\pm {half:.1f}\\,\\%",
        f"从约 −{half - change:.1f} % 到 {half + change:.1f} %",
        f"样本约要 {10 * round(needed / 10)} 份",
        f"没有收回的 {SENT - NOW[1]} 份",
        f"回收率只有 {100 * NOW[1] / SENT:.0f} %",
        f"约为 {whole(0.8):.1f} %",
        f"只有约 {whole(0.6):.1f} %",
        f"占 {100 * asked:.1f} %",
        f"全体约为 {whole(asked):.1f} %",
        *(f"| {name} | {wanted} % | {pleased} % |" for name, (wanted, pleased) in ITEMS.items()),
    ]


KEYS = {"tqp-05-001": 196 * sqrt(0.8 * 0.2 / 400)}
