"""The bank of total quality management: every number holds by a second route, and its size."""

import re
from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from learning.cli.demo.shapes import CONTEST
from learning.competitions.rules import blueprint_of
from learning.question_bank.linting import judge
from learning.question_bank.rules import ItemKind
from tests.question_bank.papers import PAPERS, draw_papers
from tests.question_bank.tqm_values import VALUES
from tests.shipped import shipped_bank, shipped_items

BANK = "tqm-basics"
items = partial(shipped_items, BANK)
NUMBER = re.compile(r"[0-9][0-9 ]*(?:\.[0-9]+)?")
OPTIONS_OF_A_SINGLE = 4


@pytest.mark.parametrize("code", VALUES)
def test_the_number_of_an_item_is_that_of_the_other_route(code) -> None:
    key, document = items()[code].key, items()[code].document
    if key.value is not None:
        assert float(key.value) == pytest.approx(VALUES[code], rel=0.015)
        return
    (right,) = [option.text for option in document.options if option.id in key.choices]
    shown = NUMBER.search(right).group().strip().replace(" ", "")
    half_of_last_place = 0.5 * 10.0 ** Decimal(shown).as_tuple().exponent
    assert abs(float(shown) - VALUES[code]) <= half_of_last_place * 1.001


def test_every_numeric_item_is_recomputed() -> None:
    numeric = {code for code, item in items().items() if item.document.kind is ItemKind.NUMERIC}

    assert numeric <= set(VALUES)


def test_the_bank_has_enough_of_every_kind_for_contests() -> None:
    kinds = Counter(item.document.kind for item in items().values())

    assert len(items()) >= 500
    assert kinds[ItemKind.SINGLE] >= 300
    assert kinds[ItemKind.MULTIPLE] >= 100
    assert kinds[ItemKind.TRUE_FALSE] >= 60
    others = (ItemKind.BLANK, ItemKind.NUMERIC, ItemKind.MATCHING, ItemKind.ORDERING)
    assert sum(kinds[kind] for kind in others) >= 40


def test_a_choice_item_has_four_or_five_options_and_a_wrong_one() -> None:
    for code, item in items().items():
        options, right = len(item.document.options), len(item.key.choices)
        if item.document.kind is ItemKind.SINGLE:
            assert (options, right) == (OPTIONS_OF_A_SINGLE, 1), code
        elif item.document.kind is ItemKind.MULTIPLE:
            assert options in {4, 5}, code
            assert 2 <= right < options, code


def test_the_writing_of_the_bank_gives_the_lint_nothing_to_name() -> None:
    bank = shipped_bank(BANK)

    assert judge(bank.items, bank.bank.harmless, bank.bank.unplaced) == []


def test_ten_papers_of_the_contest_assemble_without_shortage() -> None:
    papers = draw_papers(blueprint_of(CONTEST), list(items().values()))

    assert len({tuple(paper) for paper in papers}) == PAPERS
    for paper in papers:
        kinds = Counter(items()[code].document.kind for code in set(paper))
        assert kinds == {ItemKind.SINGLE: 20, ItemKind.MULTIPLE: 5}
