"""Word files: the text they show is read, numbers and formulas included; the rest is named."""

import io
import time
import zipfile

import pytest

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.contract import Parsed, Unreadable, Upload
from learning.question_bank.formats.docx import DocxImporter
from tests.question_bank.formats.word import PNG, R, p, run, table, word

RED = '<w:color w:val="FF0000"/>'
BOLD = "<w:b/>"
BREAK = "</w:t><w:br/><w:t>"
SUM = (
    '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1</m:t></m:r></m:sub>'
    "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>x</m:t></m:r></m:e></m:nary>"
)
UNDERLINED = '<w:u w:val="single"/>'


def read(content: bytes, name: str = "paper.docx") -> Parsed:
    return DocxImporter().parse(Upload(name, content), lambda _done, _total: None)


def drafts(*blocks: str) -> list[ItemDraft]:
    return [entry.draft for entry in read(word(*blocks)).entries]


def letters(draft: ItemDraft) -> str:
    return "".join("ABCDEFGH"[n] for n, option in enumerate(draft.options) if option.is_key)


def choice(stem: str = "1. 甲是（ ）", key: str = "B") -> list[str]:
    return [p(stem), p("A. 子"), p("B. 丑"), p(f"答案：{key}")]


def test_automatic_numbers_and_letters_are_read_as_they_are_shown() -> None:
    found = drafts(
        p("单项选择题", number=(3, 0)),
        p("甲是（ ）", number=(1, 0)),
        *(p(text, number=(1, 1)) for text in "子丑"),
        p("答案：B"),
        p("乙是（ ）", number=(1, 0)),
        *(p(text, number=(1, 1)) for text in "寅卯辰"),
        p("答案：C"),
        p("多项选择题", number=(3, 0)),
        p("丙是（ ）", number=(2, 0)),
        *(p(text, number=(2, 1)) for text in "巳午未"),
        p("答案：AC"),
    )

    assert [(d.kind, d.stem, letters(d)) for d in found] == [
        ("single", "甲是（ ）", "B"),
        ("single", "乙是（ ）", "C"),
        ("multiple", "丙是（ ）", "AC"),
    ]
    assert [len(d.options) for d in found] == [2, 3, 3]


