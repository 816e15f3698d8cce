"""Our own item files on the way in and out."""

from decimal import Decimal

import pytest
from hypothesis import given

from learning.question_bank.drafts import Defaults, check
from learning.question_bank.formats import Parsed, Unreadable, Upload
from learning.question_bank.formats.markdown import MarkdownExporter, MarkdownImporter
from learning.question_bank.rules import Item, ItemKind, Pool
from tests.question_bank.samples import items, make

FILE = """# 抽样检验

（说明）

## qa-01-001 单选 · 掌握 · 难度 0.35
样本量由什么决定？
- [ ] 公差
- [x] 检验水平和批量
> 解析：查表。

## qa-01-002 判断 · 熟悉 · 难度 0.40
抽样一定有风险。

# 统计过程控制

## qa-01-003 论述
什么是控制图？
"""


def _parse(text: str) -> Parsed:
    return MarkdownImporter().parse(Upload("", text.encode()), lambda *_: None)


def test_every_item_of_a_file_is_an_entry_with_the_title_above_it_as_its_area():
    parsed = _parse(FILE)

    assert [(e.number, e.draft.code, e.draft.kind, e.draft.area) for e in parsed.entries] == [
        (1, "qa-01-001", "single", "抽样检验"),
        (2, "qa-01-002", "true_false", "抽样检验"),
        (3, "qa-01-003", "", "统计过程控制"),
    ]
    assert parsed.problems == ()


def test_what_is_wrong_is_named_with_the_line_of_the_file():
    parsed = _parse(FILE)

    assert parsed.entries[0].problems == ()
    assert {(p.where, p.code) for p in parsed.entries[2].problems} == {("第 16 行", "kind_unknown")}


def test_a_pool_that_the_file_does_not_name_is_left_to_the_bank():
    draft = _parse(FILE).entries[0].draft

    checked = check(draft, Defaults("x", pool=Pool.SECURE, tracks=("cqo",)))

    assert checked.item is not None
    assert checked.item.document.pool is Pool.SECURE
    assert checked.item.document.tracks == ("cqo",)
    assert checked.item.document.difficulty == Decimal("0.35")


def test_a_code_used_twice_is_a_problem_of_the_second_item_alone():
    twice = FILE.replace("qa-01-002", "qa-01-001")

    first, second, _ = _parse(twice).entries

    assert first.problems == ()
    assert "code_duplicate" in {problem.code for problem in second.problems}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\x00\xff\x00\x01", "encoding"), ("# 标题\n没有试题\n".encode(), "unreadable")],
)
def test_what_holds_no_items_is_unreadable(content: bytes, code: str):
    with pytest.raises(Unreadable) as refused:
        MarkdownImporter().parse(Upload("a.md", content), lambda *_: None)

    assert refused.value.code == code


@given(items())
def test_export_and_import_give_the_same_item(item: Item):
    carried = MarkdownExporter().write([item], "题库", [])
    if carried.left_out:
        return

    (entry,) = MarkdownImporter().parse(Upload("", carried.content), lambda *_: None).entries

    assert entry.problems == ()
    assert check(entry.draft, Defaults("x", pool=Pool.SECURE, tracks=("cqo",))).item == item


def test_an_item_that_would_be_read_as_something_else_is_left_out_by_name():
    odd = make(ItemKind.SINGLE, stem="等式\n= 3")
    good = make(ItemKind.SINGLE, code="qa-01-002")

    carried = MarkdownExporter().write([odd, good], "题库", [])

    assert [problem.where for problem in carried.left_out] == ["qa-01-001"]
    assert b"qa-01-002" in carried.content


def test_a_case_and_a_draw_that_are_wrong_are_kept_as_they_were_written():
    parsed = _parse("""# 质量

## qa-01-001 案例 · 掌握 · 难度 0.40
某厂的材料。

### 单选 · 2
选哪一项？
- [ ] 甲
- [ ] 乙

## qa-01-002 计算 · 掌握 · 难度 0.40
```toml
[draw]
n = []
```
求 {n}。
""")

    case, drawn = (entry.draft for entry in parsed.entries)
    assert all(entry.problems for entry in parsed.entries)
    assert [(part.kind, part.weight, len(part.options)) for part in case.parts] == [
        ("单选", "2", 2)
    ]
    assert "n = []" in drawn.draw


def test_areas_with_the_sign_that_parts_a_heading_come_back_the_same():
    areas = ("基础 · 质量的概念", "基础 · 统计 • 过程", "甲\\·乙")
    written = [
        make(ItemKind.TRUE_FALSE, code=f"qa-01-00{n}", area=area) for n, area in enumerate(areas, 1)
    ]
    carried = MarkdownExporter().write(written, "题库", ())
    parsed = _parse(carried.content.decode())

    assert carried.left_out == ()
    assert [check(e.draft, Defaults("x")).item for e in parsed.entries] == written


def test_a_picture_that_lies_beside_the_file_is_named_at_its_line():
    entry = _parse(FILE.replace("样本量由", "看图 ![图](assets/a.png)，样本量由")).entries[0]

    [problem] = entry.problems
    assert (problem.where, problem.code) == ("第 6 行", "picture")
    assert "assets/a.png" in problem.message
    assert entry.draft.options
