"""What is exported as a table comes back as the same items, and does nothing when it is opened."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import Defaults, check
from learning.question_bank.formats.contract import Exporter, Importer, Upload
from learning.question_bank.formats.sheets import (
    CsvExporter,
    CsvImporter,
    XlsxExporter,
    XlsxImporter,
)
from learning.question_bank.item_types import list_types
from learning.question_bank.rules import Item, ItemKind, Option
from tests.question_bank.formats.books import quiet
from tests.question_bank.samples import ALL_KINDS, items, make

PAIRS = [(XlsxExporter(), XlsxImporter()), (CsvExporter(), CsvImporter())]


def carried(given: list[Item], exporter: Exporter, importer: Importer) -> list[Item | None]:
    out = exporter.write(given, "题库", ())
    assert out.left_out == ()
    parsed = importer.parse(Upload(f"x{exporter.SUFFIX}", out.content), quiet)
    assert all(problem.is_loss for entry in parsed.entries for problem in entry.problems)
    return [check(entry.draft, Defaults("none")).item for entry in parsed.entries]


@settings(max_examples=60, deadline=None)
@given(st.lists(items(), min_size=1, max_size=4), st.sampled_from(PAIRS))
def test_items_of_every_kind_come_back_the_same(given_items, pair) -> None:
    assert carried(given_items, *pair) == given_items


@pytest.mark.parametrize("pair", PAIRS)
def test_every_kind_of_the_catalogue_can_be_carried(pair) -> None:
    every = [make(module.KIND) for module in list_types() if module.KIND in ALL_KINDS]
    assert carried(every, *pair) == every


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "http://a.example",
    "{=1}",
    "0012",
    "1e5",
    "TRUE",
    'a,b;c\t"d"',
]


@pytest.mark.parametrize("pair", PAIRS)
def test_texts_that_a_program_might_run_come_back_the_same(pair) -> None:
    hostile = [
        make(ItemKind.TRUE_FALSE, stem=text, explanation=text, source=text) for text in HOSTILE
    ]
    hostile.append(make(ItemKind.SINGLE, options=tuple(map(Option, "abcde", HOSTILE[:5]))))
    assert carried(hostile, *pair) == hostile


def test_a_workbook_holds_strings_only_and_a_csv_nothing_live() -> None:
    hostile = [make(ItemKind.TRUE_FALSE, stem=text) for text in HOSTILE]
    with zipfile.ZipFile(io.BytesIO(XlsxExporter().write(hostile, "x", ()).content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sheet.count("<v>") == sheet.count('t="s"><v>')
    content = CsvExporter().write(hostile, "x", ()).content
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_an_item_that_would_be_read_as_another_is_left_out_by_name() -> None:
    odd = make(ItemKind.SINGLE, options=(Option("a", "x"), Option("b", "  y")))
    out = XlsxExporter().write([make(ItemKind.BLANK), odd], "题库", ())
    assert [(left.where, left.code) for left in out.left_out] == [
        ("qa-01-001", "not_representable")
    ]
    assert XlsxExporter().why_not(odd)
    assert XlsxExporter().why_not(make(ItemKind.BLANK)) == ""
    item = make(ItemKind.ESSAY)
    key = replace(item.key, rubric=tuple(replace(c, text="一\n二") for c in item.key.rubric))
    assert XlsxExporter().why_not(Item(item.document, key))
