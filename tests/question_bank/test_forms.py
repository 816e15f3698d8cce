"""The form of an item: nothing typed is lost on the way to a draft and back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.errors import Invalid
from learning.question_bank import forms
from learning.question_bank.drafts import (
    Defaults,
    DraftOption,
    ItemDraft,
    check,
    draft_of,
    without_key,
)
from tests.question_bank.samples import KINDS, make

NOTHING = Defaults(code="qa-01-001")


def posted(form):
    """Return the fields that the page of a form sends back."""
    pairs = [(form.prefix + name, value) for name, value in form.values.items() if value]
    for name, rows in form.rows.items():
        for row in rows:
            pairs += [
                (f"{form.prefix}{name}.{row.token}.{column}", row.get(column))
                for column in forms.LISTS[name]
                if column != "key" or (row.get("key") and form.get("key") != row.token)
            ]
    for part in form.parts:
        pairs += posted(part)
    return pairs


def through(draft):
    """Return what becomes of a draft that is shown in a form and sent back untouched."""
    return forms.written(forms.read(posted(forms.padded(forms.form_of(draft))))).draft


DRAFTS = {
    "matching": ItemDraft(
        kind="matching", stem="配对", answers=("Cp -> 过程能力", "-> 干扰项", "Cpk -> 偏移后的能力")
    ),
    "ordering": ItemDraft(kind="ordering", stem="排序", answers=("策划", "实施", "检查", "处置")),
    "essay": ItemDraft(kind="essay", stem="试述", answers=("3 分 说明目的", "1.5 分 举例")),
    "blank": ItemDraft(
        kind="blank", stem="____和____", answers=("甲 | 乙", "丙"), attributes=("不计顺序",)
    ),
    "figures": ItemDraft(
        kind="numeric", stem="求 x", answers=("3.14 mm",), attributes=("3 位有效数字",)
    ),
    "percent": ItemDraft(kind="numeric", stem="求 x", answers=("63.2 % ± 相对 1 %",)),
    "parametric": ItemDraft(kind="numeric", stem="{n}", draw="[draw]\nn = [1, 2]\n"),
    "unknown": ItemDraft(kind="hotspot", stem="点图", answers=("3, 4",)),
    "case": ItemDraft(
        kind="case",
        stem="背景",
        parts=(
            ItemDraft(
                kind="single",
                stem="一",
                options=(DraftOption("甲", is_key=True), DraftOption("乙")),
                weight="2",
                explanation="因为",
            ),
            ItemDraft(kind="true_false", stem="二", answers=("错",)),
        ),
    ),
    "wrong: two keys": ItemDraft(
        kind="single", options=(DraftOption("甲", is_key=True), DraftOption("乙", is_key=True))
    ),
    "wrong: lines of another kind": ItemDraft(
        kind="single", options=(DraftOption("甲"),), answers=("留着",)
    ),
    "wrong: no number": ItemDraft(kind="numeric", answers=("大约 3 ± 一点", "另一行")),
    "wrong: no kind": ItemDraft(stem="什么", answers=("原样",)),
    "no tracks": ItemDraft(kind="single", tracks=()),
    "tracks": ItemDraft(kind="single", tracks=("common", "cqo")),
}


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS.keys())
def test_a_draft_of_any_kind_comes_back_from_its_form_as_it_was(draft):
    assert through(draft) == draft


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_comes_back_from_its_form_the_same_item(kind):
    item = make(kind)
    assert check(through(draft_of(item)), NOTHING).item == item


lines = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
words = st.sampled_from(
    "single multiple true_false blank numeric matching ordering essay hotspot".split()
)
drafts = st.builds(
    ItemDraft,
    kind=words,
    stem=lines,
    options=st.lists(st.builds(DraftOption, lines, st.booleans()), max_size=4).map(tuple),
    answers=st.lists(lines | st.sampled_from(["3 分 甲", "5 h ± 1 %", "甲 -> 乙", "对"])).map(
        tuple
    ),
    attributes=st.lists(st.sampled_from(["不计顺序", "3 位有效数字", "别的"]), unique=True).map(
        tuple
    ),
)


@given(drafts)
def test_a_form_sent_twice_says_the_same_as_sent_once(draft):
    once = through(draft)
    assert through(once) == once


@given(st.lists(st.tuples(st.text(max_size=12) | st.sampled_from(["stem", "o.1.text"]), lines)))
def test_fields_that_no_form_sends_are_refused_or_left_alone(fields):
    try:
        form = forms.read(fields)
    except Invalid:
        return
    forms.written(form)


@pytest.mark.parametrize(
    "fields",
    [
        [("stem", "甲"), ("stem", "乙")],
        [(f"o.{n}.text", "甲") for n in range(10_000)],
        [(f"p.{n}.stem", "甲") for n in range(30)],
        [(f"other{n}", "") for n in range(10_000)],
        [("stem", "甲" * 100_000)],
    ],
    ids=["repeated", "options", "parts", "fields", "text"],
)
def test_more_than_any_form_has_is_refused(fields):
    with pytest.raises(Invalid):
        forms.read(fields)


def test_rows_keep_the_order_in_which_they_were_posted():
    form = forms.read([("o.7.text", "甲"), ("o.2.text", "乙"), ("key", "2"), ("kind", "single")])
    draft = forms.written(form).draft
    assert draft.options == (DraftOption("甲"), DraftOption("乙", is_key=True))


def test_another_kind_keeps_what_the_old_one_had_to_say():
    form = forms.read([("kind", "single"), ("shape", "ordering"), ("a.0.text", "策划")])
    draft = forms.written(form).draft
    assert (draft.kind, draft.answers) == ("single", ("策划",))
    assert forms.form_of(draft).list("x")[0].get("text") == "策划"


def test_a_case_becomes_another_kind_without_losing_its_parts():
    form = forms.read(
        [
            ("kind", "essay"),
            ("shape", "case"),
            ("code", "qa-1"),
            ("p.4.stem", "一"),
            ("p.4.kind", "x"),
        ]
    )
    new = forms.reshaped(form)
    assert (new.get("shape"), new.get("code"), new.parts[0].get("stem")) == ("essay", "qa-1", "一")


@pytest.mark.parametrize(
    ("act", "texts"),
    [
        ("add:o", ["甲", "乙", "丙", ""]),
        ("remove:o.5", ["甲", "丙"]),
        ("up:o.5", ["乙", "甲", "丙"]),
        ("down:o.5", ["甲", "丙", "乙"]),
        ("up:o.1", ["甲", "乙", "丙"]),
        ("down:o.9", ["甲", "乙", "丙"]),
        ("remove:o.77", ["甲", "乙", "丙"]),
        ("drop:everything", ["甲", "乙", "丙"]),
        ("", ["甲", "乙", "丙"]),
    ],
)
def test_acts_change_rows_and_only_those_they_name(act, texts):
    form = forms.read([("o.1.text", "甲"), ("o.5.text", "乙"), ("o.9.text", "丙")])
    assert [row.get("text") for row in forms.acted(form, act).list("o")] == texts


def test_acts_reach_the_parts_of_a_case_and_their_rows():
    form = forms.read([("kind", "case"), ("p.3.stem", "一"), ("p.3.o.0.text", "甲")])
    form = forms.acted(forms.acted(form, "add:p"), "add:p.3.o")
    assert [part.prefix for part in form.parts] == ["p.3.", "p.4."]
    assert len(form.parts[0].list("o")) == 2
    assert [part.prefix for part in forms.acted(form, "up:p.4").parts] == ["p.4.", "p.3."]


@pytest.mark.parametrize(
    ("fields", "place", "name"),
    [
        ([("kind", "single"), ("o.8.text", ""), ("o.3.text", "乙")], "options.1", "o.3.text"),
        ([("kind", "numeric"), ("value", "x")], "answers.0", "value"),
        ([("kind", "blank"), ("a.4.text", "")], "answers", "a"),
        ([("kind", "case"), ("p.6.stem", ""), ("p.6.kind", "single")], "parts.0.stem", "p.6.stem"),
        ([("kind", "single")], "no.such.place", "stem"),
    ],
)
def test_a_finding_is_shown_at_the_field_that_it_is_about(fields, place, name):
    form = forms.read(fields)
    code = "no_key" if place == "answers" else "any"
    assert forms.name_of(form, forms.written(form).names, place, code) == name


def test_who_may_not_change_keys_changes_texts_alone():
    kept = ItemDraft(
        kind="single",
        stem="旧",
        options=(DraftOption("甲"), DraftOption("乙", is_key=True)),
        explanation="解析",
        draw="[draw]",
    )
    form = forms.read(
        [
            ("stem", "新"), ("kind", "multiple"), ("explanation", "改"), ("draw", "x"), ("key", "0"),
            ("o.1.text", "乙二"), ("o.9.text", "丙"), ("o.9.key", "1"),
        ]
    )  # fmt: skip
    merged = forms.keep_key(form, kept)
    assert merged == replace(
        kept,
        stem="新",
        options=(DraftOption("甲"), DraftOption("乙二", is_key=True), DraftOption("丙")),
    )


def test_a_draft_without_its_key_says_nothing_of_it():
    item = make(KINDS[0], explanation="CANARY", source="CANARY")
    shown = without_key(draft_of(item))
    assert "CANARY" not in str(shown)
    assert not shown.has_key


def test_new_forms_have_rows_to_begin_with():
    assert len(forms.padded(forms.form_of(ItemDraft(kind="single"))).list("o")) == 4
    blank = forms.padded(forms.form_of(ItemDraft(kind="blank", stem="____和____")))
    assert len(blank.list("a")) == 2
    assert len(forms.padded(forms.form_of(ItemDraft(kind="case"))).parts) == 1
