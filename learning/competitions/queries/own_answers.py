"""What an organisation's own people answered in a published contest, paper by paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.queries import FrozenAttempt, has_open_attempts, list_frozen
from learning.attempts.rules import AttemptRules, Part
from learning.competitions.models import Entry
from learning.competitions.queries.results import find_places
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules.areas import Line, lines_of
from learning.question_bank.queries import get_documents
from learning.question_bank.rules import ItemDocument

AT_ONCE = 500  # people


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A paper handed in: whose, what it earned, and its positions with their items.

    Person and department are those of the entry; `lines` are empty where only a total was keyed.
    """

    name: str
    staff_no: str
    department: str
    number: int
    finished_at: datetime
    points_milli: int
    max_milli: int
    lines: tuple[tuple[ItemDocument, Line], ...]

    def by_area(self) -> dict[str, tuple[int, int]]:
        """Return (points, highest points) of each knowledge area, in thousandths."""
        found: dict[str, tuple[int, int]] = {}
        for document, line in self.lines:
            if line.counts:
                points, most = found.get(document.area, (0, 0))
                found[document.area] = (points + line.points_milli, most + line.max_milli)
        return found


def tells_answers(session: Session, competition: CompetitionView, now: datetime) -> bool:
    """Tell whether a participant may see the own answers, item by item, by now."""
    return AttemptRules.from_json(competition.rules_json).is_told(
        Part.RESPONSES,
        finished=True,
        closes_at=competition.closes_at,
        others_still_open=has_open_attempts(session, competition.assessment_id),
        now=now,
        is_closed=competition.closed_at is not None,
    )


def iterate_own_papers(
    session: Session, competition: CompetitionView, unit_id: int
) -> Iterator[OwnPaper]:
    """Give every paper that people handed in for an organisation, in the order of entry.

    Void entries and attempts are left out. Some statements for each 500 people; the caller makes
    sure that the list is published and the organisation in reach.
    """
    after = 0
    while True:
        entries = session.execute(
            select(Entry.id, Entry.user_id, Entry.participant_name)
            .where(
                Entry.competition_id == competition.id,
                Entry.unit_id == unit_id,
                Entry.voided_at.is_(None),
                Entry.id > after,
            )
            .order_by(Entry.id)
            .limit(AT_ONCE)
        ).all()
        yield from _papers(session, competition, {row[1]: (row[0], row[2]) for row in entries})
        if len(entries) < AT_ONCE:
            return
        after = entries[-1].id


def _papers(
    session: Session, competition: CompetitionView, entered: dict[int, tuple[int, str]]
) -> Iterator[OwnPaper]:
    ids = [entry_id for entry_id, _name in entered.values()]
    places = find_places(session, Entry.id.in_(ids), Entry.entered_at)
    attempts = list_frozen(session, competition.assessment_id, entered)
    for attempt in sorted(attempts, key=lambda each: (entered[each.user_id][0], each.number)):
        staff_no, department = places.get(attempt.user_id, ("", ""))
        yield OwnPaper(
            entered[attempt.user_id][1],
            staff_no,
            department,
            attempt.number,
            attempt.finished_at,
            attempt.points_milli,
            attempt.max_milli,
            _lines(session, attempt),
        )


def _lines(session: Session, attempt: FrozenAttempt) -> tuple[tuple[ItemDocument, Line], ...]:
    if attempt.is_total:
        return ()
    lines = list(lines_of(attempt.answers, attempt.items))
    documents = get_documents(session, {line.version_id for line in lines})
    return tuple((documents[line.version_id], line) for line in lines)
