"""A contest seen by a learner: the time that is left, the points, the ranks."""

from fractions import Fraction

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, box, picture, text, thin

LIMIT, END = 60, 17 * 60
STARTED = {"别人": 15 * 60 + 30, "小周": 16 * 60 + 25}
RESULTS = (
    ("甲", 88, 31 * 60_000 + 8_204),
    ("小周", 84, 25 * 60_000 + 40_310),
    ("乙", 84, 25 * 60_000 + 40_310),
    ("丙", 84, 29 * 60_000 + 2_000),
    ("丁", 80, 18 * 60_000 + 15_077),
)


def deadline(start: int) -> int:
    """Return the minute of the day at which an attempt ends that began then."""
    return min(start + LIMIT, END)


def ranks() -> list[int]:
    """Return the rank of each result: one more than those who are better."""
    keys = [(-points, duration) for _, points, duration in RESULTS]
    return [1 + sum(other < key for other in keys) for key in keys]


def clock(milliseconds: int) -> str:
    """Write a duration as lists do."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 60:02d}:{seconds % 60:02d}.{rest:03d}"


def hour(minute: int) -> str:
    """Write a minute of the day as a clock shows it."""
    return f"{minute // 60}:{minute % 60:02d}"


def numbers() -> list[str]:
    """What the lesson prints."""
    whole = 18 * 4 + 3 * 4
    share = Fraction(4) * Fraction(2, 3)
    slower = (RESULTS[3][2] - RESULTS[1][2]) / 1000
    left = deadline(STARTED["小周"]) - STARTED["小周"]
    return [
        f"满分 {20 * 4 + 5 * 4} 分",
        f"单选对 18 题，{18 * 4} 分",
        f"| 全部选对才得分 | {3 * 4} | 0 | 0 | {whole} |",
        f"| {3 * 4} | 2 | 0 | {whole + 2} |",
        f"| {3 * 4} | {float(share):.3f} | 0 | {float(whole + share):.3f} |",
        f"本该到 {hour(STARTED['小周'] + LIMIT)}",
        f"他只有 {left} 分钟",
        f"15:30 开始，可以用满 60 分钟，到 {hour(deadline(STARTED['别人']))}",
        *(
            f"| {name} | {points} | {clock(duration)} | {rank} |"
            for (name, points, duration), rank in zip(RESULTS, ranks(), strict=True)
        ),
        f"慢了 {slower:.3f} s",
    ]


def contest_times() -> str:
    """Draw the phases of a contest and, on its last afternoon, the time of two people."""
    axes = Axes(60, 660, 150, 330, 15 * 60, 17 * 60 + 30, 0, 1)
    phases = (
        ("报名中", "可以报名", INK),
        ("进行中", "报名、答题", BLUE),
        ("待公布", "等最后的卷评完", ORANGE),
        ("已公布", "看名次、看结果", GREEN),
    )
    parts = [
        *(
            box(24 + at * 172, 20, 156, 62, [name, what], colour=colour)
            for at, (name, what, colour) in enumerate(phases)
        ),
        text(60, 132, "最后一个下午", colour=GREY),
        f'<line x1="60" y1="330" x2="660" y2="330" stroke="{INK}" stroke-width="1.8"/>',
        *(
            text(axes.x(minute), 354, hour(minute), anchor="middle")
            for minute in range(15 * 60, 17 * 60 + 31, 30)
        ),
        thin(axes.x(END), 140, axes.x(END), 330),
        text(axes.x(END) + 6, 152, "答题结束", colour=ORANGE),
    ]
    for y, start, colour in ((178, STARTED["别人"], BLUE), (250, STARTED["小周"], ORANGE)):
        end, full = deadline(start), start + LIMIT
        parts.append(
            f'<rect x="{axes.x(start)}" y="{y}" width="{axes.x(end) - axes.x(start):.1f}" '
            f'height="44" fill="#f7f9fb" stroke="{colour}" stroke-width="2"/>'
        )
        words = f"{end - start} 分钟"
        parts.append(
            text((axes.x(start) + axes.x(end)) / 2, y + 28, words, anchor="middle", colour=colour)
        )
        parts.append(
            text(axes.x(start) - 8, y + 28, f"{hour(start)} 开始", anchor="end", colour=colour)
        )
        if full > end:
            parts.append(
                f'<rect x="{axes.x(end)}" y="{y}" width="{axes.x(full) - axes.x(end):.1f}" '
                f'height="44" fill="none" stroke="{GREY}" stroke-width="1.6" stroke-dasharray="6 5"/>'
            )
            parts.append(text(axes.x(full) - 6, y + 28, "用不上", anchor="end", colour=GREY))
    description = (
        "上方四个方框依次为报名中、进行中、待公布、已公布。下方为最后一个下午：15:30 开始的人用满 60 分钟，到 16:30；"
        "16:25 开始的人到 17:00 答题结束为止，35 分钟，其余 25 分钟用不上。"
    )
    return picture(372, "竞赛的阶段与两个人的作答时间", description, parts)


FIGURES = {"contest-times.svg": contest_times}
KEYS = {"fst-01-001": min(17 * 60 + 32 + 45, 18 * 60) - (17 * 60 + 32)}
