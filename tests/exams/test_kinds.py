"""A sitting asks every kind; what a person would mark is refused in words where nobody does."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from learning.attempts.rules import AttemptRules, Blueprint
from learning.attempts.services import create_assessment
from learning.exams.rules import KINDS, SectionPlan, SittingRules, attempt_rules_of, blueprint_of
from learning.exams.words import problem_words
from learning.kernel.errors import Invalid
from learning.question_bank.item_types import list_types
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import make_all_kinds, make_bank


def rules_of(*kinds: ItemKind) -> SittingRules:
    sections = tuple(SectionPlan(kind, 1, Decimal(2)) for kind in kinds)
    return SittingRules("sample", Pool.CONTEST, sections, cut_points=Decimal(1))


def test_every_kind_can_be_asked() -> None:
    assert set(KINDS) == {module.KIND for module in list_types()}


def test_a_paper_of_every_kind_is_made(session, now) -> None:
    make_bank(session, now, singles=0, multiples=0, extra=make_all_kinds())
    rules = replace(rules_of(*KINDS), marked=True)

    made = _make(session, now, rules)

    assert [s.kind for s in Blueprint.from_json(made.blueprint).sections] == list(KINDS)
    assert AttemptRules.from_json(made.rules) == attempt_rules_of(rules)


def test_essays_are_refused_where_nobody_marks(session, now) -> None:
    make_bank(session, now, singles=0, multiples=0, extra=make_all_kinds())

    with pytest.raises(Invalid) as refused:
        _make(session, now, rules_of(ItemKind.ESSAY))

    assert [problem.code for problem in refused.value.problems] == ["by_hand"]


def test_cases_with_an_essay_are_refused_in_words(session, now, app) -> None:
    make_bank(session, now, singles=0, multiples=0, extra=make_all_kinds())

    with pytest.raises(Invalid) as refused:
        _make(session, now, rules_of(ItemKind.CASE))

    with app.test_request_context():
        [words] = [problem_words(problem) for problem in refused.value.problems]
    assert words == "除去需要人评分的题，所选题源不够（需要 > 现有）：案例题，1 > 0"


def _make(session, now, rules: SittingRules):
    return create_assessment(
        session,
        title="",
        blueprint=blueprint_of(rules),
        rules=attempt_rules_of(rules),
        opens_at=now,
        closes_at=now + timedelta(days=1),
        created_by=None,
        now=now,
    )
