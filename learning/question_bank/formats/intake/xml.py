"""XML from strangers: no document type, no entities, nothing fetched, every count bounded.

The tree is that of the standard library. What expat cannot read by itself (GBK, GB18030, Big5) is
decoded as the prolog says and handed on as UTF-8.
"""

import re
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake.sizes import MEGABYTE, check_size
from learning.question_bank.formats.intake.text import decode

MAX_XML_BYTES = 32 * MEGABYTE
MAX_DEPTH = 200
MAX_NODES = 400_000
MAX_ATTRIBUTES = 400_000
MAX_ATTRIBUTE = 1_000_000
MAX_PER_ELEMENT = 5_000
MAX_NAME = 400
_PROLOG = re.compile(rb"<\?xml[^>]{0,200}\?>\s*")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# Read by expat as they are; every other name is left to `decode`, which also looks at the result.
_NATIVE = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_LATIN = {b"iso-8859-1": "latin-1", b"latin1": "latin-1", b"windows-1252": "cp1252"}
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_ASSIGNED = re.compile(rb"=\s*[\"']")
# Each name of a tag is written out with its namespace: one long one times many names is a bomb.
_LONG_NAMESPACE = re.compile(
    rb"xmlns(?::[^\s=]{0,400})?\s*=\s*(?:\"[^\"<]{%d}|'[^'<]{%d})" % (MAX_NAME // 2, MAX_NAME // 2)
)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Target(Protocol):
    """What hears of the tags and texts of a file, in order; it may raise Unreadable."""

    def start(self, tag: str, attributes: dict[str, str]) -> object:
        """Hear of the beginning of an element."""

    def end(self, tag: str) -> object:
        """Hear of the end of an element."""

    def data(self, text: str) -> object:
        """Hear of a piece of text; a text may come in several pieces."""

    def close(self) -> object:
        """Hear of the end and return what was made."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a file may hold: bytes, elements, attributes."""

    size: int = MAX_XML_BYTES
    nodes: int = MAX_NODES
    attributes: int = MAX_ATTRIBUTES


USUAL = Bounds()


def parse_xml(content: bytes) -> Element:
    """Read an XML file into a tree; comments and processing instructions are left out.

    Raises Unreadable: `too_large` beyond 32 MB; `encoding`; `xml` for what is not well formed, has
    a document type or entities, is nested deeper than 200, or has more than 400,000 elements or as
    many attributes.
    """
    root = feed_xml(content, TreeBuilder())
    assert isinstance(root, Element)  # noqa: S101 - what the builder returns
    return root


def check_xml(content: bytes) -> None:
    """Read an XML file as `parse_xml` does, keeping nothing: for files another library will read.

    Raises Unreadable like `parse_xml`.
    """
    feed_xml(content, _Deaf())


def feed_xml(content: bytes, target: Target, bounds: Bounds = USUAL) -> object:
    """Tell `target` of everything in an XML file, for files too large for a tree.

    Returns what the target makes at the end. Raises Unreadable like `parse_xml`.
    """
    check_size(content, bounds.size)
    source = _as_utf8(content)
    _check_text(source, bounds)
    parser = DefusedXMLParser(target=_Bounded(target, bounds), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(source)
        return parser.close()
    except DefusedXmlException:
        raise _with_doctype() from None
    except ParseError as error:
        line, column = error.position
        message = f"XML 在第 {line} 行第 {column + 1} 列有错误，读不下去。"
        raise Unreadable("xml", message) from None
    except (ValueError, LookupError, UnicodeError):
        raise Unreadable("xml", "XML 有错误，读不下去。") from None


class _Bounded:
    """Counts what a parser finds and passes it on."""

    def __init__(self, target: Target, bounds: Bounds) -> None:
        self._start, self._end = target.start, target.end
        self.data, self.close = target.data, target.close
        self._bounds = bounds
        self._depth = self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> object:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH:
            raise _refused(f"嵌套超过 {MAX_DEPTH} 层")
        if self._nodes > self._bounds.nodes:
            raise _refused(f"元素超过 {self._bounds.nodes} 个，请分成几个文件")
        if len(tag) > MAX_NAME:
            raise _refused(f"有长于 {MAX_NAME} 字的名称")
        for name, value in attributes.items():
            if len(name) > MAX_NAME or len(value) > MAX_ATTRIBUTE:
                raise _refused("有过长的属性")
        return self._start(tag, attributes)

    def end(self, tag: str) -> object:
        self._depth -= 1
        return self._end(tag)


class _Deaf:
    """Keeps nothing."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


def _as_utf8(content: bytes) -> bytes:
    """Bring a file into UTF-8 and take its prolog away, so that nothing else names an encoding."""
    if content.startswith(_WIDE):
        content = decode(content).encode()
        return _PROLOG.sub(b"", content, count=1)
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    prolog = _PROLOG.match(content)
    named = _ENCODING.search(prolog.group()) if prolog else None
    encoding = named.group(1).lower() if named else b"utf-8"
    body = content[prolog.end() :] if prolog else content
    if encoding in _LATIN:
        return body.decode(_LATIN[encoding], errors="replace").encode()
    if encoding in _NATIVE and _is_utf8(body):
        return body
    return decode(body).encode()


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _check_text(source: bytes, bounds: Bounds) -> None:
    """Refuse by a look at the bytes what would cost too much as soon as a parser saw it."""
    if _DOCTYPE.search(source[:4096]):
        raise _with_doctype()
    if _LONG_NAMESPACE.search(source):
        raise _refused("有过长的命名空间")
    previous = 0
    for count, found in enumerate(_ASSIGNED.finditer(source), 1):
        if count > bounds.attributes:
            raise _refused(f"属性超过 {bounds.attributes} 个，请分成几个文件")
        if count % MAX_PER_ELEMENT == 0:
            # No value holds "<" as it is: without one between, all may stand in one element.
            if source.find(b"<", previous, found.start()) < 0:
                raise _refused(f"一个元素的属性超过 {MAX_PER_ELEMENT} 个")
            previous = found.start()


def _with_doctype() -> Unreadable:
    message = "XML 里有 <!DOCTYPE> 或实体定义，为安全起见不读取。请删去这一段再导入。"
    return Unreadable("xml", message)


def _refused(reason: str) -> Unreadable:
    return Unreadable("xml", f"XML {reason}，未予读取。")
