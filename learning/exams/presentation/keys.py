"""The key of a form on paper 答案及评分标准: by the letters and numbers of that form.

The one document of a sitting that holds keys; who may have it is the caller's matter.
"""

from collections.abc import Sequence
from typing import Any

from learning.exams.presentation.booklets import (
    PaperFacts,
    head_of,
    heading_of,
    letter_of,
    typeset,
)
from learning.kernel.markdown import render, render_inline
from learning.kernel.printed_html import Pictures, printed
from learning.kernel.printing import printable
from learning.question_bank.rules import AnswerKey, ItemKind, ItemView

NOTES = ("含答案，须保密：使用、复印、销毁都要登记。",)
VERDICTS = {"t": "对", "f": "错"}


def key_pdf(paper: PaperFacts, keys: Sequence[AnswerKey], pictures: Pictures) -> bytes:
    """Return the key of a form; `keys` in order of position, variants realised."""
    parts, first = [], 0
    for number, part in enumerate(paper.parts, start=1):
        held = keys[first : first + len(part.items)]
        first += len(part.items)
        lines = [
            line
            for view, key in zip(part.items, held, strict=True)
            for line in _lines(view, key, str(view.position), pictures)
        ]
        parts.append(heading_of(number, part) | {"lines": lines})
    return typeset("key", [head_of(paper) | {"parts": parts}], NOTES)


def key_text(view: ItemView, key: AnswerKey) -> str:
    """Return the key as the answer sheet would hold it, "" where a person marks."""
    if view.kind is ItemKind.TRUE_FALSE:
        return VERDICTS[key.choices[0]]
    if key.choices:
        return _letters(view, key)
    if key.blanks:
        order = "（不计顺序）" if view.setting("order") == "free" else ""
        return "；".join(" / ".join(alternatives) for alternatives in key.blanks) + order
    if key.value is None:
        return ""
    return f"{key.value:f} {view.unit}".strip() + _tolerance(key)


def _letters(view: ItemView, key: AnswerKey) -> str:
    letters = {option.id: letter_of(place) for place, option in enumerate(view.options)}
    found = [letters[choice] for choice in key.choices]
    if view.kind is ItemKind.MATCHING:
        return "　".join(f"({n}) {letter}" for n, letter in enumerate(found, start=1))
    if view.kind is ItemKind.ORDERING:
        return " → ".join(found)
    return "".join(sorted(found, key=list(letters.values()).index))


def _tolerance(key: AnswerKey) -> str:
    if not key.tolerance:
        return ""
    if key.tolerance_kind == "relative":
        return f" ± {(key.tolerance * 100).normalize():f} %"
    return f" ± {key.tolerance.normalize():f}"


def _lines(view: ItemView, key: AnswerKey, number: str, pictures: Pictures) -> list[dict[str, Any]]:
    line = {
        "number": number,
        "answer": printable(key_text(view, key)),
        "points": f"{view.points.normalize():f}",
        "rubric": [
            (f"{criterion.points.normalize():f}", printed(render_inline(criterion.text), pictures))
            for criterion in key.rubric
        ],
        "explanation": printed(render(key.explanation), pictures) if key.explanation else [],
        "source": printable(key.source),
    }
    pairs = zip(view.parts, key.parts, strict=True)
    return [
        line,
        *(
            each
            for part, part_key in pairs
            for each in _lines(part, part_key, f"{number}.{part.position}", pictures)
        ),
    ]
