"""Sittings and candidates committed to a database, for tests over HTTP."""

from datetime import datetime
from typing import Any

from learning.accounts.models import User
from learning.kernel.db import Database
from tests.factories.exams import Hall, make_candidate, make_hall


def hall_of(database: Database, now: datetime, **changes: Any) -> Hall:
    with database.transaction() as session:
        return make_hall(session, now, **changes)


def candidate_of(database: Database, now: datetime, hall: Hall, name: str = "考生甲") -> User:
    with database.transaction() as session:
        actor = make_candidate(session, now, hall, name)
        return session.get_one(User, actor.user_id)
