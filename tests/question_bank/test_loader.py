"""Banks load with every problem named, and are written back as they were."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.kernel.errors import DomainError
from learning.question_bank.loader import Bank, dump, load_bank, parse_items
from learning.question_bank.loader.banks import MAX_TEXT
from learning.question_bank.rules import ItemKind, Level, Pool
from tests.question_bank.samples import items, make

BANK = Bank("re", "可靠性", pool=Pool.CONTEST, tracks=("re",))
TOML = 'id = "re"\ntitle = "可靠性"\npool = "contest"\ntracks = ["re"]\n'
GOOD = """\
# 可靠性基础 · 特征量

（缺省值取自 bank.toml。）

## re-03-001 单选 · 掌握 · 难度 0.35
某产品寿命服从指数分布，MTBF 为 5 000 h。它连续工作 500 h 不发生故障的概率最接近（　）。
- [ ] 0.368
- [ ] 0.607
- [x] 0.905
- [ ] 0.990
> 解析：$R(500)=e^{-500/5000}=e^{-0.1}\\approx 0.905$。
> 出处：指数分布可靠度函数；术语见 GB/T 2900.99—2016。

## re-03-002 多选 · 熟悉 · 难度 0.50 · 知识点 故障率 · 方向 common、re · 用途 练习
关于故障率 $\\lambda(t)$，下列说法**正确**的有（　）。
> 按 GB/T 2900.99 的定义。

另起一段。
- [x] 它以“工作到 $t$ 尚未故障”为条件
- [ ] 它等于单位时间内故障的产品台数
- [x] 在偶然故障期可近似看作常数
> 解析：故障率是条件概率密度。
>
> 第二段。

## re-03-003 判断 · 掌握 · 难度 0.40 · 方向 无
寿命服从指数分布的产品，工作到 MTBF 时约有一半已经发生故障。
= 错
> 解析：$R=e^{-1}\\approx 0.368$。

## re-03-004 填空 · 了解 · 难度 0.25
浴盆曲线的三个阶段依次是早期故障期、____和____。
= 偶然故障期 | 随机故障期
= 耗损故障期 | 损耗故障期 | 磨损故障期

## re-03-005 计算 · 掌握 · 难度 0.45
100 件产品无替换试验 500 h 后停止。累计试验时间为____ h。
= 49200 h ± 0.5 %
> 解析：$96\\times 500+1\\,200=49\\,200$ h。
"""
ITEM = "## re-1 单选 · 掌握 · 难度 0.3\n题干\n- [x] 甲\n- [ ] 乙\n> 解析：因为\n"


def load(text: str) -> list[tuple[int | None, str, str]]:
    """Load one file's text; return line, place and code of every problem."""
    loaded = parse_items(text, BANK, path="a.md")
    return [(p.line, p.place, p.code) for p in loaded.problems]


def write_bank(folder: Path, toml: str = TOML, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "bank.toml").write_text(toml, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_a_file_reads_like_an_exam_paper() -> None:
    loaded = parse_items(GOOD, BANK, path="a.md")

    assert loaded.problems == ()
    single, multiple, verdict, blank, numeric = loaded.items
    assert single.document.area == "可靠性基础 · 特征量"
    assert single.document.level is Level.MASTER
    assert single.document.difficulty == Decimal("0.35")
    assert (single.document.pool, single.document.tracks) == (Pool.CONTEST, ("re",))
    assert [option.text for option in single.document.options][2] == "0.905"
    assert single.key.choices == ("c",)
    assert single.key.source.startswith("指数分布")
    assert multiple.document.area == "故障率"
    assert multiple.document.tracks == ("common", "re")
    assert multiple.document.pool is Pool.PRACTICE
    assert multiple.document.stem.endswith("> 按 GB/T 2900.99 的定义。\n\n另起一段。")
    assert multiple.key.explanation == "故障率是条件概率密度。\n\n第二段。"
    assert verdict.document.tracks == ()
    assert verdict.key.choices == ("f",)
    assert blank.document.blanks == 2
    assert blank.key.blanks[0] == ("偶然故障期", "随机故障期")
    assert (numeric.document.unit, numeric.key.value) == ("h", Decimal(49200))
    assert (numeric.key.tolerance, numeric.key.tolerance_kind) == (Decimal("0.005"), "relative")


def test_a_file_is_written_back_byte_for_byte() -> None:
    loaded = parse_items(GOOD, BANK)

    assert dump(loaded.items, BANK, intro=loaded.files[0].intro) == GOOD


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4, unique=True), st.data())
def test_any_items_come_back_from_their_file(numbers, data) -> None:
    made = [data.draw(items(code=f"qa-{number}")) for number in numbers]

    for bank in (None, BANK):
        loaded = parse_items(dump(made, bank), bank or Bank("x", "x"))
        assert loaded.items == made
        assert loaded.problems == ()


