"""Reads of study hours: the rules in force, lessons as the clock sees them, the ledger."""

from learning.study.queries.ledger import (
    PAGE_SIZE,
    CreditView,
    PendingView,
    Totals,
    count_credits,
    list_credits,
    list_pending,
    list_years,
    sum_hours,
)
from learning.study.queries.lessons import (
    StudyLesson,
    completed_at,
    find_lesson,
    get_lesson,
    is_credited,
    spent_in_lesson,
    spent_on_day,
)
from learning.study.queries.rules import RuleView, list_rules, rule_in_force
from learning.study.queries.statements import (
    StatementView,
    find_statement_by_code,
    get_statement,
    list_statements,
)

__all__ = [
    "PAGE_SIZE",
    "CreditView",
    "PendingView",
    "RuleView",
    "StatementView",
    "StudyLesson",
    "Totals",
    "completed_at",
    "count_credits",
    "find_lesson",
    "find_statement_by_code",
    "get_lesson",
    "get_statement",
    "is_credited",
    "list_credits",
    "list_pending",
    "list_rules",
    "list_statements",
    "list_years",
    "rule_in_force",
    "spent_in_lesson",
    "spent_on_day",
    "sum_hours",
]
