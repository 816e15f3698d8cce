"""What a reader of a printed document reads: the text of a PDF made by the product, in order.

Enough of PDF for what Typst writes: compressed streams, fonts with two bytes a glyph and a map back
to text (ISO 32000-1, 9.4.3 and 9.10.3).
"""

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"\b(\d+) 0 obj\b(.*?)\bendobj\b", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\bET\b|[()]|\\.", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_HEX = rb"<([0-9A-Fa-f]+)>"
_CHAR, _RANGE = re.compile(_HEX + rb"\s*" + _HEX), re.compile(rb"\s*".join([_HEX] * 3))


def printed_pages(pdf: bytes) -> list[str]:
    """Return the text of each page, every run of text followed by a line's end."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = (body for body in objects.values() if b"/Type/Page/" in body)
    return [_text(objects, page) for page in pages]


def _text(objects: dict[int, bytes], page: bytes) -> str:
    resources = objects[_reference(page, b"Resources")]
    fonts = {
        name: _letters(_content(objects[_reference(objects[int(number)], b"ToUnicode")]))
        for name, number in _FONT.findall(resources)
    }
    written, letters = [], {}
    for font, codes in _steps(_content(objects[_reference(page, b"Contents")])):
        if font:
            letters = fonts[font]
        elif codes:
            pairs = (codes[place : place + 2] for place in range(0, len(codes), 2))
            written.append("".join(letters.get(int.from_bytes(pair), "") for pair in pairs))
        else:
            written.append("\n")
    return "".join(written)


def _steps(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the fonts that are chosen, the strings that are shown, and ends of text as neither.

    Brackets that match stand in a string as they are (7.3.4.2).
    """
    depth = begin = 0
    for token in _TOKEN.finditer(content):
        mark = token[0]
        if mark == b"(":
            begin = begin if depth else token.end()
            depth += 1
        elif mark == b")":
            depth -= 1
            if not depth:
                yield b"", _plain(content[begin : token.start()])
        elif not depth:
            yield token[1] or b"", bytes.fromhex((token[2] or b"").decode())


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    assert found, (key, body[:200])
    return int(found[1])


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    return zlib.decompress(found[1])


def _plain(text: bytes) -> bytes:
    def meant(match: re.Match[bytes]) -> bytes:
        what = match[1]
        if what[:1].isdigit():
            return bytes([int(what, 8)])
        return b"" if what in {b"\n", b"\r", b"\r\n"} else _LETTERS.get(what, what)

    return _ESCAPE.sub(meant, text)


def _letters(cmap: bytes) -> dict[int, str]:
    """Return the text of each glyph."""
    found: dict[int, str] = {}
    for kind, block in _BLOCK.findall(cmap):
        if kind == b"char":
            for code, text in _CHAR.findall(block):
                found[int(code, 16)] = _unicode(text)
        else:
            for first, last, text in _RANGE.findall(block):
                base = _unicode(text)
                for step in range(int(last, 16) - int(first, 16) + 1):
                    found[int(first, 16) + step] = base[:-1] + chr(ord(base[-1]) + step)
    return found


def _unicode(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be")
