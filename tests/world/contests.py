"""Competitions and sittings of one side: drafts, running ones, and closed ones with results."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Attempt
from learning.attempts.rules import Batch, BatchEntry, Form, Release, RulingWish, Treatment
from learning.attempts.services import submit_attempt
from learning.certification import services as schemes
from learning.certification.models import AwardRule
from learning.certification.rules import SchemePlan
from learning.competitions import services as competitions
from learning.competitions.formats import FIRST, Promotion
from learning.competitions.models import Entry, EntryLink, FairnessFlag, Team, TeamMember
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import get_published, look_out
from learning.competitions.queries.desks import list_offices
from learning.competitions.queries.extra_time import list_extended
from learning.competitions.queries.fairness import Suspect
from learning.competitions.queries.unit_awards import list_unit_awards
from learning.competitions.rules import ContestRules, Page
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.desks import TypedHeadcount
from learning.competitions.rules.fairness import AttemptFacts
from learning.competitions.rules.links import TypedLink
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.teams import TeamRules
from learning.competitions.rules.unit_prizes import UnitPrize
from learning.competitions.services import Wish, fairness, teams
from learning.exams import services as exams
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, ScopeKind
from learning.live_rounds import services as live
from learning.live_rounds.queries import get_open
from learning.live_rounds.rules import Act, Seat, audience_token, team_token
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.competitions import make_contest
from tests.factories.exams import make_plan
from tests.factories.live_rounds import make_room
from tests.factories.rounds import plan_round
from tests.world.contest_papers import furnish_papers
from tests.world.halls import (
    furnish_appeal,
    furnish_application,
    furnish_hall,
    furnish_marking,
)
from tests.world.hours import promise_hours
from tests.world.people import PNG, Side

BANK = "sample"
DEVICE = "device-of-the-world".ljust(43, "_")  # as long as a real one
RULES = ContestRules(bank=BANK, single_count=3, multiple_count=2, max_attempts=3)
RIGHT = ('"b"',) * 3 + ('["a","c"]',) * 2
WRONG = ('"a"',) * 3 + ('["b"]',) * 2


def furnish_rooms(session: Session, now: datetime, side: Side) -> None:
    """Make a side's rooms: a draft, and an open one in which an item is being answered."""
    manager = side.actor(session, "manager", now)
    draft = make_room(session, manager, side.association, now, is_open=False)
    spare = make_room(session, manager, side.association, now, is_open=False, title="待开现场")
    room = make_room(session, manager, side.association, now, title="进行中的现场")
    for act, raw in ((Act.STAGE, {"stage": 1}), (Act.SHOW, {}), (Act.START, {})):
        live.act_as_host(session, manager, room, act=act, raw=raw, now=now)
    side.objects |= {
        "draft_room": draft,
        "spare_room": spare,
        "live_room": room,
        "team_seat": team_token(get_open(session, room).secret, Seat(1, 1)),
        "audience_seat": audience_token(get_open(session, room).secret, new_public_id()),
    }


