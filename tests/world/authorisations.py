"""An authorisation of the side's learner, for an equipment."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.compliance.models import Authorisation
from learning.compliance.rules.authorisations import Act
from learning.compliance.services.authorisations import Wish, authorise
from tests.world.people import Side


def furnish_authorisation(session: Session, now: datetime, side: Side) -> None:
    first = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    [given] = authorise(
        session,
        side.actor(session, "hr", now),
        Wish(side.objects["enterprise"], equipment="行车", equipment_no="3 号"),
        Act(first, first + timedelta(days=300), "行车", "3 号", ""),
        people=[side.people["learner"].public_id],
        now=now,
    )
    code = session.scalars(select(Authorisation.code).where(Authorisation.public_id == given)).one()
    side.objects |= {"authorisation": given, "authorisation_code": code}
