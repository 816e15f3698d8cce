"""Files hold every kind: pairs, steps, rubrics, and cases with their sub-items."""

import pytest

from learning.question_bank.loader import dump, parse_items
from tests.question_bank.test_loader import BANK, load

LATER = """\
# 质量成本

## qc-1 匹配 · 掌握 · 难度 0.35
把费用与类别对应起来。
= 培训 -> 预防成本
= 检验 -> 鉴定成本
= 评审 -> 预防成本
= -> 外部损失
> 解析：按 GB/T 13339。

## qc-2 排序 · 熟悉 · 难度 0.50
PDCA 循环的次序。
= 计划
= 执行
= 检查
= 处置
> 解析：戴明环。

## qc-3 问答 · 掌握 · 难度 0.65
什么是质量成本？
= 3 分 说出定义
= 1.5 分 举出两类
> 解析：为确保满意的质量而发生的费用，以及没有达到满意的质量而造成的损失。

## qc-4 案例 · 掌握 · 难度 0.65
某厂一季度的费用如下。

| 培训 | 返工 |
|---|---|
| 3 | 7 |
> 出处：示例。

### 单选 · 2
返工属于（　）。
- [x] 内部损失
- [ ] 外部损失
> 解析：出厂前发生。

### 计算
损失共____万元。
= 7 万元
> 解析：只有返工。

### 匹配 · 1.5
对应起来。
= 培训 -> 预防
= 返工 -> 损失
"""


def test_later_kinds_are_read_and_written_back_byte_for_byte() -> None:
    loaded = parse_items(LATER, BANK, path="a.md")

    assert loaded.problems == ()
    matching, ordering, essay, case = loaded.items
    assert [option.text for option in matching.document.options] == [
        "外部损失",
        "鉴定成本",
        "预防成本",
    ]
    assert matching.key.choices == ("c", "b", "c")
    assert ordering.key.choices == ("d", "b", "c", "a")
    assert [str(criterion.points) for criterion in essay.key.rubric] == ["3", "1.5"]
    assert [part.kind for part in case.document.parts] == ["single", "numeric", "matching"]
    assert [part.code for part in case.document.parts] == ["qc-4-1", "qc-4-2", "qc-4-3"]
    assert [str(part.weight) for part in case.document.parts] == ["2", "1", "1.5"]
    assert case.document.stem.endswith("| 3 | 7 |")
    assert [key.explanation for key in case.key.parts] == ["出厂前发生。", "只有返工。", ""]
    assert [remark.line for remark in loaded.remarks] == [25]
    assert dump(loaded.items, BANK) == LATER


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("材料\n### 判断 · 2\n对吗\n= 是\n", [(5, "key_word")]),
        ("材料\n### 谜语\n对吗\n= 对\n", [(3, "kind_unknown")]),
        ("材料\n### 案例\n对吗\n", [(3, "kind_unknown")]),
        ("材料\n### 判断 · 0\n对吗\n= 对\n", [(3, "weight")]),
        ("材料\n### 判断 · 重要\n对吗\n= 对\n", [(3, "attribute_unknown")]),
        ("材料\n### 判断\n= 对\n", [(3, "stem_empty")]),
        ("### 判断\n对吗\n= 对\n", [(1, "stem_empty")]),
        ("材料\n", [(1, "part_count")]),
        ("材料\n### 判断\n对吗\n= 对\n> 出处：书\n", [(6, "part_source")]),
        ("材料\n### 判断\n$\\q$\n= 对\n", [(4, "formula")]),
        ("材料\n### 排序\n排\n= $\\q$\n= 乙\n", [(5, "formula")]),
        ("材料\n### 判断\n对吗\n= 对\n又及\n", [(6, "stray_line")]),
        ("材料\n```\n### 判断\n```\n### 判断\n对吗\n= 对\n", []),
    ],
)
def test_faults_of_a_sub_item_are_named_at_their_line(body, found) -> None:
    loaded = load(f"## re-1 案例 · 掌握 · 难度 0.3\n{body}# 甲\n")

    assert loaded == [(line, "re-1", code) for line, code in found]


def test_a_heading_in_the_stem_of_another_kind_is_no_sub_item() -> None:
    text = "# 甲\n## re-1 判断 · 掌握 · 难度 0.3\n### 小标题\n题\n= 对\n> 解析：好\n"

    assert parse_items(text, BANK).items[0].document.stem == "### 小标题\n题"
