"""The paper for Word: it reads back the same, and has what a paper needs."""

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import ItemDraft, draft_of
from learning.question_bank.formats.contract import Asset, Upload
from learning.question_bank.formats.docx import DocxExporter, DocxImporter, write_paper
from learning.question_bank.formats.intake import check_xml
from learning.question_bank.rules import Draw, Item, ItemKind, Option
from tests.question_bank.formats.renderings import Written, papers
from tests.question_bank.formats.word import PNG
from tests.question_bank.samples import make


def read(content: bytes) -> list[ItemDraft]:
    upload = Upload("a.docx", content)
    return [e.draft for e in DocxImporter().parse(upload, lambda _done, _total: None).entries]


def item_of(written: Written) -> Item:
    ids = {letter: letter.lower() for letter in "ABCDEF"}
    if written.kind == "blank":
        gaps = tuple((text, f"{text}等") for text in written.key)
        return make(ItemKind.BLANK, stem=written.stem, alternatives=gaps)
    if written.kind == "true_false":
        verdict = "t" if written.key == ("对",) else "f"
        return make(ItemKind.TRUE_FALSE, stem=written.stem, choices=(verdict,))
    options = tuple(Option(i, text) for i, text in zip("abcdef", written.options, strict=False))
    choices = tuple(ids[letter] for letter in written.key)
    return make(ItemKind(written.kind), stem=written.stem, options=options, choices=choices)


def content_of(draft: ItemDraft) -> tuple[object, ...]:
    return (draft.kind, draft.stem, draft.options, draft.answers, draft.explanation)


@settings(max_examples=15, deadline=None)
@given(papers)
def test_a_paper_reads_back_as_the_same_items(written: list[Written]) -> None:
    items = [item_of(one) for one in written]
    order = ["single", "multiple", "true_false", "blank"]
    items.sort(key=lambda item: order.index(item.document.kind))

    found = read(DocxExporter().write(items, "质量知识试卷", ()).content)

    assert [content_of(draft) for draft in found] == [content_of(draft_of(item)) for item in items]


@given(st.integers(-(10**6), 10**6), st.sampled_from(["h", "%", "mm", ""]))
@settings(max_examples=20, deadline=None)
def test_a_calculation_reads_back_with_unit_and_tolerance(value: int, unit: str) -> None:
    item = make(ItemKind.NUMERIC, stem="求值。", value=value, unit=unit)

    found = read(DocxExporter().write([item], "试卷", ()).content)

    assert (found[0].kind, found[0].answers) == ("numeric", draft_of(item).answers)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_file_is_sound_and_names_chinese_and_latin_fonts() -> None:
    parts = parts_of(DocxExporter().write([make(ItemKind.SINGLE)], "试卷", ()).content)

    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            check_xml(content)
    document = parts["word/document.xml"].decode()
    assert 'w:eastAsia="黑体"' in document
    assert 'w:eastAsia="宋体"' in parts["word/styles.xml"].decode()


def test_a_paper_for_candidates_holds_nothing_of_the_key() -> None:
    item = make(ItemKind.SINGLE, explanation="只有命题人知道")

    with_key = write_paper([item], "试卷", (), with_key=True).content
    without = write_paper([item], "试卷", (), with_key=False).content

    assert "只有命题人知道" in parts_of(with_key)["word/document.xml"].decode()
    text = parts_of(without)["word/document.xml"].decode()
    assert "只有命题人知道" not in text
    assert "参考答案" not in text
    assert "答题卡" in text


def test_short_options_share_a_line_and_long_ones_do_not() -> None:
    short = tuple(Option(i, t) for i, t in zip("abcd", "子丑寅卯", strict=True))
    long = tuple(Option(i, i * 30) for i in "abcd")

    def lines(options: tuple[Option, ...]) -> int:
        item = make(ItemKind.SINGLE, options=options)
        text = parts_of(DocxExporter().write([item], "试卷", ()).content)["word/document.xml"]
        return text.decode().count("<w:p>") + text.decode().count("<w:p ")

    assert lines(long) == lines(short) + 3


@pytest.mark.parametrize(
    "formula", [r"C_{p}=\frac{T}{6\sigma}", r"e^{-\lambda t}", r"\sqrt{x}", r"\sqrt[3]{y^{2}}"]
)
def test_formulas_are_equations_of_word_and_come_back(formula: str) -> None:
    content = (
        DocxExporter().write([make(ItemKind.SINGLE, stem=f"求 ${formula}$。")], "卷", ()).content
    )

    assert b"<m:oMath" in parts_of(content)["word/document.xml"]
    assert read(content)[0].stem == f"求 ${formula}$。"


def test_a_formula_that_cannot_be_set_stays_as_written() -> None:
    item = make(ItemKind.SINGLE, stem=r"求 $\strange{x}$。")

    assert read(DocxExporter().write([item], "卷", ()).content)[0].stem == r"求 $\strange{x}$。"


def test_pictures_are_placed_and_missing_ones_are_named() -> None:
    item = make(ItemKind.SINGLE, stem="图 ![示意图](/media/a.png) 与 ![另图](/media/b.png)。")
    carried = DocxExporter().write([item], "卷", (Asset("a.png", "image/png", PNG),))

    assert any(name.startswith("word/media/") for name in parts_of(carried.content))
    assert [problem.code for problem in carried.left_out] == ["picture"]
    assert "［图：另图］" in read(carried.content)[0].stem


def test_a_parametric_item_is_left_out_and_named() -> None:
    plain = make(ItemKind.NUMERIC)
    item = Item(replace(plain.document, draw=Draw(())), plain.key)
    carried = DocxExporter().write([item, make(ItemKind.SINGLE)], "卷", ())

    assert [problem.where for problem in carried.left_out] == [item.document.code]
    assert len(read(carried.content)) == 1


def test_a_table_in_a_stem_comes_back() -> None:
    stem = "见下表。\n\n| 项 | 数 |\n| --- | --- |\n| 划伤 | 40 |"
    item = make(ItemKind.SINGLE, stem=stem)

    assert read(DocxExporter().write([item], "卷", ()).content)[0].stem == stem


def test_a_case_comes_back_with_the_keys_of_its_parts() -> None:
    found = read(DocxExporter().write([make(ItemKind.CASE)], "卷", ()).content)

    assert [part.kind for part in found[0].parts][:2] == ["single", "blank"]
    assert [option.is_key for option in found[0].parts[0].options] == [False, True, False, False]
    assert found[0].parts[1].answers == ("偶然故障期", "PDCA")


def test_steps_come_back_in_their_right_order() -> None:
    found = read(DocxExporter().write([make(ItemKind.ORDERING)], "卷", ()).content)

    assert (found[0].kind, found[0].answers) == ("ordering", ("步骤 c", "步骤 a", "步骤 b"))
