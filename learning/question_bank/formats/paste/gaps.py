"""The answers of gaps: one text cut into as many as there are gaps, alternatives within each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN, fold

_NUMBERED = re.compile(
    r"(?:^|(?<=[\s;,、。|]))(?:\((\d{1,2})\)|(\d{1,2})[.、):]|([①-⑩])"
    r"|第?\s?([一二三四五六七八九十\d])\s?空\s?:?)\s?"
)
_GLUED_NUMBER = re.compile(r"\((\d{1,2})\)\s?|([①-⑩])\s?")
_CIRCLED = re.compile(r"\s*[①-⑩]\s*")
_EMPTY_BRACKETS = re.compile(r"[(（\[【〔][ \u3000\xa0]*[)）\]】〕]")
_UNDERSCORES = re.compile(r"[_＿]{2,}(?:[ \u3000]{1,4}[_＿]{2,})*")
_NUMBERED_GAP = re.compile(r"[_＿]{2,}\s?(?:[(（]\d{1,2}[)）]|[①-⑩])\s?[_＿]{2,}")
_SURE = (r"\s*[|｜‖]+\s*", r"\s*[;；]\s*", r"\s*\n\s*", r"\s{2,}|\t")
_UNSURE = (r"\s*[、]\s*", r"\s*[,，]\s*", r"\s+", r"\s*/\s*")
_FILLED = re.compile(r"[(【\[]\s*([^()\[\]【】]{1,60}?)\s*[)】\]]")
_UNDERLINED = re.compile(r"(?<!_)_{2,3}\s?([^_\n]{1,40}?)\s?_{2,3}(?!_)")
_ONCE_UNDERLINED = re.compile(r"(?<![A-Za-z0-9_])_\s?([^_\n]{1,40}?)\s?_(?![A-Za-z0-9_])")
_SLASH = re.compile(r"(?<=[^/])\s*/\s*(?=[^/])")
_UNIT = re.compile(r"[A-Za-zμΩ°%]{1,4}/[A-Za-z\d³²]{1,4}|\d/\d|GB/T|[A-Z]{1,4}/[A-Z]{1,4}")


@dataclass(frozen=True, slots=True)
class GapAnswers:
    """A line for each gap, alternatives set apart by " | "; `is_sure` if the cut was plain."""

    lines: tuple[str, ...]
    is_sure: bool = True


def cut_answers(text: str, gaps: int) -> GapAnswers:
    """Cut an answer into `gaps` texts; if it cannot be, the whole text is one line."""
    text = text.strip().strip("。").strip()
    if gaps <= 1:
        return _single(text)
    numbered = _by_numbers(text, gaps)
    if numbered:
        return GapAnswers(tuple(_alternatives(part) for part in numbered))
    for patterns, is_sure in ((_SURE, True), (_UNSURE, False)):
        for pattern in patterns:
            parts = [part.strip() for part in re.split(pattern, text) if part.strip()]
            if len(parts) == gaps:
                return GapAnswers(tuple(_alternatives(part) for part in parts), is_sure)
    return GapAnswers((_alternatives(text),) if text else (), is_sure=False)


def _single(text: str) -> GapAnswers:
    found = _NUMBERED.match(fold(text))
    is_decimal = bool(re.match(r"\d+\.\d", text))
    text = text[found.end() :] if found and found.end() < len(text) and not is_decimal else text
    if not text:
        return GapAnswers(())
    if re.search(r"[|｜]", text):
        return GapAnswers((_alternatives(re.sub(r"[|｜]+", "|", text)),))
    parts = [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]
    return GapAnswers((" | ".join(_alternatives(part) for part in parts),), len(parts) == 1)


def _alternatives(text: str) -> str:
    text = re.sub(r"\s*\n\s*", " ", text.strip().strip("。;；,，")).strip()
    if _UNIT.search(text):
        return text
    parts = [part.strip() for piece in re.split(r"\s*\|\s*", text) for part in _SLASH.split(piece)]
    return " | ".join(part for part in parts if part)


def _by_numbers(text: str, gaps: int) -> list[str]:
    found = list(_NUMBERED.finditer(fold(text)))
    if len(found) != gaps:
        found = list(_GLUED_NUMBER.finditer(fold(text)))
        numbers = [_value(match) for match in found]
        if numbers != list(range(1, gaps + 1)):
            return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    parts = [
        text[m.end() : end].strip(" ;；,，、。\n|") for m, end in zip(found, ends, strict=True)
    ]
    return parts if all(parts) else []


def _value(match: re.Match[str]) -> int:
    return int(match.group(1)) if match.group(1) else ord(match.group(2)) - ord("①") + 1


def gaps_of(stem: str) -> str:
    """Write every gap of a stem as ____: underscores, and if there are none, empty brackets."""
    marked = _UNDERSCORES.sub("____", _NUMBERED_GAP.sub("____", stem))
    return marked if "____" in marked else _EMPTY_BRACKETS.sub("____", marked)


def has_gaps(stem: str) -> bool:
    """Tell whether a stem has underscores to be filled in."""
    return bool(_UNDERSCORES.search(stem))


def is_once_underlined(stem: str) -> bool:
    """Tell whether words of a stem stand between single underscores, as in “是_TQM_”."""
    return bool(_ONCE_UNDERLINED.search(fold(stem)))


def take_filled(stem: str) -> tuple[str, tuple[str, ...]]:
    """Take the answers out of a stem whose gaps are filled in: “(全员参与)”, “__全员参与__”.

    Only for fill-in questions without an answer of their own and without an empty gap.
    """
    marked = re.compile(f"{KEY_OPEN}\\s*([^{KEY_CLOSE}]*?[^{KEY_CLOSE}\\s]?)\\s*{KEY_CLOSE}")
    patterns = [marked, _UNDERLINED, _ONCE_UNDERLINED, _FILLED]
    if "____" in gaps_of(stem):
        patterns = [_UNDERLINED]
    for pattern in patterns:
        answers: list[str] = []
        pieces: list[str] = []
        cursor = 0
        for start, end, answer in _filled(pattern, stem):
            pieces += [stem[cursor:start], "____"]
            answers.append(answer)
            cursor = end
        if answers:
            return "".join(pieces) + stem[cursor:], tuple(answers)
    return stem, ()


def _filled(pattern: re.Pattern[str], stem: str) -> Iterator[tuple[int, int, str]]:
    folded = fold(stem)
    for found in pattern.finditer(folded):
        answer = stem[found.start(1) : found.end(1)].strip(" _＿\u3000")
        if answer and not re.fullmatch(r"\d{1,3}|\d+\s*分", answer):
            yield found.start(), found.end(), answer
