"""A scheme of a side that asks for more than a pass, with files of its people."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification import queries
from learning.certification import services as schemes
from learning.certification.models import Scheme
from learning.certification.rules import SchemePlan
from learning.certification.rules.terms import (
    Criterion,
    Decider,
    Need,
    NeedKind,
    ProjectForm,
    Terms,
)
from learning.certification.services import Deed
from tests.world.people import Side

TERMS = Terms(
    first=((Need(NeedKind.EXPERIENCE, years=3), Need(NeedKind.PROJECT)),),
    renewal=((Need(NeedKind.EXAM),),),
    validity_months=36,
    window_days=90,
    decider=Decider.PERSON,
    project=ProjectForm((Criterion("改进有数据支持", 100),), 60),
)


def furnish_deciding(session: Session, now: datetime, side: Side) -> None:
    """Let the side's scheme ask for a project; the learner works on it, the colleague is ready."""
    examiner = side.actor(session, "examiner", now)
    scheme = schemes.create_scheme(
        session,
        examiner,
        raw_issuer_id=side.association.public_id,
        plan=SchemePlan(f"QA-{side.letter}-RE", "可靠性工程师", "Reliability engineer", 36),
        now=now,
    )
    schemes.publish_terms(session, examiner, scheme, terms=TERMS, now=now)
    scheme_id = session.scalars(select(Scheme.id).where(Scheme.public_id == scheme)).one()
    learner, colleague = side.people["learner"], side.people["colleague"]
    side.objects["own_award_file"] = schemes.begin_file(session, learner.id, scheme_id, now)
    deed = Deed(scheme_id, colleague.id, NeedKind.EXPERIENCE, "world", now, {"years": 5})
    schemes.record_deed(session, deed, now)
    file = queries.find_open_file(session, scheme_id, colleague.id)
    assert file is not None
    side.objects |= {"rich_scheme": scheme, "award_file": file.public_id}
