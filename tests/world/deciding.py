"""A scheme of a side that asks for more than a pass, with files of its people."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.certification import queries
from learning.certification import services as schemes
from learning.certification.models import (
    AwardDecision,
    CertificateAppeal,
    Scheme,
    SchemeAssessor,
)
from learning.certification.queries.papers import (
    list_declarations,
    list_projects,
    of_person,
    projects_of,
)
from learning.certification.rules import SchemePlan
from learning.certification.rules.terms import (
    Criterion,
    Decider,
    Need,
    NeedKind,
    ProjectForm,
    Terms,
)
from learning.certification.services import Deed, appeals, assessing, declaring
from learning.kernel.ids import new_public_id
from learning.organisations.rules.corrections import Evidence
from tests.world.people import PNG, Side

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
    own = side.actor(session, "learner", now)
    side.objects["own_award_file"] = schemes.begin_file(session, learner.id, scheme_id, now)
    deed = Deed(scheme_id, colleague.id, NeedKind.EXPERIENCE, "world", now, {"years": 5})
    schemes.record_deed(session, deed, now)
    file = queries.find_open_file(session, scheme_id, colleague.id)
    assert file is not None
    paper = Evidence("证明.png", "image/png", PNG)
    mine = side.objects["own_award_file"]
    declaring.declare(
        session,
        own,
        mine,
        kind=NeedKind.EXPERIENCE,
        years=4,
        words="检验岗位四年。",
        papers=[paper],
        now=now,
    )
    assessing.hand_in_project(
        session, own, mine, title="减少错装", summary="", papers=[paper], now=now
    )
    assessor = side.people["examiner"]
    session.add(
        SchemeAssessor(
            scheme_id=scheme_id,
            user_id=assessor.id,
            appointed_by=assessor.id,
            appointed_at=now,
        )
    )
    session.flush()
    side.objects["certificate_appeal"] = _appeal(session, now, side, scheme_id)
    (declaration,) = list_declarations(session, of_person(learner.id, scheme_id))
    (project,) = list_projects(session, projects_of(learner.id, scheme_id))
    side.objects |= {
        "rich_scheme": scheme,
        "award_file": file.public_id,
        "own_declaration": declaration.public_id,
        "declared_paper": declaration.papers[0].public_id,
        "award_project": project.public_id,
        "project_paper": project.papers[0].public_id,
        "assessor": assessor.public_id,
    }


def _appeal(session: Session, now: datetime, side: Side, scheme_id: int) -> str:
    """A file of HR's was refused by the examiner, and HR appealed against it."""
    hr = side.actor(session, "hr", now)
    schemes.begin_file(session, hr.user_id, scheme_id, now)
    file = queries.find_open_file(session, scheme_id, hr.user_id)
    assert file is not None
    refused = AwardDecision(
        public_id=new_public_id(),
        scheme_id=scheme_id,
        user_id=hr.user_id,
        source_kind="file",
        source_id=file.id,
        outcome="refused",
        basis="{}",
        decided_at=now,
        decided_by=side.people["examiner"].id,
        reason="证明不全。",
    )
    session.add(refused)
    session.flush()
    number = appeals.lodge_appeal(
        session, hr, code=f"refused-{refused.public_id}", text="证明已补齐。", now=now
    )
    found = select(CertificateAppeal.public_id).where(CertificateAppeal.number == number)
    return session.scalars(found).one()
