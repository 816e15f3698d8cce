"""What is printed of examinations: papers of the hall, booklets, answer sheets, keys."""

from learning.exams.presentation.booklets import (
    PaperFacts,
    Part,
    answer_sheets_pdf,
    booklets_pdf,
    letter_of,
    parts_of,
)
from learning.exams.presentation.halls import (
    Paper,
    Printed,
    is_printable,
    seats_pdf,
    sign_in_pdf,
    tickets_pdf,
)
from learning.exams.presentation.keys import key_pdf

__all__ = [
    "Paper",
    "PaperFacts",
    "Part",
    "Printed",
    "answer_sheets_pdf",
    "booklets_pdf",
    "is_printable",
    "key_pdf",
    "letter_of",
    "parts_of",
    "seats_pdf",
    "sign_in_pdf",
    "tickets_pdf",
]
