"""An answer set against its key, in words for people: for released results and committed items.

Letters are those of the form. Sub-items of a case are reviewed like items of their own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from learning.attempts.rules import Part
from learning.attempts.words import LETTERS, letters, response_words
from learning.kernel.markdown import render, render_inline
from learning.question_bank.item_types import normalise
from learning.question_bank.rules import (
    AnswerKey,
    Item,
    ItemDocument,
    ItemKind,
    ItemView,
    Response,
    ResponseInvalid,
)
from learning.question_bank.scoring import MarkingRule, score_item
from learning.web.templating import points_text


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An item as it was shown and as it is, with the decoded answer and the rule it is under."""

    view: ItemView
    item: Item
    response: Any
    marking: MarkingRule


def review_of(reviewed: Reviewed, told: Collection[Part] = frozenset(Part)) -> dict[str, Any]:
    """Return what templates/attempts/review/answer.html shows of an answer and its key.

    Nothing of a key, rubric or explanation is in it that is not `told`. `options` are [{letter,
    html}] where an answer is said in letters. `rows` are given where an answer has places, each
    right or wrong by itself: {label_html, own_html, key_html ("" untold), is_right (None for one
    left open or untold)}. `rubric` is what a good answer of a written item holds, `parts` the
    reviews of a case's sub-items, with outcomes.
    """
    view, key = reviewed.view, reviewed.item.key
    has_keys, is_explained = Part.KEYS in told, Part.EXPLANATIONS in told
    rows = _ROWS.get(view.kind)
    return {
        "options": _lettered(view),
        "response_words": response_words(view, reviewed.response),
        "key_words": key_words(view, key) if has_keys else "",
        "rows": rows(view, key if has_keys else None, _canonical(reviewed)) if rows else [],
        "rubric": [
            {"points": points_text(int(line.points * 1000)), "html": render_inline(line.text)}
            for line in (key.rubric if has_keys else ())
        ],
        "parts": [_part(part, told) for part in _parts(reviewed)],
        "explanation_html": render(key.explanation) if is_explained else "",
        "source": key.source if is_explained else "",
    }


def _lettered(view: ItemView) -> list[dict[str, Any]]:
    """Return the options that an answer names by letters, as they stood on the person's form."""
    if view.kind in _ROWS:
        return []
    pairs = zip(LETTERS, view.options, strict=False)
    return [{"letter": letter, "html": option.html} for letter, option in pairs]


def released_key(view: ItemView, key: AnswerKey) -> dict[str, Any]:
    """Return a key as the scripts of the room mark it in the item's own fields."""
    if view.parts:
        pairs = zip(view.parts, key.parts, strict=True)
        return {"parts": [released_key(part, part_key) for part, part_key in pairs]}
    if view.kind in _ROWS:
        return {}  # told in the review that comes with it
    if key.choices:
        return {"choices": list(key.choices)}
    if key.blanks:
        return {"blanks": [list(alternatives) for alternatives in key.blanks]}
    if key.value is None:
        return {}  # a person marks
    released = {"value": str(key.value)}
    return released | ({"tolerance": tolerance_words(key)} if key.tolerance else {})


def key_words(item: ItemView, key: AnswerKey) -> str:
    """Return the key as the candidate would have given it, "" where a person marks."""
    if key.choices:
        return letters(item, list(key.choices))
    if key.blanks:
        return _("；").join(" / ".join(alternatives) for alternatives in key.blanks)
    if key.value is None:
        return ""
    value = f"{key.value} {item.unit}".strip()
    return f"{value} {tolerance_words(key)}" if key.tolerance else value


def tolerance_words(key: AnswerKey) -> str:
    """Return how far off an answer may be: in the unit of the value, or in percent of it."""
    if key.tolerance_kind == "relative" and key.tolerance is not None:
        return f"± {(key.tolerance * 100).normalize():f}%"
    return f"± {key.tolerance}"


def _canonical(reviewed: Reviewed) -> list[Any]:
    """Return the answer by places, [] where there is none or it does not fit."""
    return list(_normalised(reviewed.item.document, reviewed.response) or ())


def _normalised(document: ItemDocument, response: Any) -> Response:
    try:
        return normalise(document, response)
    except ResponseInvalid:
        return None


def _pair_rows(view: ItemView, key: AnswerKey | None, chosen: list[Any]) -> list[dict[str, Any]]:
    return _rows([prompt.html for prompt in view.prompts], view, key, chosen)


def _place_rows(view: ItemView, key: AnswerKey | None, chosen: list[Any]) -> list[dict[str, Any]]:
    return _rows([str(n) for n in range(1, len(view.options) + 1)], view, key, chosen)


def _rows(
    labels: Sequence[str], view: ItemView, key: AnswerKey | None, chosen: list[Any]
) -> list[dict[str, Any]]:
    html = {option.id: option.html for option in view.options}
    given = chosen or [""] * len(labels)
    right = key.choices if key is not None else ("",) * len(labels)
    rows = zip(labels, given, right, strict=True)
    return [_row(label, (own, each), html) for label, own, each in rows]


def _row(label: str, pair: tuple[str, str], html: Mapping[str, str]) -> dict[str, Any]:
    own, right = pair
    return {
        "label_html": label,
        "own_html": html.get(own, ""),
        "key_html": html[right] if right else "",
        "is_right": own == right if own and right else None,
    }


_ROWS: dict[ItemKind, Callable[[ItemView, AnswerKey | None, list[Any]], list[dict[str, Any]]]] = {
    ItemKind.MATCHING: _pair_rows,
    ItemKind.ORDERING: _place_rows,
}
"""Kinds whose answers have places."""


def _parts(reviewed: Reviewed) -> list[Reviewed]:
    document, key = reviewed.item.document, reviewed.item.key
    given = reviewed.response if isinstance(reviewed.response, list) else []
    # An answer of another length scored nothing; it is shown as none.
    responses = given if len(given) == len(document.parts) else [None] * len(document.parts)
    rows = zip(reviewed.view.parts, document.parts, key.parts, responses, strict=True)
    return [
        Reviewed(view, Item(part, part_key), response, reviewed.marking)
        for view, part, part_key, response in rows
    ]


def _part(part: Reviewed, told: Collection[Part]) -> dict[str, Any]:
    held = part.item
    score = score_item(held.document, held.key, part.response, part.view.points, part.marking)
    return {
        "position": part.view.position,
        "stem_html": part.view.stem_html,
        "outcome": str(score.outcome),
        **review_of(part, told),
    }
