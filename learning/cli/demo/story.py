"""What happened in the demo: sittings and contests that are over, and some that run.

Everything goes through the services with the time of the story; events are delivered in between,
as the worker would have done. The answers are drawn from the keys with a fixed seed: the same
story each time.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learning.attempts.queries import get_attempt, list_items
from learning.attempts.rules import Batch, parse_batch
from learning.attempts.services import submit_attempt
from learning.certification.rules import SchemePlan
from learning.certification.services import attach_sitting, create_scheme
from learning.cli.demo.deciding import found_reliability
from learning.cli.demo.papers import register_papers
from learning.cli.demo.people import Cast
from learning.cli.demo.shapes import (
    CHIEF_QUALITY_OFFICER,
    CONTEST,
    PROCESS_INSPECTOR,
    RELIABILITY_ENGINEER,
)
from learning.competitions.jobs import close_due as close_competitions
from learning.competitions.rules import (
    Belonging,
    Contest,
    Division,
    EntryRules,
)
from learning.competitions.services import (
    create_competition,
    enrol_enterprise,
    enter_competition,
    open_competition,
    start_round,
)
from learning.courses.queries import get_course, list_courses
from learning.courses.rules import Reading
from learning.courses.services import record_progress, start_check
from learning.exams.jobs import close_due as close_sittings
from learning.exams.rules import Duty, SittingPlan, SittingRules
from learning.exams.services import (
    admit,
    appoint,
    create_sitting,
    open_sitting,
    start_sitting,
)
from learning.kernel.db import Database
from learning.kernel.events import Consumer, deliver
from learning.kernel.permissions import Actor
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemKind

DEVICE = "demo-device"
MARKER = "reviewer@demo.example"
A_BATCH = 25  # attempts in one transaction: the writers' turn is not held for long
DAY = timedelta(days=1)
Start = Callable[[Session, Actor, datetime], str]


def make_story(
    database: Database, cast: Cast, consumers: Sequence[Consumer], now: datetime
) -> None:
    """Play everything up to now."""
    story = _Story(database, cast, consumers)
    story.found_scheme(now - 400 * DAY)
    # A year's certificates: those of the first sitting end within weeks, of the second next year.
    story.hold_sitting(
        "过程检验员上岗考核（上年度）", now - 345 * DAY, [p[:18] for p in cast.staff]
    )
    story.hold_sitting(
        "过程检验员上岗考核（本年度）", now - 60 * DAY, [p[14:40] for p in cast.staff]
    )
    story.hold_contest("全面质量管理知识竞赛（演示·已公布）", now - 25 * DAY)
    story.call_inspectors("过程检验员上岗考核（补考）", now - DAY, now + 20 * DAY)
    story.run_exam("可靠性工程师考试（演示）", RELIABILITY_ENGINEER, now)
    story.run_exam("首席质量官任职培训考试（演示）", CHIEF_QUALITY_OFFICER, now)
    story.open_contest("全面质量管理知识竞赛（演示）", now - 2 * DAY, now + 12 * DAY)
    with database.transaction() as session:
        found_reliability(session, cast, now - 3 * DAY)
    story.learn(now)
    with database.transaction() as session:
        register_papers(session, cast, now)
    story.deliver(now)


class _Story:
    """The acts of the story."""

    def __init__(self, database: Database, cast: Cast, consumers: Sequence[Consumer]) -> None:
        self.database, self.cast, self.consumers = database, cast, consumers
        self.random = random.Random(20201120)
        self.scheme = ""

    def deliver(self, now: datetime) -> None:
        """Hand all events to their consumers, those that consumers make as well."""
        while sum(deliver(self.database, one, now, limit=1000) for one in self.consumers):
            pass

    def found_scheme(self, now: datetime) -> None:
        """Found the certification scheme of the association."""
        plan = SchemePlan(
            code="QA-PI",
            title="过程检验员上岗证",
            title_en="Process inspector",
            validity_months=12,
        )
        with self.database.transaction() as session:
            self.scheme = create_scheme(
                session,
                self.cast.examiner,
                raw_issuer_id=self.cast.association,
                plan=plan,
                now=now,
            )

    def call_sitting(
        self, title: str, rules: SittingRules, opens_at: datetime, closes_at: datetime
    ) -> str:
        """Open a sitting. Some staff of each enterprise may come."""
        plan = SittingPlan(
            title=title,
            description="闭卷，一人一卷。试题为本平台原创，人员与单位均为虚构。",
            opens_at=opens_at,
            closes_at=closes_at,
            rules=rules,
        )
        examiner = self.cast.examiner
        announced = opens_at - DAY
        with self.database.transaction() as session:
            sitting = create_sitting(
                session,
                examiner,
                raw_organiser_id=self.cast.association,
                plan=plan,
                now=announced,
            )
            open_sitting(session, examiner, sitting, now=announced)
            people = [actor for staff in self.cast.staff for actor in staff[:30]]
            ids = [actor.user_id for actor in people]
            admit(session, examiner, sitting, user_ids=ids, now=announced)
        return sitting

    def call_inspectors(self, title: str, opens_at: datetime, closes_at: datetime) -> str:
        """Open a sitting of process inspectors; its passes earn certificates."""
        sitting = self.call_sitting(title, PROCESS_INSPECTOR, opens_at, closes_at)
        with self.database.transaction() as session:
            attach_sitting(
                session,
                self.cast.examiner,
                self.scheme,
                raw_sitting_id=sitting,
                now=opens_at - DAY,
            )
        return sitting

    def run_exam(self, title: str, rules: SittingRules, now: datetime) -> None:
        """Open a sitting of a real shape; three people have handed in, the others still may."""
        day = now - 2 * DAY
        sitting = self.call_sitting(title, rules, day, now + 12 * DAY)
        if rules.marked:
            self.appoint_marker(sitting, day)
        self.answer(
            [staff[5] for staff in self.cast.staff],
            day,
            lambda session, actor, at: start_sitting(
                session, actor, sitting, device_token=DEVICE, now=at
            ),
            skill=0.8,
        )

    def appoint_marker(self, sitting: str, now: datetime) -> None:
        """Let the reviewer mark the essays; some wait in the queue."""
        with self.database.transaction() as session:
            appoint(
                session,
                self.cast.examiner,
                sitting,
                roll=MARKER,
                duty=Duty.MARKER,
                raw_room_id="",
                now=now,
            )

    def hold_sitting(self, title: str, day: datetime, groups: Sequence[Sequence[Actor]]) -> None:
        """Hold a sitting that is over: answered, recorded, certified, closed."""
        ends = day + timedelta(hours=8)
        sitting = self.call_inspectors(title, day, ends)
        people = [actor for group in groups for actor in group]
        with self.database.transaction() as session:
            ids = [actor.user_id for actor in people]
            admit(session, self.cast.examiner, sitting, user_ids=ids, now=day - DAY / 2)
        self.answer(
            people,
            day,
            lambda session, actor, at: start_sitting(
                session, actor, sitting, device_token=DEVICE, now=at
            ),
            skill=0.86,
        )
        self.deliver(ends)
        close_sittings(self.database, ends + timedelta(minutes=5))
        self.deliver(ends + timedelta(minutes=6))

    def open_contest(self, title: str, opens_at: datetime, closes_at: datetime) -> str:
        """Open a contest of three divisions; two of three enterprises have enrolled."""
        contest = Contest(
            title=title,
            description="25 道题，60 分钟。试题为本平台原创，人员与单位均为虚构。",
            opens_at=opens_at,
            closes_at=closes_at,
            rules=CONTEST,
            entry=EntryRules(
                divisions=(
                    Division("enterprise", "企业员工组", Belonging.ENTERPRISE),
                    Division("university", "高校组", Belonging.UNIVERSITY),
                    Division("public", "个人组", Belonging.NONE),
                )
            ),
        )
        announced = opens_at - DAY
        with self.database.transaction() as session:
            competition = create_competition(
                session,
                self.cast.manager,
                raw_organiser_id=self.cast.association,
                contest=contest,
                now=announced,
            )
            open_competition(session, self.cast.manager, competition, now=announced)
            for hr, unit in list(zip(self.cast.hr, self.cast.enterprises, strict=True))[:2]:
                enrol_enterprise(session, hr, competition, raw_unit_id=unit, now=announced)
        return competition

    def hold_contest(self, title: str, day: datetime) -> None:
        """Hold a contest that is over and published; most of the staff took part."""
        ends = day + timedelta(hours=10)
        competition = self.open_contest(title, day, ends)
        people = [actor for staff in self.cast.staff for actor in staff[: len(staff) * 2 // 3]]
        for group in _groups(people):
            with self.database.transaction() as session:
                for actor in group:
                    enter_competition(session, actor, competition, now=day - DAY / 2)
        self.answer(
            people,
            day,
            lambda session, actor, at: start_round(
                session, actor, competition, device_token=DEVICE, now=at
            ),
            skill=0.78,
        )
        self.deliver(ends)
        close_competitions(self.database, ends + timedelta(minutes=5))

    def answer(self, people: Sequence[Actor], day: datetime, start: Start, *, skill: float) -> None:
        """Let everybody answer within seven hours, each with an own skill and speed."""
        for group in _groups(people):
            with self.database.transaction() as session:
                for actor in group:
                    begun = day + timedelta(seconds=self.random.randrange(6 * 3600))
                    attempt = start(session, actor, begun)
                    chance = min(1.0, max(0.3, self.random.gauss(skill, 0.12)))
                    took = timedelta(milliseconds=self.random.randrange(600_000, 3_000_000))
                    self.hand_in(session, actor, attempt, begun + took, chance)

    def hand_in(
        self, session: Session, actor: Actor, attempt: str, at: datetime, chance: float
    ) -> None:
        """Hand in an attempt whose answers are right with the given chance."""
        view = get_attempt(session, actor.user_id, attempt)
        places = view.form.positions
        responses = []
        for number, item in enumerate(list_items(session, places), start=1):
            value = self.respond(item.document, item.key, chance)
            responses.append({"position": number, "seq": 1, "response": value})
        batch = parse_batch({"epoch": view.epoch, "responses": responses})
        if batch is None:
            raise RuntimeError("the demo's answers are no batch")
        last_seq = dict.fromkeys(range(1, len(places) + 1), 1)
        submit_attempt(session, actor, attempt, batch=batch, last_seq=last_seq, now=at)

    def respond(self, document: ItemDocument, key: AnswerKey, chance: float) -> Any:
        """Answer one item, right with the given chance; an essay by some points of its rubric."""
        if document.parts:
            both = zip(document.parts, key.parts, strict=True)
            return [self.respond(part, part_key, chance) for part, part_key in both]
        if document.kind is ItemKind.ESSAY:
            points = [line.text for line in key.rubric if self.random.random() <= chance]
            return "；".join(points) or "没有把握，只答一点。"
        right = list(key.choices)
        if self.random.random() > chance:
            others = [option.id for option in document.options] or ["t", "f"]
            right = self.random.sample(others, min(len(others), len(right)))
        return sorted(right) if document.kind is ItemKind.MULTIPLE else right[0]

    def learn(self, now: datetime) -> None:
        """Let a part of the staff read lessons; whoever read one also did its self-check."""
        with self.database.session(write=False) as session:
            listed, _total = list_courses(session)
            if not listed:
                return
            course = get_course(session, listed[0].document.code)
        for staff in self.cast.staff:
            with self.database.transaction() as session:
                for number, actor in enumerate(staff[:14]):
                    for lesson in course.lessons[: number % 7]:
                        self.read(session, actor, course.document.code, lesson.code, now)

    def read(self, session: Session, actor: Actor, course: str, lesson: str, now: datetime) -> None:
        """Read a lesson to its end and hand in its self-check."""
        reading = Reading(percent=100, anchor="")
        record_progress(session, actor, course, lesson, reading=reading, now=now)
        attempt = start_check(session, actor, course, lesson, device_token=DEVICE, now=now)
        submit_attempt(session, actor, attempt, batch=Batch(1, ()), last_seq={}, now=now)
        record_progress(session, actor, course, lesson, reading=reading, now=now)


def _groups(people: Sequence[Actor]) -> list[Sequence[Actor]]:
    return [people[start : start + A_BATCH] for start in range(0, len(people), A_BATCH)]
