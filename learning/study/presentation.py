"""A certificate of hours, or the proof of a contest's, as PDF (see `kernel.printing`).

Knows no database.
"""

import json

from learning.certification.rules import grouped
from learning.kernel.printing import ROOT, Typesetter
from learning.kernel.qr import qr_matrix, qr_path
from learning.study.queries.contests import ProofView
from learning.study.queries.statements import StatementView
from learning.study.rules.hours import local_day
from learning.study.rules.statements import PRINTED, hours_text
from learning.web.templating import points_text

TEMPLATE = ROOT / "templates" / "study" / "statement.typ"
CONTEST_TEMPLATE = ROOT / "templates" / "study" / "contest_proof.typ"
_typesetter = Typesetter(TEMPLATE)
_contest_typesetter = Typesetter(CONTEST_TEMPLATE)


def as_pdf(view: StatementView, address: str) -> bytes:
    """Return a certificate of hours as PDF; `address` is that of its verification page."""
    return _typesetter.compile(inputs_of(view, address), "pdf")


def inputs_of(view: StatementView, address: str) -> str:
    """Return all that the template reads, as JSON."""
    statement = view.statement
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
            "qr": _qr(address),
        },
        ensure_ascii=False,
    )


def contest_pdf(view: ProofView, address: str, zone: str) -> bytes:
    """Return the proof of a contest's hours as PDF; `address` is its verification page's."""
    return _contest_typesetter.compile(contest_inputs(view, address, zone), "pdf")


def contest_inputs(view: ProofView, address: str, zone: str) -> str:
    """Return all that the template of a contest's proof reads, as JSON."""
    proof = view.document
    return json.dumps(
        {
            "holder": proof.holder_name,
            "unit": proof.unit_name,
            "title": proof.title,
            "issuer": proof.issuer,
            "first": proof.first_day,
            "passed": proof.passed_day,
            "points": points_text(proof.points_milli),
            "cut": points_text(proof.cut_milli),
            "hours": hours_text(proof.hours_milli),
            "field": PRINTED[proof.field],
            "issued": local_day(view.issued_at, zone).isoformat(),
            "code": grouped(view.code),
            "address": address,
            "qr": _qr(address),
        },
        ensure_ascii=False,
    )


def _qr(address: str) -> str:
    matrix = qr_matrix(address)
    side = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path fill="#1b2430" d="{qr_path(matrix)}"/></svg>'
    )
