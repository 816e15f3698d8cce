"""The shared strings of a workbook; raised and lowered characters keep their meaning (10³)."""

import re

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake import Bounds, feed_xml
from learning.question_bank.formats.markup import shifted
from learning.question_bank.formats.sheets.tables import MAX_CELL

MAX_STRINGS = 1_500_000
BOUNDS = Bounds(size=64 * 1024 * 1024, nodes=8_000_000, attributes=8_000_000)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_HEIGHTS = {"superscript": "sup", "subscript": "sub"}


def local_name(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


def plain(text: str) -> str:
    """Undo what Excel writes for control characters (_x000D_); line ends become one sign."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return _LINE_ENDS.sub("\n", text)


class RichText:
    """Puts the runs of a text together; one beyond what a cell may hold is cut behind that."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin a new text."""
        self._runs: list[str] = []
        self._length = 0
        self._height = ""
        self._is_text = self._is_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of an element within the text."""
        if name == "t":
            self._is_text = not self._is_phonetic
        elif name == "r":
            self._height = ""
        elif name == "vertAlign":
            self._height = _HEIGHTS.get(attributes.get("val", ""), "")
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """Hear of its end."""
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False

    def data(self, text: str) -> None:
        """Take a piece of text."""
        if self._is_text and self._length <= MAX_CELL:
            self._length += len(text)
            self._runs.append(shifted(self._height, text) if self._height else text)

    def text(self) -> str:
        """Return the whole text."""
        return "".join(self._runs)


class _Strings:
    def __init__(self) -> None:
        self._strings: list[str] = []
        self._text = RichText()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "si":
            self._text.clear()
        else:
            self._text.start(name, attributes)

    def end(self, tag: str) -> None:
        name = local_name(tag)
        self._text.end(name)
        if name == "si":
            self._strings.append(plain(self._text.text()).strip())
            if len(self._strings) > MAX_STRINGS:
                raise Unreadable("too_large", "表格的内容太多，请分成几个文件导入。")

    def data(self, text: str) -> None:
        self._text.data(text)

    def close(self) -> list[str]:
        return self._strings


def read_strings(content: bytes) -> list[str]:
    """Read `xl/sharedStrings.xml`; raises Unreadable."""
    strings = _Strings()
    feed_xml(content, strings, BOUNDS)
    return strings.close()
