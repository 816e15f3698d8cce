"""Texts of a question as Markdown: plain, Moodle's own, HTML, or Markdown already."""

import re

from learning.question_bank.formats.gathering import Album, Notes
from learning.question_bank.formats.gift.blocks import NEW_LINE, unescaped
from learning.question_bank.formats.markup import escape_markdown, html_to_markdown, one_line

FORMATS = ("html", "moodle", "plain", "markdown")
_FORMAT = re.compile(rf"\s*\[({'|'.join(FORMATS)})\]", re.IGNORECASE)
_TAGGED = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&#?\w{1,32};")
_SPACES = re.compile(r"[ \t\n]+")


class Texts:
    """Reads the texts of one question; `default` is the format of its stem."""

    def __init__(self, notes: Notes, album: Album) -> None:
        self.default = "moodle"
        self._notes = notes
        self._album = album

    def stem(self, raw: str) -> str:
        """Read the stem, whose format is that of every text that names none."""
        self.default, rest = self._split(raw)
        return self._read(self.default, rest)

    def of(self, raw: str) -> str:
        """Read any other text."""
        return self._read(*self._split(raw))

    def line(self, raw: str) -> str:
        """Read a text that has to stand in a line."""
        return one_line(self.of(raw))

    def _split(self, raw: str) -> tuple[str, str]:
        found = _FORMAT.match(raw)
        return (found[1].lower(), raw[found.end() :]) if found else (self.default, raw)

    def _read(self, form: str, raw: str) -> str:
        if form == "markdown":
            return unescaped(raw).strip()
        if form == "html":
            return self._html(unescaped(raw))
        if form == "moodle" and _TAGGED.search(unescaped(raw)):
            return self._html(unescaped(raw.replace(NEW_LINE, "<br>")))
        lines = (_SPACES.sub(" ", unescaped(line)).strip() for line in raw.split(NEW_LINE))
        return "\n\n".join(escape_markdown(line) for line in lines if line)

    def _html(self, source: str) -> str:
        text, losses = html_to_markdown(source, self._album.add_encoded)
        self._notes.lose_markup(losses)
        return text


def plain(raw: str) -> str:
    """Read a text that is compared, never shown: its words as they are."""
    found = _FORMAT.match(raw)
    return _SPACES.sub(" ", unescaped(raw[found.end() :] if found else raw)).strip()
