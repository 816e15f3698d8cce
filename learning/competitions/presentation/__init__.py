"""What is printed of contests: an organisation's report, prize certificates, the annual report."""

from learning.competitions.presentation.annual import Annual, Section, annual_sections
from learning.competitions.presentation.annual_files import annual_docx, annual_pdf
from learning.competitions.presentation.prizes import PrizeSheet, prize_pdf
from learning.competitions.presentation.reports import (
    ReportArea,
    ReportFacts,
    ReportRound,
    report_pdf,
)

__all__ = [
    "Annual",
    "PrizeSheet",
    "ReportArea",
    "ReportFacts",
    "ReportRound",
    "Section",
    "annual_docx",
    "annual_pdf",
    "annual_sections",
    "prize_pdf",
    "report_pdf",
]
