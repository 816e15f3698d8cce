"""Expressions compute exactly, refuse everything else, and take a bounded time."""

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.variants import functions
from learning.question_bank.variants.expressions import (
    MAX_NODES,
    ExpressionError,
    parse_expression,
)
from learning.question_bank.variants.functions import FUNCTIONS
from learning.question_bank.variants.numbers import number_text, shown

SCOPE = {"n": Decimal(50), "r": Decimal(2), "x": Decimal("0.35"), "side": "左", "E1": Decimal(7)}


def value(text: str) -> object:
    computed = parse_expression(text).evaluate(SCOPE)
    return shown(computed) if isinstance(computed, Decimal) else computed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("0.1 + 0.2", "0.3"),
        ("0.3 - 0.1 == 0.2", True),
        ("2 / 3 * 3 == 2", True),
        ("floor(2 / 3 * 3)", "2"),
        ("ceil(2 / 3 * 3)", "2"),
        ("n / r", "25"),
        ("-n + +r", "-48"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("2 ** 10", "1024"),
        ("2 ** -1", "0.5"),
        ("2 ** 0.5", "1.41421356237"),
        ("1e3 + .5 + 5.", "1005.5"),
        ("1 / 3", "0.333333333333"),
        ("12345678901234567890 * 0 + E1", "7"),
        ("exp(1)", "2.71828182846"),
        ("ln(exp(2))", "2"),
        ("log10(1000)", "3"),
        ("sqrt(2) * sqrt(2)", "2"),
        ("abs(-3)", "3"),
        ("min(3, r, 5)", "2"),
        ("max(3, r)", "3"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(0.125, 2)", "0.13"),
        ("round(1.005 * 100) / 100", "1.01"),
        ("factorial(5)", "120"),
        ("comb(5, 2)", "10"),
        ("gamma(5)", "24"),
        ("gamma(1.5)", "0.886226925453"),
        ("pi", "3.14159265359"),
        # Tables of the normal, chi-square, t, F, Poisson and binomial distributions.
        ("normal_cdf(1.96)", "0.975002104852"),
        ("normal_quantile(0.975)", "1.95996398454"),
        ("chi2_quantile(0.95, 4)", "9.48772903678"),
        ("t_quantile(0.975, 9)", "2.26215716280"),
        ("f_quantile(0.95, 3, 10)", "3.70826481905"),
        ("poisson_cdf(2, 1.5)", "0.808846830538"),
        ("binomial_cdf(1, 20, 0.02)", "0.940101021451"),
        ("1 if n > 40 else 2", "1"),
        ("1 if side == '右' else 2", "2"),
        ("'大' if n > 40 else '小'", "大"),
        ("0 < r <= 2 < n", True),
        ("not n < r", True),
        ("n > 100 or r == 2", True),
        ("n > 100 and 1 / 0 > 1", False),
        ('side != "右"', True),
        (" n\n + r ", "52"),
    ],
)  # fmt: skip
def test_these_are_computed(text, expected) -> None:
    computed = value(text)

    assert computed == (
        expected if isinstance(expected, bool) or not expected[0].isascii() else Decimal(expected)
    )


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "n +", "n r", "(n", "n.real", "n.__class__", "side[0]", "[1, 2]", "{n}", "(1, 2)",
        "lambda: 1", "print(n)", "__import__('os')", "exp(1).real", "exp(x=1)", "exp(*n)", "exp()",
        "exp(1, 2)", "round(1, 2, 3)", "f(n)(1)", "(n)(1)", "n := 1", "n; r", "n = 1", "1j", "0x10",
        "1_000", "1if n else 2", "True", "None", "...", "b'x'", "f'{n}'", "n & r", "n | r", "n ^ r",
        "n << r", "~n", "n @ r", "n is r", "n in r", "n not in r", "n，r", "（n）", "n × r", "π",
        "await n", "[i for i in n]", "exp", "exp + 1", "n_" + "x" * 40, "'" + "长" * 61 + "'",
        "1e9999",
        "99e999", "1" * 31, "1.2.3", "n" * 501, "1" + "+1" * 249, "-" * 250 + "1", "(" * 250 + "1" + ")" * 250,
        "'\\x41'", "\\", "\x00", "\ud800", "yield n", "_n",
    ],
)  # fmt: skip
def test_nothing_else_is_read(text) -> None:
    started = time.perf_counter()

    with pytest.raises(ExpressionError) as caught:
        value(text)

    assert caught.value.message
    assert time.perf_counter() - started < 0.2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 / 0", "除数为 0"),
        ("1 // (r - 2)", "除数为 0"),
        ("n % 0", "除数为 0"),
        ("9**9**9", "太大"),
        ("9**9**9**9", "太大"),
        ("exp(9999)", "太大"),
        ("1e900 * 1e900", "太大"),
        ("factorial(171)", "定义域"),
        ("factorial(9**9)", "定义域"),
        ("factorial(1.5)", "定义域"),
        ("factorial(-1)", "定义域"),
        ("comb(10**9, 5)", "定义域"),
        ("gamma(0)", "定义域"),
        ("gamma(171)", "定义域"),
        ("gamma(1e-320)", "定义域"),
        ("gamma(1e-400)", "定义域"),
        ("0 ** 0", "定义域"),
        ("0 ** -1", "定义域"),
        ("(-8) ** (1 / 3)", "没有意义"),
        ("sqrt(-1)", "没有意义"),
        ("ln(0)", "定义域"),
        ("log10(-1)", "定义域"),
        ("normal_quantile(1)", "定义域"),
        ("chi2_quantile(0.5, 0)", "定义域"),
        ("t_quantile(0.5, 10**9)", "定义域"),
        ("poisson_cdf(1.5, 1)", "定义域"),
        ("binomial_cdf(5, 3, 0.1)", "定义域"),
        ("round(1, 13)", "定义域"),
        ("side + 1", "不能参加运算"),
        ("exp(n > 1)", "不能参加运算"),
        ("-side", "不能参加运算"),
        ("side < '右'", "只能"),
        ("side == 1", "只能"),
        ("(n > 1) == (r > 1)", "只能"),
        ("1 if n else 2", "条件"),
        ("not n", "条件"),
        ("n and r", "条件"),
    ],
)
def test_what_has_no_value_says_so_at_once(text, words) -> None:
    started = time.perf_counter()

    with pytest.raises(ExpressionError) as caught:
        value(text)

    assert words in caught.value.message
    assert time.perf_counter() - started < 0.5  # scipy is loaded once


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_what_a_distribution_cannot_tell_is_no_number(number) -> None:
    with pytest.raises(functions.OutOfDomainError):
        functions._from_float(number)


