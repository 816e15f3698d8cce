"""Items, banks and assessments for tests."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules, Blueprint, Section
from learning.attempts.services import create_assessment
from learning.question_bank.rules import (
    AnswerKey,
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
    options = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    value = tolerance = None
    choices: tuple[str, ...] = ()
    if kind in {ItemKind.SINGLE, ItemKind.MULTIPLE}:
        options = tuple(Option(letter, f"{code} 的选项 {letter}") for letter in "abcd")
        choices = key
    elif kind is ItemKind.TRUE_FALSE:
        choices = key if key[0] in "tf" else ("t",)
    elif kind is ItemKind.BLANK:
        blanks = (("抽样检验", "抽检"),)
    else:
        value, tolerance = Decimal(49200), Decimal("0.005")
    document = ItemDocument(
        code=code,
        kind=kind,
        level=Level.MASTER,
        difficulty=Decimal("0.4"),
        area="示例知识点",
        pool=pool,
        tracks=(),
        stem=f"{code} 的题干（　）。",
        options=options,
        blanks=1 if kind in {ItemKind.BLANK, ItemKind.NUMERIC} else 0,
        unit="h" if kind is ItemKind.NUMERIC else "",
    )
    return Item(
        document,
        AnswerKey(
            kind=kind,
            choices=choices,
            blanks=blanks,
            value=value,
            tolerance=tolerance,
            tolerance_kind="relative" if tolerance else None,
            explanation=explanation,
            source="示例出处",
        ),
    )


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
    sync_bank(session, bank, items, now)
    return items


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
