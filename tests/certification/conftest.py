"""Fixtures of certification: a clock that stands still for the routes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select

from learning.certification import services
from learning.certification.models import AwardRule
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.web.transaction import TransactionalFlask
from tests.competitions.browser import Browser
from tests.factories.certification import PLAN, make_certificate, make_office, make_sitting
from tests.factories.people import grant_role, make_unit, make_user


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The web's clock stands at `now` until the test moves it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_browser(
    app: TransactionalFlask, database: Database, now: datetime, clock: time_machine.Traveller
) -> Callable[..., Browser]:
    """Open a browser for a person, or for nobody, while the clock stands."""
    return lambda user=None: Browser(app, database, now, user)


@pytest.fixture
def world(database, now):
    """An issuer, a stranger of the same role elsewhere, a holder, an employee, a certificate."""
    with database.transaction() as session:
        office = make_office(session, now)
        other = make_office(session, now, plan=replace(PLAN, code="QA-X"), name="别的协会")
        holder, employee, hr = (
            make_user(session, now, name) for name in ("王小明", "别人", "人力甲")
        )
        grant_role(session, now, hr, Role.HR_MANAGER, make_unit(session, now))
        sitting = make_sitting(session, now, office)
        certificate = make_certificate(session, now, office, holder, sitting=sitting)
        spare = make_sitting(session, now, office, "第二场")
        services.attach_sitting(
            session, office.actor, office.scheme, raw_sitting_id=sitting.public_id, now=now
        )
        session.flush()
        rule = session.scalars(select(AwardRule.id)).one()
    return {
        "people": {
            "nobody": None,
            "employee": employee,
            "hr": hr,
            "stranger": other.examiner,
            "holder": holder,
            "examiner": office.examiner,
        },
        "certificate": certificate.public_id,
        "number": certificate.number,
        "code": certificate.code,
        "scheme": office.scheme,
        "sitting": spare.public_id,
        "rule": str(rule),
        "office": office,
    }
