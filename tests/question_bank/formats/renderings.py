"""Items written in the layouts in which people paste them, for laws over generated items."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

HEADS = {
    "single": "单项选择题",
    "multiple": "多项选择题",
    "true_false": "判断题",
    "blank": "填空题",
}
_WORDS = (
    "质量", "过程", "顾客", "标准", "检验", "改进", "审核", "可靠性", "抽样", "风险", "供方", "测量",
    "控制图", "ISO 9001", "GB/T 19001-2016", "3.14", "2.5倍", "Cp=1.33", "5S", "SPC", "50%", "10年",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """An item to be rendered; `key` are letters, 对/错, or the texts of the gaps."""

    kind: str
    stem: str
    options: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def letters(self) -> str:
        return "".join(self.key)


_word = st.sampled_from(_WORDS)
_text = st.lists(_word, min_size=1, max_size=4).map(lambda words: "的" + "与".join(words) + "要求")


@st.composite
def written(draw: st.DrawFn) -> Written:
    kind = draw(st.sampled_from(sorted(HEADS)))
    stem = f"关于{draw(_text)}，下列说法"
    if kind == "true_false":
        return Written(kind, f"{stem}成立。", (), (draw(st.sampled_from("对错")),))
    if kind == "blank":
        gaps = draw(st.integers(1, 3))
        answers = draw(st.lists(_text, min_size=gaps, max_size=gaps))
        return Written(kind, f"{stem}是" + "和".join(["____"] * gaps) + "。", (), tuple(answers))
    options = draw(st.lists(_text, min_size=2, max_size=6, unique=True))
    most = 1 if kind == "single" else len(options)
    least = 1 if kind == "single" else 2
    letters = draw(
        st.lists(
            st.sampled_from("ABCDEF"[: len(options)]), min_size=least, max_size=most, unique=True
        )
    )
    return Written(kind, f"{stem}正确的是（　）。", tuple(options), tuple(sorted(letters)))


papers = st.lists(written(), min_size=1, max_size=12).map(
    lambda items: sorted(items, key=lambda item: list(HEADS).index(item.kind))
)


def answer(item: Written, joint: str = "") -> str:
    return "；".join(item.key) if item.kind == "blank" else joint.join(item.key)


def _by_section(
    items: list[Written],
    one: Callable[[int, Written], str],
    *,
    joint: str = "\n",
    restarts: bool = True,
) -> str:
    parts: list[str] = []
    number = 0
    for ordinal, (kind, head) in enumerate(HEADS.items()):
        of_kind = [item for item in items if item.kind == kind]
        if not of_kind:
            continue
        parts.append(f"{'一二三四'[ordinal]}、{head}（每题2分）")
        number = 0 if restarts else number
        for item in of_kind:
            number += 1
            parts.append(one(number, item))
    return joint.join(parts)


def _options(item: Written, mark: str, joint: str) -> str:
    return joint.join(
        mark.format(letter) + text for letter, text in zip("ABCDEF", item.options, strict=False)
    )


def _plain(number: int, item: Written) -> str:
    options = _options(item, "{}.", "\n")
    return f"{number}.{item.stem}\n{options}\n答案:{answer(item)}\n解析:见教材。"


def _comma(number: int, item: Written) -> str:
    return (
        f"{number}、{item.stem}\n{_options(item, '{}、', '　　')}\n【答案】{answer(item, '、')}\n"
    )


def _one_line(number: int, item: Written) -> str:
    options = _options(item, "{}．", " ")
    return f"{number}．{item.stem} {options} 正确答案：{answer(item)}"


def _glued(number: int, item: Written) -> str:
    return f"{number}.{item.stem}{_options(item, '{}.', '')}【答案】{answer(item)}【解析】见教材。"


def _bracketed(number: int, item: Written) -> str:
    return f"({number}) {item.stem}\n{_options(item, '({}) ', '  ')}\n参考答案：{answer(item, ',')}"


def _in_stem(number: int, item: Written) -> str:
    if item.kind == "blank":
        return _comma(number, item)
    if item.kind == "true_false":
        return f"{number}. {item.stem}（{'√' if item.key == ('对',) else '×'}）"
    stem = item.stem.replace("（　）", f"（ {item.letters} ）")
    return f"{number}. {stem}\n{_options(item, '{}. ', chr(10))}"


def _label_before(number: int, item: Written) -> str:
    options = ",".join(
        f"{letter}:\n\n{text}" for letter, text in zip("ABCDEF", item.options, strict=False)
    )
    return f"第{number}题 {item.stem}\n\n{options}\n\n答案：{answer(item)}\n"


def _semicolons(number: int, item: Written) -> str:
    return f"▌经典考题{number}:{item.stem}\n{_options(item, '{}. ', '；')}\n答案：{answer(item)}"


def _full_width(number: int, item: Written) -> str:
    wide = str.maketrans("0123456789ABCDEF", "０１２３４５６７８９ＡＢＣＤＥＦ")
    options = "\n".join(
        f"{letter.translate(wide)}．{text}"
        for letter, text in zip("ABCDEF", item.options, strict=False)
    )
    key = answer(item) if item.kind == "blank" else answer(item).translate(wide)
    return f"{str(number).translate(wide)}．{item.stem}\n{options}\n【答案】{key}"


def _hinted(number: int, item: Written) -> str:
    options = _options(item, "{}、", "")
    return f"{HEADS[item.kind]} {number}、{item.stem}\n{options}\n正确答案：{answer(item)}"


def _unnumbered(number: int, item: Written) -> str:
    del number
    options = _options(item, "{}. ", "\n")
    return f"【{HEADS[item.kind]}】{item.stem}\n{options}\n答案：{answer(item)}\n"


def _key_list(items: list[Written]) -> str:
    questions = _by_section(
        items, lambda number, item: f"{number}. {item.stem}\n{_options(item, '{}. ', '  ')}"
    )
    keys = _by_section(items, lambda number, item: f"{number}. {answer(item)}")
    return f"{questions}\n参考答案\n{keys}"


LAYOUTS: dict[str, Callable[[list[Written]], str]] = {
    "plain": lambda items: _by_section(items, _plain),
    "comma": lambda items: _by_section(items, _comma),
    "one line": lambda items: _by_section(items, _one_line),
    "all glued": lambda items: _by_section(items, _glued, joint=""),
    "bracketed": lambda items: _by_section(items, _bracketed),
    "key in stem": lambda items: _by_section(items, _in_stem),
    "label before": lambda items: _by_section(items, _label_before),
    "semicolons": lambda items: _by_section(items, _semicolons),
    "full width": lambda items: _by_section(items, _full_width),
    "numbers go on": lambda items: _by_section(items, _plain, restarts=False),
    "hinted": lambda items: "\n".join(_hinted(n, item) for n, item in enumerate(items, 1)),
    "unnumbered": lambda items: "\n".join(_unnumbered(n, item) for n, item in enumerate(items, 1)),
    "key list": _key_list,
}
