"""Pictures beside item files: found, judged by what they are, kept, and shown by their address."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from learning.question_bank.loader import load_bank
from learning.question_bank.models import ItemVersionRow, MediaFile
from learning.question_bank.services import sync_bank
from tests.factories.pictures import PNG, make_png

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
)
ITEM = """# 过程能力

## qa-001 单选 · 掌握 · 难度 0.35
看图 ![控制图](assets/chart.png)，过程（　）。
- [ ] ![甲](<assets/a b.svg>)
- [x] 失控
> 解析：见 ![判异](assets/chart.png "判异准则")。
"""


@pytest.fixture
def folder(tmp_path):
    bank = tmp_path / "qa"
    (bank / "assets").mkdir(parents=True)
    (bank / "bank.toml").write_text('id = "qa"\ntitle = "示例"\n', encoding="utf-8")
    return bank


def written(folder, text, **pictures):
    (folder / "01.md").write_text(text, encoding="utf-8")
    for name, content in pictures.items():
        (folder / "assets" / name.replace("_", ".")).write_bytes(content)
    return load_bank(folder)


def with_picture(source):
    return ITEM.replace("assets/chart.png)，", f"{source})，").replace(
        "<assets/a b.svg>", "assets/a.svg"
    )


def test_texts_show_the_pictures_of_their_folder_by_address(folder):
    text = ITEM.replace("<assets/a b.svg>", "assets/a.svg")

    loaded = written(folder, text, chart_png=PNG, a_svg=SVG)

    assert not loaded.problems
    [item] = loaded.items
    png, svg = (picture.address for picture in loaded.pictures)
    assert item.document.stem == f"看图 ![控制图]({png})，过程（　）。"
    assert item.document.options[0].text == f"![甲]({svg})"
    assert item.key.explanation == f'见 ![判异]({png} "判异准则")。'


@pytest.mark.parametrize(
    ("source", "content", "code", "says"),
    [
        ("assets/other.png", PNG, "picture_missing", "没有 other.png"),
        ("assets/chart.jpg", PNG, "picture_type", "不是 JPG 图片"),
        ("assets/chart.png", b"<html>", "picture_type", "不是 PNG 图片"),
        ("assets/chart.png", make_png(16_001, 1), "picture_type", "尺寸过大"),
        ("assets/chart.png", PNG + bytes(5_000_000), "picture_size", "大于 5 MB"),
        ("assets/chart.svg", SVG.replace(b"rect", b"script"), "picture_type", "第 1 行"),
        ("assets/chart.pdf", b"%PDF", "picture_type", "图片应是 PNG"),
        ("assets/../bank.png", PNG, "picture_src", "只能取自"),
        ("assets/%2e%2e%2fbank.png", PNG, "picture_src", "只能取自"),
        ("../chart.png", PNG, "picture_src", "只能取自"),
        ("/etc/passwd", PNG, "picture_src", "只能取自"),
        ("https://example.org/chart.png", PNG, "picture_src", "只能取自"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_named_at_its_line(folder, source, content, code, says):
    name = source.rpartition("/")[2]
    there = {} if "other" in name or "%" in name else {name.replace(".", "_"): content}

    loaded = written(folder, with_picture(source), **{"a_svg": SVG, "chart_png": PNG, **there})

    found = [problem for problem in loaded.problems if problem.line == 4]
    assert [(p.code, p.place, str(p.path).endswith("01.md")) for p in found] == [
        (code, "qa-001", True)
    ]
    assert says in found[0].message
    assert loaded.items == []


def test_a_link_out_of_the_folder_is_no_picture(folder, tmp_path):
    (tmp_path / "outside.png").write_bytes(PNG)
    (folder / "assets" / "chart.png").symlink_to(tmp_path / "outside.png")

    loaded = written(folder, with_picture("assets/chart.png"), a_svg=SVG)

    assert {problem.code for problem in loaded.problems} == {"picture_missing"}


def test_what_stands_in_code_is_no_picture(folder):
    text = ITEM.replace("看图", "写法\n```\n![x](assets/none.png)\n```\n看图").replace(
        " b.svg", ".svg"
    )

    loaded = written(folder, text, chart_png=PNG, a_svg=SVG)

    assert not loaded.problems
    assert "![x](assets/none.png)" in loaded.items[0].document.stem


def test_pictures_that_nothing_shows_or_that_say_nothing_are_worth_a_look(folder):
    text = with_picture("assets/chart.png").replace("![控制图]", "![]")

    loaded = written(folder, text, chart_png=PNG, a_svg=SVG, spare_png=PNG)

    assert not loaded.problems
    assert [(p.code, p.line) for p in loaded.remarks] == [
        ("picture_alt", 4),
        ("picture_unused", None),
    ]


def test_synced_pictures_are_kept_once_and_a_changed_one_makes_a_new_version(session, folder):
    text = with_picture("assets/chart.png")
    first = written(folder, text, chart_png=PNG, a_svg=SVG)
    sync_bank(session, "qa", first.items, NOW, pictures=first.pictures)

    again = sync_bank(session, "qa", first.items, NOW, pictures=first.pictures)
    changed = written(folder, text, chart_png=make_png(grey=7))
    report = sync_bank(session, "qa", changed.items, NOW, pictures=changed.pictures)

    assert (again.unchanged, again.changed) == (1, 0)
    assert (report.unchanged, report.changed) == (0, 1)
    assert session.scalar(select(func.count()).select_from(ItemVersionRow)) == 2
    kept = set(session.scalars(select(MediaFile.sha256)))
    assert kept == {p.sha256 for p in (*first.pictures, *changed.pictures)}
