"""GIFT in every corner of its grammar, out and back, and files that are meant to harm."""

import base64
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import Defaults, ItemDraft, check
from learning.question_bank.formats.contract import Entry, Parsed, Unreadable, Upload
from learning.question_bank.formats.gift import GiftExporter, GiftImporter
from learning.question_bank.rules import Item, ItemKind, Option
from tests.kernel.test_pictures import png
from tests.question_bank.formats.books import only, quiet
from tests.question_bank.formats.hostile import MEGABYTE, measured
from tests.question_bank.samples import items, make

CARRIED = (
    ItemKind.SINGLE,
    ItemKind.MULTIPLE,
    ItemKind.TRUE_FALSE,
    ItemKind.NUMERIC,
    ItemKind.MATCHING,
    ItemKind.ESSAY,
)


def read(text: str, encoding: str = "utf-8") -> Parsed:
    return GiftImporter().parse(Upload("x.gift", text.encode(encoding)), quiet)


def draft(text: str) -> ItemDraft:
    return only(read(text)).draft


def losses(entry: Entry) -> list[str]:
    return [problem.message for problem in entry.problems if problem.is_loss]


def test_weights_that_an_item_cannot_hold_are_losses_by_name() -> None:
    partial = only(read("Q{=a ~%50%b ~%-25%c}"))
    assert losses(partial) == [
        "部分正确的选项可得部分分（b 50%），没有带入",
        "选错倒扣分，没有带入",
    ]
    unequal = only(read("Q{~%60%a ~%40%b ~%-10%c}"))
    assert unequal.draft.kind == "multiple"
    assert losses(unequal) == ["各正确选项的分值不同（60%、40%），没有带入", "错选倒扣分，没有带入"]
    assert only(read("Q{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}")).problems == ()
    assert losses(only(read("Q{=a =%50%b}"))) == ["答“b”得 50% 的分，没有带入"]
    assert losses(only(read("Q{#=1 =%50%1:1 =5}"))) == [
        "答“1:1”得 50% 的分，没有带入",
        "另外的答案 5 没有带入",
    ]


def test_feedback_goes_into_the_explanation_in_words() -> None:
    assert draft("Q{=a#yes ~b#no####so}").explanation == "so\n\nA：yes\n\nB：no"
    assert draft("Q{T#bad#good####so}").explanation == "so\n\n答错：bad\n\n答对：good"
    assert draft("Q{=a#yes}").explanation == "答“a”：yes"
    assert draft("Q{#3#near}").explanation == "答“3”：near"


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("#3", "3"),
        ("#3:2", "3 ± 2"),
        ("# 3.5 : 0.5 ", "3.5 ± 0.5"),
        ("#1..5", "3 ± 2"),
        ("#-5..-1", "-3 ± 2"),
        ("#1e3", "1000"),
        ("#=3:2 ~#no", "3 ± 2"),
        ("#=%100%3:0", "3"),
    ],
)
def test_numbers_have_tolerances_and_ranges(inside, line) -> None:
    assert draft(f"Q {{{inside}}}").answers == (line,)


def test_a_number_that_is_none_is_a_problem() -> None:
    entry = only(read("Q{#three}"))
    assert [problem.code for problem in entry.problems] == ["key_unknown"]
    assert entry.draft.answers == ()


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Sky is {=blue} today.", "Sky is ____ today."),
        ("Sky is{=blue ~red}today.", "Sky is ____today."),
        ("Sky is ____ today.{=blue}", "Sky is ____ today."),
        ("Sky?{=blue}", "Sky?\n\n____"),
        ("Discuss {} at length.", "Discuss at length."),
        ("one\ntwo\\nthree {T}", "one two\n\nthree"),
        ("[markdown]**a**\\n\\n- b {T}", "**a**\n\n- b"),
        ("[html]<p>a <b>b</b></p>{T}", "a **b**"),
        ("[plain]a <b> 2*3*4{T}", "a <b> 2\\*3\\*4"),
        ("a <i>b</i> &amp; c{T}", "a *b* & c"),
        ("\\{\\}\\~\\=\\#\\:\\\\ x{T}", "{}~=#:\\ x"),
        ("::title\\: x::stem{T}", "stem"),
        ("a\n// hidden\nb{T}", "a b"),
    ],
)
def test_stems_are_read_in_every_format(text, stem) -> None:
    assert draft(text).stem == stem


def test_answers_may_spread_over_lines_and_hold_blank_ones() -> None:
    parsed = read("Q{\n=a\n\n~b\n}\n\nP{T}")
    assert [entry.draft.kind for entry in parsed.entries] == ["single", "true_false"]


