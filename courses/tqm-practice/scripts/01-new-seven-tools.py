"""The plan of the trial: its length, its floats, what five days less cost, how sure it is."""

from math import sqrt
from statistics import NormalDist

from drawing import GREY, INK, ORANGE, arrow, picture, spaced, text

DAYS = {"A": 5, "B": 20, "C": 8, "D": 12, "E": 10, "F": 6, "G": 4, "H": 7, "I": 3}
BRANCHES = ("BE", "CF", "DG")
# optimistic and pessimistic days of what lies on the critical path
SPANS = {"A": (4, 6), "B": (16, 30), "E": (7, 16), "H": (6, 8), "I": (2, 4)}
COSTS = {"E": 5_000, "B": 8_000}


def length(**changed: int) -> int:
    """Return the length of the plan, some days changed."""
    days = DAYS | changed
    branch = max(sum(days[each] for each in names) for names in BRANCHES)
    return days["A"] + branch + days["H"] + days["I"]


def floats() -> tuple[int, int]:
    """Return the float of the branch of papers and of that of gauges."""
    tooling, papers, gauges = (sum(DAYS[each] for each in names) for names in BRANCHES)
    return tooling - papers, tooling - gauges


def estimate() -> tuple[float, float]:
    """Return mean and standard deviation of the length after three estimates each."""
    mean = sum((low + 4 * DAYS[each] + high) / 6 for each, (low, high) in SPANS.items())
    return mean, sqrt(sum(((high - low) / 6) ** 2 for low, high in SPANS.values()))


NODES = {
    1: (34, 155), 2: (140, 155), 3: (290, 155), 4: (290, 62), 5: (290, 248),
    6: (440, 155), 7: (580, 155), 8: (686, 155),
}  # fmt: skip
# activity, from, to, words, place of the words
STEPS = (
    ("A", 1, 2, "定版", (87, 138)),
    ("B", 2, 3, "开模", (215, 142)),
    ("E", 3, 6, "试模", (365, 142)),
    ("H", 6, 7, "小批试制", (510, 138)),
    ("I", 7, 8, "评审", (633, 138)),
    ("C", 2, 4, "工艺", (186, 88)),
    ("F", 4, 6, "培训", (396, 88)),
    ("D", 2, 5, "检具", (182, 232)),
    ("G", 5, 6, "调试", (398, 232)),
)


def arrow_diagram() -> str:
    """The nine activities and the path that decides."""
    parts = []
    for name, start, end, words, (x, y) in STEPS:
        is_critical = name in SPANS
        colour = ORANGE if is_critical else GREY
        (x1, y1), (x2, y2) = NODES[start], NODES[end]
        share = 20 / sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2)
        dx, dy = share * (x2 - x1), share * (y2 - y1)
        ends = (round(each, 1) for each in (x1 + dx, y1 + dy, x2 - dx, y2 - dy))
        parts.append(arrow(*ends, colour=colour))
        said = text(x, y, f"{name} {words}", anchor="middle", colour=colour)
        days = text(x, y + (44 if is_critical else 22), str(DAYS[name]), anchor="middle")
        parts += [said, days]
    for number, (x, y) in NODES.items():
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="18" fill="#f7f9fb" stroke="{INK}" stroke-width="2"/>'
        )
        parts.append(text(x, y + 6, str(number), anchor="middle"))
    early, late = floats()
    path = "＋".join(str(DAYS[each]) for each in SPANS)
    parts += [
        text(30, 306, f"橙色为关键路线：{path}＝{length()} 天", colour=ORANGE),
        text(400, 306, f"上路机动 {early} 天，下路机动 {late} 天", colour=GREY),
    ]
    description = (
        "节点 1 到 2 是 A 图样定版 5 天。从 2 分三路到 6：上路 C 工艺文件 8 天、F 培训 6 天；中路 B 开模 20 天、"
        "E 试模 10 天，为关键路线；下路 D 检具 12 天、G 调试 4 天。6 到 7 是 H 小批试制 7 天，7 到 8 是 I 评审 3 天。"
    )
    return picture(326, "试制计划的箭条图", description, parts)


FIGURES = {"arrow-diagram.svg": arrow_diagram}


def numbers() -> list[str]:
    """What the lesson prints."""
    early, late = floats()
    mean, sigma = estimate()
    chances = [NormalDist(mean, sigma).cdf(days) for days in (45, 50)]
    cost = 3 * COSTS["E"] + 2 * COSTS["B"]
    return [
        f"={length()}\\ \\text{{天}}",
        f"$30-14={early}$ 天",
        f"有 {late} 天",
        f"共 {spaced(cost)} 元，工期 {length(E=7, B=18)} 天",
        "会合处等的是模具" if length(C=4) == length() else "提前",
        f"={mean:.1f},",
        f"\\approx {sigma:.2f}$$",
        f"\\approx {chances[0]:.2f}$",
        f"\\approx {chances[1]:.2f}$",
    ]


KEYS = {"tqp-01-003": (8 + 4 * 11 + 20) / 6}
