"""Marks are exact, bounded, and the same for everybody."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.errors import Invalid
from learning.question_bank.item_types import is_answered, is_scored, tally
from learning.question_bank.rules import ItemKind, Option, ResponseInvalid
from learning.question_bank.scoring import MarkingKind, MarkingRule, Outcome, score_item
from tests.question_bank.samples import (
    KINDS,
    LATER_KINDS,
    case_of,
    items,
    make,
    right_response,
    rules,
    thousandths,
)
from tests.question_bank.test_item_types import json_values

S, M, T, B, N = KINDS
ALL = MarkingRule(MarkingKind.ALL_OR_NOTHING)
PROPORTIONAL = MarkingRule(MarkingKind.PROPORTIONAL)
NO_WRONG = MarkingRule(MarkingKind.PARTIAL_NO_WRONG)
HALF = MarkingRule(MarkingKind.PARTIAL_NO_WRONG, partial_ratio=Decimal("0.5"))
NEGATIVE = MarkingRule(MarkingKind.NEGATIVE, penalty=Decimal("0.5"))
PER_BLANK = MarkingRule(MarkingKind.PER_BLANK)
THREE_OF_FIVE = make(M, options=tuple(Option(i, i) for i in "abcde"), choices=("a", "b", "c"))


def scored(item, response, rule=ALL, points=2) -> tuple[str, str]:
    score = score_item(item.document, item.key, response, Decimal(points), rule)
    return str(score.points), str(score.outcome)


@pytest.mark.parametrize(
    ("rule", "response", "points", "outcome"),
    [
        (ALL, ["a", "b", "c"], "2.000", "right"),
        (ALL, ["a", "b"], "0.000", "wrong"),
        (ALL, ["a", "b", "c", "d"], "0.000", "wrong"),
        (ALL, None, "0.000", "unanswered"),
        (ALL, [], "0.000", "unanswered"),
        (ALL, ["z"], "0.000", "invalid"),
        (ALL, "a", "0.000", "invalid"),
        (PROPORTIONAL, ["a", "b", "c"], "2.000", "right"),
        (PROPORTIONAL, ["a", "b"], "1.333", "partial"),
        (PROPORTIONAL, ["a", "b", "d"], "0.667", "partial"),
        (PROPORTIONAL, ["a", "d"], "0.000", "wrong"),
        (PROPORTIONAL, ["d", "e"], "0.000", "wrong"),
        (PROPORTIONAL, ["a", "b", "c", "d", "e"], "0.667", "partial"),
        (NO_WRONG, ["a"], "0.667", "partial"),
        (NO_WRONG, ["a", "c"], "1.333", "partial"),
        (NO_WRONG, ["a", "b", "c"], "2.000", "right"),
        (NO_WRONG, ["a", "b", "c", "d"], "0.000", "wrong"),
        (NO_WRONG, ["d"], "0.000", "wrong"),
        (HALF, ["a"], "1.000", "partial"),
        (HALF, ["a", "b"], "1.000", "partial"),
        (HALF, ["a", "e"], "0.000", "wrong"),
        (NEGATIVE, ["a", "b", "c"], "2.000", "right"),
        (NEGATIVE, ["a"], "-0.500", "wrong"),
        (NEGATIVE, None, "0.000", "unanswered"),
        (NEGATIVE, ["z"], "0.000", "invalid"),
        (PER_BLANK, ["a", "b", "c"], "2.000", "right"),
        (PER_BLANK, ["a", "b", "c", "d", "e"], "0.000", "wrong"),
    ],
)
def test_multiple_choice_is_marked_by_the_rule(rule, response, points, outcome) -> None:
    assert scored(THREE_OF_FIVE, response, rule) == (points, outcome)


@pytest.mark.parametrize(
    ("kind", "rule", "response", "points", "outcome"),
    [
        (S, ALL, "b", "2.000", "right"),
        (S, ALL, "a", "0.000", "wrong"),
        (S, NEGATIVE, "a", "-0.500", "wrong"),
        (S, PROPORTIONAL, "a", "0.000", "wrong"),
        (T, ALL, "f", "2.000", "right"),
        (T, ALL, "t", "0.000", "wrong"),
        (T, ALL, "x", "0.000", "invalid"),
        (B, ALL, ["随机故障期", "ｐｄｃａ"], "2.000", "right"),
        (B, ALL, ["随机故障期", ""], "0.000", "wrong"),
        (B, PER_BLANK, ["随机故障期", ""], "1.000", "partial"),
        (B, PER_BLANK, ["随机故障期", "错"], "1.000", "partial"),
        (B, PER_BLANK, ["错", "错"], "0.000", "wrong"),
        (B, PER_BLANK, ["PDCA", "随机故障期"], "0.000", "wrong"),
        (B, PROPORTIONAL, ["随机故障期", "错"], "0.000", "wrong"),
        (B, NO_WRONG, ["随机故障期", ""], "1.000", "partial"),
        (B, ALL, ["", " "], "0.000", "unanswered"),
        (B, ALL, ["甲"], "0.000", "invalid"),
        (N, ALL, "49200", "2.000", "right"),
        (N, ALL, "４９，２００ ｈ", "2.000", "right"),
        (N, ALL, "4.92×10⁴", "2.000", "right"),
        (N, ALL, "49446", "2.000", "right"),
        (N, ALL, "49446.0000000000000000000000001", "0.000", "wrong"),
        (N, ALL, "48954", "2.000", "right"),
        (N, ALL, "48953.9", "0.000", "wrong"),
        (N, ALL, "1200 h", "0.000", "wrong"),
        (N, ALL, "49200 km", "0.000", "wrong"),
        (N, ALL, "2050 d", "2.000", "right"),
        (N, ALL, "2952000 分钟", "2.000", "right"),
        (N, ALL, "49200 d", "0.000", "wrong"),
        (N, NEGATIVE, "49200 km", "-0.500", "wrong"),
        (N, ALL, "49200 台", "0.000", "invalid"),
        (N, ALL, "49200 h h", "0.000", "wrong"),
        (N, ALL, "1e999999999", "0.000", "invalid"),
        (N, ALL, "9" * 10_000, "0.000", "invalid"),
        (N, NEGATIVE, "不知道", "0.000", "invalid"),
        (N, ALL, "", "0.000", "unanswered"),
    ],
)
def test_other_kinds_are_marked_by_the_rule(kind, rule, response, points, outcome) -> None:
    assert scored(make(kind), response, rule) == (points, outcome)


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [("0.3", "right"), ("0.30", "right"), ("0.29999999999999999", "wrong")],
)
def test_without_a_tolerance_the_value_is_met_exactly(typed, outcome) -> None:
    item = make(N, value=Decimal("0.3"), tolerance=None, tolerance_kind=None, unit="")

    assert scored(item, typed)[1] == outcome


@pytest.mark.parametrize(
    ("typed", "outcome"), [("-5.1", "right"), ("-4.9", "right"), ("-5.11", "wrong"), ("5", "wrong")]
)
def test_an_absolute_tolerance_includes_its_ends(typed, outcome) -> None:
    item = make(N, value=Decimal(-5), tolerance=Decimal("0.1"), tolerance_kind="absolute", unit="V")

    assert scored(item, typed)[1] == outcome


def test_a_relative_tolerance_of_a_negative_value_is_not_negative() -> None:
    item = make(N, value=Decimal(-200), tolerance=Decimal("0.01"), tolerance_kind="relative")

    assert scored(item, "-198")[1] == "right"
    assert scored(item, "-197.9")[1] == "wrong"


def test_points_round_half_to_even_at_thousandths() -> None:
    half = MarkingRule(MarkingKind.PARTIAL_NO_WRONG, partial_ratio=Decimal("0.5"))

    assert scored(THREE_OF_FIVE, ["a"], half, "0.001")[0] == "0.000"
    assert scored(THREE_OF_FIVE, ["a"], half, "0.003")[0] == "0.002"


@given(items(), json_values, thousandths, rules)
def test_no_response_breaks_scoring_or_its_bounds(item, response, points, rule) -> None:
    score = score_item(item.document, item.key, response, points, rule)

    assert -rule.penalty <= score.points <= points
    assert score.points.as_tuple().exponent == -3
    if score.outcome in {Outcome.UNANSWERED, Outcome.INVALID}:
        assert score.points == 0


@st.composite
def choices(draw: st.DrawFn):
    item = draw(items(kinds=(S, M)))
    ids = [option.id for option in item.document.options]
    if item.document.kind is S:
        return item, draw(st.sampled_from(ids))
    return item, draw(st.lists(st.sampled_from(ids), unique=True))


@given(choices(), thousandths, rules, st.randoms())
def test_the_order_of_options_and_of_ticks_never_changes_a_score(
    chosen, points, rule, random
) -> None:
    item, response = chosen
    options = list(item.document.options)
    random.shuffle(options)
    shuffled = replace(item.document, options=tuple(options))
    ticked = sorted(response, reverse=True) if isinstance(response, list) else response

    assert score_item(shuffled, item.key, ticked, points, rule) == score_item(
        item.document, item.key, response, points, rule
    )


@given(choices(), thousandths, rules)
def test_only_the_exact_key_is_right_and_points_stay_within_bounds(chosen, points, rule) -> None:
    item, response = chosen

    score = score_item(item.document, item.key, response, points, rule)

    assert -rule.penalty <= score.points <= points
    assert (score.outcome is Outcome.RIGHT) == (set(response) == set(item.key.choices))


@given(items(kinds=(*KINDS, ItemKind.MATCHING, ItemKind.ORDERING)), thousandths, rules)
def test_all_right_earns_everything_under_every_rule(item, points, rule) -> None:
    score = score_item(item.document, item.key, right_response(item), points, rule)

    assert (score.points, score.outcome) == (points, Outcome.RIGHT)


MATCHING, ORDERING, ESSAY, CASE = LATER_KINDS


@pytest.mark.parametrize(
    ("kind", "rule", "response", "points", "outcome"),
    [
        (MATCHING, ALL, ["c", "a", "c"], "6.000", "right"),
        (MATCHING, ALL, ["c", "a", ""], "0.000", "wrong"),
        (MATCHING, PER_BLANK, ["c", "b", ""], "2.000", "partial"),
        (MATCHING, PER_BLANK, ["c", "c", "c"], "4.000", "partial"),
        (MATCHING, NO_WRONG, ["c", "a", ""], "4.000", "partial"),
        (MATCHING, NO_WRONG, ["c", "b", ""], "0.000", "wrong"),
        (MATCHING, NEGATIVE, ["c", "a", "d"], "-0.500", "wrong"),
        (MATCHING, ALL, ["", "", ""], "0.000", "unanswered"),
        (MATCHING, ALL, ["c", "a"], "0.000", "invalid"),
        (MATCHING, ALL, ["c", "a", "x"], "0.000", "invalid"),
        (ORDERING, ALL, ["c", "a", "b"], "6.000", "right"),
        (ORDERING, ALL, ["c", "b", "a"], "0.000", "wrong"),
        (ORDERING, PER_BLANK, ["c", "b", "a"], "2.000", "partial"),
        (ORDERING, ALL, [], "0.000", "unanswered"),
        (ORDERING, ALL, ["c", "a", "a"], "0.000", "invalid"),
        (ORDERING, ALL, ["c", "a"], "0.000", "invalid"),
        (ESSAY, ALL, "质量就是符合要求。", "0.000", "pending"),
        (ESSAY, NEGATIVE, "不会", "0.000", "pending"),
        (ESSAY, ALL, " \n ", "0.000", "unanswered"),
        (ESSAY, ALL, "长" * 10_001, "0.000", "invalid"),
        (CASE, ALL, ["b", ["随机故障期", "PDCA"], "甲"], "4.500", "pending"),
        (CASE, ALL, ["b", ["随机故障期", "PDCA"], None], "4.500", "partial"),
        (CASE, ALL, ["a", ["随机故障期", ""], None], "0.000", "wrong"),
        (CASE, PER_BLANK, ["a", ["随机故障期", ""], None], "1.500", "partial"),
        (CASE, NEGATIVE, ["a", None, None], "-0.125", "wrong"),
        (CASE, ALL, [None, None, None], "0.000", "unanswered"),
        (CASE, ALL, ["b"], "0.000", "invalid"),
        (CASE, ALL, ["z", None, None], "0.000", "invalid"),
    ],
)
def test_larger_kinds_are_marked_by_the_rule(kind, rule, response, points, outcome) -> None:
    assert scored(make(kind), response, rule, points=6) == (points, outcome)


def test_a_machine_scores_all_but_essays_and_what_holds_one() -> None:
    scored_kinds = [kind for kind in ItemKind.all() if is_scored(make(kind).document)]

    assert scored_kinds == [*KINDS, MATCHING, ORDERING]
    assert is_scored(case_of([make(S)], [Decimal(1)]).document)


def test_a_sub_item_answered_in_vain_hides_no_other() -> None:
    case = case_of([make(S), make(N)], [Decimal(1), Decimal(1)])

    assert scored(case, ["b", "不知道"], points=6) == ("3.000", "partial")
    assert scored(case, [None, "不知道"], points=6) == ("0.000", "invalid")


@given(items(), thousandths, rules)
def test_nothing_answered_costs_nothing(item, points, rule) -> None:
    score = score_item(item.document, item.key, None, points, rule)

    assert (score.points, score.outcome) == (0, Outcome.UNANSWERED)


@pytest.mark.parametrize(
    "rule", [ALL, PROPORTIONAL, NO_WRONG, HALF, NEGATIVE, PER_BLANK, MarkingRule("proportional")]
)
def test_a_rule_comes_back_from_its_data(rule) -> None:
    assert MarkingRule.from_dict(rule.to_dict()) == rule


@given(rules)
def test_any_rule_comes_back_from_its_data(rule) -> None:
    assert MarkingRule.from_dict(rule.to_dict()) == rule


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({}, ["unknown_kind"]),
        ({"kind": "guess"}, ["unknown_kind"]),
        ({"kind": "negative", "penalty": "-1"}, ["range"]),
        ({"kind": "negative", "penalty": "NaN"}, ["range"]),
        ({"kind": "negative", "penalty": "x"}, ["number"]),
        ({"kind": "negative", "penalty": 0.1}, ["number"]),
        ({"kind": "negative", "penalty": True}, ["number"]),
        ({"kind": "proportional", "penalty": "1"}, ["not_of_this_kind"]),
        ({"kind": "partial_no_wrong", "partial_ratio": "1.5"}, ["range"]),
        ({"kind": "partial_no_wrong", "partial_ratio": "Infinity"}, ["range"]),
        ({"kind": "per_blank", "partial_ratio": "0.5"}, ["not_of_this_kind"]),
        ({"kind": "negative", "penalties": "1", "x": 1}, ["unknown_key", "unknown_key"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(data, codes) -> None:
    with pytest.raises(Invalid) as caught:
        MarkingRule.from_dict(data)

    assert [problem.code for problem in caught.value.problems] == codes


def test_whole_numbers_may_stand_for_points() -> None:
    assert MarkingRule.from_dict({"kind": "negative", "penalty": 2}).penalty == 2


def test_a_numeric_key_without_a_value_counts_nothing_right() -> None:
    item = make(N, value=None)

    with pytest.raises(ResponseInvalid):
        tally(item.document, item.key, "5")
    assert is_answered(item.document, "5")
