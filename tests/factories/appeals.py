"""A sitting whose results are told at once, papers handed in, and people who decide on appeals."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName
from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt_by_id
from learning.attempts.rules import Release
from learning.exams import services
from learning.exams.rules import Duty, SectionPlan
from learning.kernel.permissions import Actor
from learning.question_bank.rules import ItemKind
from tests.factories.exams import make_hall, make_member
from tests.factories.marking import Marked, hand_in
from tests.factories.people import make_actor

SECTIONS = (SectionPlan(ItemKind.SINGLE, 2, Decimal(4)),)
ANSWERS = ({1: "b", 2: "d"}, {1: "c", 2: "d"})


@dataclass
class Disputed(Marked):
    """A sitting of two single items (key b), 4 points each, 4 to pass; `deciders` by their number.

    The first candidate answered the first item by its key and passed, the second took c and failed.
    """

    deciders: list[Actor] = field(default_factory=list)


def make_disputed(
    session: Session,
    now: datetime,
    *,
    deciders: int = 2,
    sections: tuple[SectionPlan, ...] = SECTIONS,
    answers: tuple[dict[int, str], ...] = ANSWERS,
    **changes: Any,
) -> Disputed:
    changes = {"release": Release.AT_SUBMIT, "forms": 1, **changes}
    hall = make_hall(session, now, sections=sections, cut_points=Decimal(4), **changes)
    made = Disputed(hall)
    for number in range(1, deciders + 1):
        user = make_member(session, now, hall, f"处理{number}", staff_no=f"D{number}")
        made.deciders.append(make_actor(user))
        services.appoint(
            session,
            hall.actor,
            hall.public_id,
            roll=f"D{number}",
            duty=Duty.DECIDER,
            raw_room_id="",
            now=now,
        )
    for answered in answers:
        hand_in(session, made, now, answered)
    for number, candidate in enumerate(made.candidates, 1):
        name = f"c{number}@example.org"
        session.add(
            LoginName(
                user_id=candidate.user_id,
                kind="email",
                name=name,
                name_key=f"email:{name}",
                created_at=now,
            )
        )
    return made


def version_at(session: Session, attempt: str, position: int) -> int:
    """Return the item version asked at a position of a paper."""
    attempt_id = session.scalars(select(Attempt.id).where(Attempt.public_id == attempt)).one()
    return get_attempt_by_id(session, attempt_id).form.positions[position - 1].version_id
