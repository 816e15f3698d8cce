"""Study hours of a side: credited, certified, handed in from outside; a rule by post."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.rules.hours import HourField, HoursPledge
from learning.competitions.services.hours import set_pledge
from learning.compliance.services.filters import save_filter
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.loader import ParsedRoster
from learning.organisations.models import Post, Unit
from learning.organisations.rules.corrections import Evidence
from learning.organisations.rules.roster import RosterRow
from learning.study.models import StudyClass, StudySession, TrackPostRule
from learning.study.queries import get_statement
from learning.study.queries.entries import list_declarations
from learning.study.rules.claims import Claim
from learning.study.rules.classes import SessionPlan
from learning.study.rules.entry import Background, Education
from learning.study.rules.hours import Field, local_day, span_of
from learning.study.services import issue_statement
from learning.study.services.claims import hand_in
from learning.study.services.classes import ClassPlan, make_class
from learning.study.services.contests import make_proof
from learning.study.services.entries import enrol_self
from learning.study.services.lists import apply_list, check_list
from tests.factories.study import make_credit
from tests.world.people import Side

ENTRY_TRACK = "reliability-engineer"
ZONE = "Asia/Shanghai"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def promise_hours(session: Session, now: datetime, actor: Actor, contest: str) -> None:
    """Let a contest that nobody has entered be worth six hours."""
    pledge = HoursPledge(Decimal(2), Decimal(6), HourField.COMMON)
    set_pledge(session, actor, contest, pledge=pledge, now=now)


def furnish_hours(session: Session, now: datetime, side: Side) -> None:
    """Credit the learner with a lesson, certify the hours; hand in others, set a rule by post."""
    learner = side.actor(session, "learner", now)
    credit = make_credit(session, now, learner.user_id)
    today = local_day(now, ZONE)
    public_id = issue_statement(session, learner, span_of(today, today, ZONE), zone=ZONE, now=now)
    made = get_statement(session, learner.user_id, public_id)
    proof = Evidence("proof.pdf", "application/pdf", PDF)
    claims = [
        hand_in(
            session,
            learner,
            Claim(title, "示例协会", Field.PROFESSIONAL, today, today, 2_000, proof),
            zone=ZONE,
            now=now,
        )
        for title in ("统计过程控制培训", "另一个培训")
    ]
    past = side.objects["closed_competition"]
    make_proof(session, learner, past, zone=ZONE, now=now)
    side.objects |= {
        "study_statement": public_id,
        "study_statement_code": made.code,
        "study_credit": credit.public_id,
        "study_claim": claims[0],
        "withdrawn_claim": claims[1],
        "post_rule": _post_rule(session, now, side),
        "entry_declaration": _declared(session, now, learner),
        "grid_filter": save_filter(
            session, side.actor(session, "hr", now), "缺证", {}, is_shared=True, now=now
        ),
        **_classes(session, now, side),
    }


def _declared(session: Session, now: datetime, learner: Actor) -> str:
    """Let the learner declare too few years for a track; HR has not decided."""
    told = Background(Education.COLLEGE, 4)
    enrol_self(session, learner, ENTRY_TRACK, has_declared=True, told=told, now=now)
    return list_declarations(session, learner.user_id, ENTRY_TRACK)[0].public_id


def _classes(session: Session, now: datetime, side: Side) -> dict[str, str]:
    """Plan two classes that are over; the learner was at one of them, by an imported list."""
    hr = side.actor(session, "hr", now)
    plan = ClassPlan(
        "质量工具面授", "三号会议室", "示例培训师", Field.PROFESSIONAL, needs_sign_out=True,
        units=(side.objects["enterprise"],),
    )  # fmt: skip
    held = SessionPlan(now - timedelta(hours=4), now - timedelta(hours=2), 90)
    made, spare = (make_class(session, hr, plan, held, now=now) for _ in range(2))
    meeting = session.scalars(
        select(StudySession.public_id)
        .join(StudyClass, StudyClass.id == StudySession.class_id)
        .where(StudyClass.public_id == made)
    ).one()
    lists = []
    for _ in range(2):
        row = RosterRow(2, side.people["learner"].display_name, "001", "", "", (), "")
        parsed = ParsedRoster(rows=[row], columns={"name": "A", "staff_no": "B"})
        lists.append(check_list(session, hr, made, meeting, parsed, file_name="l.xlsx", now=now))
    apply_list(session, hr, made, meeting, lists[0], now=now)
    return {
        "study_class": made,
        "spare_class": spare,
        "study_session": meeting,
        "study_list": lists[1],
    }


def _post_rule(session: Session, now: datetime, side: Side) -> str:
    unit = session.scalars(select(Unit).where(Unit.public_id == side.objects["enterprise"])).one()
    post = Post(
        public_id=new_public_id(),
        organisation_id=unit.id,
        name="检验员",
        name_key=f"检验员{side.letter}",
        created_at=now,
    )
    session.add(post)
    session.flush()
    rule = TrackPostRule(
        public_id=new_public_id(),
        track_code="common",
        post_id=post.id,
        unit_id=unit.id,
        set_by=side.actor(session, "hr", now).user_id,
        set_at=now,
    )
    session.add(rule)
    session.flush()
    return rule.public_id
