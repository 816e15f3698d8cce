"""Which movement of a tracking curve is a signal, and how many alarms of a listener are true."""

from math import sqrt

from drawing import BLUE, GREY, INK, ORANGE, Axes, dot, picture, text, thin

ASKED, CENTRE = 400, 0.24
COUNTS = (94, 101, 91, 94, 82, 88, 82, 79, 90, 82, 86, 80)  # of 400 a month, months 13 to 24
FIRST = 13
WEIGHT, WIDTH = 0.2, 2.86  # a false alarm in some 370 months (Lucas and Saccucci, 1990)
SENSITIVITY, FALSE_ALARM, BAD = 0.85, 0.05, 0.04
POSTS = 5_000

SHARES = [count / ASKED for count in COUNTS]
SIGMA = sqrt(CENTRE * (1 - CENTRE) / ASKED)
UPPER, LOWER = CENTRE + 3 * SIGMA, CENTRE - 3 * SIGMA


def smoothed() -> list[float]:
    """Return the exponentially weighted moving average of each month."""
    values, last = [], CENTRE
    for share in SHARES:
        last = WEIGHT * share + (1 - WEIGHT) * last
        values.append(last)
    return values


def limit(step: int) -> float:
    """Return the lower limit of the average after so many months."""
    spread = SIGMA * sqrt(WEIGHT / (2 - WEIGHT) * (1 - (1 - WEIGHT) ** (2 * step)))
    return CENTRE - WIDTH * spread


AVERAGES = smoothed()
LIMITS = [limit(step) for step in range(1, len(COUNTS) + 1)]
ALARM = next(at for at, (mean, low) in enumerate(zip(AVERAGES, LIMITS, strict=True)) if mean < low)


def run_below(length: int = 9) -> int:
    """Return the place of the month that ends the first run of this length below the centre."""
    run = 0
    for at, share in enumerate(SHARES):
        run = run + 1 if share < CENTRE else 0
        if run == length:
            return at
    raise AssertionError(length)


def flagged() -> tuple[float, float]:
    """Return the share that the listener calls bad, and the share of those that are."""
    true, false = BAD * SENSITIVITY, (1 - BAD) * FALSE_ALARM
    return true + false, true / (true + false)


def numbers() -> list[str]:
    """What the lesson prints."""
    share, right = flagged()
    change = sqrt(2) * SIGMA
    last = sum(COUNTS[-4:]) / (4 * ASKED)
    return [
        f"\\approx {SIGMA:.4f}$$",
        f"{100 * LOWER:.1f} %～{100 * UPPER:.1f} %",
        f"±{196 * change:.1f} 个百分点",
        *(
            f"| {month} | {count} | {100 * count / ASKED:.2f} | {100 * mean:.2f} | {100 * low:.2f} |"
            for month, count, mean, low in zip(
                range(FIRST, FIRST + len(COUNTS)), COUNTS, AVERAGES, LIMITS, strict=True
            )
        ),
        f"第 {FIRST + ALARM} 月",
        f"第 {FIRST + run_below()} 月",
        f"第 {FIRST + run_below(7)} 月",
        f"平均 {100 * last:.1f} %",
        f"{100 * share:.1f} %",
        f"{100 * right:.0f} %",
        f"{POSTS * BAD * SENSITIVITY:.0f} 条",
        f"{POSTS * (1 - BAD) * FALSE_ALARM:.0f} 条",
    ]


def tracking() -> str:
    """Draw the months with their limits, and the average that sees the slow fall."""
    axes = Axes(90, 690, 60, 330, 12.5, 24.5, 16, 32)
    months = range(FIRST, FIRST + len(COUNTS))
    alarm = FIRST + ALARM
    parts = [
        thin(90, axes.y(100 * CENTRE), 690, axes.y(100 * CENTRE), dash="1 0"),
        thin(90, axes.y(100 * UPPER), 690, axes.y(100 * UPPER)),
        thin(90, axes.y(100 * LOWER), 690, axes.y(100 * LOWER)),
        axes.frame(),
        *(text(82, axes.y(level) + 6, str(level), anchor="end") for level in (16, 20, 24, 28, 32)),
        *(text(axes.x(month), 354, str(month), anchor="middle") for month in months),
        text(24, 30, "首选率 / %"),
        text(690, 380, "月", anchor="end"),
        text(690, axes.y(100 * UPPER) - 8, f"上限 {100 * UPPER:.1f}", anchor="end", colour=GREY),
        text(98, axes.y(100 * LOWER) - 8, f"下限 {100 * LOWER:.1f}", colour=GREY),
        axes.curve(
            [(month, 100 * share) for month, share in zip(months, SHARES, strict=True)], GREY
        ),
        axes.curve(
            [(month, 100 * mean) for month, mean in zip(months, AVERAGES, strict=True)], BLUE
        ),
        axes.curve(
            [(month, 100 * low) for month, low in zip(months, LIMITS, strict=True)], ORANGE, "7 5"
        ),
        *(
            dot(axes.x(month), axes.y(100 * share), GREY, radius=4, is_hollow=True)
            for month, share in zip(months, SHARES, strict=True)
        ),
        dot(axes.x(alarm), axes.y(100 * AVERAGES[ALARM]), BLUE),
        text(150, 30, "各月（圆圈）", colour=GREY),
        text(270, 30, "加权平均（粗点报警）", colour=BLUE),
        text(460, 30, "加权平均的下限（虚线）", colour=ORANGE),
        text(90, 380, f"第 {alarm} 月，加权平均低于下限", colour=INK),
    ]
    told = (
        f"横轴为第 13 至 24 月，纵轴为首选率。各月的点都在 {100 * LOWER:.1f} 与 {100 * UPPER:.1f} 之间；"
        f"加权平均由 24 慢慢下降，第 {alarm} 月低于它的下限 {100 * LIMITS[ALARM]:.1f}。"
    )
    return picture(396, "首选率的月度监测图", told, parts)


FIGURES = {"tracking.svg": tracking}
KEYS = {
    "bm-03-001": 100 * (0.30 - 3 * sqrt(0.30 * 0.70 / 525)),
    "bm-03-003": 100 * 0.02 * 0.9 / (0.02 * 0.9 + 0.98 * 0.04),
}
