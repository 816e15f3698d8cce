"""Answers of the closed rounds of contests by knowledge area: the worker's, kept as rows.

Each round by itself: the papers differ, and in a later one are only those who went on.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Regrade
from learning.attempts.queries import iterate_frozen
from learning.competitions.formats import FIRST
from learning.competitions.models import AreaAnalysis, AreaCount, Competition, Entry, Round
from learning.competitions.queries import CompetitionView
from learning.competitions.queries.participation import unit_code
from learning.competitions.queries.views import ROUND_STATE
from learning.competitions.rules import State
from learning.competitions.rules.areas import ALGORITHM, AreaCounting
from learning.question_bank.queries import get_documents

CHUNK = 1000


def find_due_areas(session: Session) -> int | None:
    """Return the id of a round whose answers are to be counted: closed, not or newly so.

    Training is none of them. A newer method and items ruled on since make it due again.
    """
    regraded = exists().where(
        Regrade.assessment_id == Round.assessment_id, Regrade.made_at > AreaAnalysis.computed_at
    )
    return session.scalar(
        select(Round.id)
        .join(Competition, Competition.id == Round.competition_id)
        .outerjoin(AreaAnalysis, AreaAnalysis.round_id == Round.id)
        .where(
            Round.number >= FIRST,
            ROUND_STATE.in_((State.CLOSED.value,)),
            or_(
                AreaAnalysis.round_id.is_(None),
                AreaAnalysis.algorithm < ALGORITHM,
                regraded,
            ),
        )
        .order_by(Round.id)
        .limit(1)
    )


def count_areas(session: Session, competition: CompetitionView) -> AreaCounting:
    """Read all attempts that were handed in, in pages, and count; nothing is written."""

    def area_of(version_id: int) -> str:
        return get_documents(session, [version_id])[version_id].area

    counting = AreaCounting(area_of)
    for page in iterate_frozen(session, competition.assessment_id):
        scopes = _scopes(session, competition.id, [attempt.user_id for attempt in page])
        for attempt in page:
            if not attempt.is_total:
                scope = scopes.get(attempt.user_id, "")
                counting.add(scope, attempt.answers, attempt.items)
    return counting


def forget_areas(session: Session, round_id: int) -> None:
    """Have a round's answers counted anew; the figures stay until then."""
    session.execute(
        delete(AreaAnalysis)
        .where(AreaAnalysis.round_id == round_id)
        .execution_options(synchronize_session=False)
    )


def _scopes(session: Session, competition_id: int, user_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Entry.user_id, Entry.unit_id).where(
            Entry.competition_id == competition_id, Entry.user_id.in_(user_ids)
        )
    )
    return {row.user_id: unit_code(row.unit_id) for row in rows}


def keep_areas(
    session: Session, round_id: int, counting: AreaCounting | None, now: datetime
) -> None:
    """Put the figures in the place of those before; None notes that counting failed."""
    for table in (AreaCount, AreaAnalysis):
        session.execute(
            delete(table)
            .where(table.round_id == round_id)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        insert(AreaAnalysis).values(
            round_id=round_id,
            computed_at=now,
            algorithm=ALGORITHM,
            attempts=counting.attempts if counting else 0,
        )
    )
    rows = [
        {
            "round_id": round_id,
            "scope": scope,
            "area": figures.area,
            "answered": figures.answered,
            "full_marks": figures.full,
            "points_milli": figures.points_milli,
            "max_milli": figures.max_milli,
        }
        for scope, figures in (counting.figures() if counting else ())
    ]
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(AreaCount), rows[start : start + CHUNK])
