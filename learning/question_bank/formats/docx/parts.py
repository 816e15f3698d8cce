"""The parts of a Word file that matter here, found by their relations; the rest is named."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from learning.question_bank.formats.contract import SourceProblem, Unreadable
from learning.question_bank.formats.intake import Package, parse_xml

_DOCUMENT = "officeDocument"
_HARMLESS = {"hyperlink", "attachedTemplate"}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a relation id points to: a path in the package, or an address outside."""

    kind: str
    target: str
    is_external: bool


def local(tag: str) -> str:
    """Return the name of an element or attribute without its namespace: strict or not."""
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its local name, "" if there is none."""
    return next((value for key, value in element.attrib.items() if local(key) == name), "")


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of a local name."""
    if element is None:
        return None
    return next((each for each in element if local(each.tag) == name), None)


def value_of(element: Element | None, name: str) -> str:
    """Return the `val` of a child, "" if there is none."""
    found = child(element, name)
    return attribute(found, "val") if found is not None else ""


def is_on(element: Element | None, name: str) -> bool:
    """Tell whether a property such as bold is set."""
    found = child(element, name)
    return found is not None and attribute(found, "val") not in {"0", "false", "off", "none"}


class Parts:
    """The document, its numbering and styles, and the pictures it refers to."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = self._main()
        self.document = parse_xml(package.read(self.main))
        self.relations = self._relations(self.main)

    def _main(self) -> str:
        for relation in self._relations("").values():
            if relation.kind == _DOCUMENT and relation.target in self.package:
                return relation.target
        if "word/document.xml" in self.package:
            return "word/document.xml"
        raise Unreadable("unreadable", "压缩包里没有 Word 文档的正文，这不是 .docx 文件。")

    def _relations(self, part: str) -> dict[str, Relation]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self.package:
            return {}
        found = {}
        for each in parse_xml(self.package.read(path)):
            is_external = attribute(each, "TargetMode") == "External"
            target = attribute(each, "Target")
            if not is_external:
                joined = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
                target = posixpath.normpath(joined).lstrip("/")
            kind = attribute(each, "Type").rpartition("/")[2]
            found[attribute(each, "Id")] = Relation(kind, target, is_external)
        return found

    @cached_property
    def numbering(self) -> Element | None:
        """The definitions of automatic numbers, None if there are none."""
        return self._part("numbering")

    @cached_property
    def styles(self) -> Element | None:
        """The styles, None if there are none."""
        return self._part("styles")

    def _part(self, kind: str) -> Element | None:
        for relation in self.relations.values():
            if relation.kind == kind and relation.target in self.package:
                return parse_xml(self.package.read(relation.target))
        return None

    def problems(self) -> Iterator[SourceProblem]:
        """Name what the file holds and nothing here takes."""
        names = self.package.names
        if any(name.endswith("vbaProject.bin") for name in names):
            yield _left("文档带有宏，宏没有导入，也没有执行")
        objects = sum("/embeddings/" in name for name in names)
        if objects:
            yield _left(f"文档里有 {objects} 个嵌入对象（如 Excel 表、公式编辑器 3.0），没有导入")
        outside = [
            relation
            for relation in self.relations.values()
            if relation.is_external and relation.kind not in _HARMLESS
        ]
        if outside:
            yield _left(f"文档链接了 {len(outside)} 个外部文件，没有读取")
        if any(relation.kind in {"footnotes", "endnotes"} for relation in self.relations.values()):
            notes = next(r for r in self.relations.values() if r.kind in {"footnotes", "endnotes"})
            if notes.target in self.package and self._has_notes(notes.target):
                yield _left("文档有脚注或尾注，没有导入")

    def _has_notes(self, target: str) -> bool:
        notes = parse_xml(self.package.read(target))
        return any(not attribute(note, "type") for note in notes)


def _left(message: str) -> SourceProblem:
    return SourceProblem("文档", "not_representable", message, is_loss=True)
