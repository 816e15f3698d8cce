"""Tables of questions: workbooks (.xlsx) and CSV, in and out, and the template to fill in.

One row is one question; headings may be worded and ordered as people like. The sub-items of a case
stand below it, their kind marked: “└ 单选”. In an answer cell: letters (ABD), 对 or 错; for gaps a
line each, alternatives set apart by |; a number with unit and tolerance (49200 h ± 0.5 %); pairs
“左 -> 右” and steps in their right order, a line each; criteria “3 分 要点”, a line each.
"""

from learning.question_bank.formats.sheets.commas import CsvExporter, CsvImporter
from learning.question_bank.formats.sheets.template import template
from learning.question_bank.formats.sheets.xlsx import XlsxExporter, XlsxImporter

__all__ = ["CsvExporter", "CsvImporter", "XlsxExporter", "XlsxImporter", "template"]
