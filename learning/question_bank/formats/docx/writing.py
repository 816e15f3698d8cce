"""A paper for Word: questions by kind, an answer sheet, and the key on pages of their own.

Written to be printed and to be read back: what the importer of this package takes for granted
(section headings with a kind, numbers, lettered options, a list of keys) is what is written.
"""

import io
from collections.abc import Sequence

from docx import Document

from learning.question_bank.formats.contract import Asset, Carried, SourceProblem
from learning.question_bank.formats.docx.keys import explanation_of, key_text
from learning.question_bank.formats.docx.pages import Page
from learning.question_bank.item_types import get_type
from learning.question_bank.rules import Item, ItemDocument, ItemKind

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADS = {
    "single": "单项选择题",
    "multiple": "多项选择题",
    "true_false": "判断题",
    "blank": "填空题",
    "numeric": "计算题",
    "matching": "匹配题",
    "ordering": "排序题",
    "essay": "问答题",
    "case": "案例分析题",
}
_CHINESE = "一二三四五六七八九十"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LINE = 40
"""About how many Chinese characters a line takes: where four or two options fit, they share it."""
_GAP_ROW = 10


class DocxExporter:
    """The way out to a Word paper with its key."""

    NAME = "docx"
    SUFFIX = ".docx"
    MEDIA_TYPE = MEDIA_TYPE

    def why_not(self, item: Item) -> str:
        """Paper cannot draw numbers."""
        if item.document.draw is not None:
            return "参数化试题每次抽取的数不同，不能印在试卷上"
        return ""

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write the paper with answer sheet and key."""
        return write_paper(items, title, assets, with_key=True)


def write_paper(
    items: Sequence[Item], title: str, assets: Sequence[Asset], *, with_key: bool
) -> Carried:
    """Write a paper; without the key it may be handed to candidates. `title` is printed on top."""
    exporter = DocxExporter()
    reasons = [(item.document.code, exporter.why_not(item)) for item in items]
    carried = [item for item, (_, reason) in zip(items, reasons, strict=True) if not reason]
    document = Document()
    page = Page(document, {asset.name: asset for asset in assets})
    sections = _sections(carried)
    _write_questions(page, title, sections)
    _write_sheet(page, sections)
    if with_key:
        _write_keys(page, sections)
    out = io.BytesIO()
    document.save(out)
    left = [SourceProblem(code, "not_representable", why) for code, why in reasons if why]
    left += [SourceProblem(title, "picture", message) for message in page.left_out]
    return Carried(out.getvalue(), tuple(left))


Sections = list[tuple[ItemKind, list[Item]]]


def _sections(items: Sequence[Item]) -> Sections:
    """Group items by kind in the order of `_HEADS`, kinds unknown here behind, each in order."""
    kinds = list(dict.fromkeys(item.document.kind for item in items))
    known = list(_HEADS)
    kinds.sort(key=lambda kind: known.index(kind) if kind in known else len(known))
    return [(kind, [item for item in items if item.document.kind is kind]) for kind in kinds]


def _head(number: int, kind: ItemKind) -> str:
    ordinal = _CHINESE[number] if number < len(_CHINESE) else str(number + 1)
    return f"{ordinal}、{_HEADS.get(kind, get_type(kind).WORD + '题')}"


def _write_questions(
    page: Page, title: str, sections: Sequence[tuple[ItemKind, list[Item]]]
) -> None:
    page.title(title)
    page.centred("姓名：              单位：              得分：")
    for number, (kind, items) in enumerate(sections):
        page.heading(f"{_head(number, kind)}（共 {len(items)} 题）")
        for place, item in enumerate(items, 1):
            _write_question(page, item.document, f"{place}. ")


def _write_question(page: Page, document: ItemDocument, label: str) -> None:
    stem = document.stem
    if document.kind is ItemKind.TRUE_FALSE and not stem.rstrip("。 ").endswith(("）", ")")):
        stem += "（　）"
    page.text(label, stem, keep=True)
    for number, prompt in enumerate(document.prompts, 1):
        page.text(f"（{number}）", prompt.text)
    _write_options(page, [option.text for option in document.options])
    for number, part in enumerate(document.parts, 1):
        _write_question(page, part, f"（{number}）")
    if document.kind is ItemKind.ESSAY:
        page.space(4)


def _write_options(page: Page, texts: Sequence[str]) -> None:
    """Set four or two options a line where all are short enough."""
    if not texts:
        return
    longest = max(len(text) for text in texts)
    has_picture = any("![" in text or "\n" in text for text in texts)
    columns = 1 if has_picture else next((n for n in (4, 2) if longest + 4 <= _LINE // n), 1)
    for start in range(0, len(texts), columns):
        row = texts[start : start + columns]
        page.columns([f"{_LETTERS[start + n]}. {text}" for n, text in enumerate(row)], columns)


def _write_sheet(page: Page, sections: Sequence[tuple[ItemKind, list[Item]]]) -> None:
    page.new_page()
    page.title("答题卡")
    for number, (kind, items) in enumerate(sections):
        page.heading(_head(number, kind))
        if kind in {ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE}:
            page.grid([str(place) for place in range(1, len(items) + 1)], _GAP_ROW)
        else:
            for place, item in enumerate(items, 1):
                page.answer_line(place, item.document.unit)


def _write_keys(page: Page, sections: Sequence[tuple[ItemKind, list[Item]]]) -> None:
    page.new_page()
    page.title("参考答案")
    for number, (kind, items) in enumerate(sections):
        page.heading(_head(number, kind))
        for place, item in enumerate(items, 1):
            page.text(f"{place}. ", key_text(item))
            explanation = explanation_of(item)
            if explanation:
                page.text("解析：", explanation)
