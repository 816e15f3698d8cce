"""Papers of a contest to hold against one another: by unit and time, and a sample of all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from learning.attempts.models import Attempt, ResponseRow, ScoreRow
from learning.attempts.queries import scores_that_count
from learning.attempts.rules import KEYED
from learning.competitions.models import Entry
from learning.competitions.queries.views import CompetitionView
from learning.competitions.rules.sharing import BLOCK, REFERENCE, Paper

AT_ONCE = 200


def count_papers(session: Session, competition: CompetitionView) -> dict[int | None, int]:
    """Return how many papers each unit has that can be compared; None: those without a unit."""
    papers = _papers(competition, Entry.unit_id.label("unit_id")).subquery()
    rows = session.execute(
        select(papers.c.unit_id, func.count()).group_by(papers.c.unit_id).order_by(papers.c.unit_id)
    )
    return {unit_id: count for unit_id, count in rows}  # noqa: C416 - rows are no pairs to mypy


def list_block(
    session: Session, competition: CompetitionView, unit_id: int | None, number: int
) -> list[Paper]:
    """Return a block of a unit's papers in the order in which they were handed in."""
    mine = Entry.unit_id.is_(None) if unit_id is None else Entry.unit_id == unit_id
    query = _papers(competition, *_PAPER).where(mine)
    rows = session.execute(
        query.order_by(Attempt.finished_at, Attempt.id).offset(number * BLOCK).limit(BLOCK)
    )
    return [Paper(*row) for row in rows]


def list_reference(session: Session, competition: CompetitionView) -> list[Paper]:
    """Return a sample of the contest's papers, evenly spread over their row ids."""
    bounds = select(
        func.coalesce(func.min(Attempt.id), 0), func.coalesce(func.max(Attempt.id), 0)
    ).where(Attempt.assessment_id == competition.assessment_id)
    first, last = session.execute(bounds).one()
    step = max(1, (last - first + 1) // REFERENCE)
    query = _papers(competition, *_PAPER).where((Attempt.id - first) % step == 0)
    return [Paper(*row) for row in session.execute(query.order_by(Attempt.id).limit(REFERENCE))]


_HELD = aliased(ScoreRow)
# A later version leaves its answers out where they are those of the one before.
_ANSWERS = (
    select(_HELD.answers)
    .where(_HELD.attempt_id == Attempt.id, _HELD.answers != "")
    .order_by(_HELD.version.desc())
    .limit(1)
    .correlate(Attempt)
    .scalar_subquery()
)
_PAPER = (Attempt.id, Entry.id, _ANSWERS, ScoreRow.items)


def _papers(competition: CompetitionView, *columns: ColumnElement[Any] | Any) -> Select[Any]:
    return (
        scores_that_count(*columns)
        .join(Entry, Entry.user_id == Attempt.user_id)
        .where(
            Attempt.assessment_id == competition.assessment_id,
            Attempt.finish_kind != KEYED,
            Entry.competition_id == competition.id,
            Entry.voided_at.is_(None),
        )
    )


def list_answer_times(
    session: Session, attempt_ids: Sequence[int]
) -> Mapping[tuple[int, int], datetime]:
    """Return when the answer in force was saved, by attempt and position."""
    found: dict[tuple[int, int], datetime] = {}
    for start in range(0, len(attempt_ids), AT_ONCE):
        rows = session.execute(
            select(ResponseRow.attempt_id, ResponseRow.position, func.max(ResponseRow.saved_at))
            .where(
                ResponseRow.attempt_id.in_(attempt_ids[start : start + AT_ONCE]),
                ResponseRow.after_submit.is_(False),
            )
            .group_by(ResponseRow.attempt_id, ResponseRow.position)
        )
        found |= {(attempt_id, position): at for attempt_id, position, at in rows}
    return found


def list_names(session: Session, entries: Sequence[str]) -> dict[str, str]:
    """Return participants' names by the public ids of their entries."""
    rows = session.execute(
        select(Entry.public_id, Entry.participant_name).where(Entry.public_id.in_(entries))
    )
    return {public_id: name for public_id, name in rows}  # noqa: C416 - as above


def list_entry_ids(session: Session, entry_ids: Sequence[int]) -> dict[int, str]:
    """Return the public ids of entries by row id."""
    rows = session.execute(select(Entry.id, Entry.public_id).where(Entry.id.in_(entry_ids)))
    return {row_id: public_id for row_id, public_id in rows}  # noqa: C416 - as above
