"""Numbers are right within their tolerance, in any unit that measures the same."""

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.item_types.units import IncompatibleError, conversion, read_unit
from learning.question_bank.rules import ItemKind
from learning.question_bank.scoring import MarkingKind, MarkingRule, score_item
from tests.question_bank.samples import make

ALL = MarkingRule(MarkingKind.ALL_OR_NOTHING)


def outcome(value: str, unit: str, typed: str, **key: object) -> str:
    exact = {"tolerance": None, "tolerance_kind": None}
    item = make(ItemKind.NUMERIC, value=Decimal(value), unit=unit, **exact | key)
    return str(score_item(item.document, item.key, typed, Decimal(1), ALL).outcome)


@pytest.mark.parametrize(
    ("value", "unit", "typed", "expected"),
    [
        ("0.5", "h", "30 min", "right"),
        ("0.5", "h", "30 分钟", "right"),
        ("0.5", "小时", "1800 s", "right"),
        ("0.5", "h", "30 s", "wrong"),
        ("0.5", "h", "30 kg", "wrong"),
        ("0.5", "h", "30 件", "invalid"),
        ("0.5", "h", "0.5 H", "wrong"),
        ("48", "h", "2 天", "right"),
        ("12", "mm", "1.2 cm", "right"),
        ("12", "mm", "12000 μm", "right"),
        ("12", "mm", "12000 µm", "right"),
        ("12", "mm", "12000um", "right"),
        ("12", "mm", "0.012 m", "right"),
        ("25.4", "mm", "1 in", "right"),
        ("12", "㎜", "12 mm", "right"),
        ("1", "m/s", "3.6 km/h", "right"),
        ("1", "m/s²", "1 m/s^2", "right"),
        ("1", "m/s²", "1 m·s⁻²", "right"),
        ("1", "m/s²", "1 m s^(-2)", "right"),
        ("2", "mm²", "2×10^-6 m²", "right"),
        ("1", "N·m", "1000 N·mm", "right"),
        ("1", "N/mm²", "1 MPa", "right"),
        ("5", "kΩ", "5000 Ω", "right"),
        ("25", "℃", "25 °C", "right"),
        ("25", "℃", "298.15 K", "right"),
        ("25", "℃", "77 °F", "right"),
        ("25", "℃", "25 K", "wrong"),
        ("89.4", "%", "89.4", "right"),
        ("89.4", "%", "0.894", "wrong"),
        ("0.894", "", "89.4 %", "right"),
        ("0.894", "", "89.4％", "right"),
        ("0.894", "", "0.894 h", "wrong"),
        ("50", "ppm", "0.005 %", "right"),
        ("5", "‰", "0.5 %", "right"),
        ("5", "ppm", "5000 ppb", "right"),
        ("8.13e-5", "h⁻¹", "81300 FIT", "right"),
        ("8.13e-5", "h⁻¹", "8.13×10^-5 /h", "right"),
        ("8.13e-5", "1/h", "8.13×10^-5 h^-1", "right"),
        ("5", "万元", "50000 元", "right"),
        ("5", "万元", "0.0005 亿元", "right"),
        ("5", "万元/d", "50000 元/d", "right"),
        ("5", "万元", "5 h", "wrong"),
        ("30", "°", "1800 '", "right"),
        ("1", "台", "1 台", "right"),
        ("1", "台", "1 个", "invalid"),
        ("1", "m", "1 m/", "invalid"),
        ("1", "m", "1 ·m", "invalid"),
        ("1", "m", "1 °C·m", "wrong"),
        ("1", "m", "1 m·m·m·m·m·m·m", "invalid"),
        ("1", "", "1 h/h", "right"),
    ],
)
def test_a_typed_unit_is_converted_exactly(value, unit, typed, expected) -> None:
    assert outcome(value, unit, typed) == expected


