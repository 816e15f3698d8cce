"""Which forms of a paper are printed, and how their file is handed out: for whichever organiser."""

import io
from collections.abc import Sequence

from flask import Response, request, send_file
from sqlalchemy.orm import Session

from learning.attempts.queries import list_papers
from learning.exams.services import Readable
from learning.kernel.errors import NotFound
from learning.web.forms import page_number

PAGE_SIZE = 5  # forms shown on a page and printed into one file: 1 s and 50 MB each at worst


def asked_labels(session: Session, assessment_id: int) -> list[str]:
    """Return the form that `label` of the request names, or else those of the `page` of the list.

    Raises NotFound for what cannot be a label, and for a page that has no form.
    """
    if request.form.get("label"):
        return [asked_label()]
    start = (page_number(request.form) - 1) * PAGE_SIZE
    lines, _total = list_papers(session, assessment_id, offset=start, limit=PAGE_SIZE)
    if not lines:
        raise NotFound("form")
    return [line.label for line in lines]


def asked_label() -> str:
    """Return the one form that the request names. Raises NotFound for what cannot be a label."""
    raw_label = request.form.get("label", "")
    if not (raw_label.isascii() and raw_label.isalnum()):
        raise NotFound("form")
    return raw_label


def printed_reply(papers: Sequence[Readable], content: bytes, kind: str) -> Response:
    """Hand out the PDF of these forms, named by its kind and their code; kept by no cache."""
    name = papers[0].facts.code if len(papers) == 1 else f"{len(papers)}"
    reply = send_file(
        io.BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{kind}-{name}.pdf",
    )
    reply.headers["Cache-Control"] = "private, no-store"
    return reply
