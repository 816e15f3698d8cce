"""What the lesson on digital quality says of an inspecting camera, its proof and of alarms."""

from math import ceil, comb, log
from statistics import NormalDist

from drawing import BLUE, GREEN, ORANGE, Axes, dot, picture, spaced, text, thin

PIECES, SHARE, APART = 100_000, 0.008, 3.0
ESCAPE, REJECT, WAN = 300, 4, 10_000
GOOD, BAD = NormalDist(0, 1), NormalDist(APART, 1)
LOW, HIGH = 0.9, 2.5


def escapes(threshold: float) -> float:
    """Return the bad pieces let through in a month."""
    return PIECES * SHARE * BAD.cdf(threshold)


def rejects(threshold: float) -> float:
    """Return the good pieces thrown out in a month."""
    return PIECES * (1 - SHARE) * (1 - GOOD.cdf(threshold))


def cost(threshold: float) -> float:
    """Return what both cost in a month, in 10 000 yuan."""
    return (escapes(threshold) * ESCAPE + rejects(threshold) * REJECT) / WAN


def best(escape: float = ESCAPE, share: float = SHARE) -> float:
    """Return the threshold of the least cost, where the two costs of one step are equal."""
    ratio = PIECES * (1 - share) * REJECT / (PIECES * share * escape)
    return (log(ratio) + APART**2 / 2) / APART


def row(threshold: float) -> str:
    """Return a threshold's row of the table."""
    missed, thrown = escapes(threshold), rejects(threshold)
    found = PIECES * SHARE - missed
    right = (PIECES - missed - thrown) / PIECES
    return (
        f"| {missed / PIECES / SHARE * 100:.1f} % | {thrown / PIECES / (1 - SHARE) * 100:.1f} % | "
        f"{spaced(missed)} | {spaced(thrown)} | {found / (found + thrown) * 100:.0f} % | "
        f"{right * 100:.1f} % | {cost(threshold):.1f} |"
    )


def proof(misses: int, limit: float = 0.05, confidence: float = 0.95) -> int:
    """Return how many bad pieces show that no more than `limit` are missed, with so many misses."""
    size = misses + 1
    while (
        sum(comb(size, k) * limit**k * (1 - limit) ** (size - k) for k in range(misses + 1))
        > 1 - confidence
    ):
        size += 1
    return size


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    points = 200 * 6 * 20
    return [
        *(row(threshold) for threshold in (LOW, best(), HIGH)),
        f"{best():.2f}",
        f"{best(escape=3000):.2f}",
        f"{best(share=0.002):.2f}",
        f"{(1 - SHARE) * 100:.1f} %",
        *(f"{proof(misses)} 件" for misses in range(3)),
        f"{(1 - 0.05 ** (1 / 30)) * 100:.1f} %",
        f"{spaced(points)} 个点",
        f"{points * 0.0027:.0f} 次",
        f"{points / 92:.0f} 次",
    ]


def curves() -> str:
    """The two costs of an inspecting camera and their sum, against its threshold."""
    axes = Axes(80, 670, 50, 330, 0, 3.5, 0, 12)
    steps = [at / 50 for at in range(176)]
    falling = [(t, rejects(t) * REJECT / WAN) for t in steps if rejects(t) * REJECT / WAN <= 12]
    rising = [(t, escapes(t) * ESCAPE / WAN) for t in steps if escapes(t) * ESCAPE / WAN <= 12]
    low = best()
    parts = [
        *(thin(80, axes.y(level), 670, axes.y(level)) for level in (3, 6, 9, 12)),
        axes.frame(),
        axes.curve(falling, ORANGE, "9 5"),
        axes.curve(rising, BLUE, "3 4"),
        axes.curve(((t, cost(t)) for t in steps if cost(t) <= 12), GREEN),
        thin(axes.x(low), axes.y(cost(low)), axes.x(low), 330),
        dot(axes.x(low), axes.y(cost(low)), GREEN),
        *(text(70, axes.y(level) + 6, str(level), anchor="end") for level in range(0, 13, 3)),
        *(text(axes.x(at), 353, f"{at:.0f}", anchor="middle") for at in range(4)),
        text(80, 34, "费用 / 万元每月"),
        text(670, 382, "判废的界限（分数越高越像缺陷）", anchor="end"),
        text(axes.x(low), axes.y(7.1), f"界限 {low:.2f}", anchor="middle", colour=GREEN),
        text(axes.x(low), axes.y(6.2) + 2, f"合计 {cost(low):.1f}", anchor="middle", colour=GREEN),
        text(axes.x(2.6), axes.y(1.5), "误剔的费用", colour=ORANGE),
        text(axes.x(1.95), axes.y(10.4), "合计", anchor="start", colour=GREEN),
        thin(axes.x(2.2), axes.y(10.2), axes.x(2.78), axes.y(9.9)),
        text(axes.x(3.45), axes.y(6.7), "漏检的费用", anchor="end", colour=BLUE),
    ]  # fmt: skip
    description = (
        "横轴为判废的界限，0 到 3.5；纵轴为每月费用，0 到 12 万元。误剔的费用随界限升高而下降，漏检的费用随界限升高而上升，"
        f"合计在界限 {low:.2f} 处最低，为 {cost(low):.1f} 万元。"
    )
    return picture(398, "界限往哪边移，看两种错各要多少钱", description, parts)


def _true_share() -> float:
    found = 50_000 * 0.01 * 0.96
    return found / (found + 50_000 * 0.99 * 0.02) * 100


FIGURES = {"threshold.svg": curves}
KEYS = {
    "cqoc-11-001": _true_share(),
    "cqoc-11-002": 150 * 16 * 60 / 15 * 0.0027,
    "cqoc-11-003": ceil(log(0.05) / log(0.98)),
}
