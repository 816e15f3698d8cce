"""A sitting with an essay and a case, its markers, and papers handed in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.exams import services
from learning.exams.jobs import ANSWERS, MARKS, RESULTS
from learning.exams.rules import Duty, SectionPlan
from learning.kernel import events
from learning.kernel.db import Database
from learning.kernel.permissions import Actor
from learning.question_bank.rules import Item, ItemKind
from tests.factories.exams import Hall, make_candidate, make_hall, make_member
from tests.factories.items import make_item
from tests.factories.people import make_actor

ESSAY, CASE_ESSAY = "定义与例子", "小题的回答"
SECTIONS = (
    SectionPlan(ItemKind.SINGLE, 1, Decimal(4)),
    SectionPlan(ItemKind.ESSAY, 1, Decimal(10)),
)
WITH_CASE = (SectionPlan(ItemKind.CASE, 1, Decimal(6)), SECTIONS[1])


@dataclass
class Marked:
    """A sitting that people mark; `papers` are the ids of attempts that were handed in."""

    hall: Hall
    markers: list[Actor] = field(default_factory=list)
    candidates: list[Actor] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)

    @property
    def public_id(self) -> str:
        return self.hall.public_id


def make_marked(
    session: Session,
    now: datetime,
    *,
    markers: int = 3,
    sections: tuple[SectionPlan, ...] = SECTIONS,
    items: list[Item] | None = None,
    settings: dict[str, Any] | None = None,
    **changes: Any,
) -> Marked:
    """A sitting of 14 points, 7 to pass, with people who mark it; double marking by `settings`."""
    written = items or [make_item("essay", ItemKind.ESSAY), make_item("case", ItemKind.CASE)]
    hall = make_hall(
        session,
        now,
        is_open=False,
        marked=True,
        bank_items=written,
        sections=sections,
        cut_points=Decimal(7),
        **changes,
    )
    if settings:
        services.change_settings(session, hall.actor, hall.public_id, changes=settings, now=now)
    services.open_sitting(session, hall.actor, hall.public_id, now=now)
    made = Marked(hall)
    for number in range(1, markers + 1):
        user = make_member(session, now, hall, f"阅卷{number}", staff_no=f"M{number}")
        made.markers.append(make_actor(user))
        services.appoint(
            session,
            hall.actor,
            hall.public_id,
            roll=f"M{number}",
            duty=Duty.MARKER,
            raw_room_id="",
            now=now,
        )
    return made


def hand_in(
    session: Session,
    marked: Marked,
    now: datetime,
    answers: dict[int, Any],
    *,
    candidate: Actor | None = None,
) -> Actor:
    """Let a candidate hand in a paper with these answers by position."""
    hall = marked.hall
    actor = candidate or make_candidate(session, now, hall, f"考生{len(marked.papers) + 1}")
    attempt = services.start_sitting(session, actor, hall.public_id, device_token="d", now=now)
    rows = [{"position": p, "seq": 1, "response": each} for p, each in answers.items()]
    batch = parse_batch({"epoch": 1, "responses": rows})
    assert batch is not None
    last = dict.fromkeys(answers, 1)
    at = now + timedelta(minutes=1)
    submit_attempt(session, actor, attempt, batch=batch, last_seq=last, now=at)
    marked.candidates.append(actor)
    marked.papers.append(attempt)
    return actor


def tell(database: Database, now: datetime) -> None:
    """Let the worker find answers, put marks into scores, and record results."""
    for consumer in (ANSWERS, MARKS, ANSWERS, RESULTS):
        events.deliver(database, consumer, now)
