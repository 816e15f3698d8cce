"""Moodle's texts as our Markdown: four formats, files written into them, TeX in brackets."""

import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from learning.question_bank.formats.gathering import Album, Notes, decoded
from learning.question_bank.formats.markup import escape_markdown, html_to_markdown, one_line

_PLUGIN = re.compile(r"@@PLUGINFILE@@/?")
_MARKDOWN_PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\(@@PLUGINFILE@@/?([^()\s]+)\)")
_TEX_LINE = re.compile(r"\\\(((?:[^\\]|\\[^()]){1,2000}+)\\\)")
_TEX_DISPLAY = re.compile(r"\\\[((?:[^\\]|\\[^\[\]]){1,2000}+)\\\]")


class Texts:
    """Turns the texts of one question; what is lost on the way goes to `notes`."""

    def __init__(self, question: Element, album: Album, notes: Notes) -> None:
        self._album, self._notes = album, notes
        self._format = _format(question.find("questiontext"), "html")
        self._files = {
            name: file.text or ""
            for file in question.iter("file")
            for name in (
                file.get("name") or "",
                (file.get("path") or "/")[1:] + file.get("name", ""),
            )
        }
        self._shown: set[str] = set()

    def of(self, parent: Element | None, name: str = "") -> str:
        """Return the Markdown of an element with a `text`, or of its child `name`; "" if none."""
        element = parent.find(name) if parent is not None and name else parent
        return (
            "" if element is None else self.markdown(raw(element), _format(element, self._format))
        )

    def line(self, parent: Element | None, name: str = "") -> str:
        """Return the Markdown in one line, as options and answers have to be."""
        return one_line(self.of(parent, name))

    def markdown(self, text: str, form: str = "html") -> str:
        """Turn a text of one of Moodle's formats."""
        if form == "markdown":
            return self._own_markdown(text)
        if form == "plain_text":
            return escape_markdown(text).strip()
        if form == "moodle_auto_format":
            text = re.sub(r"\n\s*\n", "<p>", text.strip()).replace("\n", "<br>")
        converted, losses = html_to_markdown(text, self._picture)
        self._notes.lose_markup(losses)
        return converted

    def note_files(self) -> None:
        """Say which files came along and are shown by no text."""
        names = {name.rpartition("/")[2] for name in self._files} - self._shown - {""}
        if names:
            self._notes.lose(f"附带的文件 {'、'.join(sorted(names)[:5])} 没有带入")

    def _picture(self, source: str, alt: str) -> str | None:
        if source.startswith("data:"):
            return self._album.add_encoded(source, alt)
        name = unquote(_PLUGIN.sub("", source.partition("?")[0]))
        encoded = self._files.get(name)
        content = decoded(encoded) if encoded is not None else None
        if not _PLUGIN.match(source) or content is None:
            return None
        self._shown.add(name.rpartition("/")[2])
        shown = self._album.add(name, content, alt)
        if shown is None:
            message = f"“{name[:60]}”不是可用的图片（PNG、JPEG、GIF、WebP，10 MB 以内）"
            self._notes.add("picture", message)
            return escape_markdown(alt)
        return shown

    def _own_markdown(self, text: str) -> str:
        text = _TEX_LINE.sub(lambda found: f"${found[1].strip()}$", text)
        text = _TEX_DISPLAY.sub(lambda found: f"$${found[1].strip()}$$", text)
        return _MARKDOWN_PICTURE.sub(self._from_markdown, text).strip()

    def _from_markdown(self, found: re.Match[str]) -> str:
        shown = self._picture(f"@@PLUGINFILE@@/{found[2]}", found[1])
        if shown is None:
            self._notes.lose(f"图片“{found[2][:40]}”没有带入")
        return shown or found[1]


def raw(element: Element | None, name: str = "") -> str:
    """Return the text as it stands in the file: that of `text`, or of old files without it."""
    found = element.find(name) if element is not None and name else element
    if found is None:
        return ""
    text = found.find("text")
    return ((text if text is not None else found).text or "").strip()


def plain(element: Element | None, name: str) -> str:
    """Return the plain text of a child like `single` or `idnumber`, "" if there is none."""
    return ((element.findtext(name) if element is not None else "") or "").strip()


def answers(question: Element) -> Iterator[tuple[float, Element]]:
    """Yield the answers with what they are worth in percent."""
    for answer in question.findall("answer"):
        yield _percent(answer), answer


def _percent(answer: Element) -> float:
    text = answer.get("fraction") or answer.findtext("fraction") or "0"
    try:
        value = float(text[:40])
    except ValueError:
        return 0.0
    return value if abs(value) <= 1_000_000 else 0.0


def _format(element: Element | None, default: str) -> str:
    return (element.get("format") if element is not None else None) or default
