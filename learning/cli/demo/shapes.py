"""The shapes of real examinations and contests, as the demo holds them.

Numbers of items, points, minutes and cuts are those of the papers that these bodies set in public;
where a body publishes no weights (chief quality officers) they are the demo's own.
"""

from decimal import Decimal

from learning.attempts.rules import Release
from learning.competitions.rules import ContestRules
from learning.exams.rules import SectionPlan, SittingRules
from learning.question_bank.rules import ItemKind, Pool

CONTEST = ContestRules(
    bank="tqm-basics",
    single_count=20,
    single_points=Decimal(4),
    multiple_count=5,
    multiple_points=Decimal(4),
    limit_minutes=60,
)
"""全面质量管理知识竞赛: 25 items, 100 points."""

PROCESS_INSPECTOR = SittingRules(
    bank="tqm-basics",
    pool=Pool.CONTEST,
    sections=(
        SectionPlan(ItemKind.SINGLE, 15, Decimal(4)),
        SectionPlan(ItemKind.MULTIPLE, 5, Decimal(6)),
        SectionPlan(ItemKind.TRUE_FALSE, 2, Decimal(5)),
    ),
    cut_points=Decimal(70),
    limit_minutes=60,
    release=Release.AT_SUBMIT,
)
"""过程检验员: a post of an enterprise, the association's own paper."""

RELIABILITY_ENGINEER = SittingRules(
    bank="reliability",
    pool=Pool.PRACTICE,
    sections=(
        SectionPlan(ItemKind.SINGLE, 80, Decimal(1)),
        SectionPlan(ItemKind.MULTIPLE, 40, Decimal(1)),
    ),
    cut_points=Decimal(80),
    limit_minutes=150,
    forms=2,
)
"""可靠性工程师: two parallel papers with no item in common, 120 points each, 80 to pass."""

CHIEF_QUALITY_OFFICER = SittingRules(
    bank="cqo",
    pool=Pool.PRACTICE,
    sections=(
        SectionPlan(ItemKind.SINGLE, 40, Decimal(1)),
        SectionPlan(ItemKind.MULTIPLE, 10, Decimal(2)),
        SectionPlan(ItemKind.CASE, 2, Decimal(10)),
        SectionPlan(ItemKind.ESSAY, 2, Decimal(10)),
    ),
    cut_points=Decimal(60),
    limit_minutes=150,
    marked=True,
)
"""首席质量官: 100 points; people mark the essays, and results wait for them."""
