"""Each cell of a roster is read in canonical form, or its fault is named with its address."""

from datetime import date
from pathlib import Path

import pytest

from learning.accounts.rules import login_name_key
from learning.kernel.documents import BadDocument, read_sheet
from learning.organisations.loader import mend_cells, parse_roster
from learning.organisations.rules.names import clean_person_name, person_key
from learning.organisations.rules.roster import login_keys
from tests.organisations.rosters import HEADER, parse, xlsx

NAMES = Path(__file__).parent.parent / "cases" / "names"


def problems(*rows, **more) -> list[tuple[str, str, str, str]]:
    return [(p.cell, p.value, p.code, p.severity) for p in parse(*rows, **more).problems]


def test_a_row_is_read_in_canonical_form() -> None:
    parsed = parse(
        (
            "李　明",
            "0012",
            "138 1234-5678",
            "Li.Ming@Example.com",
            "生产部／一车间",
            " 检验员 ",
        )
    )

    row = parsed.rows[0]

    assert parsed.problems == []
    assert (row.line, row.name, row.staff_no, row.phone) == (2, "李明", "0012", "+8613812345678")
    assert (row.email, row.department, row.post) == (
        "Li.Ming@example.com",
        ("生产部", "一车间"),
        "检验员",
    )


def test_columns_are_known_by_synonyms_in_any_order_below_a_title() -> None:
    raw = xlsx(
        ("制表：人力资源部", None, None, None, None),
        ("序号", "员工编号", "联系电话（必填）", "*员工姓名", "所属 部门"),
        (1, "A01", "13812345678", "张伟", "质量部"),
        (None, "员工编号", None, None, None),
        header=("示例企业花名册", None, None, None, None),
        merged=("A1:E1",),
    )

    parsed = parse_roster(read_sheet(raw), organisation_code="SL")

    assert parsed.columns == {"staff_no": "B", "phone": "C", "name": "D", "department": "E"}
    first = parsed.rows[0]
    assert (first.line, first.name, first.staff_no) == (4, "张伟", "A01")


def test_empty_rows_section_lines_and_repeated_headers_are_skipped() -> None:
    raw = xlsx(
        ("一车间", None, None, None, None, None),
        ("张伟", "1A", None, None, None, None),
        (None,) * 6,
        HEADER,
        ("　", " ", None, None, None, None),
        ("王芳", "2A", None, None, None, None),
        merged=("A2:F2",),
    )

    parsed = parse_roster(read_sheet(raw), organisation_code="SL")

    assert [row.name for row in parsed.rows] == ["张伟", "王芳"]
    assert parsed.problems == []


@pytest.mark.parametrize("header", [("姓名",), ("a", "b"), ("工号", "手机号")])
def test_a_file_without_the_columns_is_refused(header) -> None:
    with pytest.raises(BadDocument, match="roster_no_header"):
        parse(("张伟", "1"), header=header)


def test_a_file_without_people_is_refused() -> None:
    with pytest.raises(BadDocument, match="roster_empty"):
        parse()


def test_a_repeated_column_is_an_error() -> None:
    found = problems(("张伟", "1A", "2"), header=("姓名", "工号", "员工编号"))

    assert found == [("C1", "员工编号", "column_twice", "error")]


def test_a_heading_of_two_words_for_one_field_is_read() -> None:
    parsed = parse(("张伟", "1A", "检验员"), header=("姓名", "工号", "职务/岗位"))

    assert (parsed.rows[0].post, parsed.problems) == ("检验员", [])


