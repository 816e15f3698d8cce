"""How many trials stand behind a claim, and what a campaign added where it ran."""

from math import ceil, comb, log, sqrt
from statistics import fmean, stdev

from drawing import BLUE, GREEN, GREY, INK, ORANGE, Axes, dot, picture, spaced, text, thin

CLAIMED, CONFIDENCE = 0.90, 0.95
TRIED, FAILED = 60, 3
# Growth of eight weeks in per cent: the town with the campaign and its twin without
PAIRS = (
    (9.1, 1.6), (4.8, 2.9), (12.4, 3.5), (2.2, 3.8), (8.7, 0.4),
    (6.9, 2.1), (3.1, -1.2), (10.6, 5.0), (1.5, 2.7), (7.7, 1.2),
)  # fmt: skip
T95 = 2.262  # two-sided 95 %, nine degrees of freedom
BASE, MARGIN, COST, ATTRIBUTED = 2_400, 0.35, 60, 310  # ten thousand yuan


def chance(trials: int, failures: int, share: float) -> float:
    """Return the chance of so few failures or fewer when the share that succeeds is this."""
    return sum(
        comb(trials, each) * (1 - share) ** each * share ** (trials - each)
        for each in range(failures + 1)
    )


def needed(failures: int) -> int:
    """Return the fewest trials that prove the claim with so many failures."""
    trials = failures + 1
    while chance(trials, failures, CLAIMED) > 1 - CONFIDENCE:
        trials += 1
    return trials


def lower(trials: int, failures: int) -> float:
    """Return the one-sided lower limit of the share that succeeds, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if chance(trials, failures, middle) > 1 - CONFIDENCE:
            high = middle
        else:
            low = middle
    return low


def creeping(failures: int) -> float:
    """Return the chance of a false pass when people are added after each failure up to this one."""
    tried, passed, open_cases = 0, 0.0, {0: 1.0}  # failures so far and the chance of going on
    for allowed in range(failures + 1):
        added = needed(allowed) - tried
        grown: dict[int, float] = {}
        for seen, share in open_cases.items():
            for new in range(added + 1):
                likely = comb(added, new) * (1 - CLAIMED) ** new * CLAIMED ** (added - new)
                grown[seen + new] = grown.get(seen + new, 0.0) + share * likely
        passed += sum(share for seen, share in grown.items() if seen <= allowed)
        open_cases = {seen: share for seen, share in grown.items() if seen > allowed}
        tried += added
    return passed


DIFFERENCES = [run - twin for run, twin in PAIRS]
LIFT = fmean(DIFFERENCES)
ERROR = stdev(DIFFERENCES) / sqrt(len(DIFFERENCES))
LOW, HIGH = LIFT - T95 * ERROR, LIFT + T95 * ERROR


def gained(lift: float) -> float:
    """Return the margin that a lift in per cent brings, in ten thousand yuan."""
    return BASE * lift / 100 * MARGIN


def numbers() -> list[str]:
    """What the lesson prints."""
    return [
        f"{log(1 - CONFIDENCE) / log(CLAIMED):.1f}",
        *(f"| {failures} | {needed(failures)} |" for failures in range(4)),
        f"由 {100 * creeping(0):.0f} % 升到 {100 * creeping(3):.0f} %",
        f"下限只有 {100 * lower(TRIED, FAILED):.1f} %",
        *(
            f"| {at} | {run:.1f} | {twin:.1f} | {run - twin:.1f} |".replace("-", "−")
            for at, (run, twin) in enumerate(PAIRS, start=1)
        ),
        f"平均差 {LIFT:.1f} 个百分点",
        f"标准差 {stdev(DIFFERENCES):.2f}",
        f"{LOW:.1f}～{HIGH:.1f}\\ \\text{{个百分点}}$$",
        f"={BASE * LIFT / 100:.0f}$ 万元",
        f"毛利 {gained(LIFT):.0f} 万元",
        f"{gained(LOW):.0f}～{gained(HIGH):.0f} 万元",
        f"{ATTRIBUTED / COST:.1f} 倍",
        f"比上年增长 {fmean(run for run, _ in PAIRS):.1f} %",
        f"{100 * COST / (BASE * MARGIN):.1f} 个百分点",
        f"{BASE * LIFT / 100 / COST:.1f} 倍",
        spaced(BASE),
    ]


def pairs() -> str:
    """Draw each pair of towns as two points joined by a line."""
    axes = Axes(90, 690, 60, 330, 0.5, 10.5, -2, 14)
    parts = [
        *(thin(90, axes.y(level), 690, axes.y(level)) for level in (4, 8, 12)),
        thin(90, axes.y(0), 690, axes.y(0), dash="1 0"),
        *(text(82, axes.y(level) + 6, str(level), anchor="end") for level in (0, 4, 8, 12)),
        text(24, 30, "八周销售额增长 / %"),
        dot(360, 24, BLUE),
        text(374, 30, "有投放", colour=BLUE),
        dot(480, 24, GREY, is_hollow=True),
        text(494, 30, "配对的对照", colour=GREY),
        text(690, 382, "城市对", anchor="end"),
    ]
    for at, (run, twin) in enumerate(PAIRS, start=1):
        x, colour = axes.x(at), GREEN if run > twin else ORANGE
        parts += [
            (
                f'<line x1="{x}" y1="{axes.y(twin)}" x2="{x}" y2="{axes.y(run)}" stroke="{colour}" '
                f'stroke-width="4"/>'
            ),
            dot(x, axes.y(run), BLUE),
            dot(x, axes.y(twin), GREY, is_hollow=True),
            text(x, 356, str(at), anchor="middle", colour=INK),
        ]
    parts.append(text(90, 382, f"平均差 {LIFT:.1f} 个百分点", colour=INK))
    behind = "、".join(str(at) for at, (run, twin) in enumerate(PAIRS, start=1) if run < twin)
    told = (
        "横轴为十对城市，纵轴为八周销售额增长的百分数；每对有两点，实心为有投放，空心为对照，以竖线相连。"
        f"除第 {behind} 对外，有投放的都高于对照，平均高 {LIFT:.1f} 个百分点。"
    )
    return picture(398, "十对城市的增长", told, parts)


FIGURES = {"pairs.svg": pairs}
KEYS = {
    "bm-02-002": ceil(log(0.05) / log(0.95)),
    "bm-02-004": 100 * 45 / (1_500 * 0.30),
}
