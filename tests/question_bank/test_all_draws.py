"""Every parametric item that is shipped makes sense with every number that it may draw."""

import re
from decimal import Decimal

import pytest

from learning.question_bank.rules import Item
from learning.question_bank.variants import VARIANTS, list_variants, realised_item
from tests.shipped import list_banks, list_parametric, shipped_items

CODES = list_parametric()
FEW = 12
LEAST_SHOWN = VARIANTS // 2
LEAST_DIFFERENT = 12
"""Different stems: fewer are learnt by heart. Different answers may be half as many."""
LIVES = {"h", "min", "s", "d", "天", "年", "km", "次", "件", "台", "只", "个"}
_COUNTED = "|".join(sorted(LIVES, key=len, reverse=True))
NEGATIVE = re.compile(rf"(?<![0-9A-Za-z)}}\]）])[-−][0-9][0-9 .]*\s*(?:{_COUNTED})(?![A-Za-z])")
BROKEN = re.compile(r"[0-9][eE][+-]?[0-9]|NaN|Infinity|[-−]0(?:\.0+)?(?![0-9.])")
_NUMBER = re.compile(r"[-−]?[0-9][0-9 \u2009]*(?:\.[0-9]+)?")


def item_of(code: str) -> Item:
    return next(shipped_items(bank)[code] for bank in list_banks() if code in shipped_items(bank))


def meaning(text: str) -> str:
    """Return an option with its numbers brought to one form: 0.50 h and 0.5 h are the same."""

    def one_form(found: re.Match[str]) -> str:
        digits = re.sub(r"[ \u2009]", "", found[0]).replace("−", "-")
        return str(Decimal(digits).normalize())

    return re.sub(r"\s", "", _NUMBER.sub(one_form, text.replace("$", "")))


def senseless(item: Item, variant: int) -> str:
    """Say what makes no sense in a variant, "" if nothing."""
    plain = realised_item(item, variant)
    document, key = plain.document, plain.key
    options = [meaning(option.text) for option in document.options]
    if len(set(options)) < len(options):
        return f"{variant}: equal options {options}"
    for text in (document.stem, key.explanation, *(option.text for option in document.options)):
        found = BROKEN.search(text) or NEGATIVE.search(text)
        if found:
            return f"{variant}: {found[0]!r} in {text[:80]}"
    if key.value is not None and document.unit in LIVES and key.value <= 0:
        return f"{variant}: {key.value} {document.unit}"
    if key.value is not None and document.unit == "%" and not 0 <= key.value <= 100:
        return f"{variant}: {key.value} %"
    return ""


def test_all_parametric_items_are_here() -> None:
    items = [item for bank in list_banks() for item in shipped_items(bank).values()]

    assert sorted(CODES) == sorted(item.document.code for item in items if item.document.draw)
    assert len(CODES) >= 120


@pytest.mark.parametrize("code", CODES)
def test_the_first_draws_make_sense(code) -> None:
    item = item_of(code)

    assert [said for v in list_variants(item.document)[:FEW] if (said := senseless(item, v))] == []


@pytest.mark.deep
@pytest.mark.parametrize("code", CODES)
def test_every_draw_makes_sense(code) -> None:
    item = item_of(code)

    assert [said for v in list_variants(item.document) if (said := senseless(item, v))] == []


@pytest.mark.deep
@pytest.mark.parametrize("code", CODES)
def test_draws_differ_enough_and_few_are_refused(code) -> None:
    item = item_of(code)
    variants = list_variants(item.document)
    plain = [realised_item(item, variant) for variant in variants]

    assert len(variants) >= LEAST_SHOWN
    assert len({each.document.stem for each in plain}) >= LEAST_DIFFERENT
    told = {(each.key.value, each.document.options) for each in plain}
    assert len(told) >= LEAST_DIFFERENT // 2
