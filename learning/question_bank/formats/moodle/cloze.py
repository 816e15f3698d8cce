"""Moodle's "embedded answers": `{2:SHORTANSWER:=Paris~%50%Lyon#near}` anywhere in a text.

Gaps for words alone make a blank item, a single gap an item of its kind, anything else a case: its
stimulus is the text, its sub-items are the gaps.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.markup import MAX_HTML, one_line
from learning.question_bank.formats.moodle.texts import Texts
from learning.question_bank.formats.wording import accepted, number, quantity, without_gaps

_OPEN = re.compile(r"\{\s*(\d{0,4})\s*:\s*([A-Z_]{2,20})\s*:")
_KINDS = {
    **dict.fromkeys("SHORTANSWER SA MW SHORTANSWER_C SAC MWC".split(), "blank"),
    **dict.fromkeys("NUMERICAL NM".split(), "numeric"),
    **dict.fromkeys(
        "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH MULTICHOICE_S MCS MULTICHOICE_VS MCVS "
        "MULTICHOICE_HS MCHS".split(),
        "single",
    ),
    **dict.fromkeys(
        "MULTIRESPONSE MR MULTIRESPONSE_H MRH MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS".split(),
        "multiple",
    ),
}
_CASED = {"SHORTANSWER_C", "SAC", "MWC"}
_WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%|\s*(=)")
_MARK = "____"
MAX_GAPS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a gap, worth `weight` percent; `text` and `feedback` are HTML."""

    text: str
    weight: float
    feedback: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap as found: `name` is its type in the file."""

    name: str
    points: str
    choices: tuple[Choice, ...]


def read_cloze(
    source: str, texts: Texts, notes: Notes, feedback: list[tuple[str, str]]
) -> ItemDraft:
    """Read a text with gaps into a draft; a text without any is named and only its stem kept."""
    if len(source) > MAX_HTML:
        notes.add("too_large", f"完形填空的文字超过 {MAX_HTML} 字，后面的没有带入")
    around, gaps = _split(source[:MAX_HTML])
    if not gaps or any(gap.name not in _KINDS for gap in gaps):
        stem = texts.markdown(source)
        notes.add("not_representable", "完形填空题里没有认得出的空，只保留题干")
        return ItemDraft(stem=stem)
    stem = texts.markdown(around)
    parts = [_part(gap, texts, notes) for gap in gaps]
    for place, gap in enumerate(gaps, 1):
        for choice in gap.choices:
            said = _text(choice.text)
            said = said.partition(":")[0] if _KINDS[gap.name] == "numeric" else said
            label = f"第 {place} 空答“{said[:40]}”"
            feedback.append((label, texts.markdown(choice.feedback)))
    if len(parts) == 1:
        part = parts[0]
        return replace(part, stem=stem if part.kind == "blank" else _unmarked(stem), weight="")
    if all(part.kind == "blank" for part in parts):
        if len({gap.points for gap in gaps}) > 1:
            notes.lose("各空的分值不同，没有带入")
        lines = [part.answers[0] if part.answers else "" for part in parts]
        answers = tuple(lines) if all(lines) else ()
        return ItemDraft(kind="blank", stem=stem, answers=answers)
    return _case(stem, parts)


def _case(stem: str, parts: Sequence[ItemDraft]) -> ItemDraft:
    pieces = stem.split(_MARK)
    numbered = "".join(
        f"{piece}（{place}）" if place < len(pieces) else piece
        for place, piece in enumerate(pieces, 1)
    )
    return ItemDraft(
        kind="case",
        stem=numbered,
        parts=tuple(
            replace(part, stem=f"（{place}）{_MARK if part.kind == 'blank' else ''}")
            for place, part in enumerate(parts, 1)
        ),
    )


def _unmarked(stem: str) -> str:
    return stem if stem.strip("_ \n") == "" else stem.replace(_MARK, "（　）", 1)


def _split(source: str) -> tuple[str, list[Gap]]:
    """Take the gaps out of a text, a mark in place of each; braces that are none stay."""
    around, place = "", 0
    gaps: list[Gap] = []
    for opening in _OPEN.finditer(source):
        end = _closing(source, opening.end())
        if opening.start() < place or end < 0:
            continue
        if len(gaps) == MAX_GAPS:
            break
        around += without_gaps(source[place : opening.start()]) + _MARK
        body = source[opening.end() : end]
        gaps.append(Gap(opening[2], opening[1] or "1", _choices(body)))
        place = end + 1
    return around + without_gaps(source[place:]), gaps


def _closing(source: str, start: int) -> int:
    closing = re.compile(r"(?:[^\\{}]|\\.){0,20000}+\}", re.DOTALL).match(source, start)
    return closing.end() - 1 if closing else -1


def _choices(body: str) -> tuple[Choice, ...]:
    found = []
    for piece in re.split(r"(?<!\\)~", body):
        worth = _WEIGHT.match(piece)
        text, _, feedback = _parted(piece[worth.end() :] if worth else piece)
        weight = 100.0 if worth and worth[2] else float(worth[1]) if worth else 0.0
        if text.strip():
            found.append(Choice(_plain(text), weight, _plain(feedback)))
    return tuple(found)


def _parted(piece: str) -> tuple[str, str, str]:
    found = re.search(r"(?<![\\&])#", piece)  # &#39; is a sign, not the start of feedback
    return (piece, "", "") if found is None else (piece[: found.start()], "#", piece[found.end() :])


def _plain(text: str) -> str:
    return re.sub(r"\\([~=#}{/\"\\])", r"\1", text).strip()


def _text(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^<>]{0,500}>", "", markup)).split())


def _part(gap: Gap, texts: Texts, notes: Notes) -> ItemDraft:
    kind = _KINDS[gap.name]
    weight = gap.points.lstrip("0")
    weight = "" if weight in {"", "1"} else weight
    right = [choice for choice in gap.choices if choice.weight >= 99.5]
    if any(0 < choice.weight < 99.5 for choice in gap.choices) and kind != "multiple":
        notes.lose("部分正确的答案可得部分分，没有带入")
    if gap.name in _CASED:
        notes.lose("答案区分大小写，没有带入")
    if kind == "blank":
        good = [_text(choice.text) for choice in right if "*" not in choice.text]
        if len(good) < len(right):
            notes.lose("用通配符的答案没有带入")
        return ItemDraft(kind=kind, weight=weight, answers=(accepted(good),) if good else ())
    if kind == "numeric":
        return ItemDraft(kind=kind, weight=weight, answers=_numbers(right, notes))
    return _choice(kind, gap, texts, weight)


def _choice(kind: str, gap: Gap, texts: Texts, weight: str) -> ItemDraft:
    floor = 0.0 if kind == "multiple" else 99.0
    options = tuple(
        DraftOption(one_line(texts.markdown(choice.text)), choice.weight > floor)
        for choice in gap.choices
    )
    keys = sum(option.is_key for option in options)
    return ItemDraft(kind="single" if keys == 1 else kind, weight=weight, options=options)


def _numbers(right: Sequence[Choice], notes: Notes) -> tuple[str, ...]:
    lines = []
    for choice in right:
        value, _, tolerance = _text(choice.text).partition(":")
        found: Decimal | None = number(value)
        if found is None:
            notes.lose(f"答案“{value[:40]}”不是数，没有带入")
        else:
            lines.append(quantity(found, "", number(tolerance)))
    if len(lines) > 1:
        notes.lose(f"另外的答案 {'；'.join(lines[1:4])} 没有带入")
    return tuple(lines[:1])
