"""Drafts: judged field by field, and the way from an item to its draft and back."""

from decimal import Decimal

import pytest
from hypothesis import given, settings

from learning.question_bank.drafts import (
    Defaults,
    DraftOption,
    ItemDraft,
    check,
    draft_from_json,
    draft_of,
    draft_to_json,
    sketch,
)
from learning.question_bank.item_types import list_types
from learning.question_bank.rules import Item, ItemKind, Level, Pool
from tests.question_bank.samples import items

DEFAULTS = Defaults(code="x-1", pool=Pool.CONTEST, tracks=("common",))
GOOD = ItemDraft(
    kind="single",
    stem="顾客满意是（　）。",
    options=(DraftOption("感受", is_key=True), DraftOption("投诉次数")),
    explanation="它是顾客的感受。",
)


def with_(**changes: object) -> ItemDraft:
    return ItemDraft(
        **{name: changes.get(name, getattr(GOOD, name)) for name in ItemDraft.__slots__}
    )


@settings(deadline=None)
@given(items())
def test_an_item_comes_back_from_its_draft(item: Item):
    draft = draft_of(item)

    assert check(draft, DEFAULTS).item == item
    assert draft_from_json(draft_to_json(draft)) == draft


def test_what_a_draft_leaves_open_comes_from_the_bank():
    item = check(GOOD, DEFAULTS).item

    assert item is not None
    assert (item.document.code, item.document.level) == ("x-1", Level.FAMILIAR)
    assert (item.document.difficulty, item.document.pool) == (Decimal("0.5"), Pool.CONTEST)
    assert item.document.tracks == ("common",)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"kind": ""}, ("kind", "kind_unknown")),
        ({"kind": "riddle"}, ("kind", "kind_unknown")),
        ({"stem": " "}, ("stem", "stem_empty")),
        ({"stem": "坏\x00字"}, ("stem", "characters")),
        ({"stem": "长" * 4001}, ("stem", "text_length")),
        ({"stem": r"公式 $\frac{1$"}, ("stem", "formula")),
        ({"level": "精通"}, ("level", "level_unknown")),
        ({"difficulty": "难"}, ("difficulty", "difficulty")),
        ({"difficulty": "1.2"}, ("difficulty", "difficulty")),
        ({"difficulty": "NaN"}, ("difficulty", "difficulty")),
        ({"pool": "公开"}, ("pool", "pool")),
        ({"attributes": ("不计顺序",)}, ("stem", "attribute_unknown")),
        ({"options": (DraftOption("甲"), DraftOption("乙"))}, ("answers", "no_key")),
        (
            {"options": (DraftOption("甲", is_key=True), DraftOption(""))},
            ("options.1", "option_empty"),
        ),
    ],
)
def test_a_fault_is_named_with_its_field(changes: dict[str, object], found: tuple[str, str]):
    checked = check(with_(**changes), DEFAULTS)

    assert checked.item is None
    assert found in [(f.place, f.code) for f in checked.findings if not f.is_remark]


def test_a_kind_may_be_given_by_its_chinese_word():
    item = check(with_(kind="单选"), DEFAULTS).item

    assert item is not None
    assert item.document.kind is ItemKind.SINGLE


def test_a_missing_explanation_is_only_remarked():
    checked = check(with_(explanation=""), DEFAULTS)

    assert checked.item is not None
    assert [(f.place, f.code) for f in checked.findings] == [("explanation", "explanation_missing")]


CASE = ItemDraft(
    kind="case",
    stem="材料",
    parts=(
        ItemDraft(kind="判断", stem="对吗", answers=("对",), explanation="是"),
        ItemDraft(kind="essay", stem="为什么", explanation="因为"),
    ),
)


def case_with(*parts: ItemDraft) -> ItemDraft:
    return ItemDraft(kind="case", stem="材料", explanation="好", parts=parts)


def test_a_case_may_hold_what_a_person_marks_without_a_rubric():
    checked = check(CASE, DEFAULTS)

    assert checked.item is not None
    assert [part.kind for part in checked.item.document.parts] == ["true_false", "essay"]
    assert [(f.place, f.code) for f in checked.findings] == [("parts.1.stem", "rubric_missing")]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((), ("stem", "part_count")),
        ((ItemDraft(kind="判断", stem="对吗"),), ("parts.0.answers", "no_key")),
        ((CASE.parts[0], ItemDraft(stem="?")), ("parts.1", "kind_unknown")),
        ((CASE.parts[0], CASE), ("parts.1", "kind_unknown")),
        ((ItemDraft(kind="判断", stem="", answers=("对",)),), ("parts.0.stem", "stem_empty")),
        ((ItemDraft(kind="判断", stem="?", answers=("是",)),), ("parts.0.answers.0", "key_word")),
        (
            (ItemDraft(kind="排序", stem="?", answers=("甲", "$\\q$")),),
            ("parts.0.answers.1", "formula"),
        ),
    ],
)
def test_a_fault_of_a_sub_item_is_named_with_its_field(
    parts: tuple[ItemDraft, ...], found: tuple[str, str]
):
    checked = check(case_with(*parts), DEFAULTS)

    assert checked.item is None
    assert found in [(f.place, f.code) for f in checked.findings if not f.is_remark]


@pytest.mark.parametrize("kind", [module.KIND.value for module in list_types()])
def test_a_sketch_shows_what_there_is_before_anything_is_right(kind):
    draft = ItemDraft(kind=kind, stem="____和____", options=(DraftOption("甲"),), level="x")
    document = sketch(draft, DEFAULTS)
    assert document.stem == "____和____"
    assert document.blanks == (2 if kind == "blank" else 0)


def test_there_is_no_sketch_of_a_kind_that_there_is_not():
    assert sketch(ItemDraft(kind="telepathy"), DEFAULTS) is None
