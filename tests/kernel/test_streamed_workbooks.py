"""Workbooks that are read while they are written: the same promises as those written at once."""

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

from learning.kernel.documents import Column, read_sheet, stream_workbook

COLUMNS = [Column("工号", 14, is_text=True), Column("数"), Column("时间")]


def written(rows, **given) -> bytes:
    return b"".join(stream_workbook(COLUMNS, rows, **given))


def cells(data: bytes) -> list[list[object]]:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_it_is_read_again_as_it_was_written() -> None:
    at = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)

    data = written([("0012", Decimal("2.5"), at), ("", 7, None)])

    assert cells(data) == [
        ["工号", "数", "时间"],
        ["0012", 2.5, "2026-12-01 10:00:00"],
        [None, 7, None],
    ]


def test_nothing_in_it_is_a_formula_and_markup_is_text() -> None:
    hostile = '=HYPERLINK("http://x.example")&<c t="n">\x00'

    (_head, row) = cells(written([(hostile, "=1+1", "]]>")]))

    assert row == [hostile.replace("\x00", ""), "=1+1", "]]>"]
    with zipfile.ZipFile(io.BytesIO(written([(hostile, "=1+1", "]]>")]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_blanks_at_the_ends_and_inside_are_kept_and_a_long_text_is_cut() -> None:
    data = written([(" 甲  乙 ", "一\n二", "长" * 40_000)])

    assert cells(data)[1] == [" 甲  乙 ", "一\n二", "长" * 32_767]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:  # Excel drops what is not marked
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<t xml:space="preserve"> 甲  乙 </t>' in sheet


def test_numbers_that_excel_would_round_stay_text() -> None:
    assert cells(written([("", 1234567890123456, None)]))[1][1] == "1234567890123456"


def test_our_own_reader_takes_it() -> None:
    sheet = read_sheet(written([("0012", 1, None)]))

    assert sheet.rows[1][0] == "0012"


def test_notes_stand_on_a_second_sheet_and_columns_go_beyond_z() -> None:
    columns = [Column(str(n)) for n in range(30)]
    data = b"".join(stream_workbook(columns, [range(30)], notes=["甲", "乙"], notes_name="说明"))

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Sheet1", "说明"]
    assert [cell.value for cell in book["说明"]["A"]] == ["甲", "乙"]
    assert book.worksheets[0]["AD2"].value == 29


def test_the_first_bytes_leave_before_the_last_row_is_known() -> None:
    taken = []

    def rows():
        for number in range(30_000):
            taken.append(number)
            yield (str(number) * 9, number, None)

    stream = stream_workbook(COLUMNS, rows())
    next(stream)

    assert 0 < len(taken) < 15_000
    assert sum(len(part) for part in stream) > 0
    assert len(taken) == 30_000


def test_the_same_rows_are_the_same_file() -> None:
    assert written([("1", 2, None)]) == written([("1", 2, None)])
