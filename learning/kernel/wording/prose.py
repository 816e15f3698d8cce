"""What of a file is prose: lines without code, formulas and addresses, each with its number.

What is taken out leaves `OBJECT` behind, so that the spaces around it can still be judged.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from learning.kernel.content import Line

OBJECT = "\ue000"
"""Stands where a formula, a piece of code or a drawn number stood."""

_TAKEN_OUT = (
    re.compile(r"`[^`]*`"),
    re.compile(r"(?<!\\)\$[^$]+\$"),
    re.compile(r"\{[^{}]*\}"),
)
_ADDRESS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_BARE_ADDRESS = re.compile(r"https?://[^\s，。）]+")
_ADMONITION = re.compile(r'^!!! \w+ "(.*)"$')
_BETWEEN_TAGS = re.compile(r">([^<>]+)<")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Prose:
    """A line of prose; `number` is that of the file."""

    number: int
    text: str


def markdown_prose(lines: Iterable[Line]) -> Iterator[Prose]:
    """Yield the lines of a Markdown text without what is not prose."""
    is_formula = False
    for line in lines:
        if line.is_code:
            continue
        parts = line.text.split("$$")
        shown = parts[1::2] if is_formula else parts[0::2]
        is_formula ^= len(parts) % 2 == 0
        if any(part.strip() for part in shown):
            yield Prose(line.number, _without(OBJECT.join(shown)))


def toml_prose(text: str, *, first_line: int = 1) -> Iterator[Prose]:
    """Yield the Chinese strings of a TOML text, each as a line of its own."""
    for number, line in enumerate(text.split("\n"), first_line):
        for found in _STRING.finditer(line):
            if _HAN.search(found[1]):
                yield Prose(number, _without(found[1]))


def svg_prose(text: str) -> Iterator[Prose]:
    """Yield the Chinese words of a figure: its title, its description, what is written in it."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _BETWEEN_TAGS.finditer(line):
            if _HAN.search(found[1]):
                yield Prose(number, found[1])


def _without(text: str) -> str:
    for pattern in _TAKEN_OUT:
        text = pattern.sub(OBJECT, text)
    text = _BARE_ADDRESS.sub(OBJECT, _ADDRESS.sub(r"[\1]", text))
    return _ADMONITION.sub(r"\1", text)
