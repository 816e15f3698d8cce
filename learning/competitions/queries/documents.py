"""The published document of a board: what it holds, and the newest one by one statement.

One worker writes it (`services.publishing`); readers only ever read the row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.models import BoardDocument, Competition, Round
from learning.competitions.queries.enterprises import get_enterprise_page
from learning.competitions.queries.participation import entries_of
from learning.competitions.queries.shown import find_shown_list, first_unit, get_shown_page
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules import Names, Source, State, public_name
from learning.kernel.errors import NotFound
from learning.leaderboards.queries import BoardPage
from learning.leaderboards.rules import duration_text

PEOPLE = 100
ORGANISATIONS = 50
_NEWEST = (
    "SELECT d.etag, d.body FROM board_documents d "
    "JOIN rounds r ON r.id = d.round_id JOIN competitions c ON c.id = r.competition_id "
    "WHERE c.public_id = {mark} AND r.number = 1 AND c.state <> 'draft'"
)
_STATEMENTS = {"sqlite": _NEWEST.format(mark="?"), "postgresql": _NEWEST.format(mark="%s")}


def read_document(connection: Any, dialect_name: str, public_id: str) -> tuple[str, bytes]:
    """Return (ETag, body) of a competition's document by one statement; raise NotFound."""
    cursor = connection.cursor()
    try:
        cursor.execute(_STATEMENTS[dialect_name], (public_id,))
        row = cursor.fetchone()
    finally:
        cursor.close()
    if row is None:
        raise NotFound("board_document")
    return row[0], row[1].encode()


def list_to_publish(session: Session) -> list[tuple[int, str]]:
    """Return (round, basis of its document or "") of every first round that opened."""
    rows = session.execute(
        select(Round.id, BoardDocument.basis)
        .join(Competition, Competition.id == Round.competition_id)
        .outerjoin(BoardDocument, BoardDocument.round_id == Round.id)
        .where(Competition.state != State.DRAFT.value, Round.number == 1)
        .order_by(Round.id)
    )
    return [(row[0], row[1] or "") for row in rows]


def basis_of(competition: CompetitionView, now: datetime) -> str:
    """Return what a document rests on beside the rows: with the same basis a final one stands."""
    shown, names = competition.shown(now), competition.showing.names
    return f"{shown.source.value}:{competition.revealed}:{shown.is_whole}:{names.value}"


def draw_document(session: Session, competition: CompetitionView, now: datetime) -> dict[str, Any]:
    """Return the document: the head of the lists as far as they are out, no words in a language.

    Names are as strangers see them.
    """
    shown = competition.shown(now)
    people = find_shown_list(session, competition, now)
    first = first_unit(competition, now)
    page = get_shown_page(session, people, page=1, size=PEOPLE) if people else None
    freeze = competition.showing.freeze_at if shown.source is Source.FROZEN else None
    return {
        "competition": competition.public_id,
        "title": competition.title,
        "source": shown.source.value,
        "step": competition.revealed,
        "steps": len(competition.showing.stages),
        "frozen_at": freeze.isoformat() if freeze else None,
        "people": _people(session, competition, page) if page else [],
        "total": page.total if page else 0,
        "organisations": _organisations(session, competition, first) if first else [],
    }


def _people(
    session: Session, competition: CompetitionView, page: BoardPage
) -> list[dict[str, Any]]:
    entries = entries_of(session, [row.subject for row in page.rows])
    may_choose = competition.showing.names is Names.CHOICE
    return [
        {
            "standing": row.standing,
            "is_shared": row.is_shared,
            "name": public_name(entry.participant_name, is_shown=may_choose and entry.shows_name),
            "unit": entry.unit_name,
            "points_milli": row.points_milli,
            "duration": duration_text(row.duration_us),
        }
        for row in page.rows
        if (entry := entries.get(row.subject)) is not None
    ]


def _organisations(
    session: Session, competition: CompetitionView, first: int
) -> list[dict[str, Any]]:
    page = get_enterprise_page(session, competition.id, page=1, first=first)
    return [
        {
            "standing": row.standing,
            "is_shared": row.is_shared,
            "name": row.tally.unit_name,
            "participants": row.tally.participants,
            "mean_centi": row.tally.mean_centi,
            "score_centi": row.score_centi,
        }
        for row in page.rows[:ORGANISATIONS]
    ]