def test_a_brace_that_never_closes_spoils_one_question_only() -> None:
    parsed = read("Q{=a ~b\n\nP{T}\n\nR{F}")
    assert [entry.draft.kind for entry in parsed.entries] == ["single", "true_false", "true_false"]
    assert [problem.code for problem in parsed.entries[0].problems] == ["unreadable"]


def test_a_question_beyond_measure_is_named_and_the_next_one_read() -> None:
    parsed = read("Q{=" + "a" * 100_000 + "}\n\nP{T}")
    assert [problem.code for problem in parsed.problems] == ["too_large"]
    assert [entry.draft.kind for entry in parsed.entries] == ["true_false"]


def test_questions_with_titles_need_no_blank_line_between() -> None:
    assert len(read("::a::Q{T}\n::b::P{F}").entries) == 2


def test_categories_name_the_area_of_what_follows() -> None:
    text = "$CATEGORY: $course$/top/质量/抽样//检验\n\nQ{T}\n$CATEGORY: $course$/top\n\nP{T}"
    assert [entry.draft.area for entry in read(text).entries] == ["抽样/检验", ""]


def test_comments_give_a_code_and_tags_are_named() -> None:
    entry = only(read("// [id:qa-1] [tag:甲]\nQ{T}"))
    assert entry.draft.code == "qa-1"
    assert losses(entry) == ["标签“甲”没有带入"]
    assert draft("// [id:393]\nQ{T}").code == ""


def test_cloze_is_recognised_and_cannot_be_carried() -> None:
    entry = only(read("Q {1:MC:=a~b} end"))
    assert [(problem.code, problem.is_loss) for problem in entry.problems] == [
        ("not_representable", False)
    ]
    assert not check(entry.draft, Defaults("x")).item


def test_matching_has_distractors_and_shared_sides() -> None:
    assert draft("Q{=a -> x =b->y = -> z =c -> x}").answers == (
        "a -> x",
        "b -> y",
        "-> z",
        "c -> x",
    )


