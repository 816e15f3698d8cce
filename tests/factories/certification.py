"""A scheme with its issuer, sittings with recorded results, certificates."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.rules import TOGETHER, AttemptRules, Disclosure, Release
from learning.certification import services
from learning.certification.models import Certificate, Scheme
from learning.certification.rules import SchemePlan, Source
from learning.exams.events import RESULT_RECORDED, ResultRecorded
from learning.exams.models import ResultRow, Sitting
from learning.kernel import events
from learning.kernel.db import to_us
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from tests.factories.items import make_assessment, make_bank, make_blueprint
from tests.factories.people import grant_role, make_actor, make_unit, make_user, unit_grant

PLAN = SchemePlan("QA-TQM", "全面质量管理基础", "Foundations of TQM", 36)


@dataclass
class Office:
    """An issuer with an examiner and a scheme."""

    issuer: Unit
    examiner: User
    actor: Actor
    scheme_id: int
    scheme: str


def make_office(
    session: Session, now: datetime, *, plan: SchemePlan = PLAN, name: str = "示例质量协会"
) -> Office:
    issuer = make_unit(session, now, kind="association", name=name)
    examiner = make_user(session, now, "考务员甲")
    grant_role(session, now, examiner, Role.EXAMINER, issuer)
    actor = make_actor(examiner, unit_grant(Role.EXAMINER, issuer))
    public_id = services.create_scheme(
        session, actor, raw_issuer_id=issuer.public_id, plan=plan, now=now
    )
    scheme_id = session.scalars(select(Scheme.id).where(Scheme.public_id == public_id)).one()
    return Office(issuer, examiner, actor, scheme_id, public_id)


def make_sitting(
    session: Session,
    now: datetime,
    office: Office,
    title: str = "全面质量管理基础考试",
    *,
    release: Release = Release.AT_SUBMIT,
    disclosure: Disclosure = TOGETHER,
) -> Sitting:
    """An open sitting an hour into its window of nine hours."""
    make_bank(session, now)
    rules = AttemptRules(limit_s=3600, release=release, disclosure=disclosure)
    assessment = make_assessment(session, now, blueprint=make_blueprint(), rules=rules)
    sitting = Sitting(
        public_id=new_public_id(),
        organiser_id=office.issuer.id,
        title=title,
        state="open",
        assessment_id=assessment.id,
        cut_score_milli=60_000,
        created_by=office.examiner.id,
        created_at=now,
        opened_at=now,
    )
    session.add(sitting)
    session.flush()
    return sitting


def record_result(
    session: Session, now: datetime, sitting: Sitting, user: User, *, points_milli: int = 80_000
) -> None:
    """A recorded result with the event that tells it."""
    attempt = Attempt(
        public_id=new_public_id(),
        assessment_id=sitting.assessment_id,
        user_id=user.id,
        number=1,
        form=json.dumps({}),
        item_count=25,
        epoch=1,
        started_at=now,
        deadline_at=now,
        submitted_at=now,
        finished_at=now,
        finish_kind="submitted",
    )
    session.add(attempt)
    session.flush()
    passed = points_milli >= sitting.cut_score_milli
    session.add(
        ResultRow(
            sitting_id=sitting.id,
            user_id=user.id,
            attempt_id=attempt.id,
            attempt_number=1,
            points_milli=points_milli,
            max_milli=100_000,
            passed=passed,
            decided_at=now,
        )
    )
    session.flush()
    told = ResultRecorded(
        sitting.public_id,
        sitting.id,
        user.id,
        attempt.public_id,
        points_milli,
        100_000,
        passed,
        to_us(now),
    )
    events.record(session, RESULT_RECORDED, told.payload(), now)


def make_certificate(
    session: Session,
    now: datetime,
    office: Office,
    user: User,
    *,
    sitting: Sitting | None = None,
) -> Certificate:
    """A certificate issued at the instant by the rule of a sitting."""
    sitting = sitting or make_sitting(session, now, office)
    issued = services.decide_and_issue(
        session,
        scheme_id=office.scheme_id,
        user_id=user.id,
        source=Source(sitting.id, (("rule", "sitting_passed"),)),
        now=now,
    )
    session.flush()
    return session.scalars(
        select(Certificate).where(Certificate.public_id == issued.public_id)
    ).one()
