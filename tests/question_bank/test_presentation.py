"""A candidate sees stem and options in the order of the form, and nothing of the key."""

import inspect
from dataclasses import asdict, replace
from decimal import Decimal

import pytest
from markupsafe import Markup

from learning.question_bank import presentation
from learning.question_bank.presentation import view
from learning.question_bank.rules import ItemKind, Option
from tests.question_bank.samples import make


def test_options_stand_in_the_order_of_the_form() -> None:
    document = make(ItemKind.SINGLE, stem="若 $x>0$").document

    shown = view(document, ["c", "a", "d", "b"], position=3, points=Decimal(4))

    assert [option.id for option in shown.options] == ["c", "a", "d", "b"]
    assert shown.options[0].html == "选项 c"
    assert (shown.position, shown.points, shown.kind) == (3, 4, ItemKind.SINGLE)
    assert "<math>" in shown.stem_html
    assert isinstance(shown.stem_html, Markup)
    assert isinstance(shown.options[0].html, Markup)


@pytest.mark.parametrize("order", [[], ["a", "b", "c"], ["a", "b", "c", "c"], ["a", "b", "c", "e"]])
def test_a_form_that_hides_an_option_is_refused(order) -> None:
    with pytest.raises(ValueError, match="no order"):
        view(make(ItemKind.SINGLE).document, order, position=1, points=Decimal(1))


@pytest.mark.parametrize("kind", [ItemKind.TRUE_FALSE, ItemKind.BLANK, ItemKind.NUMERIC])
def test_items_without_options_show_what_is_to_be_filled(kind) -> None:
    document = make(kind).document

    shown = view(document, (), position=1, points=Decimal(1))

    assert shown.options == ()
    assert (shown.blanks, shown.unit) == (document.blanks, document.unit)
    assert shown.stem_html.count('class="gap"') == (2 if kind is ItemKind.BLANK else 0)


def test_nothing_of_the_item_s_administration_is_shown() -> None:
    document = make(
        ItemKind.SINGLE, code="canary-code", area="金丝雀知识点", tracks=("canary-track",)
    ).document

    shown = str(asdict(view(document, list("abcd"), position=1, points=Decimal(1))))

    assert "canary" not in shown
    assert "金丝雀" not in shown


def test_the_module_cannot_see_a_key() -> None:
    assert "AnswerKey" not in vars(presentation)
    assert "Item" not in vars(presentation)
    assert "document: " in str(inspect.signature(view))


def test_hostile_options_and_stems_are_inert() -> None:
    document = make(
        ItemKind.SINGLE,
        stem="<script>alert(1)</script>",
        options=(
            Option("a", "<img src=x onerror=alert(1)>"),
            Option("b", "[x](javascript:alert(1))"),
        ),
    ).document

    shown = view(document, ["a", "b"], position=1, points=Decimal(1))

    assert "<script" not in shown.stem_html
    assert "<img" not in shown.options[0].html
    assert "javascript:" not in shown.options[1].html


def test_equal_documents_are_rendered_once_and_changed_ones_anew() -> None:
    document = make(ItemKind.SINGLE, stem="只此一次的题干").document
    presentation._stem_html.cache_clear()

    first = view(document, list("abcd"), position=1, points=Decimal(1))
    again = view(replace(document), list("dcba"), position=2, points=Decimal(2))
    changed = view(
        replace(document, stem="改过的题干"), list("abcd"), position=1, points=Decimal(1)
    )

    assert first.stem_html is again.stem_html
    assert changed.stem_html != first.stem_html
    assert presentation._stem_html.cache_info().misses == 2


def test_a_case_shows_its_sub_items_each_with_its_share_of_the_points() -> None:
    shown = view(make(ItemKind.CASE).document, (), position=7, points=Decimal(2))

    assert [part.position for part in shown.parts] == [1, 2, 3]
    assert [part.kind for part in shown.parts] == ["single", "blank", "essay"]
    assert [str(part.points) for part in shown.parts] == ["0.500", "1.000", "0.500"]
    assert shown.parts[0].options[2].html == "选项 c"


def test_a_matching_item_shows_prompts_and_options() -> None:
    shown = view(make(ItemKind.MATCHING).document, list("dbca"), position=1, points=Decimal(2))

    assert [(each.id, each.html) for each in shown.prompts] == [
        ("1", "左 1"),
        ("2", "左 2"),
        ("3", "左 3"),
    ]
    assert [option.id for option in shown.options] == list("dbca")


def test_what_a_kind_says_of_itself_reaches_the_candidate() -> None:
    document = make(ItemKind.BLANK, settings=(("order", "free"),)).document

    assert view(document, (), position=1, points=Decimal(1)).setting("order") == "free"
