"""Training tasks of a side: two of its enterprise, the learner among their people."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.compliance.models import Assignment
from learning.compliance.rules.assignments import AssignmentPlan, Audience, DueKind, Goal
from learning.compliance.services.assignments import assign
from tests.factories.compliance import keep
from tests.world.people import Side


def furnish_tasks(session: Session, now: datetime, side: Side) -> None:
    """Ask hours of everybody in the enterprise, twice: one is to be cancelled."""
    hr = side.actor(session, "hr", now)
    made = []
    for title in ("年度质量培训", "另一项任务"):
        plan = AssignmentPlan(
            raw_unit=side.objects["enterprise"],
            title=title,
            goal=Goal.HOURS,
            raw_goal="",
            audience=Audience.UNIT,
            due_kind=DueKind.DATE,
            hours_milli=90_000,
            due_at=now + timedelta(days=20),
        )
        made.append(assign(session, hr, plan, now=now))
        row = session.scalars(select(Assignment).where(Assignment.public_id == made[-1])).one()
        keep(session, row, now)
    side.objects |= {"assignment": made[0], "spare_assignment": made[1]}
