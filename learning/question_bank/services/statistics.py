"""What answers showed of item versions, handed down by those who ask them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.question_bank.models import ItemStatistics

CHUNK = 500


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """How many were asked a version, their mean share of its points, its discrimination."""

    version_id: int
    answered: int
    facility: float
    discrimination: float | None


def record_statistics(session: Session, figures: Sequence[VersionFigures], now: datetime) -> None:
    """Keep figures of versions; those of more answers stay in place of those of fewer."""
    for start in range(0, len(figures), CHUNK):
        part = figures[start : start + CHUNK]
        rows = session.scalars(
            select(ItemStatistics).where(
                ItemStatistics.version_id.in_([each.version_id for each in part])
            )
        )
        held = {row.version_id: row for row in rows}
        for each in part:
            row = held.get(each.version_id)
            if row is None:
                row = ItemStatistics(version_id=each.version_id, answered=0)
                session.add(row)
            if each.answered >= row.answered:
                _write(row, each, now)


def _write(row: ItemStatistics, figures: VersionFigures, now: datetime) -> None:
    row.answered = figures.answered
    row.facility_milli = round(figures.facility * 1000)
    worth = figures.discrimination
    row.discrimination_milli = None if worth is None else round(worth * 1000)
    row.computed_at = now
