"""Each kind reads its lines, writes them again, and knows what a response may be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.item_types import (
    AnswerLine,
    ItemBlock,
    OptionLine,
    is_answered,
    normalise,
    parse,
    write,
)
from learning.question_bank.rules import ResponseInvalid
from tests.question_bank.samples import KINDS, items, make, right_response

S, M, T, B, N = KINDS


def block(*, options: str = "", answers: tuple[str, ...] = (), gaps: int = 0) -> ItemBlock:
    """Build a block; `options` as "x甲|乙" with x for the key."""
    lines = options.split("|") if options else []
    return ItemBlock(
        line=10,
        gaps=gaps,
        options=tuple(
            OptionLine(number, text.removeprefix("x"), text.startswith("x"))
            for number, text in enumerate(lines, 20)
        ),
        answers=tuple(AnswerLine(number, text) for number, text in enumerate(answers, 30)),
    )


@pytest.mark.parametrize(
    ("kind", "given_block", "found"),
    [
        (S, block(options="甲|x乙"), []),
        (S, block(options="甲|乙"), [(10, "key_count")]),
        (S, block(options="x甲|x乙"), [(10, "key_count")]),
        (S, block(options="x甲"), [(10, "option_count")]),
        (S, block(), [(10, "option_count"), (10, "key_count")]),
        (S, block(options="|".join(["x0", *map(str, range(1, 27))])), [(10, "option_count")]),
        (S, block(options="x甲||乙"), [(21, "option_empty")]),
        (S, block(options="x甲 乙|甲乙|丙"), [(21, "option_duplicate")]),
        (S, block(options="xmW|MW"), []),
        (S, block(options="x甲|乙", answers=("甲",)), [(30, "answer_line")]),
        (M, block(options="x甲|x乙|丙"), []),
        (M, block(options="x甲|乙|丙"), [(10, "key_count")]),
        (M, block(options="x甲|x乙"), [(10, "key_all")]),
        (T, block(answers=("对",)), []),
        (T, block(answers=("错误",)), []),
        (T, block(answers=("大概",)), [(30, "key_word")]),
        (T, block(), [(10, "key_count")]),
        (T, block(answers=("对", "错")), [(10, "key_count")]),
        (T, block(answers=("对",), options="x甲"), [(20, "option_line")]),
        (B, block(answers=("甲 | 乙", "丙"), gaps=2), []),
        (B, block(answers=("甲",), gaps=2), [(10, "blank_count")]),
        (B, block(gaps=0), [(10, "gap_count")]),
        (B, block(answers=("甲",) * 21, gaps=21), [(10, "gap_count")]),
        (B, block(answers=("甲 | ",), gaps=1), [(30, "blank_empty")]),
        (B, block(answers=("甲" * 201,), gaps=1), [(30, "blank_length")]),
        (B, block(answers=("Act | ACT",), gaps=1), [(30, "blank_duplicate")]),
        (B, block(answers=("甲",), gaps=1, options="x甲"), [(20, "option_line")]),
        (N, block(answers=("49200 h ± 0.5 %",), gaps=1), []),
        (N, block(answers=("5",)), []),
        (N, block(answers=("5",), gaps=2), [(10, "gap_count")]),
        (N, block(), [(10, "key_count")]),
        (N, block(answers=("5", "6")), [(10, "key_count")]),
        (N, block(answers=("五",)), [(30, "key_number")]),
        (N, block(answers=("49,20 h",)), [(30, "key_number")]),
        (N, block(answers=("1e500",)), [(30, "key_number")]),
        (N, block(answers=("5 h ±",)), [(30, "tolerance")]),
        (N, block(answers=("5 h ± 少许",)), [(30, "tolerance")]),
        (N, block(answers=("5 h ± -1",)), [(30, "tolerance")]),
        (N, block(answers=("5 h ± 相对 1",)), [(30, "tolerance")]),
        (N, block(answers=("0 h ± 1 %",)), [(30, "tolerance")]),
        (N, block(answers=("5 % ± 1 %",)), [(30, "tolerance_ambiguous")]),
        (N, block(answers=("5",), options="x甲"), [(20, "option_line")]),
    ],
)
def test_faults_of_an_item_are_found_at_their_line(kind, given_block, found) -> None:
    _, findings = parse(kind, given_block)

    assert [(finding.line, finding.code) for finding in findings] == found
    assert all(finding.message for finding in findings)


def test_only_matters_of_taste_are_remarks() -> None:
    _, all_right = parse(M, block(options="x甲|x乙"))
    _, alike = parse(B, block(answers=("Act | ACT",), gaps=1))
    _, wrong = parse(S, block(options="甲|乙"))

    assert [f.is_remark for f in (*all_right, *alike, *wrong)] == [True, True, False]


def test_options_are_lettered_in_file_order() -> None:
    parts, _ = parse(M, block(options="甲|x乙|x丙"))

    assert [(option.id, option.text) for option in parts.options] == [
        ("a", "甲"),
        ("b", "乙"),
        ("c", "丙"),
    ]
    assert parts.choices == ("b", "c")


@pytest.mark.parametrize(
    ("line", "value", "unit", "tolerance", "kind"),
    [
        ("49200 h ± 0.5 %", "49200", "h", "0.005", "relative"),
        ("49 200 h ± 0.5％", "49200", "h", "0.005", "relative"),
        ("89.4 % ± 0.1", "89.4", "%", "0.1", "absolute"),
        ("63.2 % ± 相对 1 %", "63.2", "%", "0.01", "relative"),
        ("25℃ ± 1 ℃", "25", "℃", "1", "absolute"),
        ("5 万元 ± 0.05", "5", "万元", "0.05", "absolute"),
        ("8.13×10^-5 h⁻¹ ± 0", "0.0000813", "h⁻¹", "0", "absolute"),
        ("12", "12", "", None, None),
    ],
)
def test_numeric_answers_are_read_exactly(line, value, unit, tolerance, kind) -> None:
    parts, findings = parse(N, block(answers=(line,), gaps=1))

    assert findings == ()
    assert str(parts.value) == value
    assert parts.unit == unit
    assert parts.tolerance == (None if tolerance is None else Decimal(tolerance))
    assert parts.tolerance_kind == kind
    assert parts.blank_count == 1


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (S, ["- [ ] 选项 a", "- [x] 选项 b", "- [ ] 选项 c", "- [ ] 选项 d"]),
        (T, ["= 错"]),
        (B, ["= 偶然故障期 | 随机故障期", "= PDCA"]),
        (N, ["= 49200 h ± 0.5 %"]),
    ],
)
def test_answers_are_written_as_an_author_would(kind, lines) -> None:
    assert list(write(make(kind)).lines) == lines


def test_a_right_statement_and_plain_numbers_are_written() -> None:
    assert write(make(T, choices=("t",))).lines == ("= 对",)
    assert write(make(N, unit="", tolerance=None, tolerance_kind=None)).lines == ("= 49200",)
    assert write(make(N, tolerance=Decimal(3), tolerance_kind="absolute")).lines == (
        "= 49200 h ± 3",
    )
    assert write(make(N, unit="%")).lines == ("= 49200 % ± 相对 0.5 %",)


@pytest.mark.parametrize(
    ("kind", "raw", "canonical"),
    [
        (S, "b", "b"),
        (M, ["c", "a", "c"], ["a", "c"]),
        (M, [], None),
        (T, "t", "t"),
        (B, ["  甲 ", ""], ["甲", ""]),
        (B, ["", " \n"], None),
        (B, ["甲\n乙\x00", "\u3000"], ["甲 乙", ""]),
        (N, " 49 200 h ", "49 200 h"),
        (N, "不知道", "不知道"),
        (N, "", None),
        *[(kind, None, None) for kind in KINDS],
    ],
)
def test_responses_take_their_canonical_form(kind, raw, canonical) -> None:
    document = make(kind).document

    response = normalise(document, raw)

    assert response == canonical
    assert is_answered(document, response) == (canonical is not None)
    assert normalise(document, response) == canonical


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (S, "e", "option"),
        (S, "", "option"),
        (S, "B", "option"),
        (S, 1, "type"),
        (S, ["b"], "type"),
        (M, "a", "type"),
        (M, ["z"], "option"),
        (M, [1], "type"),
        (M, [["a"]], "type"),
        (M, ["a"] * 5, "length"),
        (T, True, "type"),
        (T, "对", "option"),
        (B, "甲", "type"),
        (B, ["甲"], "length"),
        (B, ["甲", "乙", "丙"], "length"),
        (B, ["甲", 1], "type"),
        (B, ["甲" * 201, ""], "length"),
        (B, ["\ud800", ""], "text"),
        (N, 49200, "type"),
        (N, 1e3, "type"),
        (N, "9" * 10_000, "length"),
        (N, {"v": 1}, "type"),
    ],
)
def test_what_does_not_fit_its_item_is_refused(kind, raw, code) -> None:
    with pytest.raises(ResponseInvalid) as caught:
        normalise(make(kind).document, raw)

    assert caught.value.code == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(items(), json_values)
def test_any_json_is_canonical_or_refused(item, raw) -> None:
    try:
        response = normalise(item.document, raw)
    except ResponseInvalid:
        return

    assert normalise(item.document, response) == response


@given(items())
def test_the_right_response_is_canonical_already(item) -> None:
    response = right_response(item)

    assert normalise(item.document, response) == response