def test_soft_breaks_end_a_line() -> None:
    lines = ["1. 甲是（ ）", "A. 子", "B. 丑", "答案：B"]
    text = BREAK.join(lines)

    assert letters(drafts(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")[0]) == "B"


def test_scripts_become_formulas() -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    lowered = '<w:vertAlign w:val="subscript"/>'
    found = drafts(
        p("1. 10", run("3", raised), " 与 H", run("2", lowered), "O 是（ ）"),
        p("A. m", run("2", raised), "  B. 丑"),
        p("答案：A"),
    )

    assert found[0].stem == "$10^{3}$ 与 $H_{2}$O 是（ ）"
    assert [option.text for option in found[0].options] == ["$m^{2}$", "丑"]


@pytest.mark.parametrize("look", [RED, BOLD, UNDERLINED, '<w:highlight w:val="yellow"/>'])
def test_an_option_set_apart_is_the_key_and_the_author_is_told(look: str) -> None:
    parsed = read(word(p("1. 甲是"), p("A. 子"), p(run("B. 丑", look)), p("C. 寅")))

    assert letters(parsed.entries[0].draft) == "B"
    assert [option.text for option in parsed.entries[0].draft.options] == ["子", "丑", "寅"]
    assert [problem.code for problem in parsed.entries[0].problems] == ["key_by_format"]


def test_bold_letters_mark_nothing_where_colour_marks_the_key() -> None:
    lines = [
        p(run(f"{letter}. ", BOLD), run(text, RED if letter == "C" else ""))
        for letter, text in zip("ABC", "子丑寅", strict=True)
    ]

    assert letters(drafts(p("1. 甲是"), *lines)[0]) == "C"


def test_bold_headings_and_labels_are_still_found() -> None:
    found = drafts(
        p(run("一、单选题", BOLD)),
        p(run("1.", BOLD), " 甲是"),
        p("A. 子"),
        p("B. 丑"),
        p(run("答案：", BOLD), "B"),
    )

    assert (found[0].kind, letters(found[0])) == ("single", "B")


def test_underlined_spaces_are_gaps_and_underlined_words_fill_them() -> None:
    found = drafts(
        p("填空题"),
        p("1. 甲是", run("      ", UNDERLINED), "。"),
        p("答案：子"),
        p("2. 乙是", run("丑", UNDERLINED), "。"),
    )

    assert [(d.kind, d.stem, d.answers) for d in found] == [
        ("blank", "甲是____。", ("子",)),
        ("blank", "乙是____。", ("丑",)),
    ]


def test_insertions_are_taken_and_deletions_are_not() -> None:
    changed = f"<w:p><w:ins>{run('1. 新题是')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>"

    assert drafts(changed, p("A. 子"), p("B. 丑"), p("答案：A"))[0].stem == "新题是"


def test_pictures_become_assets_where_they_stand() -> None:
    drawing = '<w:r><w:drawing><a:blip r:embed="i1"/></w:drawing></w:r>'
    relation = f'<Relationship Id="i1" Type="{R}/image" Target="media/image1.png"/>'
    content = word(
        p("1. 图", drawing, "是（ ）"),
        *choice()[1:],
        files={"word/media/image1.png": PNG},
        relations=relation,
    )
    parsed = read(content)

    assert parsed.entries[0].draft.stem == "图![图](asset:image1.png)是（ ）"
    assert [(a.name, a.media_type) for a in parsed.assets] == [("image1.png", "image/png")]


def test_a_picture_that_is_none_is_named() -> None:
    drawing = '<w:r><w:drawing><a:blip r:embed="i1"/></w:drawing></w:r>'
    relation = f'<Relationship Id="i1" Type="{R}/image" Target="media/image1.png"/>'
    parsed = read(
        word(
            p("1. 图", drawing),
            *choice()[1:],
            files={"word/media/image1.png": b"<html><script>"},
            relations=relation,
        )
    )

    assert parsed.assets == ()
    assert "picture" in {problem.code for problem in parsed.problems}


FRACTION = (
    "<m:f><m:num><m:r><m:t>T</m:t></m:r></m:num><m:den><m:r><m:t>6σ</m:t></m:r></m:den></m:f>"
)


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        (FRACTION, r"\frac{T}{6\sigma}"),
        (
            "<m:sSup><m:e><m:r><m:t>e</m:t></m:r></m:e><m:sup><m:r><m:t>−λt</m:t></m:r></m:sup></m:sSup>",
            r"e^{-\lambda t}",
        ),
        (SUM, r"\sum_{i=1}^{n} x"),
        (
            '<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>',
            r"\sqrt{x}",
        ),
        ("<m:d><m:e><m:r><m:t>a</m:t></m:r></m:e></m:d>", r"\left( a\right)"),
        (
            '<m:acc><m:accPr><m:chr m:val="̅"/></m:accPr><m:e><m:r><m:t>X</m:t></m:r></m:e></m:acc>',
            r"\overline{X}",
        ),
    ],
)
def test_formulas_become_latex(formula: str, latex: str) -> None:
    found = drafts(p("1. 求 ", f"<m:oMath>{formula}</m:oMath>", " 是（ ）"), *choice()[1:])

    assert found[0].stem == f"求 ${latex}$ 是（ ）"


def test_a_formula_with_an_unknown_structure_is_named() -> None:
    parsed = read(word(p("1. 求 ", "<m:oMath><m:strange/></m:oMath>"), *choice()[1:]))

    assert [p.code for p in parsed.problems if p.is_loss] == ["not_representable"]


def test_a_table_in_a_stem_becomes_a_markdown_table() -> None:
    found = drafts(p("1. 见下表，是（ ）"), table(("项", "数"), ("划伤", "40")), *choice()[1:])

    assert found[0].stem == "见下表，是（ ）\n\n| 项 | 数 |\n| --- | --- |\n| 划伤 | 40 |"
    assert len(found[0].options) == 2


def test_a_table_of_keys_is_given_to_the_questions() -> None:
    questions = [*choice()[:3], p("2. 乙是（ ）"), p("A. 寅"), p("B. 卯")]

    found = drafts(*questions, p("参考答案"), table(("题号", "1", "2"), ("答案", "B", "A")))

    assert [letters(draft) for draft in found] == ["B", "A"]


