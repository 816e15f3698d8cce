"""Lesson 14: which work items to pay for out of a budget, what a supplier's promise is worth."""

from collections.abc import Callable
from itertools import combinations
from math import exp, factorial, prod

from drawing import BLUE, GREY, ORANGE, Axes, arrow, box, dot, picture, text, thin

# loss in the field from a year's output over its guarantee, by cause (10,000 yuan)
LOSS = {"设计": 120, "元器件": 90, "制造": 70, "软件": 50, "使用": 30}
# item: name, cost (10,000 yuan), share of each cause that it takes away
ITEMS: dict[str, tuple[str, int, dict[str, float]]] = {
    "A": ("设计准则与降额核查", 12, {"设计": 0.40, "元器件": 0.10}),
    "B": ("FMEA", 10, {"设计": 0.20, "软件": 0.20, "使用": 0.30}),
    "C": ("HALT", 18, {"设计": 0.35, "软件": 0.15, "制造": 0.15}),
    "D": ("供方与元器件控制", 20, {"元器件": 0.50}),
    "E": ("环境应力筛选", 26, {"制造": 0.60, "元器件": 0.20}),
    "F": ("增长试验", 45, {"设计": 0.45, "软件": 0.35, "元器件": 0.10}),
    "G": ("FRACAS", 15, dict.fromkeys(LOSS, 0.15)),
}
BUDGET, CHOSEN, NAIVE = 60, "ABCG", "FG"
RATE, YEARS = 0.08, 5
PROMISED, USED, FAILED = 0.005, 2000, 17
SETS = tuple("".join(chosen) for n in range(len(ITEMS) + 1) for chosen in combinations(ITEMS, n))


def cost(chosen: str) -> int:
    """Return what a set of work items costs."""
    return sum(ITEMS[item][1] for item in chosen)


def left(chosen: str, faith: float = 1) -> float:
    """Return the loss that remains, if each item does only this part of what is hoped of it."""
    return sum(
        loss * prod(1 - faith * ITEMS[item][2].get(cause, 0) for item in chosen)
        for cause, loss in LOSS.items()
    )


def adds(item: str, faith: float = 1) -> float:
    """Return what one more item takes away after the chosen ones."""
    return left(CHOSEN, faith) - left(CHOSEN + item, faith)


def best(budget: int, faith: float = 1) -> str:
    """Return the affordable set that leaves the least loss."""
    return min((each for each in SETS if cost(each) <= budget), key=lambda s: left(s, faith))


def cheapest(faith: float = 1) -> str:
    """Return the set with the least sum of cost and remaining loss."""
    return min(SETS, key=lambda each: cost(each) + left(each, faith))


def at_least(failures: int, mean: float) -> float:
    """Return the Poisson probability of at least so many."""
    return 1 - exp(-mean) * sum(mean**k / factorial(k) for k in range(failures))


def present(yearly: float) -> float:
    """Return the present value of equal sums at the ends of the years of the guarantee."""
    return sum(yearly / (1 + RATE) ** year for year in range(1, YEARS + 1))


def programmes() -> str:
    """Every set of work items: what it costs and what loss it leaves."""
    axes = Axes(80, 680, 40, 360, 0, 150, 0, 400)
    frontier = []
    for each in sorted(SETS, key=lambda s: (cost(s), left(s))):
        if not frontier or left(each) < left(frontier[-1]):
            frontier.append(each)
    steps: list[tuple[float, float]] = []
    for each in frontier:
        if steps:
            steps.append((cost(each), steps[-1][1]))
        steps.append((cost(each), left(each)))
    spots = {each: (axes.x(cost(each)), axes.y(left(each))) for each in SETS}
    parts = [
        *(thin(80, axes.y(n), 680, axes.y(n)) for n in range(100, 401, 100)),
        axes.frame(),
        *(dot(*spot, GREY, radius=2.5) for spot in spots.values()),
        axes.curve(steps, BLUE),
        dot(*spots[CHOSEN], BLUE, radius=7),
        dot(*spots[NAIVE], ORANGE, radius=7),
        *(text(72, axes.y(n) + 6, str(n), anchor="end") for n in range(0, 401, 100)),
        *(text(axes.x(n), 384, str(n), anchor="middle") for n in range(0, 151, 25)),
        text(20, 26, "剩余损失 / 万元"),
        text(680, 412, "工作项目的费用 / 万元", anchor="end"),
        text(axes.x(66), axes.y(312), f"F、G：{left(NAIVE):.0f}", colour=ORANGE),
        text(axes.x(14), axes.y(140), f"A、B、C、G：{left(CHOSEN):.0f}", colour=BLUE),
        text(axes.x(100), axes.y(50), "越往后，越买不动", anchor="middle", colour=BLUE),
    ]
    description = (
        f"横轴为费用 0 到 150 万元，纵轴为剩余损失。{len(SETS)} 个点各是一种组合，阶梯线是同样费用下"
        f"剩余最少的组合，先陡后平。A、B、C、G 花 {cost(CHOSEN)} 万元，剩 {left(CHOSEN):.0f} 万元，"
        f"接近阶梯线；F、G 花 {cost(NAIVE)} 万元，剩 {left(NAIVE):.0f} 万元，在线的上方。"
    )
    return picture(430, "工作项目的组合：费用与剩余损失", description, parts)


