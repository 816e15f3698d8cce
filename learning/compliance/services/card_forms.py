"""Keeping an organisation's preprinted form, version by version."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.compliance.models import CardForm
from learning.compliance.queries.authorisations import PERMISSION
from learning.compliance.rules.card_forms import (
    STANDARD_FORM,
    FormLayout,
    form_json,
    problems_of_form,
    read_form,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor
from learning.organisations.queries import get_unit_in_reach


def find_form(session: Session, organisation_id: int) -> FormLayout:
    """Return an organisation's form, the standard one where it has none."""
    text = session.scalar(
        select(CardForm.layout)
        .where(CardForm.organisation_id == organisation_id)
        .order_by(CardForm.number.desc())
        .limit(1)
    )
    return read_form(text) if text else STANDARD_FORM


def write_form(
    session: Session, actor: Actor, raw_unit: str, layout: FormLayout, now: datetime
) -> None:
    """Write the next version of a form. Raises NotFound, Invalid, Conflict("form_changed")."""
    unit = get_unit_in_reach(session, actor, PERMISSION, raw_unit, now)
    problems = problems_of_form(layout)
    if problems:
        raise Invalid(problems)
    last = session.scalar(
        select(func.max(CardForm.number)).where(CardForm.organisation_id == unit.id)
    )
    session.add(
        CardForm(
            organisation_id=unit.id,
            number=(last or 0) + 1,
            layout=form_json(layout),
            created_by=actor.user_id,
            created_at=now,
        )
    )
    try:
        session.flush()  # another may have written the same number since
    except IntegrityError as error:
        raise Conflict("form_changed") from error
    audit.log(
        session,
        "authorisation.form_written",
        unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"layout": form_json(layout)},
    )
