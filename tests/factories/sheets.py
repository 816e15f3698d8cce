"""A sitting on paper with people who key its answer sheets, and what they key."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.queries import get_papers, list_papers
from learning.attempts.rules import Form, form_code, label_of
from learning.exams import services
from learning.exams.models import Admission
from learning.exams.queries import sheets as queries
from learning.exams.rules import Duty, SectionPlan
from learning.exams.rules.keying import LETTERS
from learning.kernel.permissions import Actor
from learning.question_bank.queries import get_keys
from learning.question_bank.rules import ItemKind
from tests.factories.exams import Hall, make_candidate, make_hall, make_member
from tests.factories.people import make_actor

SECTIONS = (
    SectionPlan(ItemKind.SINGLE, 3, Decimal(4)),
    SectionPlan(ItemKind.MULTIPLE, 2, Decimal(4)),
)


@dataclass
class Paper:
    """A sitting on paper: its keyers and candidates."""

    hall: Hall
    keyers: list[Actor] = field(default_factory=list)
    candidates: list[Actor] = field(default_factory=list)

    @property
    def public_id(self) -> str:
        return self.hall.public_id

    def desk(self, session: Session, keyer: int) -> queries.SheetDesk:
        """The desk as one of its keyers finds it."""
        return queries.sitting_desk(services.get_keyed(session, self.keyers[keyer], self.public_id))

    def sheet(
        self, session: Session, now: datetime, *, right: int = 99, letter: str = "A"
    ) -> dict[str, str]:
        """A sheet of which the first `right` single and multiple items are answered right."""
        form = self.form(session, now, letter)
        lines = queries.list_lines(session, form)
        values = {"form": form_code(label_of(form)), "date": "2026-11-22"}
        keys = get_keys(session, form.version_ids)
        for line, place in zip(lines, form.positions, strict=True):
            chosen = keys[place.version_id].choices
            if not chosen:
                continue
            letters = "".join(sorted(LETTERS[line.options.index(each)] for each in chosen))
            wrong = next(c for c in "ABCD" if c != letters)
            values[line.place] = letters if line.position <= right else wrong
        return values

    def form(self, session: Session, now: datetime, letter: str = "A") -> Form:
        """The parallel form of a letter."""
        papers, _ = list_papers(session, self.hall.view(session, now).assessment_id)
        label = next(paper.label for paper in papers if paper.label.startswith(letter))
        [form] = get_papers(session, self.hall.view(session, now).assessment_id, [label])
        return form

    def total(self, session: Session, now: datetime, points: str) -> dict[str, str]:
        """A sheet of which the total alone is keyed."""
        code = form_code(label_of(self.form(session, now)))
        return {"form": code, "date": "2026-11-22", "total": points}

    def ticket(self, session: Session, number: int = 0) -> str:
        return session.scalars(
            select(Admission.ticket_no).where(Admission.user_id == self.candidates[number].user_id)
        ).one()


def make_paper(
    session: Session,
    now: datetime,
    *,
    keyers: int = 3,
    candidates: int = 1,
    settings: dict[str, Any] | None = None,
    **changes: Any,
) -> Paper:
    """A sitting of two parallel forms of 20 points, 12 to pass, that takes paper."""
    changes = {"sections": SECTIONS, "forms": 2, **changes}
    hall = make_hall(session, now, is_open=False, **changes)
    wanted = {"takes_paper": True, "paper_totals": True, **(settings or {})}
    services.change_settings(session, hall.actor, hall.public_id, changes=wanted, now=now)
    services.open_sitting(session, hall.actor, hall.public_id, now=now)
    made = Paper(hall)
    for number in range(1, keyers + 1):
        user = make_member(session, now, hall, f"录入{number}", staff_no=f"K{number}")
        made.keyers.append(make_actor(user))
    services.appoint(
        session,
        hall.actor,
        hall.public_id,
        roll="\n".join(f"K{number}" for number in range(1, keyers + 1)),
        duty=Duty.KEYER,
        raw_room_id="",
        now=now,
    )
    for number in range(1, candidates + 1):
        made.candidates.append(make_candidate(session, now, hall, f"考生{number}"))
    return made
