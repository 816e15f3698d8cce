"""The body of a document as lines with their places, in the order in which it is read."""

import posixpath
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from learning.question_bank.formats.contract import Asset, SourceProblem
from learning.question_bank.formats.docx.emphasis import settled
from learning.question_bank.formats.docx.numbering import Numbers
from learning.question_bank.formats.docx.parts import Parts, child, local
from learning.question_bank.formats.docx.runs import Runs, has_strong_runs
from learning.question_bank.formats.intake import picture_type
from learning.question_bank.formats.paste.columns import table_lines

_CONTAINERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "body"})
MAX_PICTURES = 2000
_NAME = re.compile(r"[^\w.\-]")


class Body:
    """Walks through paragraphs and tables; `problems` and `assets` grow on the way."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.problems: list[SourceProblem] = []
        self.assets: dict[str, Asset] = {}
        self._numbers = Numbers(parts)
        self._count = 0
        with_bold = not has_strong_runs(parts.document)
        self._runs = Runs(self._picture, self._report, with_bold=with_bold)

    def lines(self) -> list[tuple[str, str]]:
        """Return each line with its place: “第 12 段”."""
        body = child(self.parts.document, "body")
        return list(self._blocks(body)) if body is not None else []

    def _blocks(self, element: Element) -> Iterator[tuple[str, str]]:
        for each in element:
            name = local(each.tag)
            if name == "p":
                yield from self._paragraph(each)
            elif name == "tbl":
                yield from self._table(each)
            elif name in _CONTAINERS:
                yield from self._blocks(each)

    def _paragraph(self, element: Element) -> Iterator[tuple[str, str]]:
        self._count += 1
        where = f"第 {self._count} 段"
        text, boxes = self._runs.read(element)
        label = self._numbers.next_label(child(element, "pPr")) if text.strip() else ""
        if label and text:
            text = f"{label} {text.lstrip()}" if label[-1].isalnum() else label + text.lstrip()
        for line in text.split("\n"):
            yield where, settled(line)
        for box in boxes:
            yield from self._blocks(box)

    def _table(self, element: Element) -> Iterator[tuple[str, str]]:
        start = self._count + 1
        rows = [
            [list(self._blocks(cell)) for cell in row if local(cell.tag) == "tc"]
            for row in self._rows(element)
        ]
        for line, text in table_lines(rows):
            yield line or f"第 {start} 段", text

    def _rows(self, element: Element) -> Iterator[Element]:
        for each in element:
            if local(each.tag) == "tr":
                yield each
            elif local(each.tag) in _CONTAINERS:
                yield from self._rows(each)

    def _report(self, code: str, message: str) -> None:
        where = f"第 {self._count} 段"
        is_loss = code == "not_representable"
        self.problems.append(SourceProblem(where, code, message, is_loss=is_loss))

    def _picture(self, relation_id: str) -> str:
        """Keep a picture and return the Markdown that stands for it."""
        relation = self.parts.relations.get(relation_id)
        if relation is None or relation.is_external or relation.target not in self.parts.package:
            self._report("picture", "有一张图片是外部链接，没有导入")
            return ""
        name = _NAME.sub("_", posixpath.basename(relation.target))[:80]
        if name not in self.assets:
            if len(self.assets) >= MAX_PICTURES:
                self._report("picture", f"图片多于 {MAX_PICTURES} 张，其余没有导入")
                return ""
            content = self.parts.package.read(relation.target)
            media_type = picture_type(content)
            if media_type is None:
                message = f"图片 {name} 不是 PNG、JPEG、GIF 或 WebP，没有导入；请另存后补上"
                self._report("picture", message)
                return ""
            self.assets[name] = Asset(name, media_type, content)
        return f"![图](asset:{name})"
