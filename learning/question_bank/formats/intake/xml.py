"""XML from strangers: no document type, no entities, nothing fetched, every count bounded.

The tree is that of the standard library. What expat cannot read by itself (GBK, GB18030, Big5) is
decoded as the prolog says and handed on as UTF-8.
"""

import re
from collections.abc import Callable
from typing import Any
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


def parse_xml(content: bytes) -> Element:
    """Read an XML file into a tree; comments and processing instructions are left out.

    Raises Unreadable: `too_large` beyond 32 MB; `encoding`; `xml` for what is not well formed, has
    a document type or entities, is nested deeper than 200, or has more than 400,000 elements or as
    many attributes.
    """
    builder = TreeBuilder()
    root = _read(content, _Bounded(builder.start, builder.end, builder.data, builder.close))
    assert isinstance(root, Element)  # noqa: S101 - what the builder returns
    return root


def check_xml(content: bytes) -> None:
    """Read an XML file as `parse_xml` does, keeping nothing: for files another library will read.

    Raises Unreadable like `parse_xml`.
    """
    _read(content, _Bounded(_ignore, _ignore, _ignore, _ignore))


class _Bounded:
    """Counts what a parser finds and passes it on."""

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], object],
        end: Callable[[str], object],
        data: Callable[[str], object],
        close: Callable[[], object],
    ) -> None:
        self._start, self._end = start, end
        self.data, self.close = data, close
        self._depth = self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> object:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH:
            raise _refused(f"嵌套超过 {MAX_DEPTH} 层")
        if self._nodes > MAX_NODES:
            raise _refused(f"元素超过 {MAX_NODES} 个，请分成几个文件")
        if len(tag) > MAX_NAME or any(len(name) > MAX_NAME for name in attributes):
            raise _refused(f"有长于 {MAX_NAME} 字的名称")
        if any(len(value) > MAX_ATTRIBUTE for value in attributes.values()):
            raise _refused(f"有长于 {MAX_ATTRIBUTE} 字的属性")
        return self._start(tag, attributes)

    def end(self, tag: str) -> object:
        self._depth -= 1
        return self._end(tag)


def _read(content: bytes, target: _Bounded) -> object:
    check_size(content, MAX_XML_BYTES)
    source = _as_utf8(content)
    _check_text(source)
    parser = DefusedXMLParser(target=target, encoding="utf-8", forbid_dtd=True)
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


def _check_text(source: bytes) -> None:
    """Refuse by a look at the bytes what would cost too much as soon as a parser saw it."""
    if _DOCTYPE.search(source[:4096]):
        raise _with_doctype()
    if _LONG_NAMESPACE.search(source):
        raise _refused("有过长的命名空间")
    places = [found.start() for found in _ASSIGNED.finditer(source)]
    if len(places) > MAX_ATTRIBUTES:
        raise _refused(f"属性超过 {MAX_ATTRIBUTES} 个，请分成几个文件")
    # No value holds "<" as it is: without one between them, two attributes may share an element.
    for first in range(0, len(places) - MAX_PER_ELEMENT, MAX_PER_ELEMENT):
        if source.find(b"<", places[first], places[first + MAX_PER_ELEMENT]) < 0:
            raise _refused(f"一个元素的属性超过 {MAX_PER_ELEMENT} 个")


def _ignore(*_: Any) -> None:
    return None


def _with_doctype() -> Unreadable:
    message = "XML 里有 <!DOCTYPE> 或实体定义，为安全起见不读取。请删去这一段再导入。"
    return Unreadable("xml", message)


def _refused(reason: str) -> Unreadable:
    return Unreadable("xml", f"XML {reason}，未予读取。")
