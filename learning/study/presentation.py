"""A certificate of hours as PDF (see `kernel.printing`). Knows no database."""

import json

from learning.certification.rules import grouped
from learning.kernel.printing import ROOT, Typesetter
from learning.kernel.qr import qr_matrix, qr_path
from learning.study.queries.statements import StatementView
from learning.study.rules.statements import PRINTED, hours_text

TEMPLATE = ROOT / "templates" / "study" / "statement.typ"
_typesetter = Typesetter(TEMPLATE)


def as_pdf(view: StatementView, address: str) -> bytes:
    """Return a certificate of hours as PDF; `address` is that of its verification page."""
    return _typesetter.compile(inputs_of(view, address), "pdf")


def inputs_of(view: StatementView, address: str) -> str:
    """Return all that the template reads, as JSON."""
    statement = view.statement
    matrix = qr_matrix(address)
    side = len(matrix)
    return json.dumps(
        {
            "holder": statement.holder_name,
            "unit": statement.unit_name,
            "first": statement.first_day,
            "last": statement.last_day,
            "issued": statement.issued_day,
            "hours": hours_text(statement.hours_milli),
            "professional": hours_text(statement.professional_milli),
            "lines": [
                [
                    line.earned,
                    line.title,
                    PRINTED[line.source],
                    PRINTED[line.field],
                    str(line.minutes),
                    hours_text(line.hours_milli),
                ]
                for line in statement.lines
            ],
            "code": grouped(view.code),
            "address": address,
            "qr": f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
            f'<path fill="#1b2430" d="{qr_path(matrix)}"/></svg>',
        },
        ensure_ascii=False,
    )
