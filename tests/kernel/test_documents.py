"""Spreadsheets: what strangers upload is bounded, what people download is only text."""

import io
import struct
import time
import zipfile
import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from learning.kernel.documents import (
    BadDocument,
    Column,
    Limits,
    Sheet,
    cell_address,
    cell_text,
    read_sheet,
    write_workbook,
)

NAMES = Path(__file__).parent.parent / "cases" / "names"


def workbook(*rows: tuple[object, ...], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(raw: bytes, name: str, content: bytes) -> bytes:
    """Return the workbook with one part replaced or added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return target.getvalue()


def refused(raw: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(BadDocument) as caught:
        read_sheet(raw, limits=limits)
    return caught.value.code


@pytest.mark.parametrize(
    ("row", "column", "name"), [(6, 2, "C7"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10")]
)
def test_a_cell_is_named_as_excel_names_it(row: int, column: int, name: str) -> None:
    assert cell_address(row, column) == name


def test_values_come_as_typed_and_whole_numbers_lose_the_point() -> None:
    sheet = read_sheet(workbook(("𠮷野", "0012", 12, 13812345678, 1.5, True, date(2026, 1, 2))))

    row = sheet.rows[0]

    assert row[:2] == ("𠮷野", "0012")
    assert [cell_text(value) for value in row[2:6]] == ["12", "13812345678", "1.5", "TRUE"]
    assert row[6] == date(2026, 1, 2)


def test_rows_keep_their_numbers_when_the_first_ones_are_empty() -> None:
    sheet = read_sheet(workbook((), (), (None, "x")))

    assert sheet.rows[2][1] == "x"


def test_names_of_all_kinds_survive_a_round_trip_exactly() -> None:
    lines = (NAMES / "names_torture.tsv").read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split("\t")[0] for line in lines]
    names += [
        line.split("\t")[1]
        for line in (NAMES / "rare_in_general_standard_table.txt").read_text("utf-8").splitlines()
    ]

    sheet = read_sheet(write_workbook([Column("姓名")], [(name,) for name in names]))

    assert [row[0] for row in sheet.rows[1:]] == names


def test_naughty_strings_are_written_as_text_and_read_back_without_harm() -> None:
    lines = (NAMES / "blns.txt").read_text(encoding="utf-8").splitlines()

    raw = write_workbook([Column("x")], [(line,) for line in lines])

    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    assert {cell.data_type for (cell,) in sheet.iter_rows(min_row=2)} <= {"s", "n", "inlineStr"}
    assert all(
        cell.value is None for (cell,) in sheet.iter_rows(min_row=2) if cell.data_type == "n"
    )
    assert len(read_sheet(raw).rows) == len(lines) + 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "http://a.example", "0012"]
)
def test_no_text_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    raw = write_workbook([Column("x")], [(text,)])

    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    cell = sheet["A2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)


def test_numbers_stay_numbers_unless_excel_would_round_them() -> None:
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    raw = write_workbook(
        [Column("a"), Column("b"), Column("c"), Column("d"), Column("e")],
        [(92, Decimal("92.5"), 110101199003077758, True, at)],
    )

    row = read_sheet(raw).rows[1]

    assert row == (92, 92.5, "110101199003077758", True, "2026-11-22 10:00:00")


def test_the_same_list_is_the_same_file() -> None:
    assert write_workbook([Column("x")], [("a",)]) == write_workbook([Column("x")], [("a",)])


def test_a_value_merged_downwards_stands_in_each_row_and_a_title_is_a_banner() -> None:
    sheet = read_sheet(
        workbook(
            ("名册", None, None),
            ("姓名", "部门", "x"),
            ("甲", "一车间", 1),
            ("乙", None, 2),
            merged=("A1:C1", "B3:B4"),
        )
    )

    assert sheet.banners == {0}
    assert [row[1] for row in sheet.rows[2:]] == ["一车间", "一车间"]


def test_formulas_and_error_values_are_marked() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B2"], sheet["C3"] = "x", "=A1", "#N/A"
    target = io.BytesIO()
    book.save(target)

    found = read_sheet(target.getvalue())

    assert (found.formulas, found.errors) == ({(1, 1)}, {(2, 2)})


def test_the_first_visible_sheet_is_read() -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    assert hidden is not None
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    book.create_sheet("名册")["A1"] = "=1"
    target = io.BytesIO()
    book.save(target)

    sheet = read_sheet(target.getvalue())

    assert (sheet.name, sheet.formulas) == ("名册", {(0, 0)})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "document_empty"),
        (b"name,phone\n", "document_not_xlsx"),
        (b"%PDF-1.7\n", "document_not_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "document_old_excel"),
        (b"PK\x03\x04", "document_damaged"),
        (b"PK\x03\x04" + b"\xff" * 1000, "document_damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(raw: bytes, code: str) -> None:
    assert refused(raw) == code


def test_another_zip_file_is_no_workbook() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../etc/passwd", "x")

    assert refused(target.getvalue()) == "document_not_xlsx"


def test_a_bomb_costs_its_budget_and_no_more() -> None:
    raw = with_part(workbook(("x",)), "xl/media/zeros.bin", b"\0" * 200_000_000)
    started = time.perf_counter()

    assert refused(raw) == "document_too_large"
    assert time.perf_counter() - started < 2


def test_a_directory_that_lies_about_sizes_is_refused() -> None:
    raw = bytearray(with_part(workbook(("x",)), "xl/media/zeros.bin", b"\0" * 1_000_000))
    entry = raw.rfind(b"PK\x01\x02")
    struct.pack_into("<I", raw, entry + 24, 10)

    assert refused(bytes(raw)) == "document_damaged"


def test_a_hundred_thousand_entries_are_refused_before_they_are_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", b"")
    started = time.perf_counter()

    assert refused(target.getvalue()) == "document_too_large"
    assert time.perf_counter() - started < 0.5


def test_a_file_above_the_limit_is_refused_unread() -> None:
    assert refused(workbook(("x",)), Limits(file_bytes=100)) == "document_too_large"


def test_entities_are_refused() -> None:
    raw = with_part(
        workbook(("x",)),
        "xl/workbook.xml",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaa">]><workbook>&a;</workbook>',
    )

    assert refused(raw) == "document_damaged"


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "XFD1", "ZZ40000"])
def test_two_far_corners_do_not_take_gigabytes(corner: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = sheet[corner] = "x"
    target = io.BytesIO()
    book.save(target)

    assert refused(target.getvalue()) == "document_too_large"


def test_a_sheet_in_a_part_of_any_name_is_bounded_too() -> None:
    raw = workbook(("x",))
    cells = b'<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    assert refused(with_part(raw, "docProps/other.bin", cells)) == "document_too_large"


def test_styled_empty_rows_to_the_end_are_harmless() -> None:
    content = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
        b"</sheetData></worksheet>"
    )

    sheet = read_sheet(with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", content))

    assert sheet.rows == ((1.0,),)


def test_merged_ranges_without_end_are_refused() -> None:
    merges = b'<mergeCell ref="A1:A3"/>' * 20
    content = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
        b"</sheetData><mergeCells>" + merges + b"</mergeCells></worksheet>"
    )
    raw = with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", content)

    assert refused(raw, Limits(cells=20)) == "document_too_large"


def test_a_million_unclosed_tags_are_refused_quickly() -> None:
    raw = with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", b"<c r " * 2_000_000)
    started = time.perf_counter()

    assert refused(raw) == "document_damaged"
    assert time.perf_counter() - started < 2


def test_damaged_deflate_is_refused() -> None:
    raw = bytearray(workbook(*[("x", n) for n in range(100)]))
    place = raw.find(b"xl/worksheets/sheet1.xml") + 60
    raw[place : place + 40] = zlib.crc32(bytes(raw)).to_bytes(4, "big") * 10

    assert refused(bytes(raw)) == "document_damaged"


def test_a_file_on_disk_reads_as_its_bytes_do(tmp_path: Path) -> None:
    raw = workbook(("姓名",))
    path = tmp_path / "a.xlsx"
    path.write_bytes(raw)

    sheet: Sheet = read_sheet(path)

    assert sheet == read_sheet(raw)


def test_twenty_thousand_rows_are_read_in_a_second() -> None:
    raw = write_workbook(
        [Column(str(n)) for n in range(6)],
        [
            (f"员工{n}", f"A{n:06d}", 13800000000 + n, "", "生产部/一车间", "检验员")
            for n in range(20_000)
        ],
    )
    started = time.perf_counter()

    sheet = read_sheet(raw)

    assert len(sheet.rows) == 20_001
    assert time.perf_counter() - started < 3
