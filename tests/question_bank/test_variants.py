"""Parametric items: read, surveyed, drawn the same for ever, and written back."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import (
    Defaults,
    DraftOption,
    ItemDraft,
    check,
    draft_from_json,
    draft_of,
    draft_to_json,
)
from learning.question_bank.item_types import ItemBlock, parse
from learning.question_bank.loader import Bank, dump, parse_items
from learning.question_bank.rules import (
    Draw,
    ItemKind,
    Variable,
    document_from_json,
    document_to_json,
    key_from_json,
    key_to_json,
)
from learning.question_bank.scoring import MarkingKind, MarkingRule, score_item
from learning.question_bank.variants import (
    VARIANTS,
    list_variants,
    realised,
    realised_item,
    realised_key,
    survey,
)
from tests.question_bank.samples import commons, make, right_response, rules, thousandths
from tests.question_bank.test_draws import TOML, numeric
from tests.question_bank.test_item_types import json_values

DEFAULTS = Defaults(code="re-1")
BANK = Bank("re", "可靠性")
FILE = """\
# 可靠性

## re-03-p01 计算 · 掌握 · 难度 0.60
```toml
[draw]
n = [50, 80, 100, 200]
hours = [200, 500, 1000]
r = [2, 3, 4, 5]
early = { from = 0.3, to = 0.7, step = 0.05 }
[let]
total = "(n - r) * hours + r * hours * early"
[answer]
value = "total / r"
unit = "h"
tolerance = { relative = 0.01 }
[require]
positive = "value > 0"
```
抽取 {n} 件产品进行无替换定时截尾试验，{hours} h 时停止，共 {r} 件故障，故障件平均工作了 {hours * early} h。MTBF 为____ h。
> 解析：$T=({n}-{r})\\times{hours}+{r}\\times{hours*early}$，$T/r$ ＝ {value} h，即 {value / 24:1} 天。

