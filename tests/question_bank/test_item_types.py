"""Each kind reads its lines, writes them again, and knows what a response may be."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.item_types import (
    AnswerLine,
    ItemBlock,
    OptionLine,
    PartBlock,
    get_type,
    is_answered,
    normalise,
    parse,
    write,
)
from learning.question_bank.rules import ResponseInvalid, document_to_json
from tests.question_bank.samples import ALL_KINDS, items, make, right_response

S, M, T, B, N, MATCHING, ORDERING, ESSAY, CASE = ALL_KINDS


def block(
    *,
    options: str = "",
    answers: tuple[str, ...] = (),
    gaps: int = 0,
    attributes: tuple[str, ...] = (),
) -> ItemBlock:
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
        attributes=attributes,
    )


def part(kind, weight: str = "", *, draw: str = "", **lines: Any) -> PartBlock:
    held = replace(block(**lines), draw=draw, draw_line=60)
    return PartBlock(50, get_type(kind).WORD, weight, "小题", held)


def case_block(*parts: PartBlock, **lines: Any) -> ItemBlock:
    return replace(block(**lines), parts=parts)


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
        (B, block(answers=("甲", "乙"), gaps=2, attributes=("不计顺序",)), []),
        (B, block(answers=("甲", "乙"), gaps=2, attributes=("随便",)), [(10, "attribute_unknown")]),
        (N, block(answers=("5 h",), attributes=("3 位有效数字",)), []),
        (N, block(answers=("5 h",), attributes=("11 位有效数字",)), [(10, "attribute_unknown")]),
        (N, block(answers=("5 h ± 1",), attributes=("3位有效数字",)), [(10, "tolerance")]),
        (N, block(answers=("0",), attributes=("3 位有效数字",)), [(10, "tolerance")]),
        (
            N,
            block(answers=("5",), attributes=("3 位有效数字", "4 位有效数字")),
            [(10, "tolerance")],
        ),
        (N, block(answers=("五",), attributes=("3 位有效数字",)), [(30, "key_number")]),
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
        (MATCHING, block(answers=("甲 -> 一", "乙 -> 一", "-> 二")), []),
        (MATCHING, block(answers=("甲 -> 一", "乙 -> 二"), options="x甲"), [(20, "option_line")]),
        (MATCHING, block(answers=("甲 -> 一", "乙 一", "丙->二")), [(31, "pair")]),
        (MATCHING, block(answers=("甲 -> 一", "乙 -> 二", "丙 ->")), [(32, "option_empty")]),
        (MATCHING, block(answers=("甲 -> 一", "-> 二")), [(10, "option_count")]),
        (MATCHING, block(answers=("甲 -> 一", "乙 -> 一")), [(10, "option_count")]),
        (MATCHING, block(answers=("甲 -> 一", "甲 -> 二")), [(31, "option_duplicate")]),
        (
            MATCHING,
            block(answers=("甲 -> 一 二", "乙 -> 一二", "丙 -> 三")),
            [(31, "option_duplicate")],
        ),
        (MATCHING, block(answers=("甲 -> 一", "乙 -> 二", "-> 二")), [(32, "option_duplicate")]),
        (
            MATCHING,
            block(answers=[f"{n} -> {n}" for n in range(27)]),
            [(10, "option_count"), (10, "option_count")],
        ),
        (ORDERING, block(answers=("甲", "乙")), []),
        (ORDERING, block(answers=("甲",)), [(10, "option_count")]),
        (ORDERING, block(answers=("甲", "乙", "")), [(32, "option_empty")]),
        (ORDERING, block(answers=("甲", "乙", "乙")), [(32, "option_duplicate")]),
        (ORDERING, block(answers=("甲", "乙"), options="甲"), [(20, "option_line")]),
        (ESSAY, block(answers=("3 分 定义", "1.5分：举例")), []),
        (ESSAY, block(), [(10, "rubric_missing")]),
        (ESSAY, block(answers=("定义",)), [(30, "rubric")]),
        (ESSAY, block(answers=("0 分 定义",)), [(30, "rubric")]),
        (ESSAY, block(answers=("3 分",)), [(30, "rubric")]),
        (ESSAY, block(answers=("1 分 甲",) * 51), [(10, "rubric_count")]),
        (ESSAY, block(answers=("1 分 甲",), options="甲"), [(20, "option_line")]),
        (CASE, block(), [(10, "part_count")]),
        (CASE, case_block(part(S, options="x甲|乙")), []),
        (CASE, case_block(*[part(T, answers=("对",))] * 21), [(10, "part_count")]),
        (
            CASE,
            case_block(part(T, answers=("对",)), answers=("对",), options="甲"),
            [(20, "case_line"), (30, "case_line")],
        ),
        (CASE, case_block(part(S, options="甲|乙")), [(10, "key_count")]),
        (CASE, case_block(part(ESSAY)), [(10, "rubric_missing")]),
        (CASE, case_block(part(CASE)), [(50, "kind_unknown")]),
        (CASE, case_block(part(T, "0", answers=("对",))), [(50, "weight")]),
        (CASE, case_block(part(T, "多", answers=("对",))), [(50, "weight")]),
        (CASE, case_block(part(T, draw="[draw]", answers=("对",))), [(60, "draw")]),
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
        (
            MATCHING,
            ["= 左 1 -> 右 c", "= 左 2 -> 右 a", "= 左 3 -> 右 c", "= -> 右 b", "= -> 右 d"],
        ),
        (ORDERING, ["= 步骤 c", "= 步骤 a", "= 步骤 b"]),
        (ESSAY, ["= 3 分 说出定义", "= 1.5 分 举例"]),
        (CASE, []),
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
        (MATCHING, ["a", "", "a"], ["a", "", "a"]),
        (MATCHING, ["", "", ""], None),
        (ORDERING, ["c", "a", "b"], ["c", "a", "b"]),
        (ORDERING, [], None),
        (ESSAY, " 甲\n\t乙\x00\r\n", "甲\n\t乙"),
        (ESSAY, "\n \n", None),
        (CASE, ["b", None, " 甲 "], ["b", None, "甲"]),
        (CASE, [None, ["", ""], ""], None),
        *[(kind, None, None) for kind in ALL_KINDS],
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
        (MATCHING, "a", "type"),
        (MATCHING, ["a", "b"], "length"),
        (MATCHING, ["a", "b", "e"], "option"),
        (MATCHING, ["a", "b", 1], "type"),
        (ORDERING, "cab", "type"),
        (ORDERING, ["c", "a"], "length"),
        (ORDERING, ["c", "a", "c"], "option"),
        (ORDERING, ["c", "a", "z"], "option"),
        (ESSAY, ["甲"], "type"),
        (ESSAY, "长" * 10_001, "length"),
        (CASE, "b", "type"),
        (CASE, ["b", None], "length"),
        (CASE, ["z", None, None], "option"),
        (CASE, ["b", None, 5], "type"),
    ],
)
def test_what_does_not_fit_its_item_is_refused(kind, raw, code) -> None:
    with pytest.raises(ResponseInvalid) as caught:
        normalise(make(kind).document, raw)

    assert caught.value.code == code


def documents_of(kind, many_answers) -> set[str]:
    made = set()
    for answers in many_answers:
        parts, findings = parse(kind, block(answers=answers))
        assert findings == ()
        document = replace(make(kind).document, options=parts.options, prompts=parts.prompts)
        made.add(document_to_json(document))
    return made


def test_what_is_asked_in_a_matching_item_does_not_depend_on_the_pairing() -> None:
    lefts, rights = ("预防", "鉴定", "内部损失"), ("培训", "检验", "返工", "退货")
    pairings = [
        (
            *(f"{left} -> {right}" for left, right in zip(lefts, order, strict=False)),
            f"-> {order[-1]}",
        )
        for order in permutations(rights)
    ]

    assert len(documents_of(MATCHING, pairings)) == 1


def test_what_is_asked_in_an_ordering_item_does_not_depend_on_the_order() -> None:
    assert len(documents_of(ORDERING, permutations(("计划", "执行", "检查", "处置")))) == 1


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