@pytest.mark.parametrize(
    ("value", "figures", "typed", "expected"),
    [
        ("4.9249", 3, "4.92", "right"),
        ("4.9249", 3, "4.9249", "right"),
        ("4.9249", 3, "4.925", "right"),
        ("4.9249", 3, "4.93", "wrong"),
        ("4.9249", 3, "4.9", "wrong"),
        ("4.925", 3, "4.92", "right"),
        ("4.925", 3, "4.93", "right"),
        ("9.996", 3, "10.0", "right"),
        ("9.996", 3, "9.99", "wrong"),
        ("49200", 2, "49000", "right"),
        ("49200", 2, "4.9e4", "right"),
        ("49200", 2, "50000", "wrong"),
        ("0.004567", 2, "0.0046", "right"),
        ("0.004567", 2, "0.0045", "wrong"),
        ("-4.9249", 3, "-4.92", "right"),
        ("-4.9249", 3, "4.92", "wrong"),
    ],
)
def test_significant_figures_of_the_value_decide(value, figures, typed, expected) -> None:
    held = {"key_settings": (("figures", str(figures)),)}

    assert outcome(value, "", typed, **held) == expected


def test_figures_count_in_the_printed_unit() -> None:
    assert outcome("1.234", "h", "74.0 min", key_settings=(("figures", "3"),)) == "right"
    assert outcome("1.234", "h", "74.4 min", key_settings=(("figures", "3"),)) == "wrong"


hostile = st.text(alphabet="mhskgHzPa·*/.^-+()0123456789 °℃%‰'\"μ万元分", max_size=64)


@settings(deadline=None)
@given(hostile, hostile)
def test_any_text_is_a_unit_or_not_at_a_bounded_cost(typed, printed) -> None:
    started = time.perf_counter()
    try:
        found = conversion(typed, printed)
    except IncompatibleError:
        found = None

    assert found is None or found.factor
    assert time.perf_counter() - started < 3  # the library is loaded once


@pytest.mark.parametrize(
    "text", ["m" * 64, "m·" * 32, "°" * 64, "(" * 64, "m^9" * 21, "/" * 64, " " * 64, "分" * 64]
)
def test_hostile_units_are_refused_at_once(text) -> None:
    started = time.perf_counter()

    assert read_unit(text.strip() or "?") is None
    assert time.perf_counter() - started < 0.05


FREE = (("order", "free"),)


@pytest.mark.parametrize(
    ("alternatives", "response", "points"),
    [
        ((("甲",), ("乙",), ("丙",)), ["丙", "甲", "乙"], 3),
        ((("甲",), ("乙",), ("丙",)), ["甲", "甲", "甲"], 1),
        ((("甲", "乙"), ("甲",), ("丙",)), ["甲", "乙", ""], 2),
        ((("甲", "乙"), ("甲", "丙"), ("甲",)), ["丙", "甲", "乙"], 3),
        ((("甲", "乙"), ("甲", "乙"), ("丙",)), ["乙", "乙", "丁"], 2),
        ((("甲",), ("乙",), ("丙",)), ["丁", "戊", ""], 0),
    ],
)
def test_in_any_order_each_line_of_the_key_counts_once(alternatives, response, points) -> None:
    item = make(ItemKind.BLANK, alternatives=alternatives, settings=FREE)
    rule = MarkingRule(MarkingKind.PER_BLANK)

    score = score_item(item.document, item.key, response, Decimal(3), rule)

    assert score.points == points


@given(
    st.lists(st.sets(st.sampled_from("甲乙丙丁戊"), min_size=1), min_size=1, max_size=5),
    st.data(),
    st.randoms(),
)
def test_the_order_of_the_gaps_never_changes_the_score(lines, data, random) -> None:
    item = make(
        ItemKind.BLANK, alternatives=tuple(tuple(sorted(line)) for line in lines), settings=FREE
    )
    texts = [data.draw(st.sampled_from("甲乙丙丁戊己")) for _line in lines]
    shuffled = list(texts)
    random.shuffle(shuffled)
    rule = MarkingRule(MarkingKind.PER_BLANK)

    scores = [
        score_item(item.document, item.key, each, Decimal(len(lines)), rule).points
        for each in (texts, shuffled)
    ]

    assert scores[0] == scores[1]
