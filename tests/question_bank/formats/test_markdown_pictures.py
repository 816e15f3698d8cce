"""Item files that travel with their pictures."""

import hashlib
import io
import zipfile

import pytest

from learning.question_bank.drafts import Defaults, check
from learning.question_bank.formats import Asset, Parsed, Unreadable, Upload, registry
from learning.question_bank.formats.markdown import MarkdownExporter, MarkdownImporter
from learning.question_bank.formats.packing import zipped
from learning.question_bank.rules import ItemKind, Pool
from tests.question_bank.formats.word import PNG
from tests.question_bank.samples import make

NAME = f"{hashlib.sha256(PNG).hexdigest()}.png"
PICTURE = Asset(NAME, "image/png", PNG)
SHOWING = make(ItemKind.SINGLE, stem=f"看图 ![曲线](/media/{NAME}) 作答")
ITEM = """## qa-01-001 单选 · 掌握 · 难度 0.35
看图 ![曲线](assets/{picture}) 作答。
- [ ] 甲
- [x] 乙
"""


def _parse(content: bytes) -> Parsed:
    return MarkdownImporter().parse(Upload("", content), lambda *_: None)


def _folder(picture: str = "fig.png", **files: bytes) -> bytes:
    return zipped(
        {"bank/readme.md": b"# Notes", "bank/items.md": ITEM.format(picture=picture).encode()}
        | {f"bank/assets/{name.replace('_', '.')}": content for name, content in files.items()}
    )


def test_an_export_with_pictures_brings_them_and_comes_back_the_same():
    carried = MarkdownExporter().write([SHOWING], "题库", [PICTURE])

    assert (carried.suffix, carried.left_out) == (".zip", ())
    with zipfile.ZipFile(io.BytesIO(carried.content)) as archive:
        assert archive.namelist() == ["items.md", f"assets/{NAME}"]
        assert f"![曲线](assets/{NAME})" in archive.read("items.md").decode()
    assert registry.detect(Upload("x.zip", carried.content)).names[0] == "markdown"
    parsed = _parse(carried.content)
    assert parsed.assets == (PICTURE,)
    [entry] = parsed.entries
    assert entry.problems == ()
    assert entry.draft.stem == f"看图 ![曲线](asset:{NAME}) 作答"
    item = check(entry.draft, Defaults("x", pool=Pool.SECURE, tracks=("cqo",))).item
    assert item is not None
    assert item.key == SHOWING.key


def test_pictures_that_no_item_shows_do_not_leave_with_an_export():
    carried = MarkdownExporter().write([make(ItemKind.SINGLE)], "题库", [PICTURE])

    assert carried.suffix == ""
    assert carried.content.startswith(b"#")


def test_a_paper_without_keys_brings_its_pictures_too():
    carried = MarkdownExporter().write_without_keys([SHOWING.document], "题库", [PICTURE])

    with zipfile.ZipFile(io.BytesIO(carried.content)) as archive:
        assert archive.read(f"assets/{NAME}") == PNG
        assert b"[x]" not in archive.read("items.md")


def test_a_folder_as_authors_keep_it_is_read_from_a_zip():
    parsed = _parse(_folder(fig_png=PNG))

    assert [asset.name for asset in parsed.assets] == ["fig.png"]
    assert parsed.entries[0].draft.stem == "看图 ![曲线](asset:fig.png) 作答。"
    assert parsed.entries[0].problems == ()


def test_items_of_several_files_are_named_with_their_file():
    second = ITEM.format(picture="x.png").replace("001", "002").encode()
    parsed = _parse(zipped({"b/甲.md": b"\n" + second, "a.md": second}))

    assert [(e.number, e.where) for e in parsed.entries] == [
        (1, "b/甲.md 第 2 行"),
        (2, "a.md 第 1 行"),
    ]
    assert {p.where for e in parsed.entries for p in e.problems} >= {"b/甲.md 第 3 行"}


@pytest.mark.parametrize(
    ("picture", "content"),
    [("other.png", PNG), ("fig.png", b"<html><script>"), ("../../etc/passwd", PNG)],
)
def test_what_is_not_there_or_no_picture_is_named_at_its_line(picture: str, content: bytes):
    parsed = _parse(_folder(picture, fig_png=content))

    assert parsed.assets == ()
    [problem] = parsed.entries[0].problems
    assert (problem.where, problem.code) == ("第 2 行", "picture")


def test_a_zip_without_items_or_with_too_much_text_is_refused():
    for files, code in (
        ({"readme.md": b"# Notes"}, "unreadable"),
        ({f"{n}.md": b"x " * 3_900_000 for n in range(5)}, "too_large"),
    ):
        with pytest.raises(Unreadable) as refused:
            _parse(zipped(files))
        assert refused.value.code == code
