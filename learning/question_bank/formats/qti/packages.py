"""What a QTI upload holds: items in order with their points, stimuli, and the files they show.

A single XML file is a package of one. In a zip the test decides order and points, else the
manifest, else the names; several manifests are read one after another.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from learning.question_bank.formats.contract import SourceProblem, Unreadable, Upload
from learning.question_bank.formats.intake import MAX_XML_BYTES, Package, open_package, parse_xml
from learning.question_bank.formats.qti.names import normalised, plain_name

ZIP = b"PK\x03\x04"
MANIFEST = "imsmanifest.xml"
MAX_PACKAGE_XML = 2 * MAX_XML_BYTES
MAX_TAGS = 4_000_000
MAX_TAGS_PER_ITEM = 100_000
ITEM_ROOTS = {"assessmentItem", "questestinterop"}
_FREE_TAGS, _TAGS_PER_BYTE = 100_000, 4
_HEAD = 4096
# Old files name the DTD of QTI 1.2; one that also defines something is left to be refused.
_DTD = rb"<!DOCTYPE\s+[\w:.-]+(?:\s+(?:SYSTEM|PUBLIC)(?:\s+(?:\"[^\"]*\"|'[^']*'))+)?\s*>"
_DOCTYPE = re.compile(_DTD)
_BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf|\s|<\?.*?\?>|<!--.*?-->|" + _DTD + rb")*+", re.DOTALL)
_ROOT = re.compile(rb"(?:\xef\xbb\xbf|\s|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w-]+)")


@dataclass(slots=True)
class Listed:
    """A file with items: its path, and what the package says of it."""

    path: str
    points: str = ""
    resource: Element | None = None


@dataclass(slots=True)
class Source:
    """The upload opened: files are read on demand, at a bounded cost over all of them."""

    upload: Upload
    package: Package | None = None
    problems: list[SourceProblem] = field(default_factory=list)
    _bytes: int = 0
    _tags: int = 0

    @classmethod
    def open(cls, upload: Upload) -> "Source":
        """Open an upload; raises Unreadable."""
        is_zip = upload.content.startswith(ZIP)
        return cls(upload, open_package(upload.content) if is_zip else None)

    def read(self, path: str) -> bytes | None:
        """Return a file of the package, None if it has none of this path."""
        return self.package.read(path) if self.package and path in self.package else None

    def tree(self, path: str) -> Element | None:
        """Return an XML file as a tree in the common vocabulary; a bad one of a package is named.

        Raises Unreadable when an upload of one file is bad, or all files together are too large.
        """
        if self.package is None:
            return _parsed(self.upload.content)
        content = self.read(path)
        if content is None:
            return None
        if _root(content) == "assessmentItem" and content.count(b"<") > MAX_TAGS_PER_ITEM:
            message = f"一道题的标签超过 {MAX_TAGS_PER_ITEM} 个，未予读取。"
            self.problems.append(SourceProblem(path, "too_large", message))
            return None
        self._count(content)
        try:
            return _parsed(content)
        except Unreadable as error:
            self.problems.append(SourceProblem(path, error.code, error.message))
            return None

    def list_items(self) -> list[Listed]:
        """Return the files with items in order; raises Unreadable when there are none."""
        if self.package is None:
            is_item = _root(self.upload.content) in ITEM_ROOTS
            found = [Listed(self.upload.name)] if is_item else []
            if not is_item:
                parse_xml(
                    self.upload.content
                )  # what is wrong with it says more than what it is not
        else:
            found = list(self._from_package())
        if not found:
            raise Unreadable(
                "unreadable", "没有找到 QTI 试题（assessmentItem 或 questestinterop）。"
            )
        return found

    def _from_package(self) -> Iterator[Listed]:
        assert self.package is not None  # noqa: S101 - asked by the caller
        manifests = [n for n in self.package.names if posixpath.basename(n).lower() == MANIFEST]
        listed: dict[str, Listed] = {}
        for manifest in manifests:
            for each in self._from_manifest(manifest):
                listed.setdefault(each.path, each)
        if not listed:
            for path in self.package.names:
                if (
                    path.lower().endswith((".xml", ".qti", ".dat"))
                    and self._root(path) in ITEM_ROOTS
                ):
                    listed[path] = Listed(path)
        yield from listed.values()

    def _from_manifest(self, manifest: str) -> Iterator[Listed]:
        root = self.tree(manifest)
        folder = posixpath.dirname(manifest)
        found: dict[str, Listed] = {}
        tests = []
        for resource in root.iter("resource") if root is not None else ():
            path = _path(folder, _address(resource))
            kind = self._root(path)
            if kind in ITEM_ROOTS:
                found[path] = Listed(path, resource=resource)
            elif kind == "assessmentTest":
                tests.append(path)
            elif _is_item(resource) and not kind:
                message = f"清单里的试题“{path[:80]}”不在压缩包里"
                self.problems.append(SourceProblem(path or manifest, "unreadable", message))
        for path in tests:
            test = self.tree(path)
            for item_path, weight in _references(path, test) if test is not None else ():
                if item_path in found:
                    listed = found.pop(item_path)
                    listed.points = weight
                    yield listed
        yield from found.values()

    def _root(self, path: str) -> str:
        content = self.read(path)
        return "" if content is None else _root(content) or "?"

    def _count(self, content: bytes) -> None:
        self._bytes += len(content)
        self._tags += content.count(b"<")
        # Text of questions packs well, but not a thousandfold: tags must be paid for with bytes.
        paid_for = _FREE_TAGS + _TAGS_PER_BYTE * len(self.upload.content)
        if self._bytes > MAX_PACKAGE_XML or self._tags > min(MAX_TAGS, paid_for):
            megabytes = MAX_PACKAGE_XML // 1024 // 1024
            message = f"压缩包里的 XML 解开后太大（上限 {megabytes} MB），请分成几个文件导入。"
            raise Unreadable("too_large", message)


def _parsed(content: bytes) -> Element:
    before = _BEFORE_ROOT.match(content[:_HEAD])
    if before and b"<!DOCTYPE" in before[0]:  # names a DTD and nothing more: it is never fetched
        content = _DOCTYPE.sub(b"", before[0], count=1) + content[before.end() :]
    return normalised(parse_xml(content))


def _root(content: bytes) -> str:
    """Tell the name of the outermost element by a look at the beginning, "" if there is none."""
    head = content[:_HEAD].replace(b"\0", b"")
    before = _BEFORE_ROOT.match(head.lstrip(b"\xff\xfe"))
    found = _ROOT.match(head.lstrip(b"\xff\xfe"), before.end() if before else 0)
    return plain_name(found[1].decode("ascii", errors="replace")) if found else ""


def _address(resource: Element) -> str:
    file = resource.find("file")
    return (
        resource.get("href")
        or (file.get("href") if file is not None else None)
        or resource.get("file")  # Blackboard's own attribute
        or ""
    )


def _path(folder: str, address: str) -> str:
    plain = unquote(address.partition("?")[0].partition("#")[0])
    return posixpath.normpath(posixpath.join(folder, plain)) if plain else ""


def _is_item(resource: Element) -> bool:
    kind = resource.get("type", "").lower()
    return "imsqti" in kind or "x-bb-qti" in kind


def _references(path: str, test: Element) -> Iterator[tuple[str, str]]:
    """Yield the paths of the items of a test, with their weights."""
    folder = posixpath.dirname(path)
    for reference in test.iter("assessmentItemRef"):
        weight = reference.find("weight")
        value = weight.get("value", "") if weight is not None else ""
        yield _path(folder, reference.get("href", "")), value
