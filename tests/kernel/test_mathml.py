"""Formulas become MathML without styles, ids or links, or a typed error; never a crash."""

import re
from pathlib import Path

import pytest

from learning.kernel.mathml import (
    MAX_COMMANDS,
    MAX_DEPTH,
    MAX_LENGTH,
    STYLE_CLASSES,
    FormulaError,
    stylesheet,
    to_mathml,
)

RELIABILITY_LESSON = [
    r"T",
    r"R(t)=P(T>t)",
    r"\lambda(t)=\lim_{\Delta t\to 0}\frac{P(t<T\le t+\Delta t\mid T>t)}{\Delta t}=-\frac{R'(t)}{R(t)}",
    r"R(t)",
    r"R(t)=\exp\left[-\int_0^t\lambda(u)\,\mathrm{d}u\right]",
    r"\text{MTBF}=\int_0^\infty R(t)\,\mathrm{d}t",
    r"\lambda",
    r"R(t)=e^{-\lambda t}",
    r"\text{MTBF}=1/\lambda",
    r"t=\text{MTBF}",
    r"R=e^{-1}\approx 0.368",
    r"96\times 500+(120+260+340+480)",
    r"T/r=49\,200/4",
    r"\hat\lambda",
    r"1/12\,300",
    r"8.13\times 10^{-5}\ \mathrm{h^{-1}}",
    r"e^{-1000/12300}",
    r"2T/\chi^2_{0.90}(2r+2)=98\,400/15.987",
    r"e^{-1000/6155}",
    r"e^{-\lambda t}",
    r"0.693\,\text{MTBF}",
]

HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\url{javascript:alert(1)}",
    r"\html{<b>}",
    r"\includegraphics{x}",
    r"\style{color:red}{x}",
    r"\class{a}{b}",
    r"\def\a{\a\a}\a",
    r"\newcommand{\a}{b}\a",
    r"\let\a=\b",
    r"\textcolor{red}{x}",
    r"\begin{align}a&=b\label{top}\end{align}",
    r"\tag{1}x",
    r"\hspace{-9em}x",
    r"\text{\textsf{x}}",
    r"\frac{1",
    "\x00",
    "",
    "   ",
]

BEYOND_BOUNDS = [
    "x" * (MAX_LENGTH + 1),
    "{" * 900 + "}" * 900,
    "{" * (MAX_DEPTH + 1) + "}" * (MAX_DEPTH + 1),
    r"\sqrt" * (MAX_COMMANDS + 1),
    "(" * 1999,
    "{" * 100_000,
]


@pytest.mark.parametrize("formula", RELIABILITY_LESSON)
@pytest.mark.parametrize("is_display", [True, False])
def test_the_formulas_of_a_lesson_are_set(formula, is_display) -> None:
    mathml = to_mathml(formula, is_display=is_display)

    assert re.fullmatch(r"<math( display=\"block\")?>.+</math>", mathml, re.DOTALL)
    assert (' display="block"' in mathml) == is_display
    assert "style=" not in mathml


@pytest.mark.parametrize("formula", HOSTILE)
def test_what_could_do_more_than_show_a_formula_is_refused(formula) -> None:
    with pytest.raises(FormulaError) as caught:
        to_mathml(formula)

    assert caught.value.formula == formula
    assert caught.value.reason
    assert caught.value.code == "formula"
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("formula", BEYOND_BOUNDS)
def test_input_that_would_overflow_the_parser_never_reaches_it(formula) -> None:
    with pytest.raises(FormulaError):
        to_mathml(formula)


def test_the_deepest_formula_still_allowed_is_set() -> None:
    formula = r"\frac1" * (MAX_COMMANDS - 1) + "1"

    assert to_mathml(formula)
    assert to_mathml("{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH)


def test_a_closing_bracket_without_partner_does_not_hide_depth() -> None:
    with pytest.raises(FormulaError, match="deeper"):
        to_mathml("]" * 100 + "(" * (MAX_DEPTH + 1))


def test_tags_inside_text_are_text() -> None:
    assert "<img" not in to_mathml(r"\text{<img src=x onerror=alert(1)>}")


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (r"\begin{cases}a&b\\c&d\end{cases}", "math-left math-flush-right math-gap-left"),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", "math-right math-flush-right"),
        (r"\begin{array}{|c|c|}\hline a&b\\\hdashline\end{array}", "math-line-left math-line-top"),
        (r"x\!y", "math-back-thin"),
        (r"\cancel{x}", "menclose-updiagonalstrike"),
        (r"\cfrac{1}{2}", "math-row-gap"),
    ],
)
def test_styles_become_classes(formula, name) -> None:
    mathml = to_mathml(formula)

    assert f'class="{name}"' in mathml
    assert "style" not in mathml.replace("displaystyle", "")


def test_every_class_has_a_rule_in_the_stylesheet() -> None:
    rules = stylesheet()

    assert all(f".{name}{{" in rules for name in STYLE_CLASSES.values())
    assert ".math-left{text-align:left}" in rules


def test_a_bar_over_letters_stretches_and_stays_in_place() -> None:
    assert "\u203e" in to_mathml(r"\overline{AB}")
    assert "\u0332" not in to_mathml(r"\overline{X}")


def test_the_style_sheet_of_the_pages_holds_every_rule_that_formulas_need() -> None:
    sheet = (Path(__file__).parents[2] / "learning" / "static" / "css" / "math.css").read_text()

    assert stylesheet().strip() in sheet
