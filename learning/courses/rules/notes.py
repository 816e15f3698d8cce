"""Notes and highlights in lessons: what a page may send, where a quote stands, the export. Pure.

A note is anchored by what it quotes, with some text before and after it, as in the W3C's Web
Annotation model (TextQuoteSelector): a new version of the lesson moves it along, and where the
words are gone it is shown as detached instead of at a wrong place.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from learning.kernel.errors import Invalid, Problem

MAX_QUOTE = 500
MAX_AROUND = 60
MAX_NOTE = 4000
MOST_IN_LESSON = 200
MOST = 5000
_HEADING = re.compile(r"[a-z0-9-]{0,40}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&^-])")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note as a page sends it: a quote or a heading (both may be "": the lesson), and a text."""

    quote: str
    prefix: str
    suffix: str
    heading: str
    text: str


def parse_note(raw: Any) -> NoteDraft:
    """Read a new note; raise Invalid, naming each field that is none, or when nothing is in it."""
    data: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    limits = {"quote": MAX_QUOTE, "prefix": MAX_AROUND, "suffix": MAX_AROUND, "text": MAX_NOTE}
    values = {name: _text(data.get(name, ""), most) for name, most in limits.items()}
    heading = data.get("heading", "")
    problems = [Problem("", None, name, name, name) for name, v in values.items() if v is None]
    if not isinstance(heading, str) or not _HEADING.fullmatch(heading):
        problems.append(Problem("", None, "heading", "heading", "heading"))
    said = {name: value or "" for name, value in values.items()}
    draft = NoteDraft(heading=heading if isinstance(heading, str) else "", **said)
    if not draft.quote and not draft.text:
        problems.append(Problem("", None, "text", "empty", "text"))
    if problems:
        raise Invalid(problems)
    return draft


def parse_text(raw: Any) -> str:
    """Read the new text of a note; raise Invalid for what is none."""
    text = _text(raw.get("text") if isinstance(raw, Mapping) else None, MAX_NOTE)
    if text is None:
        raise Invalid([Problem("", None, "text", "text", "text")])
    return text


def _text(raw: Any, most: int) -> str | None:
    """Return a text without spaces around it; None for what no text is, or holds what none does."""
    if not isinstance(raw, str):
        return None
    text = raw.replace("\r\n", "\n").strip()
    hidden = any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text)
    return None if hidden or len(text) > most else text


def is_held(quote: str, text: str) -> bool:
    """Tell whether a text still holds a quote, however either is broken into lines."""
    return _SPACE.sub("", quote) in _SPACE.sub("", text)


@dataclass(frozen=True, slots=True)
class Noted:
    """A note with where it stands, as exported."""

    course: str
    lesson: str
    quote: str
    text: str
    at: datetime


def to_markdown(title: str, notes: Iterable[Noted], *, zone_at: Mapping[datetime, str]) -> str:
    """Return notes as Markdown, by course and lesson in the order given.

    What stands in them stays text: marks of Markdown and HTML are escaped. `zone_at` are the
    instants as the person writes them.
    """
    lines, course, lesson = [f"# {escape_markdown(title)}", ""], "", ""
    for note in notes:
        if note.course != course:
            course, lesson = note.course, ""
            lines += [f"## {escape_markdown(course)}", ""]
        if note.lesson != lesson:
            lesson = note.lesson
            lines += [f"### {escape_markdown(lesson)}", ""]
        if note.quote:
            lines += [f"> {escape_markdown(line)}" for line in note.quote.splitlines()] + [""]
        if note.text:
            lines += [f"{escape_markdown(line)}  " for line in note.text.splitlines()] + [""]
        lines += [f"<!-- {zone_at[note.at]} -->", ""]
    return "\n".join(lines).rstrip() + "\n"


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows as it is; a number that would begin a list does not."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return re.sub(r"^(\s*\d+)\.", r"\1\\.", escaped)
