"""Spreadsheets in and out: what an upload really is, its cells, and workbooks that stay text.

`read_sheet` takes a file from a stranger: everything is bounded before a parser sees it.
`write_workbook` and `stream_workbook` give files to people's Excel: nothing in them is ever a
formula or a link.
Knows no domain: which column means what is the loaders' matter.
"""

from learning.kernel.documents.archive import BadDocument, Limits
from learning.kernel.documents.sheets import Sheet, cell_address, cell_text, read_sheet
from learning.kernel.documents.streams import stream_workbook
from learning.kernel.documents.workbooks import XLSX_MIME, Column, write_workbook

__all__ = [
    "XLSX_MIME",
    "BadDocument",
    "Column",
    "Limits",
    "Sheet",
    "cell_address",
    "cell_text",
    "read_sheet",
    "stream_workbook",
    "write_workbook",
]
