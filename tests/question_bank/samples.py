"""Items for the tests of this package, and strategies that make them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from learning.question_bank.rules import (
    AnswerKey,
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
    else:
        key |= {
            "value": Decimal(49200),
            "tolerance": Decimal("0.005"),
            "tolerance_kind": "relative",
        }
    if "alternatives" in changes:  # the document's `blanks` is their number
        key["blanks"] = changes.pop("alternatives")
        document["blanks"] = len(key["blanks"])
    for name, value in changes.items():
        (document if name in document else key)[name] = value
    return Item(ItemDocument(**document), AnswerKey(**key))


def right_response(item: Item) -> Any:
    """Give the response that is right."""
    key = item.key
    match item.document.kind:
        case ItemKind.MULTIPLE:
            return list(key.choices)
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


@st.composite
def items(draw: st.DrawFn, code: str = "qa-01-001") -> Item:
    """Draw an item of any kind."""
    kind = draw(st.sampled_from(KINDS))
    changes: dict[str, Any] = {
        "code": code,
        "level": draw(st.sampled_from(list(Level))),
        "difficulty": draw(ratios),
        "area": draw(words),
        "pool": draw(st.sampled_from(list(Pool))),
        "tracks": tuple(draw(st.lists(st.sampled_from(["common", "甲", "re"]), unique=True))),
        "explanation": draw(st.one_of(st.just(""), words, words.map(lambda w: f"{w}\n\n{w}"))),
        "source": draw(st.one_of(st.just(""), words)),
    }
    if kind in {ItemKind.SINGLE, ItemKind.MULTIPLE}:
        texts = draw(
            st.lists(words, min_size=2, max_size=8, unique_by=lambda w: "".join(w.split()))
        )
        letters = LETTERS[: len(texts)]
        changes["options"] = tuple(
            Option(letter, text) for letter, text in zip(letters, texts, strict=True)
        )
        wanted = 1 if kind is ItemKind.SINGLE else draw(st.integers(2, len(texts)))
        chosen = draw(st.permutations(letters))[:wanted]
        changes["choices"] = tuple(sorted(chosen))
    elif kind is ItemKind.TRUE_FALSE:
        changes["choices"] = draw(st.sampled_from([("t",), ("f",)]))
    elif kind is ItemKind.BLANK:
        blanks = draw(st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4))
        changes |= {
            "stem": "、".join(["____"] * len(blanks)),
            "alternatives": tuple(tuple(each) for each in blanks),
        }
    else:
        tolerance_kind = draw(st.sampled_from([None, "absolute", "relative"]))
        changes |= {
            "value": draw(st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-2))),
            "unit": draw(st.sampled_from(["", "h", "%", "万元", "m/s²"])),
            "tolerance": draw(ratios) if tolerance_kind else None,
            "tolerance_kind": tolerance_kind,
        }
    return make(kind, **changes)
