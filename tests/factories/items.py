"""Items, banks and assessments for tests."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules, Blueprint, Section
from learning.attempts.services import create_assessment
from learning.question_bank.drafts import Defaults, DraftOption, ItemDraft, check
from learning.question_bank.loader import Bank, parse_items
from learning.question_bank.rules import (
    AnswerKey,
    Criterion,
    Item,
    ItemDocument,
    ItemKind,
    Level,
    Option,
    Pool,
)
from learning.question_bank.scoring import MarkingKind, MarkingRule
from learning.question_bank.services import sync_bank

ALL_OR_NOTHING = MarkingRule(MarkingKind.ALL_OR_NOTHING)


def make_item(
    code: str,
    kind: ItemKind = ItemKind.SINGLE,
    *,
    key: tuple[str, ...] = ("b",),
    explanation: str = "因为如此。",
    pool: Pool = Pool.CONTEST,
) -> Item:
    """Make an item of any kind; `key` is for 单选, 多选 (option ids a–d) and 判断.

    填空 takes 抽样检验, 计算 49200 h ± 0.5 %, 匹配 (1, 2, 3) ↔ (c, a, c) of a–d, 排序 c, a, b,
    案例 a 单选 (b), a 填空 and a 问答 of equal weight.
    """
    document = ItemDocument(
        code=code,
        kind=kind,
        level=Level.MASTER,
        difficulty=Decimal("0.4"),
        area="示例知识点",
        pool=pool,
        tracks=(),
        stem=f"{code} 的题干（　）。",
        blanks=1 if kind in {ItemKind.BLANK, ItemKind.NUMERIC} else 0,
        unit="h" if kind is ItemKind.NUMERIC else "",
    )
    held = AnswerKey(kind=kind, explanation=explanation, source="示例出处")
    return _BODIES[kind](Item(document, held), key)


def make_parametric_item(
    code: str, kind: ItemKind = ItemKind.NUMERIC, *, pool: Pool = Pool.CONTEST
) -> Item:
    """Make a parametric item: 计算 of 100·n/d ± 1 %, or 单选 whose option a (d·n) is right.

    n is 2, 3, 4 or 5, d is 7 or 9.
    """
    is_single = kind is ItemKind.SINGLE
    answer = '[answer]\nvalue = "100 * n / d"\nunit = "h"\ntolerance = { relative = 0.01 }'
    options = ("{d * n}", "{d + n}", "{d - n}") if is_single else ()
    draft = ItemDraft(
        kind=kind.value,
        stem=f"{code} 的题干：{{n}} 与 {{d}} 得____。"
        if not is_single
        else "{n} 乘 {d} 得（　）。",
        options=tuple(DraftOption(text, is_key=n == 0) for n, text in enumerate(options)),
        draw="[draw]\nn = [2, 3, 4, 5]\nd = [7, 9]\n" + ("" if is_single else answer),
        explanation="以 {n} 和 {d} 计算。" if is_single else "得 {value:2}。",
    )
    checked = check(draft, Defaults(code=code, area="示例知识点", pool=pool))
    assert checked.item is not None, checked.findings
    return checked.item


def _with(item: Item, asked: dict[str, Any], right: dict[str, Any]) -> Item:
    return Item(replace(item.document, **asked), replace(item.key, **right))


def _choice(item: Item, key: tuple[str, ...]) -> Item:
    options = _options(item, "选项", "abcd")
    return _with(item, {"options": options}, {"choices": key})


def _verdict(item: Item, key: tuple[str, ...]) -> Item:
    return _with(item, {}, {"choices": key if key[0] in "tf" else ("t",)})


def _blank(item: Item, key: tuple[str, ...]) -> Item:
    return _with(item, {}, {"blanks": (("抽样检验", "抽检"),)})


def _numeric(item: Item, key: tuple[str, ...]) -> Item:
    right = {"value": Decimal(49200), "tolerance": Decimal("0.005"), "tolerance_kind": "relative"}
    return _with(item, {}, right)


def _matching(item: Item, key: tuple[str, ...]) -> Item:
    options, prompts = _options(item, "右项", "abcd"), _options(item, "左项", "123")
    return _with(item, {"options": options, "prompts": prompts}, {"choices": ("c", "a", "c")})


def _ordering(item: Item, key: tuple[str, ...]) -> Item:
    return _with(item, {"options": _options(item, "步骤", "abc")}, {"choices": ("c", "a", "b")})


def _essay(item: Item, key: tuple[str, ...]) -> Item:
    rubric = (Criterion(Decimal(3), "说出定义"), Criterion(Decimal(2), "举例"))
    return _with(item, {}, {"rubric": rubric})


def _case(item: Item, key: tuple[str, ...]) -> Item:
    kinds = (ItemKind.SINGLE, ItemKind.BLANK, ItemKind.ESSAY)
    code, pool = item.document.code, item.document.pool
    parts = [make_item(f"{code}-{n}", kind, pool=pool) for n, kind in enumerate(kinds, 1)]
    return _with(
        item,
        {"parts": tuple(part.document for part in parts)},
        {"parts": tuple(replace(part.key, source="") for part in parts)},
    )


def _options(item: Item, word: str, ids: str) -> tuple[Option, ...]:
    return tuple(Option(each, f"{item.document.code} 的{word} {each}") for each in ids)


_BODIES: dict[ItemKind, Callable[[Item, tuple[str, ...]], Item]] = {
    ItemKind.SINGLE: _choice,
    ItemKind.MULTIPLE: _choice,
    ItemKind.TRUE_FALSE: _verdict,
    ItemKind.BLANK: _blank,
    ItemKind.NUMERIC: _numeric,
    ItemKind.MATCHING: _matching,
    ItemKind.ORDERING: _ordering,
    ItemKind.ESSAY: _essay,
    ItemKind.CASE: _case,
}


ALL_KINDS = tuple(_BODIES)
"""单选 多选 判断 填空 计算 匹配 排序 问答 案例."""


def make_bank(
    session: Session,
    now: datetime,
    *,
    bank: str = "sample",
    singles: int = 20,
    multiples: int = 5,
    others: bool = False,
    explanation: str = "因为如此。",
    single_key: str = "b",
    extra: Sequence[Item] = (),
) -> list[Item]:
    items = [
        make_item(f"s-{n:03d}", key=(single_key,), explanation=explanation) for n in range(singles)
    ]
    items += [
        make_item(f"m-{n:03d}", ItemKind.MULTIPLE, key=("a", "c"), explanation=explanation)
        for n in range(multiples)
    ]
    if others:
        items += [
            make_item("t-001", ItemKind.TRUE_FALSE, key=("t",), explanation=explanation),
            make_item("b-001", ItemKind.BLANK, explanation=explanation),
            make_item("n-001", ItemKind.NUMERIC, explanation=explanation),
        ]
    items += extra
    sync_bank(session, bank, items, now)
    return items


PARAMETRIC = """# 点估计
## {code} 计算 · 掌握 · 难度 0.60
```toml
[draw]
n = [50, 80, 100, 200]
hours = [200, 500, 1000]
r = [2, 3, 4, 5]
[answer]
value = "{formula}"
unit = "h"
tolerance = {{ relative = 0.01 }}
[require]
positive = "value > 0"
```
{{n}} 件产品试验 {{hours}} h，{{r}} 件故障，MTBF 的点估计为____ h。
> 解析：累计时间除以故障数，得 {{value}} h。
"""


def make_parametric(code: str = "p-001", formula: str = "n * hours / r") -> Item:
    """Make a numeric item whose numbers are drawn; ends with its checked draw."""
    bank = Bank(id="sample", title="", pool=Pool.CONTEST, tracks=())
    loaded = parse_items(PARAMETRIC.format(code=code, formula=formula), bank)
    assert not loaded.problems
    [item] = loaded.items
    return item


def make_all_kinds(explanation: str = "因为如此。") -> list[Item]:
    """Make one item of each kind, coded by its kind, in the order of `ALL_KINDS`."""
    keys = {ItemKind.MULTIPLE: ("a", "c"), ItemKind.TRUE_FALSE: ("t",)}
    return [
        make_item(f"all-{kind}", kind, key=keys.get(kind, ("b",)), explanation=explanation)
        for kind in ALL_KINDS
    ]


def section(kind: ItemKind, count: int, points: str = "4") -> Section:
    return Section(f"{kind.value} 题", kind, count, Decimal(points), ALL_OR_NOTHING)


def make_blueprint(
    singles: int = 20, multiples: int = 5, *, bank: str = "sample", others: bool = False
) -> Blueprint:
    sections = [section(ItemKind.SINGLE, singles)]
    if multiples:
        sections.append(section(ItemKind.MULTIPLE, multiples))
    if others:
        sections += [
            section(kind, 1) for kind in (ItemKind.TRUE_FALSE, ItemKind.BLANK, ItemKind.NUMERIC)
        ]
    return Blueprint(bank, Pool.CONTEST, tuple(sections))


def with_limits(blueprint: Blueprint, *minutes: int) -> Blueprint:
    """Return the blueprint with a time limit in minutes for each section."""
    return blueprint.with_sections(
        replace(section, limit_s=60 * each)
        for section, each in zip(blueprint.sections, minutes, strict=True)
    )


def make_assessment(
    session: Session,
    now: datetime,
    *,
    rules: AttemptRules | None = None,
    blueprint: Blueprint | None = None,
    opens: timedelta = timedelta(hours=-1),
    closes: timedelta = timedelta(hours=8),
) -> Assessment:
    return create_assessment(
        session,
        title="全面质量管理知识竞赛（示例）",
        blueprint=blueprint or make_blueprint(),
        rules=rules or AttemptRules(limit_s=3600),
        opens_at=now + opens,
        closes_at=now + closes,
        created_by=None,
        now=now,
    )
