"""What was read, as plain data for programs: the JSON of `flask items import --dry-run`. Pure.

    {"format": "gift", "items": [{"number": 1, "kind": "single", "stem": "…", "options": ["…"],
     "key": ["B"], "points": 2}], "problems": [{"where": "…", "code": "no_key", "message": "…"}]}

`key` holds option letters (单选, 多选; 排序: in the right order), "T" or "F", the text of each gap
with its alternatives separated by " | ", the number, or pairs of prompt and option ("1-B") whose
prompts are in `prompts`. What an essay's marker looks for is its key. An item with variables has
the kind `parametric`. The sub-items of a case follow it, numbered within it, with `"case"`.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.contract import SourceProblem
from learning.question_bank.formats.reading import Judged, Reading
from learning.question_bank.item_types import kind_of_word
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemKind

PARAMETRIC = "parametric"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODEL = "参考答案："
_TRUTH = {"t": "T", "f": "F"}
_WORDS_OF_TRUTH = {"对": "T", "正确": "T", "√": "T", "错": "F", "错误": "F", "×": "F"}
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def summarise(reading: Reading) -> dict[str, Any]:
    """Return everything that was recognised and everything that is wrong, in order."""
    problems = [*reading.parsed.problems]
    problems += [problem for judged in reading.judged for problem in judged.problems]
    return {
        "format": reading.parsed.format,
        "items": [line for judged in reading.judged for line in _lines(judged)],
        "problems": [_problem(problem) for problem in problems],
    }


def _problem(problem: SourceProblem) -> dict[str, str]:
    return {"where": problem.where, "code": problem.code, "message": problem.message}


def _lines(judged: Judged) -> Iterator[dict[str, Any]]:
    draft, number = judged.entry.draft, judged.entry.number
    if judged.item is None:
        yield _draft_line(draft, number)
        for position, sub in enumerate(draft.parts, 1):
            yield {**_draft_line(sub, position), "case": number}
        return
    document, key = judged.item.document, judged.item.key
    yield _line(document, key, number, _points(draft.points))
    pairs = zip(document.parts, key.parts, strict=True)
    for position, (part, part_key) in enumerate(pairs, 1):
        points = _points(draft.parts[position - 1].points) if draft.parts else None
        yield {**_line(part, part_key, position, points), "case": number}


def _line(
    document: ItemDocument, key: AnswerKey, number: int, points: float | None
) -> dict[str, Any]:
    line: dict[str, Any] = {
        "number": number,
        "kind": PARAMETRIC if document.draw else document.kind.value,
        "stem": document.stem,
        "options": [option.text for option in document.options],
        "key": list(_key(document, key)),
        "points": points,
    }
    if document.prompts:
        line["prompts"] = [prompt.text for prompt in document.prompts]
    return line


def _key(document: ItemDocument, key: AnswerKey) -> Iterator[str]:
    if key.formula:
        yield key.formula
    elif document.kind in _KEYS:
        yield from _KEYS[document.kind](document, key)
    else:
        yield from _letters(document, sorted(key.choices))


def _letters(document: ItemDocument, choices: list[str] | tuple[str, ...]) -> Iterator[str]:
    order = [option.id for option in document.options]
    return (_letter(order.index(choice)) for choice in choices)


def _essay_key(key: AnswerKey) -> list[str]:
    rubric = [criterion.text for criterion in key.rubric]
    return rubric or ([key.explanation.removeprefix(_MODEL)] if key.explanation else [])


def _matching_key(document: ItemDocument, key: AnswerKey) -> list[str]:
    return [f"{n}-{letter}" for n, letter in enumerate(_letters(document, key.choices), 1)]


_KEYS: dict[ItemKind, Callable[[ItemDocument, AnswerKey], Iterator[str] | list[str]]] = {
    ItemKind.TRUE_FALSE: lambda _document, key: [_TRUTH[choice] for choice in key.choices],
    ItemKind.BLANK: lambda _document, key: [" | ".join(texts) for texts in key.blanks],
    ItemKind.NUMERIC: lambda _document, key: [str(key.value)],
    ItemKind.MATCHING: _matching_key,
    ItemKind.ORDERING: lambda document, key: _letters(document, key.choices),
    ItemKind.ESSAY: lambda _document, key: _essay_key(key),
    ItemKind.CASE: lambda _document, _key: [],
}


def _draft_line(draft: ItemDraft, number: int) -> dict[str, Any]:
    """Show a question that is no item yet as far as it goes."""
    keys = [_letter(n) for n, option in enumerate(draft.options) if option.is_key]
    return {
        "number": number,
        "kind": PARAMETRIC if draft.draw else _likely_kind(draft),
        "stem": draft.stem,
        "options": [option.text for option in draft.options],
        "key": keys or [_answer(answer, draft) for answer in draft.answers],
        "points": _points(draft.points),
    }


def _answer(answer: str, draft: ItemDraft) -> str:
    kind = _likely_kind(draft)
    if kind == ItemKind.TRUE_FALSE:
        return _WORDS_OF_TRUTH.get(answer, answer)
    number = _NUMBER.match(answer) if kind == ItemKind.NUMERIC else None
    return number.group() if number else answer


def _likely_kind(draft: ItemDraft) -> str:
    """Return the kind as written, or the one that a question of this shape most likely has."""
    try:
        return ItemKind(draft.kind).value
    except ValueError:
        known = kind_of_word(draft.kind)
    if known:
        return known.value
    if draft.parts:
        return ItemKind.CASE.value
    if draft.options:
        keys = sum(option.is_key for option in draft.options)
        return (ItemKind.MULTIPLE if keys > 1 else ItemKind.SINGLE).value
    return (ItemKind.BLANK if draft.answers else ItemKind.ESSAY).value


def _letter(index: int) -> str:
    return _LETTERS[index] if index < len(_LETTERS) else str(index + 1)


def _points(text: str) -> int | float | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return int(number) if number == number.to_integral_value() else float(number)
