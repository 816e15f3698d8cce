"""The project of the spare-parts store: its strata, its target, its causes, its effect."""

from math import exp, sqrt

from drawing import BLUE, GREY, INK, ORANGE, picture, spaced, text

LINES, ERRORS = 42_000, 189
KINDS = {"发错型号": 121, "数量错": 38, "漏发": 19, "单据错": 11}
NEIGHBOUR, SKIPPED = 92, 61
LINES_AFTER, ERRORS_AFTER, NEIGHBOUR_AFTER = 43_500, 118, 22
ELSEWHERE = 0.55e-3
TIRED = (20, 8_800)


def per_mille(errors: float, lines: float) -> float:
    """Return errors a thousand lines."""
    return 1000 * errors / lines


def half_width(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return half the 95 % interval of a difference of two shares, per mille."""
    shares = [(errors / lines, lines) for errors, lines in (first, second)]
    return 1000 * 1.96 * sqrt(sum(p * (1 - p) / n for p, n in shares))


def worth() -> tuple[float, float, float, float]:
    """Return errors saved, their cost, the cost of the longer picking, and what is left (yuan)."""
    saved = ERRORS / LINES * LINES_AFTER - ERRORS_AFTER
    longer = LINES_AFTER * 3 / 3600 * 45
    return saved, saved * 260, longer, saved * 260 - 8_600 - longer


def numbers() -> list[str]:
    """What the lesson prints."""
    wrong = KINDS["发错型号"]
    aimed = round(LINES * ELSEWHERE)
    new, old = TIRED, (NEIGHBOUR - TIRED[0], LINES - TIRED[1])
    saved, cost, longer, left = worth()
    other, other_after = ERRORS - NEIGHBOUR, ERRORS_AFTER - NEIGHBOUR_AFTER
    return [
        f"差错 {ERRORS} 个，即 {per_mille(ERRORS, LINES):.2f} ‰",
        f"| 发错型号 {wrong} | {100 * wrong / ERRORS:.1f} % |",
        f"其余 {wrong - NEIGHBOUR} | 相邻错拿 {NEIGHBOUR} | {100 * NEIGHBOUR / wrong:.1f} % |",
        f"扫过码的 {NEIGHBOUR - SKIPPED} | 跳过扫码 {SKIPPED} | {100 * SKIPPED / NEIGHBOUR:.1f} % |",
        f"占全部的 {100 * NEIGHBOUR / ERRORS:.1f} %",
        f"92 个会变成约 {aimed} 个，少 {NEIGHBOUR - aimed} 个",
        f"\\approx {per_mille(ERRORS - NEIGHBOUR + aimed, LINES):.2f}\\,‰$$",
        (
            f"| {per_mille(SKIPPED, 8_400):.2f} ‰ "
            f"| {per_mille(NEIGHBOUR - SKIPPED, 33_600):.2f} ‰ | 要因 |"
        ),
        f"| {per_mille(*new):.2f} ‰ | {per_mille(*old):.2f} ‰ | 不是 |",
        f"| {per_mille(9, 4_100):.2f} ‰ | {per_mille(83, 37_900):.2f} ‰ | 不是 |",
        f"| {per_mille(81, 37_000):.2f} ‰ | {per_mille(11, 5_000):.2f} ‰ | 不是 |",
        f"| {per_mille(16, 5_000):.2f} ‰ | {per_mille(2, 5_000):.2f} ‰ | 要因 |",
        f"差别 {per_mille(*new) - per_mille(*old):.2f} ‰",
        f"\\pm {half_width(new, old):.2f}\\,‰$，横跨 0",
        f"只该有 {2_000 * 31 / 33_600:.1f} 个，一个不出的机会有 {exp(-2_000 * 31 / 33_600):.2f}",
        f"差错 {ERRORS_AFTER} 个，{per_mille(ERRORS_AFTER, LINES_AFTER):.2f} ‰",
        f"={per_mille(ERRORS, LINES) - per_mille(ERRORS_AFTER, LINES_AFTER):.2f}\\,‰",
        f"\\approx {half_width((ERRORS, LINES), (ERRORS_AFTER, LINES_AFTER)):.2f}\\,‰$$",
        f"由 {per_mille(NEIGHBOUR, LINES):.2f} ‰ 到 {per_mille(NEIGHBOUR_AFTER, LINES_AFTER):.2f} ‰",
        (
            f"由 {other} 个到 {other_after} 个，{per_mille(other, LINES):.2f} ‰ "
            f"对 {per_mille(other_after, LINES_AFTER):.2f} ‰"
        ),
        f"应有 {saved + ERRORS_AFTER:.2f} 个，实际 118 个，少 {saved:.2f} 个，合 {cost:.0f} 元",
        f"{LINES_AFTER * 3 / 3600:.2f} h，按 45 元/h 计 {longer:.0f} 元",
        f"净得 {left:.0f} 元",
    ]


def _bar(x: float, y: float, width: float, colour: str, fill: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{round(width, 1)}" height="34" fill="{fill}" '
        f'stroke="{colour}" stroke-width="1.8"/>'
    )


def circle_strata() -> str:
    """Draw the errors split layer by layer, and the same bar after the measures."""
    scale, left = 3.0, 110
    wrong = KINDS["发错型号"]
    parts = [text(100, 47, "全部", anchor="end")]
    at = float(left)
    for name, count in KINDS.items():
        first = name == "发错型号"
        parts.append(_bar(at, 25, count * scale, INK, "#fdf1e7" if first else "#eef1f4"))
        if count * scale > 90:
            parts.append(text(at + count * scale / 2, 48, f"{name} {count}", anchor="middle"))
        at += count * scale
    parts += [
        text(left + (wrong + 38 + 19 / 2) * scale, 80, "漏发 19", anchor="middle", colour=GREY),
        text(left + (ERRORS - 4) * scale, 100, "单据错 11", anchor="middle", colour=GREY),
        text(100, 142, "发错型号", anchor="end"),
        _bar(left, 120, NEIGHBOUR * scale, ORANGE, "#fde3cf"),
        _bar(left + NEIGHBOUR * scale, 120, (wrong - NEIGHBOUR) * scale, INK, "#eef1f4"),
        text(left + NEIGHBOUR * scale / 2, 143, f"拿成相邻的相似件 {NEIGHBOUR}", anchor="middle"),
        text(left + (NEIGHBOUR + 14.5) * scale, 143, "其余 29", anchor="middle"),
        text(left, 182, "症结", colour=ORANGE),
        (
            f'<path d="M {left} 59 L {left} 120 M {left + wrong * scale} 59 L {left + wrong * scale} 120" '
            f'stroke="{GREY}" stroke-width="1.2" stroke-dasharray="4 4"/>'
        ),
        text(
            20,
            222,
            f"每万行的差错：改进前 {1e4 * ERRORS / LINES:.1f}，改进后 {1e4 * ERRORS_AFTER / LINES_AFTER:.1f}",
        ),
    ]
    for y, name, bad, total, lines in (
        (240, "改进前", NEIGHBOUR, ERRORS, LINES),
        (288, "改进后", NEIGHBOUR_AFTER, ERRORS_AFTER, LINES_AFTER),
    ):
        near, rest = 1e4 * bad / lines, 1e4 * (total - bad) / lines
        parts += [
            text(100, y + 22, name, anchor="end"),
            _bar(left, y, rest * 12, BLUE, "#eaf2fb"),
            _bar(round(left + rest * 12, 1), y, near * 12, ORANGE, "#fde3cf"),
            text(left + rest * 6, y + 23, f"其余各类 {rest:.1f}", anchor="middle", colour=BLUE),
            text(
                round(left + (rest + near / 2) * 12, 1),
                y + 23,
                f"相邻错拿 {near:.1f}" if near > 10 else f"{near:.1f}",
                anchor="middle",
                colour=ORANGE,
            ),
        ]
    description = (
        f"上方：{spaced(LINES)} 行中差错 189 个，发错型号 121，数量错 38，漏发 19，单据错 11；"
        "发错型号里拿成相邻相似件的 92 个是症结。下方：每万行差错由 45.0 降到 27.1，"
        "其中相邻错拿由 21.9 降到 5.1，其余由 23.1 变为 22.1。"
    )
    return picture(340, "189 个差错分层到症结，以及改进前后", description, parts)


FIGURES = {"circle-strata.svg": circle_strata}
KEYS = {"tqp-07-001": 100 * (750 - 420 + 25_000 * 0.0048) / 25_000}
