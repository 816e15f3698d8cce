"""Paper in a side's running contest: a form drawn, two people put down, a sheet that differs."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions import services as competitions
from learning.competitions.models import Entry, PaperEntry
from learning.competitions.queries import get_published
from learning.competitions.rules.papers import PaperRules
from learning.exams.models import AnswerSheet, SheetKeying, SheetScan
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from tests.world.people import PNG, Side


def furnish_papers(session: Session, now: datetime, side: Side, manager: Actor) -> None:
    """Let the first round take paper beside online; HR and the office keyed one sheet."""
    running = side.objects["competition"]
    view = get_published(session, running)
    rules = PaperRules(view.closes_at + timedelta(days=1), beside_online=True)
    competitions.set_paper(session, manager, running, 1, rules=rules, now=now)
    competitions.draw_round_papers(session, manager, running, 1, count=1, now=now)
    hr, office = side.people["hr"].id, side.people["examiner"].id
    for role in ("learner", "colleague"):
        entry = session.scalars(
            select(Entry).where(
                Entry.competition_id == view.id, Entry.user_id == side.people[role].id
            )
        ).one()
        listed = PaperEntry(
            round_id=view.round_id,
            entry_id=entry.id,
            unit_id=side.enterprise.id,
            added_by=hr,
            added_at=now,
        )
        session.add(listed)
        side.objects[f"{role}_entry"] = entry.public_id
    sheet = AnswerSheet(
        public_id=new_public_id(),
        assessment_id=view.assessment_id,
        user_id=side.people["learner"].id,
        revision=0,
        state="differs",
        opened_by=hr,
        opened_at=now,
    )
    session.add(sheet)
    session.flush()
    for slot, (keyer, text) in enumerate(((hr, "A"), (office, "B")), 1):
        session.add(
            SheetKeying(
                sheet_id=sheet.id,
                slot=slot,
                keyed_by=keyer,
                content=f'{{"1":"{text}","date":"2026-11-22","form":"A"}}',
                source="page",
                keyed_at=now,
            )
        )
    scan = SheetScan(
        public_id=new_public_id(),
        sheet_id=sheet.id,
        name="扫描.png",
        media_type="image/png",
        content=PNG,
        added_by=hr,
        added_at=now,
    )
    session.add(scan)
    side.objects |= {"paper_sheet": sheet.public_id, "paper_scan": scan.public_id}