def test_no_items_make_no_file() -> None:
    assert dump([]) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "下式成立：\n= 3"},
        {"stem": "题\n## 另一题"},
        {"stem": "题\n- [x] 不是选项"},
        {"explanation": "好\n出处：假的"},
        {"code": "大写"},
    ],
)
def test_what_would_be_read_as_something_else_is_not_written(changes) -> None:
    item = make(ItemKind.SINGLE, **changes)

    with pytest.raises(DomainError) as caught:
        dump([make(ItemKind.SINGLE, code="ok"), item], BANK)

    assert caught.value.code == "not_writable"
    assert caught.value.data["codes"] == [item.document.code]


def test_two_items_of_one_code_are_not_written() -> None:
    with pytest.raises(DomainError):
        dump([make(ItemKind.SINGLE), make(ItemKind.TRUE_FALSE)])


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        ("re-1 单选 · 掌握 · 难度 0.3", []),
        ("re-1 单选·掌握·难度 0.3", []),
        ("re-1 选择 · 掌握 · 难度 0.3", ["kind_unknown"]),
        ("re-1 单选 · 精通 · 难度 0.3", ["level_unknown"]),
        ("re-1 单选 · 难度 0.3", ["level_missing"]),
        ("re-1 单选 · 掌握", ["difficulty_missing"]),
        ("re-1 单选 · 掌握 · 难度 1.2", ["difficulty"]),
        ("re-1 单选 · 掌握 · 难度 -0.2", ["difficulty"]),
        ("re-1 单选 · 掌握 · 难度 易", ["difficulty"]),
        ("re-1 单选 · 掌握 · 难度 0.3333", ["difficulty"]),
        ("re-1 单选 · 掌握 · 难度 0.3 · 用途 比赛", ["pool"]),
        ("re-1 单选 · 掌握 · 难度 0.3 · 方向 甲、", ["tracks"]),
        ("re-1 单选 · 掌握 · 难度 0.3 · 知识点", ["area"]),
        ("re-1 单选 · 掌握 · 难度 0.3 · 重要", ["level_unknown"]),
        ("Re_1 单选 · 掌握 · 难度 0.3", ["code"]),
        (f"{'a' * 61} 单选 · 掌握 · 难度 0.3", ["code"]),
        ("re-1", ["kind_unknown", "level_missing", "difficulty_missing"]),
    ],
)
def test_faults_of_a_heading_are_all_named(heading, codes) -> None:
    text = f"# 甲\n\n## {heading}\n题干\n- [x] 甲\n- [ ] 乙\n> 解析：因为\n"

    assert load(text) == [(3, heading.split(" ")[0], code) for code in codes]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("题干\n- [x] 甲\n- [ ] 乙\n后话\n", [(5, "stray_line")]),
        ("题干\n- [x] 甲\n- [ ] 乙\n```\nx\n```\n", [(5, "stray_line"), (6, "stray_line"), (7, "stray_line")]),
        ("题干\n-[x] 甲\n- [ ] 乙\n- [x] 丙\n", [(3, "option_mark")]),
        ("题干\n- [] 丁\n- [ ] 乙\n- [x] 丙\n", [(3, "option_mark")]),
        ("题干\n- 【√】丁\n- [ ] 乙\n- [x] 丙\n", [(3, "option_mark")]),
        ("题干\n- [X] 甲\n- [ ] 乙\n", []),
        ("题干\n- [x]\n- [ ] 乙\n", [(3, "option_empty")]),
        ("题干\n- [x] 甲\n> 解析：早\n- [ ] 乙\n", [(5, "order")]),
        ("题干\n- [x] 甲\n> 解析：早\n- [ ] 乙\n= 乙\n", [(5, "order"), (6, "order"), (6, "answer_line")]),
        ("题干\n- [x] 甲\n- [ ] 乙\n> 没有名目\n", [(5, "quote_label")]),
        ("题干\n- [x] 甲\n- [ ] 乙\n> 解析：一\n> 解析：二\n", [(6, "quote_twice")]),
        ("- [x] 甲\n- [ ] 乙\n", [(1, "stem_empty")]),
        ("题 $\\foo$\n\n- [x] $\\bar$\n- [ ] 乙\n> 解析：好\n> $\\frac{1$\n> 出处：$\\q$\n",
         [(2, "formula"), (4, "formula"), (7, "formula"), (8, "formula")]),
        ("题\n$$\na\n\\foo\n$$\n- [x] 甲\n- [ ] 乙\n", [(4, "formula")]),
        ("x" * (MAX_TEXT + 1) + "\n- [x] 甲\n- [ ] 乙\n", [(1, "text_length")]),
        ("```toml\n[draw]\nn = [1]\n```\n抽 {n} 件。\n", [(1, "option_count"), (1, "key_count")]),
        ("```\n- [x] 不是选项\n## 不是题\n```\n- [x] 甲\n- [ ] 乙\n", []),
        ("题干 `- [x] 甲`\n- 列表\n- [x] 甲\n- [ ] 乙\n", []),
    ],
)  # fmt: skip
def test_faults_of_a_body_are_named_at_their_line(body, found) -> None:
    # The file's title stands last: it counts for items that follow, and leaves line 1 to the item.
    loaded = load(f"## re-1 单选 · 掌握 · 难度 0.3\n{body}# 甲\n")

    assert loaded == [(line, "re-1", code) for line, code in found]