def furnish_contests(session: Session, now: datetime, side: Side) -> None:
    """Make a side's competitions; the enterprise is enrolled, its people have entered."""
    manager, hr = (side.actor(session, role, now) for role in ("manager", "hr"))
    draft = _create(session, manager, side, now, title="草稿竞赛")
    spare = _create(session, manager, side, now, title="待开竞赛")
    for contest in (draft, spare):
        later = plan_round(now, bank=RULES.bank)
        competitions.add_round(session, manager, contest, plan=later, is_training=False, now=now)
    running = _create(session, manager, side, now, title="进行中的竞赛")
    competitions.open_competition(session, manager, running, now=now)
    enterprise = side.enterprise.public_id
    competitions.enrol_enterprise(session, hr, running, raw_unit_id=enterprise, now=now)
    learner, colleague = (side.actor(session, role, now) for role in ("learner", "colleague"))
    for person in (learner, colleague):
        competitions.enter_competition(session, person, running, wish=Wish(), now=now)
    competitions.appoint_office(
        session,
        manager,
        running,
        raw_person=side.phone("examiner"),
        title="示例分办",
        scope_kind=ScopeKind.REGION,
        raw_scope=side.enterprise.region,
        now=now,
    )
    granted = {"raw_person": side.phone("learner"), "percent": 50}
    competitions.grant_extra_time(session, manager, running, **granted, now=now)
    declared = TypedHeadcount("25", now.date().isoformat(), "证明.png", PNG)
    contest_id = get_published(session, running).id
    side.objects |= {
        "extended_entry": list_extended(session, contest_id, page=1)[0][0].public_id,
        "office": list_offices(session, contest_id)[0].public_id,
        "declaration": competitions.declare_headcount(
            session, hr, running, raw_unit_id=enterprise, typed=declared, now=now
        ),
        "entry_link": (
            link := competitions.create_link(
                session,
                hr,
                running,
                raw_unit_id=enterprise,
                typed=TypedLink("班前会"),
                now=now,
            )
        ),
        "entry_token": token_of(session, link),
        "draft_competition": draft,
        "spare_competition": spare,
        "competition": running,
        "open_attempt": competitions.start_round(
            session, learner, running, device_token=DEVICE, now=now
        ),
        "spare_attempt": competitions.start_round(
            session, colleague, running, device_token=DEVICE, now=now
        ),
    }
    furnish_papers(session, now, side, manager)
    _teamed_contest(session, now, side)
    competitions.write_page(
        session, manager, running, page=Page(banner_alt="主题语"), banner=PNG, now=now
    )
    side.objects["banner"] = hashlib.sha256(PNG).hexdigest()
    _past_contest(session, now - timedelta(days=2), side)


def _teamed_contest(session: Session, now: datetime, side: Side) -> None:
    """A contest that begins tomorrow, in which the learner's team waits for the colleague."""
    manager = side.actor(session, "manager", now)
    window = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=2)}
    public_id = _create(session, manager, side, now, title="团队竞赛", **window)
    teams.set_team_rules(session, manager, public_id, rules=TeamRules(least=2), now=now)
    competitions.open_competition(session, manager, public_id, now=now)
    learner, colleague = (side.actor(session, role, now) for role in ("learner", "colleague"))
    for person in (learner, colleague):
        competitions.enter_competition(session, person, public_id, now=now)
    team = teams.found_team(session, learner, public_id, raw_name="示例一队", now=now)
    token = session.scalars(select(Team.token).where(Team.public_id == team)).one()
    teams.ask_team(session, colleague, token, now=now)
    asked = select(TeamMember.public_id).where(TeamMember.state == "asked")
    side.objects |= {
        "team_competition": public_id,
        "team_token": token,
        "team_member": session.scalars(asked.order_by(TeamMember.id.desc()).limit(1)).one(),
    }


def token_of(session: Session, link: str) -> str:
    """Return what the address of a link ends with."""
    return session.scalars(select(EntryLink.token).where(EntryLink.public_id == link)).one()


def _create(
    session: Session, manager: Actor, side: Side, now: datetime, *, title: str, **window: Any
) -> str:
    return competitions.create_competition(
        session,
        manager,
        raw_organiser_id=side.association.public_id,
        contest=replace(make_contest(now, **window), title=title, rules=RULES),
        now=now,
    )


