"""What candidates read, as our Markdown: HTML as it stands in items, formulas, pictures.

Elements of QTI among the HTML (interactions, feedback, rubrics) are not text: the caller says what
stands in their place.
"""

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from learning.question_bank.formats.gathering import Album, Notes
from learning.question_bank.formats.markup import escape_markdown, html_to_markdown, one_line
from learning.question_bank.formats.qti.mathml import to_latex

ReadFile = Callable[[str], bytes | None]
"""Takes a path inside the package; None if there is nothing there."""

_LEFT_OUT = frozenset(
    "feedbackInline feedbackBlock modalFeedback rubricBlock stylesheet catalogInfo templateBlock "
    "templateInline companionMaterialsInfo".split()
)
_NAMED = {"printedVariable": "随机变量", "templateBlock": "模板", "templateInline": "模板"}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARK = re.compile(r"\ue000(\d+)\ue001")


def mark(place: int) -> str:
    """Return what stands for the interaction of this number until its text is put in."""
    return f"\ue000{place}\ue001"


def split_marks(text: str) -> tuple[list[str], list[int]]:
    """Split a text at its marks; return the pieces around them and the marks' numbers."""
    pieces = _MARK.split(text)
    return pieces[::2], [int(place) for place in pieces[1::2]]


def fill_marks(text: str, filler: Callable[[int], str]) -> str:
    """Put texts in place of the marks."""
    return _MARK.sub(lambda found: filler(int(found[1])), text)


class Bodies:
    """Turns the texts of one item, whose file is at `path`; losses go to `notes`."""

    def __init__(self, path: str, read_file: ReadFile, album: Album, notes: Notes) -> None:
        self._folder = posixpath.dirname(path)
        self._read_file, self._album, self.notes = read_file, album, notes

    def silent(self) -> "Bodies":
        """Return the same without notes: for an item that is only compared."""
        return Bodies(f"{self._folder}/x", self._read_file, self._album, Notes(""))

    def markdown(self, element: Element | None, marks: Mapping[Element, int] | None = None) -> str:
        """Return the Markdown of what an element holds; `marks` are interactions by number."""
        if element is None:
            return ""
        pieces: list[str] = []
        self._content(element, marks or {}, pieces)
        return self.from_html("".join(pieces))

    def line(self, element: Element | None) -> str:
        """Return the Markdown in one line, as options and answers have to be."""
        return one_line(self.markdown(element))

    def from_html(self, source: str) -> str:
        """Turn HTML that stood in a file as text."""
        text, losses = html_to_markdown(source, self._picture)
        self.notes.lose_markup(losses)
        return text

    def _content(self, element: Element, marks: Mapping[Element, int], out: list[str]) -> None:
        out.append(_escaped(element.text))
        for child in element:
            self._child(child, marks, out)
            out.append(_escaped(child.tail))

    def _child(self, child: Element, marks: Mapping[Element, int], out: list[str]) -> None:
        if child in marks:
            out.append(mark(marks[child]))
        elif child.tag in _NAMED or child.tag in _LEFT_OUT:
            if child.tag in _NAMED:
                self.notes.lose(f"{_NAMED[child.tag]}没有带入")
        elif child.tag == "math":
            out.append(self._formula(child))
        elif child.tag == "object":
            self._object(child, out)
        else:
            attributes = "".join(
                f' {name}="{html.escape(value)}"' for name, value in child.attrib.items()
            )
            out.append(f"<{child.tag}{attributes}>")
            self._content(child, marks, out)
            out.append("" if child.tag in {"br", "img", "hr"} else f"</{child.tag}>")

    def _formula(self, math: Element) -> str:
        latex = to_latex(math)
        if latex is None:
            self.notes.lose("有一个公式（MathML）只留下了文字")
            return _escaped(" ".join("".join(math.itertext()).split()))
        is_display = math.get("display") == "block"
        escaped = _escaped(latex)
        return rf"\[{escaped}\]" if is_display else rf"\({escaped}\)"

    def _object(self, element: Element, out: list[str]) -> None:
        source, kind = element.get("data", ""), element.get("type", "")
        alt = " ".join("".join(element.itertext()).split())
        if kind.startswith("image/") or (not kind and source):
            out.append(f'<img src="{html.escape(source)}" alt="{html.escape(alt)}">')
        elif "html" in kind:
            content = self._file(source)
            out.append("" if content is None else content.decode("utf-8", errors="replace"))
            if content is None:
                self.notes.lose(f"材料“{source[:40]}”不在文件里，没有带入")
        else:
            self.notes.lose(f"嵌入的对象（{kind[:30]}）没有带入")

    def _picture(self, source: str, alt: str) -> str | None:
        if source.startswith("data:"):
            return self._album.add_encoded(source, alt)
        content = self._file(source)
        if content is None:
            return None
        name = unquote(source.partition("?")[0]).rpartition("/")[2]
        shown = self._album.add(name, content, alt)
        if shown is None:
            message = f"“{name[:60]}”不是可用的图片（PNG、JPEG、GIF、WebP，10 MB 以内）"
            self.notes.add("picture", message)
        return shown if shown is not None else escape_markdown(alt)

    def _file(self, source: str) -> bytes | None:
        """Find a file of the package by its address, relative to the item or to the package."""
        path = unquote(source.partition("?")[0].partition("#")[0])
        path = path.replace("$IMS-CC-FILEBASE$/", "").replace("%24IMS-CC-FILEBASE%24/", "")
        if not path or ":" in path or path.startswith("/"):
            return None
        candidates = (
            posixpath.join(self._folder, path),
            path,
            posixpath.join("web_resources", path),
        )
        for candidate in candidates:
            content = self._read_file(posixpath.normpath(candidate))
            if content is not None:
                return content
        return None


def _escaped(text: str | None) -> str:
    """Write text of the tree as HTML, without signs that are used for marks."""
    plain = _PRIVATE.sub("", text or "")
    return html.escape(plain, quote=False)