GATES = (
    ("方案", "指标、分配", "做得到吗？"),
    ("详细设计", "FMEA、降额、预计", "薄弱处改了吗？"),
    ("试验前", "大纲、判据、剖面", "试得出结论吗？"),
    ("定型", "试验、遗留问题", "还欠什么？"),
    ("量产后", "现场数据", "与预计差在哪？"),
)


def reviews() -> str:
    """The reviews of a programme, what each reads and what it asks."""
    parts = []
    for at, (name, evidence, question) in enumerate(GATES):
        top = 30 + 72 * at
        parts += [
            box(40, top, 130, 48, (name,), colour=BLUE),
            box(230, top, 190, 48, (evidence,), colour=GREY),
            arrow(230, top + 24, 172, top + 24),
            text(450, top + 30, question),
        ]
        if at:
            parts.append(arrow(105, top - 24, 105, top - 2))
    parts.append(text(40, 404, "过不去：补证据、改设计，或由有权的人书面承担风险", colour=ORANGE))
    return picture(
        424,
        "五次评审各看什么、各问什么",
        "自上而下五次评审：方案、详细设计、试验前、定型、量产后，每次左边是评审，中间是要看的证据，"
        "右边是要回答的问题；过不去时补证据、改设计，或由有权的人书面承担风险。",
        parts,
    )


FIGURES: dict[str, Callable[[], str]] = {"programmes.svg": programmes, "reviews.svg": reviews}


def numbers() -> list[str]:
    """Return what must stand in the lesson."""
    total = sum(LOSS.values())
    saved = total - left(CHOSEN)
    assert set(best(BUDGET)) == set("ABCD")
    assert set(best(BUDGET, 0.5)) == set(cheapest(0.5)) == set(CHOSEN)
    assert set(cheapest()) == set("ABCDEG")
    return [
        f"{total} 万元",
        f"{len(SETS)} 种",
        *(
            f"| {item} {name} | {paid} | {total - left(item):.1f} | {_shares(takes)} |"
            for item, (name, paid, takes) in ITEMS.items()
        ),
        f"费用 {cost(NAIVE)} 万元，剩余 {left(NAIVE):.1f} 万元",
        f"费用 {cost('ABCD')} 万元，剩余 {left('ABCD'):.1f} 万元",
        f"费用 {cost(CHOSEN)} 万元，剩余 {left(CHOSEN):.1f} 万元",
        f"剩余 {left(CHOSEN, 0.5):.1f} 万元",
        f"{left('ABCD', 0.5):.1f} 万元",
        f"{cost(cheapest())} 万元",
        f"{left(cheapest()):.1f} 万元",
        *(
            f"| {item} | {ITEMS[item][1]} | {adds(item):.1f} | {adds(item, 0.5):.1f} |"
            for item in "DEF"
        ),
        f"{cost(CHOSEN) + left(CHOSEN) - cost('ABCD') - left('ABCD'):.1f} 万元",
        f"{left(NAIVE) - left('ABCD'):.0f} 万元",
        f"{saved:.1f} 万元",
        f"{saved / YEARS:.1f} 万元",
        f"{present(saved / YEARS):.1f} 万元",
        f"{present(saved / YEARS) - cost(CHOSEN):.1f} 万元",
        f"{present((total - left(CHOSEN, 0.5)) / YEARS) - cost(CHOSEN):.1f} 万元",
        f"{PROMISED * USED:.0f} 只",
        f"{at_least(FAILED, PROMISED * USED):.3f}",
    ]


def _shares(takes: dict[str, float]) -> str:
    if takes.keys() == LOSS.keys():
        return "各类 15 %"
    return "、".join(f"{cause} {100 * share:.0f} %" for cause, share in takes.items())


KEYS = {
    "rec-14-002": 200 * (1 - (1 - 0.4) * (1 - 0.5)) - 200 * 0.4,
    "rec-14-004": 30 * (1 - 1.08**-5) / 0.08 - 100,
}
