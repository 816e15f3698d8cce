"""What the enterprise of a side asks of a post, and of whom not."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.compliance.rules.requirements import Cell, Period
from learning.compliance.services import reports
from learning.compliance.services.bulk_exemptions import exempt_people
from learning.compliance.services.exemptions import exempt_person, set_status
from learning.compliance.services.requirements import Change, set_requirements
from learning.kernel.permissions import Actor, Permission
from learning.organisations.models import Post, Unit
from learning.organisations.queries import get_unit_in_reach
from tests.world.people import Side


def furnish_requirements(session: Session, now: datetime, side: Side) -> None:
    """Ask the scheme of a post, exempt the learner from it, note a leave, keep a report."""
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
        "exemption_batch": _batch(session, hr, enterprise, side, now),
        "report": _report(session, hr, enterprise, now),
    }


def _batch(session: Session, hr: Actor, enterprise: str, side: Side, now: datetime) -> str:
    unit = get_unit_in_reach(session, hr, Permission.COMPLIANCE_MANAGE, enterprise, now)
    person = session.scalars(
        select(User.id).where(User.public_id == side.people["colleague"].public_id)
    ).one()
    month = Period(now, now + timedelta(days=30))
    scheme = side.objects["scheme"]
    done = exempt_people(session, hr, unit, [person], scheme, reason="停产", period=month, now=now)
    assert done.batch
    return done.batch


def _report(session: Session, hr: Actor, enterprise: str, now: datetime) -> str:
    unit_id = session.scalars(select(Unit.id).where(Unit.public_id == enterprise)).one()
    day, inputs = now.date(), "{}"
    reports.order_report(
        session, hr, reports.Order(unit_id, day, day, inputs, "0" * 64, 1), now=now
    )
    begun = reports.begin_report(session, now)
    assert begun is not None
    reports.keep_report(session, begun[0], b"%PDF-1.7", now)
    return reports.list_reports(session, hr, now)[0].public_id