def _past_contest(session: Session, then: datetime, side: Side) -> None:
    """A contest two days ago; the worker closes it, since its window is long over."""
    manager, hr = (side.actor(session, role, then) for role in ("manager", "hr"))
    public_id = _create(
        session, manager, side, then, title="已结束的竞赛", closes_at=then + timedelta(hours=3)
    )
    competitions.set_promotion(
        session, manager, public_id, FIRST, promotion=Promotion(top=5), now=then
    )
    promise_hours(session, then, manager, public_id)
    competitions.open_competition(session, manager, public_id, now=then)
    enterprise = side.enterprise.public_id
    competitions.enrol_enterprise(session, hr, public_id, raw_unit_id=enterprise, now=then)
    for role, answers in (("learner", RIGHT), ("colleague", WRONG)):
        person = side.actor(session, role, then)
        competitions.enter_competition(session, person, public_id, now=then)
        attempt = competitions.start_round(
            session, person, public_id, device_token=DEVICE, now=then
        )
        hand_in(session, person, attempt, answers, then + timedelta(minutes=5))
        side.objects.setdefault("appealed_attempt", attempt)
    side.objects["closed_competition"] = public_id
    side.objects["series"] = competitions.place_in_series(
        session,
        manager,
        public_id,
        raw_series_id="",
        title="示例系列赛",
        year=then.year,
        now=then,
    )
    view = get_published(session, public_id)
    facts = AttemptFacts(5, 20_000, 20_000, 5.0, (), 1)
    attempt_id = session.scalars(
        select(Attempt.id).where(Attempt.assessment_id == view.assessment_id).order_by(Attempt.id)
    ).first()
    entry_id = session.scalars(
        select(Entry.id).where(Entry.competition_id == view.id).order_by(Entry.id)
    ).first()
    assert attempt_id
    assert entry_id
    finding = (
        Suspect(attempt_id, entry_id, facts),
        "speed",
        '{"items": 5, "seconds_each": 1.0, "share": 1.0}',
    )
    other = session.scalars(
        select(Entry.public_id).where(Entry.competition_id == view.id).order_by(Entry.id.desc())
    ).first()
    figures = {"items": 5, "wrong": 3, "right": 1, "weight": 8.4, "z": 6.2, "chance": 1.3e-05}
    evidence = {**figures, "compared": 1225, "nearness": 4.5, "pairs": 2, "other": other}
    shared = (finding[0], "sharing", json.dumps(evidence))
    fairness.keep_findings(session, view.id, [finding, shared], then)
    flags = select(FairnessFlag.public_id).where(
        FairnessFlag.competition_id == view.id, FairnessFlag.kind == "speed"
    )
    side.objects["flag"] = session.scalars(flags).one()


def furnish_awards(session: Session, now: datetime, side: Side) -> None:
    """Draw the prizes of the past contest, and let the colleague object."""
    manager, colleague = (side.actor(session, role, now) for role in ("manager", "colleague"))
    public_id = side.objects["closed_competition"]
    drawn_at, announced_at = now - timedelta(hours=1), now - timedelta(hours=2)
    top = Prize("top", "一等奖", PrizeKind.RANK, 1, reserve=1)
    lot = Prize("lot", "幸运奖", PrizeKind.LOT, 5)
    units = (UnitPrize("org", "优秀组织奖", count=5),)
    rules = AwardRules((top, lot), "某指数当日收盘点位（示例）", drawn_at, 7, 30, units)
    competitions.write_awards(session, manager, public_id, rules=rules, now=announced_at)
    competitions.announce_awards(session, manager, public_id, now=announced_at)
    competitions.draw_awards(session, manager, public_id, number="3214.57", now=drawn_at)
    view = get_published(session, public_id)
    outlook = look_out(session, view, Promotion(top=5))
    competitions.promote_from(
        session, manager, public_id, FIRST, digest=outlook.digest, now=announced_at
    )
    side.objects["promoted"] = outlook.going[0].subject
    plan = award_queries.get_announced(session, view.id)
    side.objects |= {
        "objection": competitions.object_to_awards(
            session, colleague, view, text="一等奖得主不是本单位人员。", now=now
        ),
        "award": award_queries.list_awards(session, plan)[0][0].public_id,
        "unit_award": list_unit_awards(session, plan)[0][0].public_id,
    }


def furnish_regrade(session: Session, now: datetime, side: Side) -> None:
    """Let the learner appeal on an item of the past contest, and its manager begin a regrade."""
    manager, learner = (side.actor(session, role, now) for role in ("manager", "learner"))
    public_id, attempt = side.objects["closed_competition"], side.objects["appealed_attempt"]
    appeal = competitions.lodge_item_appeal(
        session,
        learner,
        public_id,
        1,
        raw_attempt_id=attempt,
        position=1,
        text="依据标准 3.2 条，另一选项也对。",
        now=now,
    )
    regrade = competitions.start_round_regrade(
        session, manager, public_id, 1, raw_appeal_id=appeal, now=now
    )
    place = Form.from_json(
        session.scalars(select(Attempt.form).where(Attempt.public_id == attempt)).one()
    ).positions[0]
    wish = RulingWish(place.version_id, Treatment.FULL_MARKS)
    competitions.rule_on_round(session, manager, public_id, 1, regrade, wish=wish, now=now)
    side.objects |= {
        "item_appeal": appeal,
        "round_regrade": regrade,
        "round_ruled_version": str(place.version_id),
    }


