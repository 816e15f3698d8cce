"""How likely an audit finds an old drawing, depending on where it looks."""

from math import comb

from drawing import BLUE, GREY, INK, ORANGE, Axes, picture, text, thin

IN_USE, CHANGED, OLD = 180, 24, 6
TAKEN, AIMED = 15, 12


def missed(total: int, bad: int, taken: int) -> float:
    """Return the chance that a sample without replacement holds none of the bad."""
    return comb(total - bad, taken) / comb(total, taken)


def needed(chance: float) -> int:
    """Return how many to draw at random from all, to find one with this chance."""
    return next(n for n in range(IN_USE) if 1 - missed(IN_USE, OLD, n) >= chance)


def fewer_than() -> int:
    """Return the least number of old drawings that fifteen good ones speak against at 95 %."""
    return next(bad for bad in range(IN_USE) if missed(IN_USE, bad, TAKEN) <= 0.05)


def numbers() -> list[str]:
    """What the lesson prints."""
    chance = missed(IN_USE, OLD, TAKEN)
    return [
        f"\\approx {chance:.3f}$$",
        f"发现问题的概率只有 {1 - chance:.3f}",
        f"15 份全对的机会仍有 {missed(IN_USE, 18, TAKEN):.3f}",
        f"旧图少于 {fewer_than()} 份，即不到 {100 * fewer_than() / IN_USE:.1f} %",
        f"得抽 {needed(0.95)} 份",
        f"\\approx {1 - missed(CHANGED, OLD, AIMED):.3f}$$",
        f"抽 8 份也有 {1 - missed(CHANGED, OLD, 8):.3f}",
    ]


def audit_sample() -> str:
    """Draw the chance of finding an old drawing against the number drawn, for two ways to look."""
    axes = Axes(80, 680, 40, 330, 0, 80, 0, 1)
    everywhere = [(n, 1 - missed(IN_USE, OLD, n)) for n in range(81)]
    aimed = [(n, 1 - missed(CHANGED, OLD, n)) for n in range(25)]
    marks = [
        (TAKEN, everywhere[TAKEN][1], BLUE),
        (needed(0.95), everywhere[needed(0.95)][1], BLUE),
        (AIMED, aimed[AIMED][1], ORANGE),
    ]
    parts = [
        *(thin(80, axes.y(level), 680, axes.y(level)) for level in (0.25, 0.5, 0.75, 0.95)),
        axes.frame(),
        axes.curve(everywhere, BLUE),
        axes.curve(aimed, ORANGE, "9 5"),
        *(
            f'<circle cx="{axes.x(n)}" cy="{axes.y(p)}" r="6" fill="#ffffff" stroke="{colour}" '
            'stroke-width="2.4"/>'
            for n, p, colour in marks
        ),
        *(
            text(72, axes.y(level) + 6, f"{level:g}", anchor="end")
            for level in (0, 0.25, 0.5, 0.75, 0.95)
        ),
        *(text(axes.x(n), 353, str(n), anchor="middle") for n in range(0, 81, 10)),
        text(80, 26, "发现至少一份旧图的概率"),
        text(680, 382, "抽查份数", anchor="end"),
        text(axes.x(26), axes.y(1) + 5, "只在改过的 24 份里抽（虚线）", colour=ORANGE),
        text(axes.x(42), axes.y(0.62), "在全部 180 份里随机抽（实线）", colour=BLUE),
        text(axes.x(TAKEN) + 12, axes.y(everywhere[TAKEN][1]) + 18, "15 份：0.411", colour=BLUE),
        text(axes.x(AIMED) - 8, axes.y(0.88), "12 份", anchor="middle", colour=GREY),
        text(axes.x(70), axes.y(0.88), "70 份", anchor="middle", colour=GREY),
        text(80, 382, "旧图共 6 份，都在改过的图里", colour=INK),
    ]
    description = (
        "横轴为抽查份数，0 到 80；纵轴为发现至少一份旧图的概率。实线为从 180 份里随机抽，15 份时 0.411，"
        "70 份时 0.951；虚线为只从改过的 24 份里抽，8 份时 0.941，12 份时 0.993。"
    )
    return picture(398, "抽查份数与发现旧图的概率", description, parts)


FIGURES = {"audit-sample.svg": audit_sample}
KEYS = {"tqp-06-001": 100 * (1 - missed(40, 4, 10))}
