"""Certificates of a side: one in force, one revoked, one suspended."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification import services
from learning.certification.models import AwardDecision, Certificate
from learning.certification.rules import Source
from tests.factories.people import make_user
from tests.world.people import Side


def furnish_certificates(session: Session, now: datetime, side: Side) -> None:
    """Name the learner's certificate, revoke the colleague's, suspend a third person's."""
    examiner = side.actor(session, "examiner", now)
    held = {
        role: session.scalars(
            select(Certificate).where(Certificate.user_id == side.people[role].id)
        ).one()
        for role in ("learner", "colleague")
    }
    services.revoke_certificate(
        session, examiner, held["colleague"].public_id, reason="身份信息有误。", now=now
    )
    decision = session.get_one(AwardDecision, held["learner"].decision_id)
    third = services.decide_and_issue(
        session,
        scheme_id=decision.scheme_id,
        user_id=make_user(session, now, "暂停的人").id,
        source=Source(decision.source_id, (("rule", "sitting_passed"),)),
        now=now,
    )
    services.suspend_certificate(session, examiner, third.public_id, reason="待查。", now=now)
    side.objects |= {
        "certificate": held["learner"].public_id,
        "certificate_code": held["learner"].code,
        "revoked_certificate": held["colleague"].public_id,
        "suspended_certificate": third.public_id,
    }
