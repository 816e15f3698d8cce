"""Events of practice."""

REPORT_ANSWERED = "practice.report_answered"
