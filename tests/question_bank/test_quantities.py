"""Numbers as people type them, exactly and at a bounded cost."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.item_types.quantities import read_quantity, split_quantity


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("49200", "49200"),
        ("49,200", "49200"),
        ("49 200", "49200"),
        ("49\u2009200 h", "49200"),
        ("49，200", "49200"),
        ("1,234,567.5", "1234567.5"),
        ("12'345", "12345"),
        ("４９２００ｈ", "49200"),
        ("49200h", "49200"),
        (" 49200  h ", "49200"),
        ("+5", "5"),
        ("-0.5", "-0.5"),
        ("−5", "-5"),
        ("－５", "-5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("3。5", "3.5"),
        ("1.2e3", "1200"),
        ("1.2E+3", "1200"),
        ("1.2e-3", "0.0012"),
        ("1.2×10^3", "1200"),
        ("1.2 × 10³ h", "1200"),
        ("1.2x10^3", "1200"),
        ("1.2X10⁻³", "0.0012"),
        ("1.2*10**3", "1200"),
        ("1.2·10^3", "1200"),
        ("1.2×10^(−3)", "0.0012"),
        ("1.2×10^{3}", "1200"),
        ("10^-5", "0.00001"),
        ("-10^2", "-100"),
        ("1e99", "1e99"),
    ],
)
def test_these_are_numbers(typed, value) -> None:
    assert read_quantity(typed, "h") == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "h", "约5", "1,5", "1,2345", "12,34", "1,234 567", "5 5", "1.2.3", "--5", "1/3",
        "0x10", "1_000", "inf", "NaN", "١٢", "五", "5 km", "5 H", "5 hh", "1e", "1e100", "1e-100",
        "1e999999999", "1e-999999999", "10^999999999", "1×10^99999999999999999999", "9" * 65,
        "9" * 10_000, "\ufdfa" * 64, "1" + ",000" * 3000, "\ud800",
    ],
)  # fmt: skip
def test_these_are_not(typed) -> None:
    started = time.perf_counter()

    assert read_quantity(typed, "h") is None

    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("5 ℃", "°C"),
        ("5°C", "℃"),
        ("5 m/s²", "m/s^2"),
        ("5 ｋｍ", "km"),
        ("5 μm", "µm"),
        ("5", "%"),
    ],
)
def test_a_unit_is_the_same_in_any_form(typed, unit) -> None:
    assert read_quantity(typed, unit) == 5


def test_case_of_a_unit_counts() -> None:
    assert read_quantity("5 MW", "mW") is None


def test_no_unit_is_printed_then_none_is_typed() -> None:
    assert read_quantity("5 h", "") is None


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
    )
)
def test_what_python_writes_is_read_exactly(value) -> None:
    assert read_quantity(f"{value:f}", "") == value
    assert read_quantity(f"{value:,f}", "") == value
    assert read_quantity(f"{value:e}", "") == value


@given(st.text(alphabet="0123456789.,eE+-×x10^ *'（）()h　", max_size=70))
def test_any_text_is_a_number_or_not(text) -> None:
    found = split_quantity(text)

    assert found is None or found[0].is_finite()
