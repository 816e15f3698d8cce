"""Forms on paper: those that a blueprint holds, and those that were drawn to be printed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, PrintedForm
from learning.attempts.queries.attempts import parse_blueprint
from learning.attempts.rules import AttemptRules, Form, label_of, parallel_form
from learning.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A form that can be printed; `made_at` is None for one that came with the blueprint."""

    label: str
    made_at: datetime | None


def list_papers(
    session: Session, assessment_id: int, *, offset: int = 0, limit: int = 100
) -> tuple[list[PaperLine], int]:
    """Return the forms that can be printed and how many there are, oldest first.

    They are the parallel forms of the blueprint, or else what was drawn to be printed.
    """
    assembled = [
        PaperLine(label_of(form), None) for form in _list_assembled(session, assessment_id)
    ]
    if assembled:
        return assembled[offset : offset + limit], len(assembled)
    rows = session.execute(
        select(PrintedForm.label, PrintedForm.made_at)
        .where(PrintedForm.assessment_id == assessment_id)
        .order_by(PrintedForm.made_at, PrintedForm.label)
        .offset(offset)
        .limit(limit)
    )
    return [PaperLine(*row) for row in rows], count_drawn(session, assessment_id)


def count_drawn(session: Session, assessment_id: int) -> int:
    """Return how many forms were drawn to be printed."""
    counted = (
        select(func.count())
        .select_from(PrintedForm)
        .where(PrintedForm.assessment_id == assessment_id)
    )
    return session.scalar(counted) or 0


def find_paper(session: Session, assessment_id: int, label: str) -> Form | None:
    """Return the form that a label names at an assessment (`rules.read_form_code`), or None."""
    text = session.scalar(
        select(PrintedForm.form).where(
            PrintedForm.assessment_id == assessment_id, PrintedForm.label == label
        )
    )
    if text is not None:
        return Form.from_json(text)
    assembled = _list_assembled(session, assessment_id)
    return next((form for form in assembled if label_of(form) == label), None)


def get_papers(session: Session, assessment_id: int, labels: Sequence[str]) -> list[Form]:
    """Return the forms that labels name, in their order; NotFound where there is none."""
    found = [find_paper(session, assessment_id, label) for label in labels]
    if None in found:
        raise NotFound("form")
    return [form for form in found if form is not None]


def _list_assembled(session: Session, assessment_id: int) -> Iterator[Form]:
    blueprint_json, rules_json = session.execute(
        select(Assessment.blueprint, Assessment.rules).where(Assessment.id == assessment_id)
    ).one()
    blueprint = parse_blueprint(blueprint_json)
    shuffle = AttemptRules.from_json(rules_json).shuffle_options
    for number in range(len(blueprint.forms)):
        yield parallel_form(blueprint, number, shuffle_options=shuffle)
