"""Items for the tests of this package, and strategies that make them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from learning.question_bank.drafts.assembly import Common, assemble
from learning.question_bank.item_types import ItemParts
from learning.question_bank.rules import (
    AnswerKey,
    Criterion,
    Item,
    ItemDocument,
    ItemKind,
    Level,
    Option,
    Pool,
)
from learning.question_bank.scoring import MarkingKind, MarkingRule

LETTERS = "abcdefgh"

KINDS = (
    ItemKind.SINGLE,
    ItemKind.MULTIPLE,
    ItemKind.TRUE_FALSE,
    ItemKind.BLANK,
    ItemKind.NUMERIC,
)
LATER_KINDS = (ItemKind.MATCHING, ItemKind.ORDERING, ItemKind.ESSAY, ItemKind.CASE)
ALL_KINDS = (*KINDS, *LATER_KINDS)


def make(kind: ItemKind, **changes: Any) -> Item:
    """Make an item: options a–d with key b (多选: a, c); 填空 with two gaps; 计算 49200 h ± 0.5 %."""
    is_choice = kind in {ItemKind.SINGLE, ItemKind.MULTIPLE}
    document = {
        "code": "qa-01-001",
        "kind": kind,
        "level": Level.MASTER,
        "difficulty": Decimal("0.40"),
        "area": "质量",
        "pool": Pool.CONTEST,
        "tracks": ("common",),
        "stem": "____和____" if kind is ItemKind.BLANK else "题干（　）。",
        "options": tuple(Option(i, f"选项 {i}") for i in "abcd") if is_choice else (),
        "blanks": {ItemKind.BLANK: 2, ItemKind.NUMERIC: 1}.get(kind, 0),
        "unit": "h" if kind is ItemKind.NUMERIC else "",
        "settings": (),
        "excludes": (),
    }
    key: dict[str, Any] = {"kind": kind, "explanation": "因为。", "source": ""}
    if kind is ItemKind.SINGLE:
        key["choices"] = ("b",)
    elif kind is ItemKind.MULTIPLE:
        key["choices"] = ("a", "c")
    elif kind is ItemKind.TRUE_FALSE:
        key["choices"] = ("f",)
    elif kind is ItemKind.BLANK:
        key["blanks"] = (("偶然故障期", "随机故障期"), ("PDCA",))
    elif kind is ItemKind.NUMERIC:
        key |= {
            "value": Decimal(49200),
            "tolerance": Decimal("0.005"),
            "tolerance_kind": "relative",
        }
    _add_later(kind, document, key)
    if "key_settings" in changes:
        key["settings"] = changes.pop("key_settings")
    if "alternatives" in changes:  # the document's `blanks` is their number
        key["blanks"] = changes.pop("alternatives")
        document["blanks"] = len(key["blanks"])
    for name, value in changes.items():
        (document if name in document else key)[name] = value
    return Item(ItemDocument(**document), AnswerKey(**key))


def _add_later(kind: ItemKind, document: dict[str, Any], key: dict[str, Any]) -> None:
    """匹配: 3 prompts, 4 options, key c, a, c; 排序: c, a, b; 案例: 单选, 填空 (weight 2), 问答."""
    if kind is ItemKind.MATCHING:
        document["options"] = tuple(Option(i, f"右 {i}") for i in "abcd")
        document["prompts"] = tuple(Option(i, f"左 {i}") for i in "123")
        key["choices"] = ("c", "a", "c")
    elif kind is ItemKind.ORDERING:
        document["options"] = tuple(Option(i, f"步骤 {i}") for i in "abc")
        key["choices"] = ("c", "a", "b")
    elif kind is ItemKind.ESSAY:
        key["rubric"] = (Criterion(Decimal(3), "说出定义"), Criterion(Decimal("1.5"), "举例"))
    elif kind is ItemKind.CASE:
        parts = [make(ItemKind.SINGLE), make(ItemKind.BLANK), make(ItemKind.ESSAY)]
        document["parts"] = tuple(
            replace(part.document, code=f"qa-01-001-{n}", tracks=(), weight=Decimal(weight))
            for n, (part, weight) in enumerate(zip(parts, "121", strict=True), 1)
        )
        key["parts"] = tuple(part.key for part in parts)


def case_of(parts: list[Item], weights: list[Decimal], **changes: Any) -> Item:
    """Make a case of these sub-items, as the loader would put it together."""
    document = make(ItemKind.ESSAY, **changes)
    common = {name: getattr(document.document, name) for name in COMMON}
    explained = {"explanation": document.key.explanation, "source": document.key.source}
    return assemble(
        Common(**common | explained | {"kind": ItemKind.CASE}),
        ItemParts(
            parts=tuple(
                replace(part.document, weight=weight, tracks=(), excludes=())
                for part, weight in zip(parts, weights, strict=True)
            ),
            key_parts=tuple(replace(part.key, source="") for part in parts),
        ),
    )


COMMON = "code level difficulty area pool tracks stem excludes".split()


def right_response(item: Item) -> Any:
    """Give the response that is right."""
    key = item.key
    match item.document.kind:
        case ItemKind.MULTIPLE | ItemKind.MATCHING | ItemKind.ORDERING:
            return list(key.choices)
        case ItemKind.ESSAY:
            return "质量是一组固有特性\n满足要求的程度。"
        case ItemKind.CASE:
            pairs = zip(item.document.parts, key.parts, strict=True)
            return [right_response(Item(*pair)) for pair in pairs]
        case ItemKind.BLANK:
            return [alternatives[0] for alternatives in key.blanks]
        case ItemKind.NUMERIC:
            return str(key.value)
        case _:
            return key.choices[0]


# Words that no line of an item file reads as structure.
words = st.text(alphabet="质量abcXY019 ，。？（）$<>&", min_size=1, max_size=20).map(
    lambda text: "文" + text.replace("$", "").strip()
)
thousandths = st.integers(0, 100_000).map(lambda number: Decimal(number).scaleb(-3))
ratios = st.integers(0, 1000).map(lambda number: Decimal(number).scaleb(-3))

rules = st.one_of(
    st.sampled_from(
        [
            MarkingRule(MarkingKind.ALL_OR_NOTHING),
            MarkingRule(MarkingKind.PROPORTIONAL),
            MarkingRule(MarkingKind.PARTIAL_NO_WRONG),
            MarkingRule(MarkingKind.PER_BLANK),
        ]
    ),
    ratios.map(lambda ratio: MarkingRule(MarkingKind.PARTIAL_NO_WRONG, partial_ratio=ratio)),
    thousandths.map(lambda penalty: MarkingRule(MarkingKind.NEGATIVE, penalty=penalty)),
)


commons = st.fixed_dictionaries(
    {
        "level": st.sampled_from(list(Level)),
        "difficulty": ratios,
        "area": words,
        "pool": st.sampled_from(list(Pool)),
        "tracks": st.lists(st.sampled_from(["common", "甲", "re"]), unique=True).map(tuple),
        "excludes": st.lists(
            st.sampled_from(["qa-02-001", "x", "re-01-p02"]), unique=True, max_size=2
        ).map(tuple),
        "explanation": st.one_of(st.just(""), words, words.map(lambda w: f"{w}\n\n{w}")),
        "source": st.one_of(st.just(""), words),
    }
)


@st.composite
def items(
    draw: st.DrawFn, code: str = "qa-01-001", kinds: tuple[ItemKind, ...] = ALL_KINDS
) -> Item:
    """Draw an item of any kind."""
    kind = draw(st.sampled_from(kinds))
    changes = draw(commons) | {"code": code}
    if kind is ItemKind.CASE:
        parts = draw(st.lists(items(code, ALL_KINDS[:-1]), min_size=1, max_size=4))
        return case_of(parts, [draw(weights) for _part in parts], **changes)
    return make(kind, **changes | draw(SPECIFIC[kind]))


weights = st.integers(1, 9999).map(lambda number: Decimal(number).scaleb(-2))


def distinct(minimum: int, maximum: int = 8) -> st.SearchStrategy[list[str]]:
    """Draw texts that stay different when white space is removed."""
    return st.lists(
        words, min_size=minimum, max_size=maximum, unique_by=lambda w: "".join(w.split())
    )


def lettered(texts: list[str]) -> tuple[Option, ...]:
    return tuple(Option(letter, text) for letter, text in zip(LETTERS, texts, strict=False))


@st.composite
def choice_changes(draw: st.DrawFn, *, is_single: bool) -> dict[str, Any]:
    options = lettered(draw(distinct(2)))
    wanted = 1 if is_single else draw(st.integers(2, len(options)))
    chosen = draw(st.permutations([option.id for option in options]))[:wanted]
    return {"options": options, "choices": tuple(sorted(chosen))}


@st.composite
def blank_changes(draw: st.DrawFn) -> dict[str, Any]:
    blanks = draw(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4))
    return {
        "stem": "、".join(["____"] * len(blanks)),
        "alternatives": tuple(tuple(each) for each in blanks),
        "settings": draw(st.sampled_from([(), (("order", "free"),)])),
    }


@st.composite
def numeric_changes(draw: st.DrawFn) -> dict[str, Any]:
    tolerance_kind = draw(st.sampled_from([None, "absolute", "relative", "figures"]))
    if tolerance_kind == "figures":
        figures = draw(st.integers(1, 10).map(str))
        value = draw(st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-2)))
        return {
            "value": value,
            "tolerance": None,
            "tolerance_kind": None,
            "key_settings": (("figures", figures),),
        }
    return {
        "value": draw(st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-2))),
        "unit": draw(st.sampled_from(["", "h", "%", "万元", "m/s²"])),
        "tolerance": draw(ratios) if tolerance_kind else None,
        "tolerance_kind": tolerance_kind,
    }


@st.composite
def matching_changes(draw: st.DrawFn) -> dict[str, Any]:
    options = lettered(sorted(draw(distinct(2))))
    prompts = tuple(Option(str(n), text) for n, text in enumerate(draw(distinct(2)), 1))
    ids = st.sampled_from([option.id for option in options])
    choices = tuple(draw(ids) for _prompt in prompts)
    return {"options": options, "prompts": prompts, "choices": choices}


@st.composite
def ordering_changes(draw: st.DrawFn) -> dict[str, Any]:
    options = lettered(sorted(draw(distinct(2))))
    order = draw(st.permutations([option.id for option in options]))
    return {"options": options, "choices": tuple(order)}


SPECIFIC: dict[ItemKind, st.SearchStrategy[dict[str, Any]]] = {
    ItemKind.SINGLE: choice_changes(is_single=True),
    ItemKind.MULTIPLE: choice_changes(is_single=False),
    ItemKind.TRUE_FALSE: st.fixed_dictionaries({"choices": st.sampled_from([("t",), ("f",)])}),
    ItemKind.BLANK: blank_changes(),
    ItemKind.NUMERIC: numeric_changes(),
    ItemKind.MATCHING: matching_changes(),
    ItemKind.ORDERING: ordering_changes(),
    ItemKind.ESSAY: st.fixed_dictionaries(
        {"rubric": st.lists(st.builds(Criterion, weights, words), max_size=4).map(tuple)}
    ),
}
