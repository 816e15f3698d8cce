"""What is printed of contests: an organisation's report, prize certificates."""

from learning.competitions.presentation.prizes import PrizeSheet, prize_pdf
from learning.competitions.presentation.reports import ReportArea, ReportFacts, report_pdf

__all__ = ["PrizeSheet", "ReportArea", "ReportFacts", "prize_pdf", "report_pdf"]
