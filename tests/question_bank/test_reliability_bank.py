"""The reliability bank: every number holds by a second route, and two papers can be drawn."""

import re
from collections import Counter
from decimal import Decimal
from functools import partial
from types import SimpleNamespace

import pytest

from learning.cli.demo.shapes import RELIABILITY_ENGINEER
from learning.exams.rules import blueprint_of
from learning.question_bank.linting import judge
from learning.question_bank.rules import Item, ItemKind
from learning.question_bank.variants import list_variants, realised_item
from learning.question_bank.variants.drawing import draw_values
from tests.question_bank.papers import PAPERS, draw_papers, draw_parallel
from tests.question_bank.reliability_routes import ROUTES
from tests.question_bank.reliability_values import VALUES, value_of
from tests.shipped import shipped_bank, shipped_items

BANK = "reliability"
items = partial(shipped_items, BANK)
FEW = 12
SINGLES_OF_A_PAPER, MULTIPLES_OF_A_PAPER = 80, 40
ASKED_IN = re.compile(r"[0-9][0-9 ]*(?:\.[0-9]+)?")


def parametric() -> list[str]:
    return [code for code, item in items().items() if item.document.draw]


def disagreement(item: Item, variant: int) -> str:
    """Say where the two routes part; "" if they agree and the number makes sense."""
    draw, value = item.document.draw, realised_item(item, variant).key.value
    drawn = draw_values(draw, item.document.code, variant)
    plain = {name: float(x) if isinstance(x, Decimal) else x for name, x in drawn.items()}
    other = ROUTES[item.document.code](SimpleNamespace(**plain))
    if float(value) != pytest.approx(other, rel=1e-6, abs=1e-9):
        return f"{plain}: {value} but {other}"
    is_life = item.document.unit in {"h", "min", "件", "台"}
    return f"{plain}: {value} {item.document.unit}" if is_life and value <= 0 else ""


def test_every_parametric_item_has_a_route_and_every_route_an_item() -> None:
    assert sorted(parametric()) == sorted(ROUTES)


@pytest.mark.parametrize("code", ROUTES)
def test_a_parametric_item_gives_the_number_of_the_other_route(code) -> None:
    item = items()[code]

    assert [d for v in list_variants(item.document)[:FEW] if (d := disagreement(item, v))] == []


@pytest.mark.deep
@pytest.mark.parametrize("code", ROUTES)
def test_all_variants_of_a_parametric_item_give_the_number_of_the_other_route(code) -> None:
    item = items()[code]

    assert [d for v in list_variants(item.document) if (d := disagreement(item, v))] == []


@pytest.mark.parametrize("code", VALUES)
def test_the_number_of_an_item_without_a_draw_is_that_of_the_other_route(code) -> None:
    key, document = items()[code].key, items()[code].document
    if key.value is not None:
        assert float(key.value) == pytest.approx(value_of(code), rel=0.005)
        return
    (right,) = [option.text for option in document.options if option.id in key.choices]
    shown = ASKED_IN.search(right).group().strip().replace(" ", "")
    half_of_last_place = 0.5 * 10.0 ** Decimal(shown).as_tuple().exponent
    assert abs(float(shown) - value_of(code)) <= half_of_last_place * 1.001


def test_every_numeric_item_without_a_draw_is_recomputed() -> None:
    numeric = {
        code
        for code, item in items().items()
        if item.document.kind is ItemKind.NUMERIC and not item.document.draw
    }

    assert numeric <= set(VALUES)


def test_two_papers_of_80_and_40_share_no_item_and_leave_practice() -> None:
    kinds = Counter(item.document.kind for item in items().values() if not item.document.draw)

    assert kinds[ItemKind.SINGLE] >= 2 * SINGLES_OF_A_PAPER
    assert kinds[ItemKind.MULTIPLE] >= 2 * MULTIPLES_OF_A_PAPER
    assert len(items()) >= 420
    assert len(parametric()) >= 120


def test_a_multiple_choice_item_has_four_options_two_or_three_of_them_right() -> None:
    shapes = {
        (len(item.document.options), len(item.key.choices))
        for item in items().values()
        if item.document.kind is ItemKind.MULTIPLE
    }

    assert shapes == {(4, 2), (4, 3)}


def test_the_writing_of_the_bank_gives_the_lint_nothing_to_name() -> None:
    bank = shipped_bank(BANK)

    assert judge(bank.items, bank.bank.harmless, bank.bank.unplaced) == []


def test_ten_papers_of_the_examination_assemble_without_shortage() -> None:
    papers = draw_papers(blueprint_of(RELIABILITY_ENGINEER), list(items().values()))

    assert len({tuple(paper) for paper in papers}) == PAPERS
    for paper in papers:
        kinds = Counter(items()[code].document.kind for code in set(paper))
        assert kinds == {
            ItemKind.SINGLE: SINGLES_OF_A_PAPER,
            ItemKind.MULTIPLE: MULTIPLES_OF_A_PAPER,
        }


@pytest.mark.parametrize("seed", range(PAPERS))
def test_the_two_parallel_papers_are_full_and_share_no_item(seed) -> None:
    one, other = draw_parallel(blueprint_of(RELIABILITY_ENGINEER), list(items().values()), seed)

    assert len(one) == len(other) == SINGLES_OF_A_PAPER + MULTIPLES_OF_A_PAPER
    assert not one & other
