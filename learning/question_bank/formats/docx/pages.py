"""The look of a paper in Word: fonts for Chinese and Latin, columns, grids, pictures, formulas."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.image.exceptions import UnrecognizedImageError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from learning.question_bank.formats.contract import Asset
from learning.question_bank.formats.docx.equations import omml_of

_LATIN, _SERIF, _SANS = "Times New Roman", "宋体", "黑体"
_INLINE = re.compile(
    r"(?P<picture>!\[(?P<alt>[^\]\n]{0,200})\]\((?P<target>[^)\s]{1,300})\))"
    r"|(?P<display>\$\$(?P<shown>[^$]{1,2000})\$\$)"
    r"|(?P<maths>(?<![\\$])\$(?=[^\s$])(?P<formula>[^$\n]{1,2000}?)(?<!\s)\$(?!\d))"
    r"|(?P<bold>\*\*(?P<strong>[^*\n]{1,500})\*\*)"
)
_WIDTH = Cm(16)
_PICTURE_WIDTH = Cm(9)
_ROW = re.compile(r"\s*\|.*\|\s*\Z")
_RULE = re.compile(r"[\s|:\-]+\Z")


class Page:
    """Writes onto a document; `left_out` names pictures that Word cannot take."""

    def __init__(self, document: Document, assets: Mapping[str, Asset]) -> None:
        self._document = document
        self._assets = assets
        self.left_out: list[str] = []
        self._end: Any = document.sections[0]._sectPr  # noqa: SLF001 - see _paragraph
        self._set_fonts()

    def _paragraph(self, text: str = "") -> Paragraph:
        """Add a paragraph at the end; the library's own way looks through all before it."""
        element = OxmlElement("w:p")
        self._end.addprevious(element)
        paragraph = Paragraph(element, self._document._body)  # noqa: SLF001
        if text:
            paragraph.add_run(text)
        return paragraph

    def _set_fonts(self) -> None:
        style: Any = self._document.styles["Normal"]
        style.font.size = Pt(10.5)
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.line_spacing = 1.25
        _set_font(style, _SERIF)
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.2)

    def title(self, text: str) -> None:
        """Write a centred title."""
        paragraph = self._paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        run.font.size = Pt(16)
        run.bold = True
        _set_font(run, _SANS)

    def centred(self, text: str) -> None:
        """Write a centred line."""
        paragraph = self._paragraph(text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def heading(self, text: str) -> None:
        """Write the heading of a section, kept with what follows."""
        paragraph = self._paragraph()
        paragraph.paragraph_format.space_before = Pt(10)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(text)
        run.font.size = Pt(12)
        run.bold = True
        _set_font(run, _SANS)

    def new_page(self) -> None:
        """Begin a page."""
        self._paragraph().add_run().add_break(WD_BREAK.PAGE)

    def space(self, lines: int) -> None:
        """Leave room to write."""
        for _ in range(lines):
            self._paragraph()

    def text(self, label: str, text: str, *, keep: bool = False) -> None:
        """Write Markdown text behind a label: paragraphs, tables, formulas, pictures."""
        for number, block in enumerate(re.split(r"\n\s*\n", text.strip())):
            lines = block.split("\n")
            if all(_ROW.match(line) for line in lines) and len(lines) > 1:
                self._table(lines)
                continue
            paragraph = self._paragraph()
            paragraph.paragraph_format.keep_with_next = keep
            if number == 0:
                paragraph.add_run(label)
            for place, line in enumerate(lines):
                if place:
                    paragraph.add_run().add_break()
                self._inline(paragraph, line)

    def columns(self, texts: Sequence[str], columns: int) -> None:
        """Write texts side by side, at tab stops that divide the line evenly."""
        paragraph = self._paragraph()
        for number in range(1, columns):
            paragraph.paragraph_format.tab_stops.add_tab_stop(int(_WIDTH * number / columns))
        for number, text in enumerate(texts):
            if number:
                paragraph.add_run("\t")
            self._inline(paragraph, text.replace("\n", " "))

    def grid(self, heads: Sequence[str], columns: int) -> None:
        """Draw boxes to be filled in, their numbers above."""
        for start in range(0, len(heads), columns):
            row = heads[start : start + columns]
            table = self._document.add_table(rows=2, cols=len(row), style="Table Grid")
            for place, head in enumerate(row):
                table.cell(0, place).text = head
            self._paragraph()

    def answer_line(self, number: int, unit: str) -> None:
        """Draw a line to write on, the unit behind it."""
        self._paragraph(f"{number}. {'＿' * 24} {unit}".rstrip())

    def _table(self, lines: Sequence[str]) -> None:
        rows = [
            [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip("| "))]
            for line in lines
            if not _RULE.match(line)
        ]
        width = max(len(row) for row in rows)
        table = self._document.add_table(rows=0, cols=width, style="Table Grid")
        for row in rows:
            cells = table.add_row().cells
            for place, text in enumerate(row):
                self._inline(cells[place].paragraphs[0], text)

    def _inline(self, paragraph: Any, text: str) -> None:
        cursor = 0
        for found in _INLINE.finditer(text):
            if found.start() > cursor:
                paragraph.add_run(text[cursor : found.start()])
            cursor = found.end()
            if found["picture"]:
                self._picture(paragraph, found["alt"], found["target"])
            elif found["bold"]:
                paragraph.add_run(found["strong"]).bold = True
            else:
                self._formula(paragraph, found.group(), found["shown"] or found["formula"])
        if text[cursor:]:
            paragraph.add_run(text[cursor:])

    def _formula(self, paragraph: Any, source: str, formula: str) -> None:
        equation = omml_of(formula)
        if equation is None:
            paragraph.add_run(source)
        else:
            paragraph._p.append(equation)  # noqa: SLF001 - python-docx has no formulas

    def _picture(self, paragraph: Any, alt: str, target: str) -> None:
        name = target.removeprefix("asset:").rpartition("/")[2]
        asset = self._assets.get(name) or self._assets.get(target)
        try:
            if asset is not None:
                picture = paragraph.add_run().add_picture(io.BytesIO(asset.content))
                if picture.width > _PICTURE_WIDTH:
                    picture.height = int(picture.height * _PICTURE_WIDTH / picture.width)
                    picture.width = _PICTURE_WIDTH
                return
        except (UnrecognizedImageError, ZeroDivisionError, ValueError, KeyError):
            pass
        paragraph.add_run(f"［图：{alt or name}］")
        self.left_out.append(f"图片 {name} 放不进 Word 文档，只写了说明")


def _set_font(owner: Any, chinese: str) -> None:
    """Name a Chinese font and a Latin one: Word chooses by character."""
    owner.font.name = _LATIN
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), chinese)
    fonts.set(qn("w:hAnsi"), _LATIN)
    fonts.set(qn("w:cs"), _LATIN)
