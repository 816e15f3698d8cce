"""Drawing forms to be printed: they are kept before anything is set on paper."""

import secrets
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, PrintedForm
from learning.attempts.queries import count_drawn, parse_blueprint
from learning.attempts.rules import AttemptRules, Form, draw_form, label_of
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem

MAX_DRAWN = 100  # at once; some 1 MB of forms
MAX_PRINTED = 1000  # of one assessment


def draw_papers(
    session: Session, assessment_id: int, count: int, *, made_by: int | None, now: datetime
) -> list[str]:
    """Draw `count` (1–100) forms to be printed; return their labels, in order.

    Each is drawn as for a candidate in a room and stays as it is: an attempt on paper gets it by
    its label. Raises NotFound, Invalid for another count, Conflict("forms_assembled") where the
    assessment has forms of its own, Conflict("forms_used_up") beyond 1,000.
    """
    if not 1 <= count <= MAX_DRAWN:
        raise Invalid([Problem("", None, "count", "count", str(MAX_DRAWN))])
    assessment = session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).with_for_update()
    )
    if assessment is None:
        raise NotFound("assessment")
    blueprint = parse_blueprint(assessment.blueprint)
    if blueprint.forms:
        raise Conflict("forms_assembled")
    if count_drawn(session, assessment_id) + count > MAX_PRINTED:
        raise Conflict("forms_used_up")
    shuffle = AttemptRules.from_json(assessment.rules).shuffle_options
    taken = set(
        session.scalars(select(PrintedForm.label).where(PrintedForm.assessment_id == assessment_id))
    )
    drawn: dict[str, Form] = {}
    while len(drawn) < count:
        form = draw_form(blueprint, secrets.token_hex(16), shuffle_options=shuffle)
        if label_of(form) not in taken:
            drawn[label_of(form)] = form
    common = {"assessment_id": assessment_id, "made_by": made_by, "made_at": now}
    rows = [{**common, "label": label, "form": form.to_json()} for label, form in drawn.items()]
    session.execute(insert(PrintedForm), rows)
    return list(drawn)
