"""The paper that the journeys sit: one item of each kind, and its keys, which never leave the server."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

PERSON = "person-one"


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Item:
    position: int
    kind: str
    stem_html: Markup
    options: tuple[Option, ...] = ()
    blanks: int = 0
    unit: str = ""
    points: str = "2"


def _options(*texts: str) -> tuple[Option, ...]:
    return tuple(
        Option(letter, Markup("<p>{}</p>").format(text))
        for letter, text in zip("dbca", texts, strict=False)
    )


# Wider than a phone: a formula scrolls in its own box, and the page does not.
WIDE = 5 * Markup(
    "<mo>=</mo><mfrac><mrow><mn>4.1</mn><mo>+</mo><mn>3.9</mn></mrow><mn>2</mn></mfrac>"
)

ITEMS = (
    Item(
        1,
        "single",
        Markup(
            "<p>某型号传感器的寿命服从指数分布，平均失效前时间（MTTF）为 5&nbsp;000&nbsp;h。它连续工作 500&nbsp;h 而不失效的概率最接近：</p>"
        ),
        _options("0.607", "0.905", "0.951", "0.990"),
    ),
    Item(
        2,
        "multiple",
        Markup("<p>下列哪些属于质量管理的新七种工具？</p>"),
        _options("亲和图", "控制图", "矩阵图", "过程决策程序图（PDPC）"),
    ),
    Item(3, "true_false", Markup("<p>过程能力指数足够大时，过程一定处于统计控制状态。</p>")),
    Item(
        4,
        "blank",
        Markup("<p>休哈特提出的循环依次为 P、D、<u>　　</u>、<u>　　</u>。</p>"),
        blanks=2,
    ),
    Item(
        5,
        "numeric",
        Markup(
            "<p>由下表计算极差的平均值。</p><table><thead><tr><th>子组</th><th>1</th><th>2</th><th>3</th></tr></thead><tbody><tr><td>R</td><td>4.1</td><td>3.9</td><td>4.3</td></tr></tbody></table>"
            "<p><math display='block'><mover><mi>R</mi><mo>¯</mo></mover><mo>=</mo><mfrac><mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>k</mi></munderover><msub><mi>R</mi><mi>i</mi></msub></mrow><mi>k</mi></mfrac>"
            "{}</math></p>"
        ).format(WIDE),
        blanks=1,
        unit="mm",
        points="3",
    ),
    Item(
        6,
        "single",
        Markup(
            "<p>对首席质量官而言，下列哪一项最能体现“质量是经营问题”的主张，并且同时把质量成本、顾客要求和战略目标放在一起考虑？</p>"
        ),
        _options(
            "把质量目标分解到各部门并与经营目标一同考核",
            "增加出厂检验的比例",
            "把质量部门划归生产部门管理",
            "每年开展一次质量月活动",
        ),
    ),
)
KEYS: dict[int, dict[str, Any]] = {
    1: {"choices": ["b"]},
    2: {"choices": ["a", "c", "d"]},
    3: {"choices": ["f"]},
    4: {"blanks": [["S", "C"], ["A"]]},
    5: {"value": "4.1", "tolerance": "±0.05"},
    6: {"choices": ["d"]},
}
