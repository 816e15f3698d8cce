"""Values take the place of expressions in texts, and of nothing else."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.variants.expressions import ExpressionError
from learning.question_bank.variants.templates import parse_template

NAMES = frozenset({"n", "h", "side"})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{n} 件", "50 件"),
        ("{ n / 3 :2} 件", "16.67 件"),
        ("{n/3}", "16.6667"),
        ("$e^{-{n}/{h}}$", "$e^{-{50}/{2.5}}$"),
        ("$\\frac{n}{h}$", "$\\frac{50}{2.5}$".replace("{50}", "{50}")),
        ("$\\mathrm{h}$ 与 $\\text{n}$", "$\\mathrm{h}$ 与 $\\text{n}$"),
        ("$$\n\\lambda_{i} = {n}\n$$", "$$\n\\lambda_{i} = {50}\n$$"),
        ("`{n}`", "`{n}`"),
        ("{m} {2} {} { } {n", "{m} {2} {} { } {n"),
        ("{n.real} {print(n)} {n:x} {n:12}", "{n.real} {print(n)} {n:x} {n:12}"),
        ("{side}侧", "左侧"),
        ("单价 ${n}，共 $5", "单价 $50，共 $5"),
        ("\\${n}$", "\\$50$"),
        ("{{n}}", "{50}"),
        ("$10^{n*1e30}$", "$10^{5\\times 10^{31}}$"),
    ],
)
def test_values_take_the_place_of_expressions_over_known_names(text, filled) -> None:
    scope = {"n": Decimal(50), "h": Decimal("2.5"), "side": "左"}

    assert parse_template(text, NAMES).fill(scope) == filled


def test_a_condition_is_no_text() -> None:
    with pytest.raises(ExpressionError):
        parse_template("{n > 1}", NAMES).fill({"n": Decimal(2)})


@given(st.text(alphabet="{}$`\\nh:/ \n文", max_size=60))
def test_any_text_is_a_template(text) -> None:
    assert parse_template(text, frozenset()).fill({}) == text
    assert all(hole.expression.names <= NAMES for hole in parse_template(text, NAMES).holes)


@pytest.mark.parametrize("text", ["$" * 4000, "{" * 4000, "$a" * 2000, "`" * 4000, "\\text{" * 600])
def test_hostile_texts_are_cut_at_a_bounded_cost(text) -> None:
    started = time.perf_counter()

    assert parse_template(text, NAMES).fill({}) == text

    assert time.perf_counter() - started < 0.5
