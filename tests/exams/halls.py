"""Sittings and candidates committed to a database, for tests over HTTP."""

from datetime import datetime, timedelta
from typing import Any

from learning.accounts.models import User
from learning.exams import services
from learning.kernel.db import Database
from tests.factories.exams import Hall, make_candidate, make_hall, make_plan


def hall_of(database: Database, now: datetime, **changes: Any) -> Hall:
    with database.transaction() as session:
        return make_hall(session, now, **changes)


def candidate_of(database: Database, now: datetime, hall: Hall, name: str = "考生甲") -> User:
    with database.transaction() as session:
        actor = make_candidate(session, now, hall, name)
        return session.get_one(User, actor.user_id)


def make_series(session, now: datetime) -> tuple[Hall, Hall]:
    """A sitting that is over tomorrow, and a resit of it in ten days: (first, second)."""
    first = make_hall(session, now)
    later = now + timedelta(days=10)
    public_id = services.create_sitting(
        session,
        first.actor,
        raw_organiser_id=first.association.public_id,
        plan=make_plan(now, title="补考", opens_at=later, closes_at=later + timedelta(days=1)),
        now=now,
    )
    second = Hall(first.association, first.company, first.examiner, first.actor, public_id)
    changes = {"takes_applications": True, "resit_barred_months": 12}
    services.change_settings(session, first.actor, public_id, changes=changes, now=now)
    services.open_sitting(session, first.actor, public_id, now=now)
    services.set_resit(session, first.actor, public_id, raw_first_id=first.public_id, now=now)
    return first, second
