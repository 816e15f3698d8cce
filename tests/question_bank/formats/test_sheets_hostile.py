"""Workbooks and CSV that are meant to harm, and one that is only large."""

import io
import random
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from learning.question_bank.formats.contract import Unreadable
from tests.question_bank.formats.books import HEADS, read_book, workbook
from tests.question_bank.formats.hostile import MEGABYTE, measured, zipped

IMPORTS = "from learning.question_bank.formats.sheets import XlsxImporter, CsvImporter"
PARSE = "XlsxImporter().parse(contract.Upload('x', content), lambda a, b: None).entries"
PARSE_CSV = "CsvImporter().parse(contract.Upload('x', content), lambda a, b: None).entries"


def altered(**parts: bytes) -> bytes:
    """Make a good workbook and put other bytes in place of some of its parts."""
    good = workbook({"题目": [HEADS, ["判断", "题干", "", "", "", "", "对", ""]]})
    names = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "styles": "xl/styles.xml",
    }
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        files = {name: package.read(name) for name in package.namelist()}
    return zipped(files | {names[part]: content for part, content in parts.items()}, level=6)


def sheet(cells: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, cells)


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size // 2).hex().encode()


HEAD_ROW = b"".join(
    b'<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % (column, text.encode())
    for column, text in ((b"A", "题型"), (b"B", "题干"), (b"C", "答案"))
)
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def test_entities_in_any_part_are_refused() -> None:
    for part in ("sheet", "strings", "styles"):
        with pytest.raises(Unreadable, match="xml"):
            read_book(altered(**{part: DOCTYPE + sheet(b"")}))


def test_two_cells_at_the_ends_of_a_sheet_cost_no_more_than_two() -> None:
    far = b'<c r="XFD1048576"><v>1</v></c>'
    parsed = read_book(altered(sheet=sheet(HEAD_ROW + b'<c r="B2" t="str"><v>x</v></c>' + far)))
    assert parsed.entries[0].draft.stem == "x"


@pytest.mark.parametrize(
    "cells",
    [
        b'<c r="B2" t="s"><v>99999999</v></c>',
        b'<c r="B2" t="s"><v>-1</v></c>',
        b'<c r="B2" t="n"><v>1e999</v></c>',
        b'<c r="B2"><v>nan</v></c>',
        b'<c r="B2" s="99"><v>x</v></c>',
        b'<c r="ZZZZ99999999999"><v>1</v></c>',
        b'<c r="B0"><v>1</v></c>',
        b'<row r="x"><c/><c t="q"><v/></c></row>',
        b'<c r="B2" t="str"><v>_xD800_</v></c>',
    ],
)
def test_odd_cells_never_raise_anything_else(cells) -> None:
    try:
        found = len(read_book(altered(sheet=sheet(HEAD_ROW + cells))).entries)
    except Unreadable:
        found = 0
    assert found <= 1


@pytest.mark.deep
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: altered(sheet=sheet(HEAD_ROW + b'<c r="B2" t="inlineStr"><is><t>' + b"A" * 42 * MEGABYTE + b"</t></is></c>")), "bomb"),
        (lambda: altered(sheet=sheet(HEAD_ROW + b'<c r="B2" t="inlineStr"><is><t>' + noise(42 * MEGABYTE) + b"</t></is></c>")), "accepted"),
        (lambda: altered(sheet=sheet(HEAD_ROW + b'<c r="B2" t="str"><v>' + noise(42 * MEGABYTE) + b"</v></c>")), "accepted"),
        (lambda: altered(strings=sheet(b"<si><t>" + noise(42 * MEGABYTE) + b"</t></si>")), "unreadable"),
        (lambda: altered(strings=b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>",
                         sheet=sheet(HEAD_ROW + b'<c t="s"><v>0</v></c>' * 300_000)), "too_large"),
        (lambda: altered(sheet=sheet(HEAD_ROW + b'<c r="A1048576"><v>1</v></c><c r="XFD1"><v>1</v></c>')), "unreadable"),
        (lambda: altered(sheet=sheet(b"<row>" * 100_000)), "xml"),
        (lambda: altered(styles=b"<styleSheet>" + b"<xf/>" * 390_000 + b"</styleSheet>"), "accepted"),
    ],
)  # fmt: skip
def test_a_hostile_workbook_costs_little(make, code, tmp_path: Path) -> None:
    cost = measured(make(), PARSE, tmp_path, IMPORTS)
    assert cost.code == code
    assert cost.is_bounded, cost


@pytest.mark.deep
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (('题型,题干,答案\n判断,"' + "x" * 30 * MEGABYTE).encode(), "too_large"),
        (("题型,题干,答案\n判断," + "x" * 30 * MEGABYTE).encode(), "too_large"),
        (("题型,题干,答案\n" + "," * 30 * MEGABYTE).encode(), "too_large"),
        (("题型,题干,答案\n" + '"' * 100_000).encode(), "unreadable"),
        (b"\n" * 30 * MEGABYTE, "too_large"),
    ],
)  # fmt: skip
def test_a_hostile_csv_costs_little(content, code, tmp_path: Path) -> None:
    cost = measured(content, PARSE_CSV, tmp_path, IMPORTS)
    assert cost.code == code
    assert cost.is_bounded, cost


def large_workbook(rows: int) -> bytes:
    stream = io.BytesIO()
    draw = random.Random(7)
    signs = "质量管理体系过程控制图抽样检验可靠性测量能力指数顾客满意持续改进"
    with xlsxwriter.Workbook(stream, {"constant_memory": True, "in_memory": True}) as book:
        page = book.add_worksheet("题目")
        page.write_row(0, 0, [*HEADS, "难度", "知识点", "要求", "分值", "题号"])
        for row in range(1, rows + 1):
            text = "".join(draw.choices(signs, k=40))
            cells = ["单选", f"{row} {text}（　）。", f"{text[:8]}甲", f"{text[8:16]}乙", f"{text[16:24]}丙",
                     f"{text[24:32]}丁", "ABCD"[row % 4], f"因为{text}", "中", "抽样", "熟悉", 2, f"x-{row}"]  # fmt: skip
            page.write_row(row, 0, cells)
    return stream.getvalue()


@pytest.mark.deep
def test_fifty_thousand_items_are_read_in_time(tmp_path: Path) -> None:
    content = large_workbook(50_000)
    cost = measured(content, f"len({PARSE})", tmp_path, IMPORTS)
    assert (cost.code, cost.result) == ("accepted", "50000")
    assert cost.seconds < 20
    assert cost.memory < 500 * MEGABYTE, cost
    print(f"50,000 items: {cost.seconds:.1f} s, {cost.memory / MEGABYTE:.0f} MB")


def test_progress_is_told() -> None:
    from learning.question_bank.formats.contract import Upload
    from learning.question_bank.formats.sheets import XlsxImporter

    heard: list[tuple[int, int]] = []
    began = time.perf_counter()
    XlsxImporter().parse(Upload("x.xlsx", large_workbook(1200)), lambda d, t: heard.append((d, t)))
    assert heard[0] == (0, 0)
    assert heard[-1] == (1201, 1201)
    assert len(heard) == 4
    assert heard[1:] == sorted(heard[1:])
    assert time.perf_counter() - began < 20
