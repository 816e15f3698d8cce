"""Use cases of study hours: beat, stop silent clocks, credit, change the rules, certify."""

from learning.study.services.beating import ClockView, beat, stop_silent
from learning.study.services.granting import grant_lesson, take_completion
from learning.study.services.ruling import set_rule
from learning.study.services.statements import issue_statement

__all__ = [
    "ClockView",
    "beat",
    "grant_lesson",
    "issue_statement",
    "set_rule",
    "stop_silent",
    "take_completion",
]
