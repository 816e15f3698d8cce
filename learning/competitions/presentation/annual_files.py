"""An annual report as PDF, set by Typst, and as an editable Word file with the same charts."""

import io
import json
from dataclasses import asdict
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from learning.competitions.presentation.annual import Annual, Chart, Table
from learning.kernel.printing import ROOT, Typesetter, printable

FOLDER = ROOT / "templates" / "competitions"
DOCX_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NUMERALS = "一二三四五六七八九"
WIDTH = Cm(16)
SONG, HEI, LATIN = "宋体", "黑体", "Times New Roman"
INK = RGBColor(0x1F, 0x3A, 0x5F)

_paper = Typesetter(FOLDER / "annual_report.typ")
_picture = Typesetter(FOLDER / "annual_chart.typ")


def annual_pdf(report: Annual) -> bytes:
    """Return the report as PDF; raise Unavailable when fonts are missing."""
    return _paper.compile(json.dumps(_clean(asdict(report)), ensure_ascii=False), "pdf")


def annual_docx(report: Annual) -> bytes:
    """Return the report as .docx: headings, tables and texts to edit, charts as pictures.

    Raises Unavailable when the fonts of the charts are missing.
    """
    document = Document()
    _set_page(document)
    _line(document, f"{printable(report.title)}", size=18, bold=True, font=HEI)
    _line(document, "年度工作总结", size=15, bold=True, font=HEI)
    _line(document, f"{printable(report.organiser)}　{report.period}", size=10.5)
    _table(
        document,
        Table(tuple(k for k, _v in report.figures), (tuple(v for _k, v in report.figures),)),
    )
    for index, section in enumerate(report.sections):
        heading = document.add_heading(f"{NUMERALS[index]}、{section.title}", level=1)
        for run in heading.runs:
            _set_font(run, HEI)
            run.font.size, run.font.color.rgb = Pt(14), INK
        for text in section.paragraphs:
            paragraph = document.add_paragraph(printable(text))
            paragraph.paragraph_format.first_line_indent = Pt(21)
        if section.chart is not None:
            _chart(document, section.chart)
        if section.table is not None:
            _table(document, section.table)
    end = document.add_paragraph(f"{printable(report.organiser)}　{report.made_at}")
    end.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _clean(value: Any) -> Any:
    """Return a value with every text as it may be printed."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _set_page(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.size = Pt(10.5)
    style.paragraph_format.line_spacing = 1.4
    style.paragraph_format.space_after = Pt(4)
    _set_font(style, SONG)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.2)


def _set_font(styled: Any, east_asian: str) -> None:
    """Let Latin and Chinese each have their font; Word asks for both."""
    styled.font.name = LATIN
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), east_asian)


def _line(document: Any, text: str, *, size: float, bold: bool = False, font: str = SONG) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    _set_font(run, font)


def _chart(document: Any, chart: Chart) -> None:
    picture = _picture.compile(json.dumps(_clean(asdict(chart)), ensure_ascii=False), "png")
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=WIDTH)
    shape._inline.docPr.set("descr", printable(chart.title))  # noqa: SLF001 - no public way
    caption = document.add_paragraph(printable(chart.title))
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _table(document: Any, table: Table) -> None:
    """Write a table whose head is repeated on each page."""
    made = document.add_table(rows=1, cols=len(table.head), style="Table Grid")
    for cell, text in zip(made.rows[0].cells, table.head, strict=True):
        _cell(cell, text, bold=True, to_right=False)
    properties = made.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no public way
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    properties.append(repeated)
    for row in table.rows:
        cells = made.add_row().cells
        for number, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _cell(cell, text, bold=False, to_right=number > 0)
    note = document.add_paragraph(table.note)
    for run in note.runs:
        run.font.size = Pt(9)


def _cell(cell: Any, text: str, *, bold: bool, to_right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(printable(text))
    run.bold, run.font.size = bold, Pt(9.5)
    if to_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
