"""Word files: the text they show, automatic numbers and all, read like a pasted paper.

The way: safe package and XML (`intake`) → `parts` → paragraphs and tables in order as lines
(`body`, `runs`, `tables`), numbers as shown (`numbering`), formulas as LaTeX (`formulas`), pictures
as assets → the pipeline of pasted text. Insertions under track changes are taken, deletions are
not; macros, links to outside and embedded objects are left and named.
"""

from learning.question_bank.formats.contract import (
    Asset,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.docx.body import Body
from learning.question_bank.formats.docx.parts import Parts
from learning.question_bank.formats.docx.writing import DocxExporter, write_paper
from learning.question_bank.formats.intake import open_package
from learning.question_bank.formats.paste import check_length
from learning.question_bank.formats.paste.lines import line_of
from learning.question_bank.formats.paste.reading import read_lines

__all__ = ["DocxExporter", "DocxImporter", "write_paper"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD = (
    "这是旧版的 Word（.doc）或 WPS（.wps）文件，也可能加了密码。"
    "请用 Word 或 WPS 打开，去掉密码，另存为“Word 文档（.docx）”再导入。"
)
_OLD_NAMES = (".doc", ".wps", ".dot", ".wpt", ".rtf")


class DocxImporter:
    """The way in for .docx."""

    NAME = "docx"

    def detect(self, upload: Upload) -> int:
        """Look at the first bytes and for the name of the main part."""
        if upload.content.startswith(b"PK"):
            return 95 if b"word/document" in upload.content else 0
        is_old = upload.content.startswith((_OLE, b"{\\rtf"))
        return 90 if is_old and upload.name.lower().endswith(_OLD_NAMES) else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read the document; raises Unreadable for old formats and for what is no document."""
        if upload.content.startswith((_OLE, b"{\\rtf")):
            raise Unreadable("unreadable", _OLD)
        parts = Parts(open_package(upload.content))
        body = Body(parts)
        shown = body.lines()
        check_length(sum(len(text) + 1 for _, text in shown))
        parsed = read_lines([line_of(where, text) for where, text in shown], self.NAME, progress)
        if not parsed.entries:
            message = "文档里没有认出试题：题目应有题号，选项应有字母"
            raise Unreadable("no_questions", message)
        problems: tuple[SourceProblem, ...] = (*parts.problems(), *body.problems, *parsed.problems)
        return Parsed(self.NAME, parsed.entries, problems, self._used(parsed, body))

    def _used(self, parsed: Parsed, body: Body) -> tuple[Asset, ...]:
        del parsed
        return tuple(body.assets.values())
