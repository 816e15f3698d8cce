"""A contest whose round takes paper, a unit with keyers, and people who are down for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.queries import get_papers, list_papers
from learning.attempts.rules import form_code, label_of
from learning.competitions import services
from learning.competitions.jobs import BOARD
from learning.competitions.models import Entry
from learning.competitions.queries.papers import PaperDesk
from learning.competitions.rules.papers import PaperRules
from learning.exams.queries import sheets as sheet_queries
from learning.exams.rules.keying import LETTERS
from learning.exams.rules.sheets import SheetState
from learning.exams.services import key_sheet
from learning.kernel import events
from learning.kernel.permissions import Actor, Role
from learning.organisations.models import Unit
from learning.question_bank.queries import get_keys
from tests.factories.competitions import Stage, make_stage
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)


@dataclass
class PaperContest:
    """A running contest of 20 points, an enrolled company with two keyers, its workers by number.

    Workers have the staff numbers W1, W2 …
    """

    stage: Stage
    company: Unit
    keyers: list[Actor] = field(default_factory=list)
    workers: list[Actor] = field(default_factory=list)

    def desk(self, session: Session, now: datetime, keyer: int = 0) -> PaperDesk:
        return services.hold_paper(
            session, self.keyers[keyer], self.stage.public_id, self.company.public_id, 1, now
        )

    def put_down(self, session: Session, now: datetime, roll: str, division: str = "") -> int:
        desk = self.desk(session, now)
        return services.put_down(
            session, self.keyers[0], desk, roll=roll, division=division, now=now
        ).added

    def sheet(self, session: Session, now: datetime, right: int = 5) -> dict[str, str]:
        """A sheet of which the first `right` items are answered right."""
        desk = self.desk(session, now).sheets
        [line] = list_papers(session, desk.assessment_id, limit=1)[0]
        [form] = get_papers(session, desk.assessment_id, [line.label])
        keys = get_keys(session, form.version_ids)
        values = {"form": form_code(label_of(form)), "date": now.date().isoformat()}
        for each, place in zip(
            sheet_queries.list_lines(session, form), form.positions, strict=True
        ):
            chosen = keys[place.version_id].choices
            letters = "".join(sorted(LETTERS[each.options.index(one)] for one in chosen))
            wrong = next(c for c in "ABCD" if c != letters)
            values[each.place] = letters if each.position <= right else wrong
        return values

    def key(
        self, session: Session, now: datetime, raw: dict[str, str], *, keyer: int, worker: int = 0
    ) -> SheetState:
        return key_sheet(
            session,
            self.keyers[keyer],
            self.desk(session, now, keyer).sheets,
            candidate_id=self.workers[worker].user_id,
            raw=raw,
            now=now,
        )

    def confirm(self, session: Session, now: datetime, right: int = 5, worker: int = 0) -> None:
        """Two people key the same of a worker who is down for paper."""
        raw = self.sheet(session, now, right)
        for keyer in (0, 1):
            self.key(session, now, raw, keyer=keyer, worker=worker)

    def entry(self, session: Session, worker: int = 0) -> str:
        return session.scalars(
            select(Entry.public_id).where(Entry.user_id == self.workers[worker].user_id)
        ).one()


def feed(session: Session, now: datetime) -> None:
    """Let the board take what happened."""
    for event in events.find_pending(session, BOARD, 1000):
        BOARD.handle(session, event, now)


def add_keyer(session: Session, now: datetime, company: Unit, name: str) -> Actor:
    user = make_user(session, now, name)
    grant_role(session, now, user, Role.HR_MANAGER, company)
    return make_actor(user, unit_grant(Role.HR_MANAGER, company))


def make_paper_contest(
    session: Session,
    now: datetime,
    *,
    workers: int = 2,
    rules: dict[str, Any] | None = None,
    **changes: Any,
) -> PaperContest:
    """See above; the paper's rules may be given, the contest's by name."""
    stage = make_stage(session, now, **changes)
    company = make_unit(session, now, name="示例机械集团", region="370200")
    company.headcount = 4
    contest = PaperContest(stage, company)
    contest.keyers = [add_keyer(session, now, company, f"录入{n}") for n in (1, 2)]
    services.enrol_enterprise(
        session, contest.keyers[0], stage.public_id, raw_unit_id=company.public_id, now=now
    )
    until = stage.view(session, now).closes_at + timedelta(days=7)
    chosen = PaperRules(until, **{"takes_totals": True, **(rules or {})})
    services.set_paper(session, stage.actor, stage.public_id, 1, rules=chosen, now=now)
    services.draw_round_papers(session, stage.actor, stage.public_id, 1, count=1, now=now)
    for number in range(1, workers + 1):
        user = make_user(session, now, f"工人{number}")
        make_membership(session, now, user, company, staff_no=f"W{number}")
        contest.workers.append(make_actor(user))
    return contest