def test_pictures_come_along_if_they_are_pictures() -> None:
    data = base64.b64encode(png()).decode().replace("=", "\\=")
    parsed = read(f'[html]<img src\\="data\\:image/png;base64,{data}" alt\\="图">{{T}}')
    assert re.fullmatch(r"!\[图\]\(asset:\w+\.png\)", only(parsed).draft.stem)
    assert parsed.assets[0].content == png()
    page = base64.b64encode(b"<script>alert(1)</script>").decode()
    fake = only(read(f'[html]x <img src\\="data\\:image/png;base64,{page}">{{T}}'))
    assert losses(fake) == ["文字里的内嵌图片没有带入"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_every_encoding_is_read(encoding) -> None:
    text = "::题::质量管理体系的核心是过程方法，这句话对吗？{T}"
    assert only(read(text, encoding)).draft.answers == ("对",)


def test_text_without_anything_of_the_format_is_refused() -> None:
    for text in ("", " \n", "// only a comment"):
        with pytest.raises(Unreadable):
            read(text)


def back(given_items: list[Item], text: bytes) -> list[Item | None]:
    parsed = GiftImporter().parse(Upload("x", text), quiet)
    assert not [entry.problems for entry in parsed.entries if entry.problems]
    return [check(entry.draft, Defaults("none")).item for entry in parsed.entries]


@settings(max_examples=80, deadline=None)
@given(st.lists(items(kinds=CARRIED), min_size=1, max_size=4))
def test_items_come_back_the_same(given_items) -> None:
    areas = [item.document.area for item in given_items]
    assume(
        all(area == " ".join(area.split()) for area in areas)
    )  # a category keeps no double space
    out = GiftExporter().write(given_items, "题库", ())
    assert out.left_out == ()
    assert back(given_items, out.content) == given_items


hostile_texts = st.text(alphabet="a质{}~=#:\\\\n%50[]->|$/* \n", max_size=20).map(
    lambda text: f"x{text}x".replace("\n", "\n\n")
)


@settings(max_examples=80, deadline=None)
@given(hostile_texts, hostile_texts, hostile_texts, hostile_texts)
def test_without_our_comment_the_question_itself_comes_back(stem, first, second, why) -> None:
    options = (Option("a", " ".join(first.split())), Option("b", " ".join(second.split()) + "2"))
    item = make(ItemKind.SINGLE, stem=stem, options=options, explanation=why)
    if GiftExporter().why_not(item):
        return
    text = GiftExporter().write([item], "题库", ()).content.decode()
    plain = "\n".join(line for line in text.split("\n") if not line.startswith("// [draft]"))
    found = draft(plain)
    assert found.stem == item.document.stem
    assert tuple(option.text for option in found.options) == tuple(o.text for o in options)
    assert [option.is_key for option in found.options] == [False, True]
    assert found.explanation == why


@pytest.mark.parametrize("kind", [*CARRIED, ItemKind.BLANK])
def test_every_kind_comes_back_without_our_comment_too(kind) -> None:
    item = make(kind, stem="填____吧") if kind is ItemKind.BLANK else make(kind)
    if kind is ItemKind.BLANK:
        item = make(kind, stem="填____吧", alternatives=(("甲", "乙"),))
    text = GiftExporter().write([item], "题库", ()).content.decode()
    plain = "\n".join(line for line in text.split("\n") if not line.startswith("// [draft]"))
    found = check(draft(plain), Defaults("none")).item
    assert found
    assert (found.document.kind, found.document.stem) == (kind, item.document.stem)
    assert (found.document.options, found.document.prompts) == (
        item.document.options,
        item.document.prompts,
    )
    assert (found.key.choices, found.key.blanks, found.key.value) == (
        item.key.choices, item.key.blanks, item.key.value,
    )  # fmt: skip
    assert (found.document.code, found.document.area) == ("qa-01-001", "质量")


def test_a_question_that_was_edited_is_read_as_it_now_stands() -> None:
    text = GiftExporter().write([make(ItemKind.TRUE_FALSE)], "题库", ()).content.decode()
    assert draft(text.replace("FALSE", "TRUE")).answers == ("对",)
    assert draft(text).answers == ("错",)


def test_what_gift_has_no_words_for_is_left_out_by_name() -> None:
    given_items = [
        make(ItemKind.ORDERING),
        make(ItemKind.CASE),
        make(ItemKind.BLANK),
        make(ItemKind.ESSAY),
    ]
    out = GiftExporter().write(given_items, "题库", ())
    assert [problem.code for problem in out.left_out] == ["not_representable"] * 3
    assert len(back(given_items, out.content)) == 1


@pytest.mark.deep
@pytest.mark.parametrize(
    "content",
    [
        b"{" * 30 * MEGABYTE,
        b"Q{\n\n" * 2 * MEGABYTE,
        b"Q{=" + b"~a" * 10 * MEGABYTE + b"}",
        b"::" * 15 * MEGABYTE,
        b"Q{#" + b"=1" * 500_000 + b"}",
        b"Q{=a" + b"\n\n" * 2 * MEGABYTE,
        b"// [id:" * 4 * MEGABYTE,
        b"Q{" + b"[html]<a " * 300_000 + b"}",
        b"\\n" * 10 * MEGABYTE + b"{T}",
    ],
)
def test_a_hostile_file_costs_little(content, tmp_path: Path) -> None:
    call = "GiftImporter().parse(contract.Upload('x', content), lambda a, b: None).format"
    cost = measured(
        content, call, tmp_path, "from learning.question_bank.formats.gift import GiftImporter"
    )
    assert cost.is_bounded, cost


def test_a_paper_with_formulas_is_no_gift() -> None:
    paper = "1. $C_{F}$ 与（）。\nA. $\\frac{T}{6\\sigma}$\nB. $\\frac{F}{T}$\n答案：A\n"

    assert GiftImporter().detect(Upload("x.txt", paper.encode())) == 0


def test_a_gap_within_chinese_text_has_no_space_before_it() -> None:
    assert draft("PDCA 的 C 是{=检查}。").stem == "PDCA 的 C 是____。"
    assert draft("Two plus{=two}equals four.").stem == "Two plus ____equals four."


def test_questions_without_a_blank_line_between_are_parted() -> None:
    text = """Who wrote it? {=Deming ~Juran}
Is it true? {T}
A stem on its own line
{
=right
~wrong
}
The cost of {=quality} is known.
How many? {#7:1}
::titled:: Last? {=yes ~no}
"""
    stems = [entry.draft.stem for entry in read(text).entries]
    assert [stem.split()[0] for stem in stems] == ["Who", "Is", "A", "The", "How", "Last?"]


def test_what_follows_a_gap_on_the_next_line_belongs_to_its_question() -> None:
    [entry] = read("Grant is {=buried ~living} in\nGrant's tomb.\n").entries
    assert "Grant's tomb" in entry.draft.stem
