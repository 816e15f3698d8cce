"""No response, near or far from the right one, earns what its marking rule does not know."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.item_types import get_type, normalise
from learning.question_bank.rules import Item, ItemDocument, ItemKind, ResponseInvalid
from learning.question_bank.scoring import MarkingKind, Outcome, score_item
from learning.question_bank.scoring.items import rounded
from tests.question_bank.samples import ALL_KINDS, items, right_response, rules, thousandths
from tests.question_bank.test_item_types import json_values

typed = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "文", "49200", "4.92e4 h", "1 kg", "5 %", "\x00", "\ud800", "9" * 70]
    ),
)


def near(document: ItemDocument, right: Any) -> st.SearchStrategy[Any]:
    """Draw responses that look like those of the kind, among them the right one."""
    ids = st.sampled_from([*(option.id for option in document.options), "", "z", "t", "f"])
    size = max(len(document.options), len(document.prompts), document.blanks)
    shapes = [st.just(right), ids, typed, st.lists(st.one_of(ids, typed), max_size=size + 1)]
    if isinstance(right, list) and not document.parts:
        shapes.append(st.permutations(right))
        swaps = [st.one_of(st.just(each), ids, typed, json_values) for each in right]
        shapes.append(st.tuples(*swaps).map(list))
    if document.parts:
        pairs = zip(document.parts, right, strict=True)
        parts = [st.one_of(st.none(), near(part, each), json_values) for part, each in pairs]
        shapes.append(st.tuples(*parts).map(list))
    return st.one_of(*shapes, json_values)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Item, Any]:
    item = draw(items())
    return item, draw(near(item.document, right_response(item)))


def allowed(kind: ItemKind, points: Decimal, rule: Any, parts: int) -> set[Decimal]:
    """List every score that a rule knows for an answered item of so many parts."""
    whole = Fraction(points)
    shares = {whole * n / parts for n in range(parts + 1)}
    known = {
        MarkingKind.ALL_OR_NOTHING: {Fraction(0), whole},
        MarkingKind.NEGATIVE: {-Fraction(rule.penalty), whole},
        MarkingKind.PROPORTIONAL: shares,
        MarkingKind.PER_BLANK: shares if get_type(kind).COUNTS_PARTS else {Fraction(0), whole},
        MarkingKind.PARTIAL_NO_WRONG: shares
        if rule.partial_ratio is None
        else {Fraction(0), whole * Fraction(rule.partial_ratio), whole},
    }
    return {rounded(each) for each in known[rule.kind]}


@settings(max_examples=200, deadline=None)
@given(answered(), thousandths, rules)
def test_a_score_is_one_that_its_rule_knows(given_pair, points, rule) -> None:
    item, response = given_pair
    document, key = item.document, item.key

    score = score_item(document, key, response, points, rule)

    assert -rule.penalty <= score.points <= points
    assert score.points.as_tuple().exponent == -3
    if score.outcome in {Outcome.UNANSWERED, Outcome.INVALID}:
        assert score.points == 0
    elif document.kind is ItemKind.ESSAY:
        assert (score.points, score.outcome) == (0, Outcome.PENDING)
    elif document.kind is not ItemKind.CASE:
        parts = len(key.choices) or len(key.blanks) or 1
        assert score.points in allowed(document.kind, points, rule, parts)
        assert (score.outcome is Outcome.RIGHT) <= (score.points == points)


@settings(max_examples=200, deadline=None)
@given(answered(), thousandths, rules)
def test_a_response_is_scored_as_its_canonical_form(given_pair, points, rule) -> None:
    item, response = given_pair
    try:
        canonical = normalise(item.document, response)
    except ResponseInvalid:
        return

    assert score_item(item.document, item.key, canonical, points, rule) == score_item(
        item.document, item.key, response, points, rule
    )


@settings(max_examples=100, deadline=None)
@given(items(kinds=(ItemKind.CASE,)), thousandths, rules, st.data())
def test_a_case_is_the_sum_of_its_sub_items(case, points, rule, data) -> None:
    right = right_response(case)
    response = data.draw(st.tuples(*(st.sampled_from([each, None]) for each in right)).map(list))
    total = sum((Fraction(part.weight) for part in case.document.parts), Fraction(0))
    scored = [
        Fraction(part.weight) / total * Fraction(points)
        for part, each in zip(case.document.parts, response, strict=True)
        if each is not None and part.kind is not ItemKind.ESSAY
    ]

    score = score_item(case.document, case.key, response, points, rule)

    assert score.points == rounded(sum(scored, Fraction(0)))


def test_the_laws_hold_for_every_kind_there_is() -> None:
    assert set(ALL_KINDS) == set(ItemKind.all())
