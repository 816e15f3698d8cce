"""Pictures on a sheet go to the question of their row, as what they are or not at all."""

import io
import zipfile

import xlsxwriter

from learning.question_bank.formats.sheets.drawings import picture_name
from tests.kernel.test_pictures import png
from tests.question_bank.formats.books import HEADS, read_book, workbook
from tests.question_bank.formats.hostile import zipped


def illustrated(*places: tuple[int, int]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("题目")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["单选", "看图。", "甲", "", "", "", "B", "因为"])
        sheet.write_row(2, 0, ["判断", "第二题", "", "", "", "", "对", ""])
        for number, (row, column) in enumerate(places, 1):
            sheet.insert_image(row, column, "x.png", {"image_data": io.BytesIO(png(3 + number))})
    return stream.getvalue()


def replaced(content: bytes, **changes: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        files = {name: package.read(name) for name in package.namelist()}
    names = {
        name.rpartition("/")[2].partition(".")[0]: name for name in files if "_rels" not in name
    }
    return zipped(files | {names.get(key, key): value for key, value in changes.items()}, level=6)


def test_a_picture_belongs_to_the_field_over_which_it_lies() -> None:
    parsed = read_book(illustrated((1, 1), (1, 3), (1, 7), (1, 9), (4, 1)))
    first, second = (entry.draft for entry in parsed.entries)
    assert first.stem == "看图。\n\n![](asset:image1.png)\n\n![](asset:image4.png)"
    assert [option.text for option in first.options] == ["甲", "![](asset:image2.png)"]
    assert first.explanation == "因为\n\n![](asset:image3.png)"
    assert second.stem == "第二题\n\n![](asset:image5.png)"
    assert [asset.media_type for asset in parsed.assets] == ["image/png"] * 5
    assert parsed.problems == ()


def test_a_picture_beside_no_question_is_named() -> None:
    parsed = read_book(illustrated((0, 0)))
    assert [(p.where, p.code, p.is_loss) for p in parsed.problems] == [("题目!A1", "picture", True)]


def test_what_is_no_picture_is_a_problem_at_its_cell() -> None:
    content = replaced(illustrated((1, 1)), image1=b"<script>alert(1)</script>")
    parsed = read_book(content)
    problem = parsed.entries[0].problems[0]
    assert (problem.where, problem.code) == ("题目!B2", "picture")
    assert parsed.assets == ()


def test_a_picture_that_wps_keeps_in_a_cell_is_found_by_its_name() -> None:
    rows = [HEADS, ["判断", '=DISPIMG("ID_1A",1)', "", "", "", "", "对", ""]]
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    images = f"""<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"
     xmlns:r="{relation}" xmlns:xdr="urn:x" xmlns:a="urn:a"><etc:cellImage><xdr:pic>
     <xdr:nvPicPr><xdr:cNvPr id="1" name="ID_1A"/></xdr:nvPicPr>
     <xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>"""
    links = f"""<Relationships><Relationship Id="rId1" Type="{relation}/image"
     Target="media/image1.png"/></Relationships>"""
    parts = {
        "xl/cellimages.xml": images.encode(),
        "xl/_rels/cellimages.xml.rels": links.encode(),
        "xl/media/image1.png": png(),
    }
    parsed = read_book(replaced(workbook({"题目": rows}), **parts))
    assert parsed.entries[0].draft.stem == "![](asset:image1.png)"
    assert parsed.entries[0].problems == ()
    assert picture_name('_xlfn.DISPIMG("ID_1A",1)') == "ID_1A"
    assert picture_name("SUM(A1)") == ""
    missing = read_book(replaced(workbook({"题目": rows})))
    assert [problem.code for problem in missing.entries[0].problems] == ["picture"]
