"""One function a type of question: kind, options and answers of the draft.

What is common to all types (stem, explanation, points, …) is put in by `reading`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.markup import one_line
from learning.question_bank.formats.moodle.cloze import read_cloze
from learning.question_bank.formats.moodle.texts import Texts, answers, plain, raw
from learning.question_bank.formats.wording import (
    LETTERS,
    accepted,
    criteria,
    number,
    pair,
    quantity,
    with_gap,
)

_NO = {"false", "0", "no"}
_FULL = 99.5
_PLACE = re.compile(r"\[\[\s*(\d{1,3})\s*\]\]")


@dataclass(frozen=True, slots=True)
class Source:
    """A question of the file, its stem already in Markdown, with the tools to read the rest."""

    element: Element
    stem: str
    texts: Texts
    notes: Notes


Feedback = list[tuple[str, str]]
Reader = Callable[[Source, Feedback], ItemDraft]


def _multichoice(source: Source, feedback: Feedback) -> ItemDraft:
    found = list(answers(source.element))
    weights = [weight for weight, _answer in found]
    is_single = plain(source.element, "single").lower() not in _NO
    keys = (
        _single_keys(weights, source.notes) if is_single else _several_keys(weights, source.notes)
    )
    if plain(source.element, "shuffleanswers").lower() in _NO:
        source.notes.lose("“选项不打乱”的设定没有带入")
    options = []
    for place, (_weight, answer) in enumerate(found):
        options.append(DraftOption(source.texts.line(answer), place in keys))
        feedback.append((LETTERS[place % 26], source.texts.of(answer, "feedback")))
    kind = "multiple" if not is_single and len(keys) != 1 else "single"
    if kind == "single" and not is_single:
        source.notes.lose("原题允许多选而只有一个正确选项，改为单选")
    return ItemDraft(kind=kind, options=tuple(options))


def _single_keys(weights: Sequence[float], notes: Notes) -> set[int]:
    if any(0 < weight < _FULL for weight in weights):
        notes.lose("部分正确的选项可得部分分，没有带入")
    if any(weight < 0 for weight in weights):
        notes.lose("选错倒扣分，没有带入")
    return {place for place, weight in enumerate(weights) if weight >= _FULL}


def _several_keys(weights: Sequence[float], notes: Notes) -> set[int]:
    keys = {place for place, weight in enumerate(weights) if weight > 0}
    if len({round(weights[place], 2) for place in keys}) > 1:
        notes.lose("各正确选项的分值不同，没有带入")
    if any(weight < 0 for weight in weights):
        notes.lose("错选倒扣分，没有带入")
    return keys


def _truefalse(source: Source, feedback: Feedback) -> ItemDraft:
    verdicts = []
    for weight, answer in answers(source.element):
        is_true = raw(answer).lower() in {"true", "对", "正确", "1"}
        feedback.append(("选“对”" if is_true else "选“错”", source.texts.of(answer, "feedback")))
        if weight >= _FULL:
            verdicts.append("对" if is_true else "错")
    return ItemDraft(kind="true_false", answers=tuple(verdicts))


def _shortanswer(source: Source, feedback: Feedback) -> ItemDraft:
    wordings = []
    for weight, answer in answers(source.element):
        text = raw(answer)
        feedback.append((f"答“{text}”", source.texts.of(answer, "feedback")))
        if weight >= _FULL:
            wordings.append(text)
        elif weight > 0:
            source.notes.lose(f"答“{text[:40]}”得部分分，没有带入")
    good = [text.replace("\\*", "*") for text in wordings if not re.search(r"(?<!\\)\*", text)]
    for pattern in sorted(set(wordings) - {text for text in wordings if text in good}):
        if pattern.replace("\\*", "*") not in good:
            source.notes.lose(f"用通配符的答案“{pattern[:40]}”没有带入")
    if plain(source.element, "usecase") == "1":
        source.notes.lose("答案区分大小写，没有带入")
    lines = (one_line(accepted(good)),) if good else ()
    return ItemDraft(kind="blank", stem=with_gap(source.stem), answers=lines)


def _numerical(source: Source, feedback: Feedback) -> ItemDraft:
    unit = _unit(source)
    lines = []
    for weight, answer in answers(source.element):
        text = raw(answer)
        feedback.append((f"答“{text}”", source.texts.of(answer, "feedback")))
        value = number(text)
        if value is None:
            if weight > 0:
                source.notes.lose(f"答案“{text[:40]}”不是数，没有带入")
        elif weight >= _FULL:
            lines.append(quantity(value, unit, number(plain(answer, "tolerance"))))
        elif weight > 0:
            source.notes.lose(f"答“{text[:40]}”得部分分，没有带入")
    if len(lines) > 1:
        source.notes.lose(f"另外的答案 {'；'.join(lines[1:4])} 没有带入")
    return ItemDraft(kind="numeric", answers=tuple(lines[:1]))


def _unit(source: Source) -> str:
    units = source.element.findall("units/unit")
    plain_unit = ""
    for unit in units:
        name, factor = plain(unit, "unit_name"), number(plain(unit, "multiplier") or "1")
        if factor == Decimal(1) and not plain_unit:
            plain_unit = one_line(name)
        elif name:
            source.notes.lose(f"另一个单位 {name[:20]} 没有带入（同类单位可以换算）")
    if plain(source.element, "unitgradingtype") not in {"", "0"}:
        source.notes.lose("单位错误另外扣分，没有带入")
    return plain_unit


def _matching(source: Source, feedback: Feedback) -> ItemDraft:
    del feedback
    pairs = []
    for sub in source.element.findall("subquestion"):
        answer = sub.find("answer")
        right = source.texts.line(answer) if answer is not None and answer.get("format") else ""
        right = right or one_line(raw(answer))
        pairs.append((source.texts.line(sub), right))
    return ItemDraft(kind="matching", answers=_pairs(pairs))


def _pairs(pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    used = {right for left, right in pairs if left}
    return tuple(
        dict.fromkeys(pair(left, right) for left, right in pairs if left or right not in used)
    )


def _essay(source: Source, feedback: Feedback) -> ItemDraft:
    rubric, rest = criteria(source.texts.of(source.element, "graderinfo"))
    feedback.append(("", rest))
    if source.texts.of(source.element, "responsetemplate"):
        source.notes.lose("作答模板没有带入")
    if plain(source.element, "attachments") not in {"", "0"}:
        source.notes.lose("可以上传附件的设定没有带入")
    return ItemDraft(kind="essay", answers=rubric)


def _ordering(source: Source, feedback: Feedback) -> ItemDraft:
    del feedback
    found = list(answers(source.element))
    places = [weight for weight, _answer in found]
    if len(set(places)) == len(places):  # Moodle keeps the place as the fraction
        found.sort(key=lambda each: each[0])
    steps = [source.texts.line(answer) for _weight, answer in found]
    return ItemDraft(kind="ordering", answers=tuple(steps))


def _gaps(source: Source, feedback: Feedback) -> ItemDraft:
    """Read words that go into places [[1]], [[2]]: a matching item, its prompts the places."""
    del feedback
    boxes = source.element.findall("selectoption") or source.element.findall("dragbox")
    words = [one_line(raw(box)) for box in boxes]
    if len({plain(box, "group") or "1" for box in boxes}) > 1:
        source.notes.lose("每个空各有一组备选词，合并成了一组")
    chosen = [int(place) for place in _PLACE.findall(source.stem)]
    count = iter(range(1, len(chosen) + 1))
    stem = _PLACE.sub(lambda _found: f"____（{next(count)}）", source.stem)
    pairs = [
        (f"（{place}）", words[index - 1] if 0 < index <= len(words) else "")
        for place, index in enumerate(chosen, 1)
    ]
    return ItemDraft(
        kind="matching", stem=stem, answers=_pairs([*pairs, *(("", word) for word in words)])
    )


def _cloze(source: Source, feedback: Feedback) -> ItemDraft:
    return read_cloze(
        raw(source.element.find("questiontext")), source.texts, source.notes, feedback
    )


READERS: dict[str, Reader] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ddmatch": _matching,
    "essay": _essay,
    "ordering": _ordering,
    "gapselect": _gaps,
    "ddwtos": _gaps,
    "cloze": _cloze,
    "multianswer": _cloze,
}
"""By the `type` of a question."""


def read(source: Source, kind: str, feedback: Feedback) -> ItemDraft:
    """Return kind, options and answers; a type that no kind holds is named, its stem kept."""
    reader = READERS.get(kind)
    if reader is None:
        source.notes.add("not_representable", f"题型“{kind[:40]}”没有对应的题型，只保留题干")
        return ItemDraft(stem=source.stem)
    draft = reader(source, feedback)
    return draft if draft.stem else replace(draft, stem=source.stem)