def hand_in(
    session: Session, person: Actor, attempt: str, answers: tuple[str, ...], now: datetime
) -> None:
    """Submit an attempt with answers by position."""
    entries = tuple(BatchEntry(n, 1, answer) for n, answer in enumerate(answers, 1))
    epoch = session.scalars(select(Attempt.epoch).where(Attempt.public_id == attempt)).one()
    submit_attempt(
        session,
        person,
        attempt,
        batch=Batch(epoch, entries),
        last_seq=dict.fromkeys(range(1, len(answers) + 1), 1),
        now=now,
    )


def furnish_sittings(session: Session, now: datetime, side: Side) -> None:
    """Make a side's sittings, its scheme, and an attempt that passes and is told at once."""
    examiner = side.actor(session, "examiner", now)
    told = {"taken_sitting": {"release": Release.AT_SUBMIT}}
    made = {
        kind: _sitting(session, examiner, side, now, title, **told.get(kind, {}))
        for kind, title in {
            "draft_sitting": "草稿场次",
            "spare_sitting": "待开场次",
            "sitting": "可参加的场次",
            "taken_sitting": "考过的场次",
        }.items()
    }
    learner, colleague = (side.actor(session, role, now) for role in ("learner", "colleague"))
    chosen = [learner.user_id, colleague.user_id]
    for kind in ("sitting", "taken_sitting"):
        exams.open_sitting(session, examiner, made[kind], now=now)
        exams.admit(session, examiner, made[kind], user_ids=chosen, now=now)
    exams.admit(session, examiner, made["draft_sitting"], user_ids=chosen, now=now)
    for person, answers in ((learner, RIGHT), (colleague, RIGHT)):
        attempt = exams.start_sitting(
            session, person, made["taken_sitting"], device_token=DEVICE, now=now
        )
        hand_in(session, person, attempt, answers, now)
        side.objects.setdefault("done_attempt", attempt)
    side.objects |= made
    furnish_hall(session, examiner, side, now)
    furnish_marking(session, examiner, side, now)
    furnish_appeal(session, examiner, side, now)
    later = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=2)}
    side.objects["offered_sitting"] = _sitting(
        session, examiner, side, now, "可报考的场次", **later
    )
    furnish_application(session, examiner, side, now)
    _past_sitting(session, now - timedelta(days=2), side)
    _scheme(session, examiner, side, now)


def _sitting(
    session: Session, examiner: Actor, side: Side, now: datetime, title: str, **changes: Any
) -> str:
    plan = make_plan(now, cut_points=Decimal(12), **changes)
    assert plan.rules.pool is Pool.CONTEST
    assert plan.rules.sections[0].kind is ItemKind.SINGLE
    return exams.create_sitting(
        session,
        examiner,
        raw_organiser_id=side.association.public_id,
        plan=replace(plan, title=title),
        now=now,
    )


def _past_sitting(session: Session, then: datetime, side: Side) -> None:
    examiner = side.actor(session, "examiner", then)
    public_id = _sitting(
        session, examiner, side, then, "结束了的场次", closes_at=then + timedelta(hours=3)
    )
    exams.open_sitting(session, examiner, public_id, now=then)
    learner, colleague = (side.actor(session, role, then) for role in ("learner", "colleague"))
    chosen = [learner.user_id, colleague.user_id]
    exams.admit(session, examiner, public_id, user_ids=chosen, now=then)
    attempt = exams.start_sitting(session, learner, public_id, device_token=DEVICE, now=then)
    hand_in(session, learner, attempt, WRONG, then + timedelta(minutes=5))
    side.objects["closed_sitting"] = public_id


def _scheme(session: Session, examiner: Actor, side: Side, now: datetime) -> None:
    scheme, other = (
        schemes.create_scheme(
            session,
            examiner,
            raw_issuer_id=side.association.public_id,
            plan=SchemePlan(f"QA-{side.letter}-{code}", title, title, 36),
            now=now,
        )
        for code, title in (("TQM", "全面质量管理基础"), ("SPC", "统计过程控制"))
    )
    for sitting in ("taken_sitting", "closed_sitting"):
        raw = side.objects[sitting]
        schemes.attach_sitting(session, examiner, scheme, raw_sitting_id=raw, now=now)
    session.flush()
    rules = session.scalars(select(AwardRule.id).order_by(AwardRule.id)).all()
    side.objects |= {"scheme": scheme, "spare_scheme": other, "award_rule": str(rules[-1])}
