"""Reads for those who watch over attempts: where one stands, what its room told, its receipt."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment, Attempt, RoomEventRow, ScoreRow
from learning.attempts.queries import (
    AttemptView,
    get_attempt_by_id,
    list_documents,
    list_responses,
)
from learning.attempts.rules import KEYED, NO_ANSWERS, AttemptRules, Due, Sections, StoredResponse
from learning.attempts.rules.folding import fold_late
from learning.attempts.statements import POSTGRESQL_PULSE, SQLITE_PULSE
from learning.kernel.db import from_us, instant_param
from learning.kernel.errors import NotFound
from learning.question_bank import presentation
from learning.question_bank.rules import ItemView


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where an attempt stands: all that a room asks again and again."""

    attempt_id: int
    epoch: int
    deadline_at: datetime
    paused_at: datetime | None
    submitted_at: datetime | None
    finish_kind: str | None
    sections_json: str | None
    rules_json: str
    departures: int
    last_message: int | None

    @property
    def rules(self) -> AttemptRules:
        """Return the assessment's rules."""
        return AttemptRules.from_json(self.rules_json)

    @property
    def sections(self) -> Sections | None:
        """Return the times of its sections, None where the whole alone is limited."""
        return Sections.from_json(self.sections_json) if self.sections_json else None

    @property
    def is_to_end(self) -> bool:
        """Tell whether the rules end the attempt now, for having been left too often."""
        return self.submitted_at is None and self.rules.integrity.ends(self.departures)


@dataclass(frozen=True, slots=True)
class Told:
    """One event that a room told, for whoever supervises."""

    kind: str
    at: datetime
    lasted_ms: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received of an attempt when it ended."""

    attempt_id: int
    public_id: str
    title: str
    number: int
    item_count: int
    started_at: datetime
    finished_at: datetime
    finish_kind: str
    rules_json: str
    answers: str
    answers_sha256: str

    @property
    def rules(self) -> AttemptRules:
        """Return the assessment's rules."""
        return AttemptRules.from_json(self.rules_json)

    @property
    def is_forgotten(self) -> bool:
        """Tell whether the answers were removed after their time; their hash stays."""
        return self.answers == NO_ANSWERS and self.finish_kind != KEYED

    @property
    def answered(self) -> int:
        """Return how many positions have an answer that counts."""
        rows = json.loads(self.answers or "[]")  # a paper that was keyed by its total has none
        return sum(row[4] is not None and row[4] != "null" for row in rows)


def find_pulse(
    connection: Any,
    dialect_name: str,
    *,
    public_id: str,
    login_session_id: str,
    now: datetime,
) -> Pulse | None:
    """Return where the attempt of whoever is logged in stands; None when nobody is.

    One statement checks the log-in as well. Raises NotFound for a missing or foreign attempt.
    """
    is_sqlite = dialect_name == "sqlite"
    asked = {
        "pid": public_id,
        "sid": login_session_id,
        "now": instant_param(now, dialect_name),
    }
    cursor = connection.cursor()
    try:
        cursor.execute(SQLITE_PULSE if is_sqlite else POSTGRESQL_PULSE, asked)
        rows = cursor.fetchall()
    finally:
        cursor.close()
    if not rows:
        return None
    attempt_id, epoch, deadline_at, paused_at, submitted_at, *rest = rows[0]
    if attempt_id is None:
        raise NotFound("attempt")
    instants = (deadline_at, paused_at, submitted_at)
    if is_sqlite:
        instants = tuple(None if at is None else from_us(at) for at in instants)  # type: ignore[assignment] # now aware
    return Pulse(attempt_id, epoch, *instants, *rest)


def list_room_events(session: Session, attempt_id: int) -> list[Told]:
    """Return what the room of an attempt told, in the order in which it happened."""
    rows = session.execute(
        select(RoomEventRow.kind, RoomEventRow.at, RoomEventRow.lasted_ms, RoomEventRow.received_at)
        .where(RoomEventRow.attempt_id == attempt_id)
        .order_by(RoomEventRow.at, RoomEventRow.page, RoomEventRow.seq)
    )
    return [Told(*row) for row in rows]


def receipt_of(attempt: AttemptView, answers: str, answers_sha256: str) -> Receipt:
    """Return the receipt of an attempt that was finished just now."""
    if attempt.finished_at is None:
        raise ValueError("no receipt before the end")
    return Receipt(
        attempt_id=attempt.id,
        public_id=attempt.public_id,
        title=attempt.title,
        number=attempt.number,
        item_count=attempt.item_count,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        finish_kind=attempt.finish_kind or "submitted",
        rules_json=attempt.rules_json,
        answers=answers,
        answers_sha256=answers_sha256,
    )


def find_receipt(session: Session, user_id: int, raw_public_id: str) -> Receipt:
    """Return what was received of a person's own attempt.

    The first score froze the answers: corrections of points never change them. Raises NotFound
    for a missing, foreign or unfinished attempt.
    """
    row = session.execute(
        select(
            Attempt.id.label("attempt_id"),
            Attempt.public_id,
            Assessment.title,
            Attempt.number,
            Attempt.item_count,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.finish_kind,
            Assessment.rules.label("rules_json"),
            ScoreRow.answers,
            ScoreRow.answers_sha256,
        )
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .join(ScoreRow, (ScoreRow.attempt_id == Attempt.id) & (ScoreRow.version == 1))
        .where(Attempt.public_id == raw_public_id, Attempt.user_id == user_id)
    ).first()
    if row is None:
        raise NotFound("attempt")
    return Receipt(**row._mapping)  # noqa: SLF001 - as above


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer that came too late: kept aside, not scored; `item` as its candidate saw it."""

    position: int
    item: ItemView
    response: Any
    received_at: datetime


def list_late(session: Session, attempt_id: int) -> list[int]:
    """Return the positions of answers of a finished attempt that came too late, in order."""
    return sorted(_late(session, attempt_id))


def list_late_answers(session: Session, attempt_id: int) -> list[LateAnswer]:
    """Return the answers of a finished attempt that came too late, with what they answer.

    For whoever supervises: nothing here is of a key. Two statements where there is none.
    """
    late = _late(session, attempt_id)
    if not late:
        return []
    positions = get_attempt_by_id(session, attempt_id).form.positions
    places = [positions[number - 1] for number in late]
    documents = list_documents(session, places)
    return [
        LateAnswer(
            number,
            presentation.view(
                document,
                place.option_order,
                position=number,
                points=Decimal(place.points_milli) / 1000,
            ),
            json.loads(each.answer),
            each.saved_at,
        )
        for (number, each), place, document in zip(late.items(), places, documents, strict=True)
    ]


def _late(session: Session, attempt_id: int) -> dict[int, StoredResponse]:
    ended = session.execute(
        select(Attempt.deadline_at, Attempt.sections).where(
            Attempt.id == attempt_id, Attempt.submitted_at.is_not(None)
        )
    ).first()
    if ended is None:
        return {}
    sections = Sections.from_json(ended.sections) if ended.sections else None
    return fold_late(list_responses(session, attempt_id), Due(ended.deadline_at, sections))


def find_open_room(session: Session, user_id: int, public_id: str) -> str | None:
    """Return the attempt again if it is the person's and still open: its room is the only page."""
    return session.scalar(
        select(Attempt.public_id).where(
            Attempt.public_id == public_id,
            Attempt.user_id == user_id,
            Attempt.submitted_at.is_(None),
        )
    )