def test_the_length_of_an_expression_is_bounded_by_its_nodes() -> None:
    assert value("+".join(["1"] * (MAX_NODES // 3))) == MAX_NODES // 3


def test_names_are_told_apart_from_functions_and_constants() -> None:
    assert parse_expression("exp(n) + pi * max(r, x1)").names == {"n", "r", "x1"}


@settings(deadline=None)
@given(st.text(alphabet="nrx0123456789.+-*/%()<>=!'\"eE,_ ifelsandot", max_size=40))
def test_any_text_is_computed_or_refused_in_words(text) -> None:
    try:
        computed = value(text)
    except ExpressionError:
        return
    assert isinstance(computed, (Decimal, str, bool))


@settings(deadline=None)
@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=3),
    st.lists(st.sampled_from([-990, -320, -30, 0, 0, 0, 30, 300, 990]), min_size=3, max_size=3),
)
def test_any_function_of_any_numbers_is_computed_or_refused_in_words(name, numbers, powers) -> None:
    pairs = zip(numbers, powers, strict=False)
    scope = {f"x{n}": each.scaleb(power) for n, (each, power) in enumerate(pairs)}
    started = time.perf_counter()
    try:
        computed = parse_expression(f"{name}({', '.join(scope)})").evaluate(scope)
    except ExpressionError:
        return
    assert isinstance(computed, Decimal)
    assert computed.is_finite()
    assert time.perf_counter() - started < 3  # scipy is loaded once


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4), st.integers(0, 4))
def test_arithmetic_of_decimals_is_exact(a, b, places) -> None:
    x, y = Decimal(a).scaleb(-places), Decimal(b).scaleb(-places)
    scope = {"a": x, "b": y}

    assert parse_expression("(a + b) * (a - b) + b * b").evaluate(scope) == x * x
    assert parse_expression("a / b * b == a").evaluate(scope) is True


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        ("50", None, "50"),
        ("2.50", None, "2.5"),
        ("1E+3", None, "1000"),
        ("-0", None, "0"),
        ("0.30000", None, "0.3"),
        ("49200", None, "49200"),
        ("123456.789", None, "123456.789"),
        ("0.3333333333333333333333", None, "0.333333"),
        ("32783.33333333333333333", None, "32783.3"),
        ("1234567.333333333333333", None, "1234567"),
        ("12345678.99999999999999", None, "12345679"),
        ("0.9999999999999999999999", None, "1"),
        ("1E+20", None, "1×10²⁰"),
        ("1.23456789012345E+20", None, "1.23456789012×10²⁰"),
        ("0.00000123", None, "1.23×10⁻⁶"),
        ("0.00001", None, "0.00001"),
        ("3.14159", 2, "3.14"),
        ("2.5", 0, "2"),
        ("3", 2, "3.00"),
        ("-0.001", 2, "0.00"),
        ("1E-9", 2, "1×10⁻⁹"),
        ("9." + "9" * 39 + "E+999", None, "1×10¹⁰⁰⁰"),
        ("1." + "3" * 39 + "E-998", 2, "1.33333333333×10⁻⁹⁹⁸"),
    ],
)
def test_numbers_are_written_plainly(number, places, text) -> None:
    assert number_text(Decimal(number), places) == text


def test_a_formula_has_its_power_of_ten_in_latex() -> None:
    assert number_text(Decimal("1.5E-8"), is_formula=True) == r"1.5\times 10^{-8}"
