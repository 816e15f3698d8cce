"""Giving out a certificate of hours: what the ledger holds of a span, frozen and hashed."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from learning.certification.rules import CODE_ALPHABET, CODE_LENGTH
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable
from learning.organisations.queries import organisation_of
from learning.study.models import StudyStatement
from learning.study.queries import line_of, list_standing
from learning.study.rules.hours import Field, Span, local_day
from learning.study.rules.statements import (
    MAX_DAYS,
    MAX_LINES,
    Statement,
    sha256_of,
    to_json,
)


def issue_statement(session: Session, actor: Actor, span: Span, *, zone: str, now: datetime) -> str:
    """Give the person a certificate of the hours earned in a span; return its public id.

    Raises Invalid for a span that ends before it begins or lasts above ten years, Conflict when the
    ledger has nothing in it or more than a certificate takes.
    """
    if not 0 <= (span.last - span.first).days <= MAX_DAYS:
        raise Invalid([Problem("", None, "last", "span", "span")])
    credits_ = list_standing(session, actor.user_id, span, limit=MAX_LINES + 1)
    if not credits_:
        raise Conflict("no_hours")
    if len(credits_) > MAX_LINES:
        raise Conflict("too_many_hours")
    unit = organisation_of(session, actor.user_id, now)
    lines = tuple(line_of(one, zone) for one in reversed(credits_))
    statement = Statement(
        holder_name=printable(actor.display_name),
        unit_name=printable(unit.name) if unit else "",
        first_day=span.first.isoformat(),
        last_day=span.last.isoformat(),
        issued_day=local_day(now, zone).isoformat(),
        hours_milli=sum(line.hours_milli for line in lines),
        professional_milli=sum(
            line.hours_milli for line in lines if line.field == Field.PROFESSIONAL.value
        ),
        lines=lines,
    )
    document = to_json(statement)
    row = StudyStatement(
        public_id=new_public_id(),
        user_id=actor.user_id,
        code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        document=document,
        sha256=sha256_of(document),
        issued_at=now,
    )
    session.add(row)
    details = {"first": statement.first_day, "last": statement.last_day, "sha256": row.sha256}
    audit.log(
        session, "study.statement", row.public_id, actor_id=actor.user_id, now=now, details=details
    )
    return row.public_id
