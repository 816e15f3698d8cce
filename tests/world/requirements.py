"""What the enterprise of a side asks of a post, and of whom not."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.compliance.rules.requirements import Cell, Period
from learning.compliance.services.exemptions import exempt_person, set_status
from learning.compliance.services.requirements import Change, set_requirements
from learning.organisations.models import Post, Unit
from tests.world.people import Side


def furnish_requirements(session: Session, now: datetime, side: Side) -> None:
    """Ask the scheme of a post, exempt the learner from it, and note a leave."""
    hr, enterprise = side.actor(session, "hr", now), side.objects["enterprise"]
    learner = side.people["learner"].public_id
    post = session.scalars(
        select(Post.public_id)
        .join(Unit, Unit.id == Post.organisation_id)
        .where(Unit.public_id == enterprise)
        .order_by(Post.id)
    ).first()
    assert post is not None
    change = Change(post, side.objects["scheme"], Cell("required", 2))
    set_requirements(session, hr, enterprise, [change], starts_at=now, now=now)
    year = Period(now, now + timedelta(days=365))
    side.objects |= {
        "post": post,
        "exemption": exempt_person(
            session,
            hr,
            enterprise,
            learner,
            side.objects["scheme"],
            reason="正在转岗",
            period=year,
            now=now,
        ),
        "staff_status": set_status(session, hr, enterprise, learner, "leave", period=year, now=now),
    }
