"""Answers to a round by knowledge area, as the worker counted them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.formats import FIRST
from learning.competitions.models import AreaAnalysis, AreaCount, Round
from learning.competitions.queries.participation import unit_code
from learning.competitions.queries.views import CompetitionView, get_round
from learning.competitions.rules.console import AreaFigures
from learning.kernel.errors import NotFound


def list_told_rounds(
    session: Session, competition: CompetitionView, now: datetime
) -> list[CompetitionView]:
    """Return the formal rounds whose lists are all published by now, in their order.

    What participants may not see yet of a round, their organisations may not either.
    """
    return [each for each in _formal_rounds(session, competition) if each.shown(now).is_final]


def find_told_round(rounds: list[CompetitionView], raw_number: str) -> CompetitionView | None:
    """Return one of the published rounds by its number, "" for the first; None of none.

    Raises NotFound for any other number.
    """
    if not raw_number:
        return rounds[0] if rounds else None
    found = next((each for each in rounds if str(each.number) == raw_number), None)
    if found is None:
        raise NotFound("round")
    return found


def find_area_analysis(session: Session, round_id: int) -> datetime | None:
    """Return when the answers were counted by area, None while they are not."""
    return session.scalar(select(AreaAnalysis.computed_at).where(AreaAnalysis.round_id == round_id))


def list_area_figures(session: Session, round_id: int, unit_id: int | None) -> list[AreaFigures]:
    """Return answers by knowledge area, of an organisation's people or of everyone."""
    rows = session.execute(
        select(
            AreaCount.area,
            AreaCount.answered,
            AreaCount.full_marks,
            AreaCount.points_milli,
            AreaCount.max_milli,
        )
        .where(AreaCount.round_id == round_id, AreaCount.scope == unit_code(unit_id))
        .order_by(AreaCount.area)
    )
    return [AreaFigures(*row) for row in rows]


def _formal_rounds(session: Session, competition: CompetitionView) -> Iterator[CompetitionView]:
    numbers = session.scalars(
        select(Round.number)
        .where(Round.competition_id == competition.id, Round.number >= FIRST)
        .order_by(Round.number)
    ).all()
    for number in numbers:
        is_read = number == competition.number
        yield competition if is_read else get_round(session, competition, number)
