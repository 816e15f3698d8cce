"""Reminding 100,000 people who all have a training task to do, beside what they hold that ends.

`reminders_s` is the first run, in which everybody is told something; `second_run_sent` is how many
were told something by the same run done again at once.
"""

import time
from datetime import timedelta

from sqlalchemy import func, select

from bench.hr_population import Population
from learning.compliance.jobs import keep_assignment, remind_people
from learning.compliance.models import Assignment
from learning.compliance.rules.assignments import AssignmentPlan, Audience, DueKind, Goal
from learning.compliance.services.assignments import assign
from learning.kernel.db import Database
from learning.kernel.mail import OutboxMessage

ZONE = "Asia/Shanghai"


def measure(database: Database, population: Population) -> dict[str, float]:
    """Assign ten hours to everybody, remind, and remind again."""
    now = population.now
    plan = AssignmentPlan(
        raw_unit=population.organisation,
        title="年度质量培训",
        goal=Goal.HOURS,
        raw_goal="",
        audience=Audience.UNIT,
        due_kind=DueKind.DATE,
        hours_milli=10_000,
        due_at=now + timedelta(days=20),
    )
    with database.transaction() as session:
        assign(session, population.actor, plan, now=now)
        made = session.scalars(select(Assignment.id)).one()
    begin = time.perf_counter()
    keep_assignment(database, made, now)
    entered = time.perf_counter() - begin
    begin = time.perf_counter()
    keep_assignment(database, made, now)
    kept = time.perf_counter() - begin
    begin = time.perf_counter()
    told = remind_people(database, now, ZONE)
    took = time.perf_counter() - begin
    begin = time.perf_counter()
    again = remind_people(database, now, ZONE)
    idle = time.perf_counter() - begin
    with database.session(write=False) as session:
        letters = session.scalar(select(func.count()).select_from(OutboxMessage))
    print(
        f"tasks entered in {entered:.1f} s, kept in {kept:.1f} s; {told} people told, "
        f"{letters} letters, in {took:.1f} s; again in {idle:.1f} s",
        flush=True,
    )
    return {"reminders_s": round(took, 1), "second_run_sent": again}
