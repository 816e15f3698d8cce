"""The demo's scheme that asks more than an exam: a project, years, and a person who decides."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from learning.certification.models import Scheme, SchemeAssessor
from learning.certification.queries.papers import list_declarations, of_person
from learning.certification.rules import SchemePlan
from learning.certification.rules.terms import (
    Criterion,
    Decider,
    HoursField,
    Need,
    NeedKind,
    ProjectForm,
    Terms,
)
from learning.certification.services import begin_file, create_scheme, publish_terms
from learning.certification.services.assessing import hand_in_project
from learning.certification.services.declaring import confirm_declaration, declare
from learning.cli.demo.people import Cast
from learning.organisations.rules.corrections import Evidence

PLAN = SchemePlan("QA-RE", "质量可靠性工程师（演示）", "Reliability engineer (demo)", 36)
TERMS = Terms(
    first=((Need(NeedKind.PROJECT),), (Need(NeedKind.EXPERIENCE, years=3), Need(NeedKind.EXAM))),
    renewal=(
        (
            Need(
                NeedKind.HOURS,
                hours_milli=40_000,
                field=HoursField.PROFESSIONAL,
                within_months=36,
            ),
            Need(NeedKind.EXAM),
        ),
    ),
    validity_months=36,
    window_days=90,
    grace_days=30,
    hold_months=36,
    decider=Decider.PERSON,
    project=ProjectForm(
        (
            Criterion("失效问题界定清楚", 30),
            Criterion("分析方法选用得当", 30),
            Criterion("改进效果有数据支持", 40),
        ),
        60,
        "写明产品、失效现象、分析方法和改进前后的数据，两千字以内，附数据表。",
    ),
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0>>endobj\n"
)


def found_reliability(session: Session, cast: Cast, now: datetime) -> None:
    """Found the scheme; two people hand in projects, and HR confirms the years of one."""
    scheme = create_scheme(
        session, cast.examiner, raw_issuer_id=cast.association, plan=PLAN, now=now
    )
    publish_terms(session, cast.examiner, scheme, terms=TERMS, now=now)
    scheme_id = session.scalars(select(Scheme.id).where(Scheme.public_id == scheme)).one()
    session.execute(
        insert(SchemeAssessor).values(
            scheme_id=scheme_id,
            user_id=cast.reviewer.user_id,
            appointed_by=cast.examiner.user_id,
            appointed_at=now,
        )
    )
    for number, title in enumerate(("轴承座开裂的改进", "连接器接触不良的分析")):
        person = cast.staff[0][number]
        file = begin_file(session, person.user_id, scheme_id, now)
        papers = [Evidence("项目报告.pdf", "application/pdf", PDF)]
        hand_in_project(
            session, person, file, title=title, summary="演示材料。", papers=papers, now=now
        )
        declare(
            session,
            person,
            file,
            kind=NeedKind.EXPERIENCE,
            years=4 + number,
            words="可靠性岗位（演示）。",
            papers=(),
            now=now,
        )
    first = of_person(cast.staff[0][0].user_id, scheme_id)
    (declaration,) = list_declarations(session, first)
    confirm_declaration(session, cast.hr[0], declaration.public_id, years=4, now=now)