def test_columns_that_are_not_read_are_told_and_fillers_are_not() -> None:
    header = ("序号", "姓名", "工号", "类别", "工号/姓名", "空列", "备注")
    parsed = parse((1, "张伟", "1A", "技能人员", "1A张伟", None, "无"), header=header)

    told = [(p.cell, p.code, p.severity, p.other) for p in parsed.problems]
    assert told == [("D1", "columns_unread", "warning", "D 类别、E 工号/姓名")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((None, "A1", None, None, None, None), ("A2", "", "name_missing", "error")),
        (("张伟", None, None, None, None, None), ("A2", "张伟", "no_way_in", "error")),
        (("x" * 201, "A1", None, None, None, None), ("A2", "x" * 60 + "…", "name_too_long", "error")),
        ((12, "A1", None, None, None, None), ("A2", "12", "name_not_text", "error")),
        (("0012", "A1", None, None, None, None), ("A2", "0012", "name_odd", "warning")),
        (("张伟", 12, None, None, None, None), ("B2", "12", "staff_no_number", "warning")),
        (("张伟", 12.5, None, None, None, None), ("B2", "12.5", "number_rounded", "error")),
        (("张伟", "1.2E+17", None, None, None, None), ("B2", "1.2E+17", "number_rounded", "error")),
        (("张伟", 1234567890123456, None, None, None, None), ("B2", "1234567890123456", "number_rounded", "error")),
        (("张伟", date(2026, 3, 1), None, None, None, None), ("B2", "2026-03-01", "cell_is_date", "error")),
        (("张伟", "а1", None, None, None, None), ("B2", "а1", "bad_staff_no", "error")),
        (("张伟", "9" * 41, None, None, None, None), ("B2", "9" * 41, "bad_staff_no", "error")),
        (("张伟", None, "1381234567", None, None, None), ("C2", "1381234567", "bad_phone", "error")),
        (("张伟", None, "1.38E+10", None, None, None), ("C2", "1.38E+10", "number_rounded", "error")),
        (("张伟", None, 1.38e10, None, None, None), ("C2", "13800000000", "number_rounded", "error")),
        (("张伟", None, None, "a@", None, None), ("D2", "a@", "bad_email", "error")),
        (("张伟", "A1", None, None, "a/" * 9, None), ("E2", "a/" * 9, "bad_department", "error")),
        (("张伟", "A1", None, None, None, "岗" * 121), ("F2", "岗" * 60 + "…", "bad_post", "error")),
        (("=1+1", "A1", None, None, None, None), ("A2", "", "formula_without_value", "error")),
        (("张伟", "=B9", None, None, None, None), ("B2", "", "formula_without_value", "error")),
        (("张伟", "ＡＢ１2", None, None, None, None), ("B2", "ＡＢ１2", "width_mixed", "error")),
        (("张伟", None, "１３８１２３４５６７８", None, None, None), ("C2", "１３８１２３４５６７８", "width_mixed", "error")),
        (("张伟", "A1", None, None, "Ａ车间", None), ("E2", "Ａ车间", "width_mixed", "error")),
        (("张伟Ａ", "A1", None, None, None, None), ("A2", "张伟Ａ", "width_mixed", "error")),
        (("张伟", "12.0", None, None, None, None), ("B2", "12.0", "number_as_decimal", "error")),
        (("张伟", None, "13812345678.0", None, None, None), ("C2", "13812345678.0", "bad_phone", "error")),
        (("张伟", "A1", None, "#N/A", None, None), ("D2", "#N/A", "cell_error", "error")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_cell_is_named(row, expected) -> None:
    assert problems(row) == [expected]


def test_a_phone_number_that_excel_shows_as_1_38e_10_is_whole() -> None:
    parsed = parse(("张伟", None, 13812345678.0, None, None, None))

    assert (parsed.rows[0].phone, parsed.problems) == ("+8613812345678", [])


def test_doubles_within_the_file_point_to_the_first() -> None:
    parsed = parse(
        ("张伟", "a1", "13812345678", "a@b.cn", None, None),
        ("王芳", "A1", "+86 138 1234 5678", "A@b.cn", None, None),
    )

    assert [(p.cell, p.code, p.other) for p in parsed.problems] == [
        ("B3", "staff_no_twice", "B2"),
        ("C3", "phone_twice", "C2"),
        ("D3", "email_twice", "D2"),
    ]


def torture() -> list[tuple[str, str]]:
    lines = (NAMES / "names_torture.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [(line.split("\t")[0], line.split("\t")[2]) for line in lines]


def test_names_keep_every_visible_character() -> None:
    names = [name for name, _why in torture()]
    names += [
        line.split("\t")[1]
        for line in (NAMES / "rare_in_general_standard_table.txt").read_text("utf-8").splitlines()
    ]

    raw = xlsx(*[(name, f"A{n}", None, None, None, None) for n, name in enumerate(names)])
    # openpyxl makes formulas of texts that begin with "=": those are another test's matter.
    parsed = parse_roster(read_sheet(raw), organisation_code="SL")

    hidden = {0xFEFF, 0x200B, 0x202E}
    for row in parsed.rows:
        typed = names[int(row.staff_no[1:])]
        if typed.startswith("="):
            continue
        visible = "".join(c for c in typed if ord(c) not in hidden)
        assert row.name.replace(" ", "") == visible.replace(" ", "").replace("\u3000", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("司马 光", "司马光"),
        ("李　明", "李明"),
        ("迪丽热巴・迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("艾力•买买提", "艾力·买买提"),
        ("巴图.孟和", "巴图·孟和"),
        ("孙\u200b悦", "孙悦"),
        ("⽅⽂", "方文"),
        ("么\U000e0100", "么"),
        ("John Smith", "JOHN  SMITH"),
    ],
)
def test_names_that_may_be_one_persons_compare_equal(one: str, other: str) -> None:
    assert person_key(one) == person_key(other)


@pytest.mark.parametrize(("one", "other"), [("吕布", "呂布"), ("张伟", "张玮"), ("𠮷野", "吉野")])
def test_other_names_stay_other(one: str, other: str) -> None:
    assert person_key(one) != person_key(other)


def test_a_latin_name_keeps_its_spaces() -> None:
    assert clean_person_name(" Ünal  Çağrı ") == "Ünal Çağrı"


@pytest.mark.parametrize(
    ("staff_no", "phone", "email"),
    [
        ("００ａ１", "138 1234 5678", "A@b.cn"),
        ("SL/12", "+49 30 1234567", "A.B@Example.CN"),
        ("王-1", None, None),
    ],
)
def test_log_in_names_of_rows_have_the_keys_that_accounts_compares(staff_no, phone, email) -> None:
    row = parse(("张伟", staff_no, phone, email, None, None)).rows[0]

    keys = {place: login.key for place, login in login_keys(row, "SL").items()}

    expected = {"staff_no": login_name_key("staff", staff_no, "SL")}
    if phone and email:
        expected |= {
            "phone": login_name_key("phone", phone),
            "email": login_name_key("email", email),
        }
    assert keys == expected


@pytest.mark.parametrize(
    ("place", "typed", "mend"),
    [
        ("工号", "００１2", "0012"),
        ("工号", "12.0", "12"),
        ("工号", "1.2E+17", ""),
        ("手机号", "１３８ 1234-5678", "13812345678"),
        ("手机号", "13812345678.0", "13812345678"),
        ("手机号", "1.3812345678E+10", "13812345678"),
        ("手机号", "1.38E+10", ""),
        ("手机号", "13812345678（微信同号）", "13812345678"),
        ("手机号", "013812345678", "13812345678"),
        ("手机号", "13812345678/13912345678", ""),
        ("手机号", "1381234567", ""),
        ("邮箱", "ａ＠ｂ．cn", "a@b.cn"),
        ("邮箱", "li ming@b，cn", "liming@b.cn"),
        ("邮箱", "没有", ""),
        ("部门", "生产部/Ａ车间（一）", "生产部/A车间（一）"),
        ("岗位", "检验员２级", "检验员2级"),
    ],
)
def test_a_fault_comes_with_what_the_cell_should_say_where_that_can_be_told(
    place: str, typed: str, mend: str
) -> None:
    header = ("姓名", *dict.fromkeys(["工号", place]))
    row = ("张伟", typed) if place == "工号" else ("张伟", "A1", typed)

    problem = parse(row, header=header).problems[0]

    assert (problem.severity, problem.mend) == ("error", mend)


def test_a_phone_of_ones_own_number_cells_has_no_mend_once_its_digits_are_lost() -> None:
    problem = parse(("张伟", None, 1.38e10, None, None, None)).problems[0]

    assert (problem.code, problem.mend) == ("number_rounded", "")


def test_taken_mends_are_read_as_if_the_file_had_said_so() -> None:
    parsed = parse(
        ("张伟", "００１２", "13812345678.0", None, "Ａ车间", None),
        ("王芳", "0013", "1.38E+10", None, None, None),
    )
    taken = [p for p in parsed.problems if p.mend]

    mended = mend_cells(parsed, taken, organisation_code="SL")

    row = mended.rows[0]
    assert (row.staff_no, row.phone, row.department) == ("0012", "+8613812345678", ("A车间",))
    assert [(p.cell, p.code) for p in mended.problems] == [("C3", "number_rounded")]
    assert [(m.cell, m.read, m.mend) for m in mended.mended] == [
        ("B2", "００１２", "0012"),
        ("C2", "13812345678.0", "13812345678"),
        ("E2", "Ａ车间", "A车间"),
    ]
    assert parsed.rows[0].phone == ""


def test_a_mend_that_makes_a_double_is_an_error_again() -> None:
    parsed = parse(
        ("张伟", None, "13812345678", None, None, None),
        ("王芳", None, "13812345678.0", None, None, None),
    )

    mended = mend_cells(parsed, parsed.problems, organisation_code="SL")

    assert [(p.cell, p.code, p.other) for p in mended.problems] == [("C3", "phone_twice", "C2")]
