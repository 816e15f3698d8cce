"""What the forecast sweeps over: holdings of people at work that begin or end within a year."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from learning.certification.models import Holding
from learning.compliance.models import Exemption
from learning.compliance.queries.coverage import Coverage, at_work, read_coverage, stands
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.forecast import Span, Step, steps_of


@dataclass(frozen=True, slots=True)
class Forecast:
    """Today's coverage and the changes until the horizon, oldest first."""

    coverage: Coverage
    steps: list[Step]


def read_forecast(session: Session, root_id: int, now: datetime, until: datetime) -> Forecast:
    """Return what changes in a tree until an instant, by what is known now."""
    at = AsOf(now, now)
    coverage = read_coverage(session, root_id, at)
    asked = {(line.unit_id, line.post_id, line.scheme_id) for line in coverage.lines}
    people = at_work(root_id, at)
    lasting = aliased(Holding)
    known = and_(Holding.known_from <= now, Holding.known_until > now)
    rows = session.execute(
        select(
            people.c.unit_id,
            people.c.post_id,
            Holding.scheme_id,
            people.c.user_id,
            Holding.held_from,
            Holding.held_until,
        )
        .join_from(people, Holding, Holding.user_id == people.c.user_id)
        .where(
            known,
            Holding.held_until > now,
            Holding.held_from < until,
            or_(Holding.held_until < until, Holding.held_from > now),
            ~exists().where(
                lasting.user_id == Holding.user_id,
                lasting.scheme_id == Holding.scheme_id,
                lasting.held_from <= now,
                lasting.held_until >= until,
                lasting.known_from <= now,
                lasting.known_until > now,
            ),
            ~exists().where(
                Exemption.user_id == people.c.user_id,
                Exemption.organisation_id == people.c.organisation_id,
                Exemption.scheme_id == Holding.scheme_id,
                stands(Exemption, at),
            ),
        )
        .distinct()
    )
    spans = [
        Span((unit_id, post_id, scheme_id), user_id, since, end)
        for unit_id, post_id, scheme_id, user_id, since, end in rows
        if (unit_id, post_id, scheme_id) in asked
    ]
    return Forecast(coverage, steps_of(spans, now, until))