## re-03-p02 单选 · 掌握 · 难度 0.60
```toml
[draw]
t = { from = 100, to = 900, step = 100 }
m = [1000, 2000, 5000]
side = ["左", "右"]
[let]
right = "exp(-t / m)"
[require]
clear = "right < 0.95"
```
{side}侧产品寿命服从指数分布，MTBF 为 {m} h，工作 {t} h 的可靠度是（　）。
- [x] {right:3}
- [ ] {1 - right:3}
- [ ] {t / m:3}
> 解析：$e^{-{t}/{m}}$ ＝ {right:3}。
"""


def made(draft: ItemDraft):
    checked = check(draft, DEFAULTS)
    assert checked.item is not None, checked.findings
    return checked.item


def test_a_file_with_parametric_items_is_read_and_written_back_byte_for_byte() -> None:
    loaded = parse_items(FILE, BANK, path="a.md")

    assert loaded.problems == ()
    numeric_item, single = loaded.items
    assert numeric_item.document.draw == Draw(
        variables=(
            Variable("n", ("50", "80", "100", "200")),
            Variable("hours", ("200", "500", "1000")),
            Variable("r", ("2", "3", "4", "5")),
            Variable("early", ("0.3", "0.35", "0.4", "0.45", "0.5", "0.55", "0.6", "0.65", "0.7")),
        ),
        lets=(("total", "(n - r) * hours + r * hours * early"),),
    )
    assert numeric_item.key.formula == "total / r"
    assert numeric_item.key.require == (("positive", "value > 0"),)
    assert single.document.kind is ItemKind.SINGLE
    assert dump(loaded.items, BANK) == FILE


def test_a_comment_beside_a_variable_is_no_fault() -> None:
    loaded = parse_items(FILE.replace("r = [2, 3, 4, 5]", "r = [2, 3, 4, 5]  # 故障数"), BANK)

    assert loaded.items == parse_items(FILE, BANK).items


def test_a_variant_is_a_plain_item_with_its_numbers_put_in() -> None:
    item = parse_items(FILE, BANK).items[0]

    plain = realised_item(item, 1)

    assert plain.document.draw is None
    assert (plain.key.formula, plain.key.require) == ("", ())
    assert plain.document.stem.startswith(
        "抽取 80 件产品进行无替换定时截尾试验，1000 h 时停止，共 2 件"
    )
    assert plain.key.value == Decimal(39700)
    assert plain.key.explanation == (
        r"$T=({80}-{2})\times{1000}+{2}\times{700}$，$T/r$ ＝ 39700 h，即 1654.2 天。"
    )
    assert realised(plain.document, 5) is plain.document
    assert realised_key(plain.document, plain.key, 5) is plain.key


def test_the_same_variant_is_the_same_for_ever() -> None:
    """Written down once: a change here would give old forms other numbers."""
    item = parse_items(FILE, BANK).items[1]

    drawn = [realised(item.document, number).stem[:33] for number in (0, 1, 2, 999)]

    assert drawn == PINNED


PINNED = [
    "左侧产品寿命服从指数分布，MTBF 为 1000 h，工作 300",
    "右侧产品寿命服从指数分布，MTBF 为 1000 h，工作 600",
    "左侧产品寿命服从指数分布，MTBF 为 1000 h，工作 600",
    "右侧产品寿命服从指数分布，MTBF 为 2000 h，工作 300",
]


def test_without_a_number_it_is_the_first_variant_that_may_be_shown() -> None:
    item = parse_items(FILE, BANK).items[1]
    allowed = list_variants(item.document)

    assert item.document.draw is not None
    assert len(allowed) + len(item.document.draw.refused) == VARIANTS
    assert 0 < len(item.document.draw.refused) < VARIANTS / 2
    assert realised(item.document, None) == realised(item.document, allowed[0])
    assert list_variants(make(ItemKind.SINGLE).document) == ()


@pytest.mark.parametrize(
    "draw",
    [
        '[draw]\nn = [2, 4, 8]\n[answer]\nvalue = "100 / n"\ntolerance = { figures = 3 }',
        '[draw]\nn = [2, 4, 8]\n[answer]\nvalue = "100 / n"',
        '[draw]\nn = [1, 2, 3, 4, 5, 7]\n[answer]\nvalue = "n"\ntolerance = { absolute = 0.5 }',
        '[draw]\nn = { from = 1, to = 6, step = 1 }\n[answer]\nvalue = "n"',
        '[draw]\nn = [6, 5, 4, 3, 2, 1]\n[answer]\nvalue = "n"',
        '[draw]\nn = ["左", "右"]\n[let]\nx = "1 if n == \\"左\\" else 2"\n[answer]\nvalue = "x"',
    ],
)
def test_a_draw_is_written_as_it_was_read(draw) -> None:
    item = made(numeric(draw, "{n} 得____。"))

    assert draft_of(item).draw == draw
    assert check(draft_of(item), DEFAULTS).item == item


def test_options_of_every_variant_that_is_shown_differ() -> None:
    item = parse_items(FILE, BANK).items[1]

    for number in list_variants(item.document):
        texts = [option.text for option in realised(item.document, number).options]
        assert len(set(texts)) == 3


def test_variants_of_another_code_draw_other_numbers() -> None:
    item = parse_items(FILE, BANK).items[1]
    other = replace(item.document, code="re-03-p03")

    stems = [(realised(item.document, n).stem, realised(other, n).stem) for n in range(20)]

    assert any(a != b for a, b in stems)


def test_what_is_asked_holds_no_formula() -> None:
    item = parse_items(FILE, BANK).items[0]

    assert "total / r" not in document_to_json(item.document)
    assert document_from_json(document_to_json(item.document)) == item.document
    assert key_from_json(key_to_json(item.key)) == item.key


def test_a_thousand_variants_are_surveyed_in_time() -> None:
    item = parse_items(FILE, BANK).items[0]
    started = time.process_time()

    survey(item)

    assert time.process_time() - started < 0.3


def test_a_fault_in_a_file_stands_at_the_block_of_the_draw() -> None:
    broken = FILE.replace("total / r", "total / (r - 2)")

    loaded = parse_items(broken, BANK, path="a.md")

    assert [(p.line, p.place, p.code) for p in loaded.problems] == [(4, "re-03-p01", "draw_value")]
    assert [item.document.code for item in loaded.items] == ["re-03-p02"]


def test_one_item_has_one_draw() -> None:
    twice = FILE.replace("抽取", "```toml\n[draw]\nx = [1]\n```\n抽取")

    assert [p.code for p in parse_items(twice, BANK).problems] == ["draw_twice", "draw_answer"]


def test_a_fence_without_a_draw_stays_in_the_stem() -> None:
    text = "# 甲\n## re-1 判断 · 掌握 · 难度 0.3\n看配置：\n```toml\na = 1\n```\n对吗\n= 对\n> 解析：好\n"

    loaded = parse_items(text, BANK)

    assert loaded.items[0].document.stem == "看配置：\n```toml\na = 1\n```\n对吗"
    assert dump(loaded.items, BANK).endswith(
        text.removeprefix("# 甲\n").replace(" · 难度 0.3", " · 难度 0.3")
    )


def test_a_case_draws_nothing() -> None:
    _, findings = parse(ItemKind.CASE, ItemBlock(1, 0, (), (), draw=TOML, draw_line=5))

    assert (5, "draw") in [(finding.line, finding.code) for finding in findings]


def test_choice_items_name_what_is_right_in_lets() -> None:
    options = (DraftOption("{n}", is_key=True), DraftOption("{n + 1}"))
    draft = ItemDraft(kind="single", stem="选 {n}", options=options, draw=TOML, explanation="好")

    assert [f.code for f in check(draft, DEFAULTS).findings] == ["draw_answer"]
    assert check(replace(draft, draw="[draw]\nn = [1, 2]"), DEFAULTS).item is not None


def test_a_variant_in_which_two_options_are_the_same_is_refused() -> None:
    options = (DraftOption("{n}", is_key=True), DraftOption("{6 - n}"))
    draft = ItemDraft(kind="单选", stem="选", options=options, draw="[draw]\nn = [1, 2, 3, 4]")

    item = made(draft)

    assert item.document.draw is not None
    assert 150 < len(item.document.draw.refused) < 350
    assert all(
        realised(item.document, n).options[0].text != "3" for n in list_variants(item.document)
    )


@pytest.mark.deep
def test_a_bank_of_400_items_120_of_them_parametric_loads_in_seconds() -> None:
    head, body = FILE.split("## re-03-p01", 1)
    plain = "".join(
        f"## x-{n} 判断 · 掌握 · 难度 0.3\n第 {n} 题 $e^{{-{n}}}$\n= 对\n\n" for n in range(280)
    )
    drawn = "\n".join(
        f"## p-{n}-1{body}".replace("re-03-p02", f"p-{n}-2").rstrip() + "\n" for n in range(60)
    )
    started = time.process_time()

    loaded = parse_items(head + plain + drawn, BANK)

    assert time.process_time() - started < 8
    assert (len(loaded.items), loaded.problems) == (400, ())


@pytest.mark.parametrize(
    ("kind", "answers", "variant"),
    [
        ("blank", ("{2 * n} | {2 * n} 件",), {"blanks": 1}),
        ("matching", ("{n} -> {n + 1}", "{n + 1} -> {n + 2}", "-> {n * n * n * n}"), {}),
        ("ordering", ("{n}", "{n + 1}", "{n + 2}"), {}),
        ("essay", ("3 分 说出 {n}",), {}),
        ("true_false", ("对",), {}),
    ],
)
def test_other_kinds_may_draw_too(kind, answers, variant) -> None:
    stem = "{n} 的两倍是____" if kind == "blank" else "{n} 是偶数"
    item = made(ItemDraft(kind=kind, stem=stem, answers=answers, draw="[draw]\nn = [2, 4, 6]"))

    plain = realised_item(item, 0)

    assert check(draft_of(item), DEFAULTS).item == item
    assert "{" not in document_to_json(replace(plain.document, options=(), prompts=()))[1:-1]
    assert "{n" not in key_to_json(plain.key) + document_to_json(plain.document)


numbers = st.integers(1, 5000).map(lambda number: f"{Decimal(number).scaleb(-2):f}")
tolerances = st.sampled_from(
    ["{ relative = 0.01 }", "{ absolute = 0.5 }", "{ figures = 3 }", "{ relative = 0.005 }"]
)
formulas = st.sampled_from(["a / b", "a * b + 1", "sqrt(a) + exp(-b / 100)", "c + a ** 2"])


@st.composite
def parametric_items(draw: st.DrawFn):
    """Draw a parametric item: numeric, or single with three options."""
    common = draw(commons)
    lists = [draw(st.lists(numbers, min_size=1, max_size=9, unique=True)) for _name in "ab"]
    toml = "".join(
        f"{name} = [{', '.join(values)}]\n" for name, values in zip("ab", lists, strict=True)
    )
    head = f"[draw]\n{toml}[let]\nc = 'a + b'\n"
    fields = {
        **common,
        "level": common["level"].value,
        "pool": common["pool"].value,
        "difficulty": str(common["difficulty"]),
        "code": "re-p-1",
    }
    if draw(st.booleans()):
        answer = f"[answer]\nvalue = '{draw(formulas)}'\nunit = 'h'\ntolerance = {draw(tolerances)}"
        item_draft = ItemDraft(
            kind="numeric", stem="{a} 与 {b:1} 得____", draw=head + answer, **fields
        )
    else:
        options = (
            DraftOption("{a + b}", is_key=True),
            DraftOption("{c + 1}"),
            DraftOption("{c + 2}"),
        )
        item_draft = ItemDraft(
            kind="single", stem="{a} 与 $x_{i}={b}$", options=options, draw=head, **fields
        )
    return made(item_draft)


@settings(max_examples=25, deadline=None)
@given(parametric_items())
def test_any_parametric_item_comes_back_from_its_draft_and_its_file(item) -> None:
    draft = draft_of(item)

    assert check(draft, DEFAULTS).item == item
    assert draft_from_json(draft_to_json(draft)) == draft
    assert parse_items(dump([item]), BANK).items == [item]
    assert document_from_json(document_to_json(item.document)) == item.document


@settings(max_examples=25, deadline=None)
@given(parametric_items(), st.integers(0, VARIANTS - 1), json_values, thousandths, rules)
def test_no_response_to_any_variant_breaks_scoring_or_its_bounds(
    item, variant, response, points, rule
) -> None:
    plain = realised_item(item, variant)

    score = score_item(plain.document, plain.key, response, points, rule)
    best = score_item(plain.document, plain.key, right_response(plain), points, rule)

    assert -rule.penalty <= score.points <= points
    assert best.points == points


def test_a_variant_is_marked_by_its_own_numbers() -> None:
    item = parse_items(FILE, BANK).items[0]
    rule = MarkingRule(MarkingKind.ALL_OR_NOTHING)

    def points(variant: int, response: str) -> Decimal:
        plain = realised_item(item, variant)
        return score_item(plain.document, plain.key, response, Decimal(4), rule).points

    assert points(1, "39700 h") == 4
    assert points(1, "39400") == 4
    assert points(0, "39700 h") == 0
