"""The bank of chief quality officers: its numbers hold by a second route, and its size."""

import re
from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from learning.cli.demo.shapes import CHIEF_QUALITY_OFFICER
from learning.exams.rules import blueprint_of
from learning.question_bank.linting import judge
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemKind
from tests.question_bank.papers import PAPERS, draw_papers
from tests.shipped import shipped_bank, shipped_items

BANK = "cqo"
items = partial(shipped_items, BANK)
NUMBER = re.compile(r"[0-9][0-9 ]*(?:\.[0-9]+)?")
VALUES = {
    "cqo-06-001": 100 * 140 / sum((60, 140, 220, 180)),
    "cqo-06-002": 100 * (240 + 300) / 12_000,
    "cqo-06-003": 80 / (50 - 10),
    "cqo-06-004": 32 * (0.1 / 0.4) ** 2,
    "cqo-06-005": 100 * 0.95 * 0.98 * 0.90,
    "cqo-06-012": (10 - 30) + 5 * (10 - 4),
    "cqo-06-014": (40 - 100) + (210 - 80),
    "cqo-07-005": 100 * (90 - 40) / (90 + 70 + 40),
    "cqo-08-003": sum((0.5 * 90, 0.3 * 80, 0.2 * 70)),
    "cqo-08-012": (10 + 1.5) - (10.8 + 0.2),
    "cqo-08-015": 1e6 * 10 / 5_000,
    "cqo-09-003": 1e6 * 60 / 2_000 / 5,
    "cqo-09-009": (8 - 0.5) * 3_600 / 450,
    "cqo-09-010": 90 * 0.80 * 0.95,
    "cqo-10-003": 100 - 92,
    "cqo-12-008": 100 * 5_600 / (8_000 - 400),
}
VALUES_OF_PARTS = {
    ("cqo-13-003", 0): 100 * (45 + 255 + 360 + 540) / 30_000,
    ("cqo-13-003", 1): 360 / 4 + 540 * 2 / 5 - 150,
    ("cqo-13-007", 0): 1_000 * 300 / 1e6,
    ("cqo-13-007", 1): (18.5 + 1_000 * 2_500 / 1e6) - (20 + 1_000 * 300 / 1e6),
    ("cqo-13-009", 0): 7.5 * (1 - 0.55 / 2),
}


def assert_holds(document: ItemDocument, key: AnswerKey, value: float) -> None:
    (right,) = [option.text for option in document.options if option.id in key.choices]
    shown = NUMBER.search(right).group().strip().replace(" ", "")
    half_of_last_place = 0.5 * 10.0 ** Decimal(shown).as_tuple().exponent
    assert abs(float(shown) - value) <= half_of_last_place * 1.001


@pytest.mark.parametrize("code", VALUES)
def test_the_number_of_an_item_is_that_of_the_other_route(code) -> None:
    assert_holds(items()[code].document, items()[code].key, VALUES[code])


@pytest.mark.parametrize(("code", "at"), VALUES_OF_PARTS)
def test_the_number_of_a_part_is_that_of_the_other_route(code, at) -> None:
    item = items()[code]

    document, key = item.document.parts[at], item.key.parts[at]

    assert_holds(document, key, VALUES_OF_PARTS[code, at])


def test_the_bank_has_enough_of_every_kind() -> None:
    kinds = Counter(item.document.kind for item in items().values())

    assert len(items()) >= 280
    assert kinds[ItemKind.SINGLE] >= 180
    assert kinds[ItemKind.MULTIPLE] >= 80
    assert kinds[ItemKind.CASE] >= 10
    assert kinds[ItemKind.ESSAY] >= 10


@pytest.mark.parametrize("options", [4, 5])
def test_how_many_answers_are_right_is_not_told_by_the_number_of_options(options) -> None:
    rights = Counter(
        len(item.key.choices)
        for item in items().values()
        if item.document.kind is ItemKind.MULTIPLE and len(item.document.options) == options
    )

    assert max(rights.values()) <= 0.75 * rights.total()


def test_a_case_has_two_to_four_parts_and_an_essay_a_rubric() -> None:
    for code, item in items().items():
        if item.document.kind is ItemKind.CASE:
            assert 2 <= len(item.document.parts) <= 4, code
        elif item.document.kind is ItemKind.ESSAY:
            assert len(item.key.rubric) >= 3, code


def test_the_writing_of_the_bank_gives_the_lint_nothing_to_name() -> None:
    bank = shipped_bank(BANK)

    assert judge(bank.items, bank.bank.harmless, bank.bank.unplaced) == []


def test_ten_papers_of_the_examination_assemble_without_shortage() -> None:
    papers = draw_papers(blueprint_of(CHIEF_QUALITY_OFFICER), list(items().values()))

    assert len({tuple(paper) for paper in papers}) == PAPERS
    for paper in papers:
        kinds = Counter(items()[code].document.kind for code in set(paper))
        assert kinds == {
            ItemKind.SINGLE: 40,
            ItemKind.MULTIPLE: 10,
            ItemKind.CASE: 2,
            ItemKind.ESSAY: 2,
        }