def test_gaps_in_code_and_maths_do_not_count() -> None:
    text = "# 甲\n## re-1 填空 · 掌握 · 难度 0.3\n用 `____` 表示，____与______。\n= 甲\n= 乙\n"

    assert load(text) == []


def test_one_bad_item_never_hides_another() -> None:
    text = (
        "# 甲\n## a 单选 · 掌握\n题\n- [x] 甲\n"
        + ITEM
        + "## b 判断 · 掌握 · 难度 0.3\n题\n= 是吗\n"
    )

    loaded = parse_items(text, BANK)

    assert [(p.line, p.place, p.code) for p in loaded.problems] == [
        (2, "a", "difficulty_missing"),
        (2, "a", "option_count"),
        (12, "b", "key_word"),
    ]
    assert [item.document.code for item in loaded.items] == ["re-1"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ITEM, [(1, "", "area_missing")]),
        ("", [(1, "", "area_missing")]),
        (f"# 甲\n# 乙\n{ITEM}", [(2, "", "area_twice")]),
        (f"# {'甲' * 121}\n{ITEM}", [(1, "", "area")]),
        (f"# 甲\n{ITEM}{ITEM}", [(7, "re-1", "code_duplicate")]),
    ],
)
def test_faults_of_a_file_are_named(text, found) -> None:
    assert load(text) == found


def test_a_missing_explanation_is_only_a_remark() -> None:
    loaded = parse_items("# 甲\n## re-1 判断 · 掌握 · 难度 0.3\n题\n= 对\n", BANK, path="a.md")

    assert loaded.problems == ()
    assert [str(remark) for remark in loaded.remarks] == ["a.md:2:re-1: 没有解析"]


def test_a_folder_is_read_in_order_with_paths(tmp_path) -> None:
    folder = write_bank(
        tmp_path / "re",
        b="# 乙\n## re-2 判断 · 掌握 · 难度 0.3\n题\n= 错\n",
        a=f"# 甲\n{ITEM}",
        README="# 说明",
    )

    loaded = load_bank(folder)

    assert loaded.problems == ()
    assert loaded.bank == BANK
    assert [item.document.code for item in loaded.items] == ["re-1", "re-2"]
    assert [file.path for file in loaded.files] == [
        f"{folder.as_posix()}/a.md",
        f"{folder.as_posix()}/b.md",
    ]


def test_codes_are_unique_across_the_files_of_a_bank(tmp_path) -> None:
    folder = write_bank(tmp_path / "re", a=f"# 甲\n{ITEM}", b=f"# 乙\n\n{ITEM}")

    loaded = load_bank(folder)

    assert [(p.path, p.line, p.place, p.code) for p in loaded.problems] == [
        (f"{folder.as_posix()}/b.md", 3, "re-1", "code_duplicate")
    ]
    assert "a.md:2" in loaded.problems[0].message


def test_public_files_hold_no_secure_items(tmp_path) -> None:
    secure = ITEM.replace("难度 0.3", "难度 0.3 · 用途 保密")
    folder = write_bank(tmp_path / "re", a=f"# 甲\n{secure}")

    assert [p.code for p in load_bank(folder).problems] == ["pool_secure"]
    assert parse_items(f"# 甲\n{secure}", BANK).problems == ()


def test_faults_of_the_settings_and_of_the_files_come_together(tmp_path) -> None:
    folder = write_bank(
        tmp_path / "re", toml='title = "甲"\npool = "open"\ncolour = 1\n', a=f"# 甲\n{ITEM}{ITEM}"
    )
    (folder / "b.md").write_bytes(b"\xff\xfe")

    loaded = load_bank(folder)

    assert [(Path(p.path).name, p.code) for p in loaded.problems] == [
        ("bank.toml", "missing"),
        ("bank.toml", "unknown_value"),
        ("bank.toml", "unknown_key"),
        ("a.md", "code_duplicate"),
        ("b.md", "encoding"),
    ]


def test_a_folder_without_settings_still_names_faults_of_its_items(tmp_path) -> None:
    (tmp_path / "a.md").write_text("# 甲\n## re-1 单选 · 掌握 · 难度 2\n", encoding="utf-8")

    loaded = load_bank(tmp_path)

    assert [p.code for p in loaded.problems] == [
        "unreadable",
        "difficulty",
        "option_count",
        "key_count",
        "stem_empty",
    ]


def test_an_item_changed_in_its_key_alone_is_another_content() -> None:
    first = parse_items(GOOD, BANK).items[0]
    moved = parse_items(
        GOOD.replace("- [x] 0.905", "- [ ] 0.905").replace("- [ ] 0.990", "- [x] 0.990"), BANK
    ).items[0]

    assert first.document == moved.document
    assert first.content_hash != moved.content_hash
    assert replace(moved, key=first.key) == first
