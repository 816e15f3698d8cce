"""The shift of the press: three factors and their product, the hidden loss, quicker change."""

from math import sqrt

from drawing import BLUE, GREEN, INK, ORANGE, picture, text, thin

LOAD, CHANGES, BROKEN = 450, 42, 33
CYCLE, MADE, BAD = 0.5, 615, 18
SEEN, LOOKS = 26, 200
MOVED_OUT = 15 + 9


def factors(stopped: float = CHANGES + BROKEN) -> tuple[float, float, float]:
    """Return availability, performance and quality; those of the shift unless less is stopped."""
    run = LOAD - CHANGES - BROKEN
    return (LOAD - stopped) / LOAD, MADE * CYCLE / run, (MADE - BAD) / MADE


def oee(stopped: float = CHANGES + BROKEN) -> float:
    """Return the product of the three."""
    available, speed, good = factors(stopped)
    return available * speed * good


def slow() -> float:
    """Return the minutes lost to short stops and to low speed."""
    return LOAD - CHANGES - BROKEN - MADE * CYCLE


def share() -> tuple[float, float]:
    """Return the share of looks that found the press in a short stop, half its 95 % interval."""
    p = SEEN / LOOKS
    return p, 1.96 * sqrt(p * (1 - p) / LOOKS)


def where_time_goes() -> str:
    """Four bars, each what is left of the one above, and what was lost."""
    left, scale = 120, 1.28
    run = LOAD - CHANGES - BROKEN
    net = MADE * CYCLE
    good = (MADE - BAD) * CYCLE
    available, speed, quality = factors()
    rows = (
        (30, "负荷时间", LOAD, f"{LOAD} min", ()),
        (
            100,
            "运行时间",
            run,
            f"{run} min（A＝{available:.3f}）",
            (("换型", CHANGES), ("故障", BROKEN)),
        ),
        (170, "净运行时间", net, f"{net} min（P＝{speed:.3f}）", (("短停、降速", slow()),)),
        (240, "合格品时间", good, f"{good} min（Q＝{quality:.3f}）", (("", BAD * CYCLE),)),
    )
    parts = []
    for y, name, minutes, words, losses in rows:
        colour, fill = (GREEN, "#d9efe0") if name == "合格品时间" else (BLUE, "#eaf2fb")
        x = left + minutes * scale
        parts += [
            text(left - 10, y + 28, name, anchor="end"),
            (
                f'<rect x="{left}" y="{y}" width="{minutes * scale:.1f}" height="44" fill="{fill}" '
                f'stroke="{colour}" stroke-width="2"/>'
            ),
            text(round(left + minutes * scale / 2, 1), y + 28, words, anchor="middle"),
        ]
        for lost, amount in losses:
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{amount * scale:.1f}" height="44" '
                f'fill="#fdf1e7" stroke="{ORANGE}" stroke-width="2"/>'
            )
            middle = round(x + amount * scale / 2, 1)
            if lost:
                parts.append(text(middle, y + 20, lost, anchor="middle"))
                parts.append(text(middle, y + 38, f"{amount:g}", anchor="middle"))
            x += amount * scale
    parts += [
        thin(left + run * scale, 144, left + run * scale, 170),
        thin(left + net * scale, 214, left + net * scale, 240),
        text(712, 198, "最大、无记录", anchor="end", colour=ORANGE),
        text(round(left + net * scale + 10, 1), 268, f"不合格 {BAD * CYCLE:g}", colour=INK),
        text(left, 314, f"OEE＝{good} ÷ {LOAD} ≈ {oee():.3f}"),
    ]
    description = (
        "四条横条逐级变短：负荷时间 450 分钟；扣除换型 42 分钟和故障 33 分钟，运行时间 375 分钟；"
        "扣除短停与降速 67.5 分钟，净运行时间 307.5 分钟；扣除不合格 9 分钟，做出合格品的时间 298.5 分钟。"
    )
    return picture(330, "冲床一个班的时间去向", description, parts)


FIGURES = {"oee.svg": where_time_goes}


def numbers() -> list[str]:
    """What the lesson prints."""
    available, speed, good = factors()
    seen, half = share()
    after = oee(CHANGES + BROKEN - MOVED_OUT)
    return [
        f"={available:.3f},",
        f"={speed:.3f},",
        f"={good:.3f}$$",
        f"\\approx {oee():.3f}$$",
        f"\\frac{{{MADE - BAD}\\times 0.5}}{{450}}",
        f"$375-307.5={slow()}$",
        f"={100 * seen:.0f}\\,\\%\\pm {100 * half:.1f}\\,\\%",
        f"约 {seen * 375:.0f} min",
        f"约 {slow() - seen * 375:.0f} min",
        f"只有 {CHANGES - MOVED_OUT} min",
        f"\\approx {MOVED_OUT / CYCLE * speed * good:.0f}\\ \\text{{件}}",
        f"升到约 {after:.3f}",
    ]


KEYS = {"tqp-02-001": 100 * (320 / 400) * (360 * 0.8 / 320) * (342 / 360)}