def test_options_laid_out_in_a_table_are_options() -> None:
    found = drafts(p("1. 甲是（ ）"), table(("A. 子", "B. 丑"), ("C. 寅", "D. 卯")), p("答案：D"))

    assert ([o.text for o in found[0].options], letters(found[0])) == (
        ["子", "丑", "寅", "卯"],
        "D",
    )


def test_a_bank_in_columns_is_read_row_by_row() -> None:
    found = drafts(
        table(
            ("序号", "题型", "题目", "A", "B", "C", "答案", "解析"),
            ("1", "单选题", "甲是（ ）", "子", "丑", "寅", "B", "因为丑。"),
            ("2", "判断题", "乙成立。", "", "", "", "错", ""),
        )
    )

    assert [(d.kind, d.explanation) for d in found] == [("single", "因为丑。"), ("true_false", "")]
    assert (letters(found[0]), found[1].answers) == ("B", ("错",))


def test_places_are_paragraphs() -> None:
    assert read(word(p("试卷"), *choice())).entries[0].where == "第 2 段"


def test_macros_objects_and_links_to_outside_are_left_and_named() -> None:
    relation = f'<Relationship Id="x" Type="{R}/image" Target="http://10.0.0.1/a.png" TargetMode="External"/>'
    files = {"word/vbaProject.bin": b"x", "word/embeddings/o.bin": b"x"}
    parsed = read(word(*choice(), files=files, relations=relation))

    losses = [problem.message for problem in parsed.problems if problem.is_loss]
    assert len(losses) == 3
    assert all(word_ in " ".join(losses) for word_ in ("宏", "嵌入对象", "外部"))


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"{\\rtf1 x}"]
)
def test_old_formats_are_refused_with_advice(content: bytes) -> None:
    with pytest.raises(Unreadable, match="unreadable") as caught:
        read(content, "题库.doc")

    assert "另存为" in caught.value.message
    assert DocxImporter().detect(Upload("题库.wps", content)) == 90


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", bomb)

    with pytest.raises(Unreadable) as caught:
        read(out.getvalue())

    assert caught.value.code == "xml"


def test_a_zip_that_is_no_document_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"x")

    with pytest.raises(Unreadable, match="unreadable"):
        read(out.getvalue())
    assert DocxImporter().detect(Upload("a.docx", out.getvalue())) == 0


def test_a_document_without_questions_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_questions"):
        read(word(p("只是一段话。")))


def test_text_boxes_are_read_once_however_deep_they_nest() -> None:
    inner = p("框内文字")
    for _ in range(20):
        inner = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    parsed = read(word(inner, *choice()))

    assert sum("框内文字" in problem.message for problem in parsed.problems) == 1


def test_a_paragraph_of_very_many_runs_is_read_in_bounded_time() -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    many = (run("x") + run("2", raised)) * 20_000
    started = time.process_time()

    assert len(read(word(p(many), *choice())).entries) == 1
    assert time.process_time() - started < 6


def test_a_stretch_of_colour_over_two_options_marks_both() -> None:
    line = p("A. 一 ", run("B. 二 C. 三 ", RED), "D. 四")
    (found,) = drafts(p("1. 甲（ ）"), line)

    assert [option.is_key for option in found.options] == [False, True, True, False]


def test_bullets_below_a_choice_question_are_its_options() -> None:
    first, second = drafts(
        p("一、单选题"),
        p("1. 质量是（ ）"),
        *(p(text, number=(4, 0)) for text in ("价格", "满足要求的程度", "数量")),
        p("答案：B"),
        p("2. 谁制定方针（ ）"),
        *(p(text, number=(4, 0)) for text in ("最高管理者", "员工")),
        p("答案：最高管理者"),
    )

    assert [option.text for option in first.options] == ["价格", "满足要求的程度", "数量"]
    assert (letters(first), letters(second)) == ("B", "A")


def test_bullets_of_a_question_without_options_stay_in_its_text() -> None:
    [draft] = drafts(
        p("一、简答题"),
        p("1. 按下列方面说明质量成本："),
        *(p(text, number=(4, 0)) for text in ("预防", "鉴定")),
        p("答案：略"),
    )

    assert (draft.kind, draft.options) == ("essay", ())
    assert "• 预防" in draft.stem.replace("•预防", "• 预防")
