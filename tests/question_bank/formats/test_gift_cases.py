"""Fifty files of another project mean to us what they mean to its parser."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from learning.question_bank.drafts import Defaults, ItemDraft, check
from learning.question_bank.formats.contract import Parsed, Upload
from learning.question_bank.formats.gift import GiftImporter
from learning.question_bank.formats.markup import html_to_markdown
from learning.question_bank.formats.registry import detect
from tests.question_bank.formats.books import quiet

CASES = sorted((Path(__file__).parents[2] / "cases" / "gift").glob("*.gift"))
KINDS = {
    "TF": "true_false",
    "Short": "blank",
    "Numerical": "numeric",
    "Matching": "matching",
    "Essay": "essay",
}


def read(case: Path) -> tuple[Parsed, list[dict[str, Any]]]:
    parsed = GiftImporter().parse(Upload(case.name, case.read_bytes()), quiet)
    tree = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    return parsed, [
        question for question in tree if question["type"] not in {"Category", "Description"}
    ]


def words(text: str) -> str:
    """Bring a text down to its words: no marks, no gaps, no white space."""
    shown = html_to_markdown(text)[0] if re.search(r"<[a-zA-Z]", text) else text
    return re.sub(r"[\s*_`\\>|#\-]+", "", shown)


def kind_of(question: dict[str, Any]) -> str:
    if question["type"] != "MC":
        return KINDS[question["type"]]
    keys = [c for c in question["choices"] if c["isCorrect"] or (c["weight"] or 0) > 0]
    full = [c for c in question["choices"] if c["isCorrect"] and c["weight"] in {None, 100}]
    return "multiple" if len(full or keys) > 1 else "single"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_file_has_the_questions_of_its_tree(case: Path) -> None:
    parsed, tree = read(case)
    assert [entry.draft.kind for entry in parsed.entries] == [
        kind_of(question) for question in tree
    ]
    for entry, question in zip(parsed.entries, tree, strict=True):
        assert words(entry.draft.stem) == words(question["stem"]["text"])
        _SAME[question["type"]](entry.draft, question)
        checked = check(entry.draft, Defaults("x"))
        assert [finding for finding in checked.findings if not finding.is_remark] == []
        assert all(problem.is_loss for problem in entry.problems)


def _same_choices(draft: ItemDraft, question: dict[str, Any]) -> None:
    full = any(choice["isCorrect"] for choice in question["choices"])
    expected = [
        (
            words(choice["text"]["text"]),
            choice["isCorrect"] if full else (choice["weight"] or 0) > 0,
        )
        for choice in question["choices"]
    ]
    assert [(words(option.text), option.is_key) for option in draft.options] == expected
    _same_feedback(draft, [choice["feedback"] for choice in question["choices"]])


def _same_wordings(draft: ItemDraft, question: dict[str, Any]) -> None:
    good = [c for c in question["choices"] if c["isCorrect"] and c["weight"] in {None, 100}]
    assert draft.answers == (" | ".join(" ".join(c["text"]["text"].split()) for c in good),)
    _same_feedback(draft, [choice["feedback"] for choice in question["choices"]])


def _same_verdict(draft: ItemDraft, question: dict[str, Any]) -> None:
    assert draft.answers == ("对" if question["isTrue"] else "错",)
    _same_feedback(draft, [question["trueFeedback"], question["falseFeedback"]])


def _same_number(draft: ItemDraft, question: dict[str, Any]) -> None:
    choices = question["choices"]
    if isinstance(choices, list):
        choices = next(c["text"] for c in choices if c["isCorrect"] and c["weight"] in {None, 100})
    if choices["type"] == "high-low":
        ends = Decimal(str(choices["numberLow"])), Decimal(str(choices["numberHigh"]))
        value, tolerance = sum(ends) / 2, (ends[1] - ends[0]) / 2
    else:
        value, tolerance = Decimal(str(choices["number"])), Decimal(str(choices.get("range", 0)))
    item = check(draft, Defaults("x")).item
    assert item
    assert (item.key.value, item.key.tolerance or 0) == (value, tolerance)


def _same_pairs(draft: ItemDraft, question: dict[str, Any]) -> None:
    pairs = [tuple(words(side) for side in answer.split("->")) for answer in draft.answers]
    assert pairs == [
        (words(pair["subquestion"]["text"]), words(pair["subanswer"]))
        for pair in question["matchPairs"]
    ]


def _same_feedback(draft: ItemDraft, feedback: list[dict[str, str] | None]) -> None:
    for each in feedback:
        assert words((each or {}).get("text", "")) in words(draft.explanation)


def _same_essay(draft: ItemDraft, question: dict[str, Any]) -> None:
    assert not draft.answers
    _same_feedback(draft, [question["globalFeedback"]])


_SAME = {
    "Essay": _same_essay,
    "MC": _same_choices,
    "Short": _same_wordings,
    "TF": _same_verdict,
    "Numerical": _same_number,
    "Matching": _same_pairs,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_file_with_a_question_is_known_for_what_it_is(case: Path) -> None:
    parsed, _ = read(case)
    if parsed.entries:
        assert detect(Upload("", case.read_bytes())).names[0] == "gift"


def test_descriptions_and_categories_are_no_items_but_are_named() -> None:
    case = next(case for case in CASES if case.stem == "description1")
    parsed, _ = read(case)
    assert len(parsed.entries) == 1
    assert [(problem.code, problem.is_loss) for problem in parsed.problems] == [
        ("not_representable", True)
    ]
