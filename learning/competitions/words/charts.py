"""Columns of a chart: coordinates within a drawing, so that pages and reports draw alike."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 200
TOP, BOTTOM = 28, 30
WIDEST = 48.0


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """A column with its value above and its label below; `middle` is where both are centred."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns on a base line at `base`, in a drawing of `width` by `height`."""

    columns: tuple[ChartColumn, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM


def column_chart(values: Sequence[tuple[str, int, str]]) -> ColumnChart:
    """Lay out (label, value ≥ 0, value in words) from left to right; the highest fills the room."""
    top = max((value for _label, value, _words in values), default=0) or 1
    step = WIDTH / max(1, len(values))
    wide = min(WIDEST, step * 0.6)
    base = HEIGHT - BOTTOM
    columns = []
    for index, (label, value, words) in enumerate(values):
        middle = (index + 0.5) * step
        high = (base - TOP) * value / top
        columns.append(
            ChartColumn(
                round(middle - wide / 2, 1),
                round(base - high, 1),
                round(wide, 1),
                round(high, 1),
                round(middle, 1),
                label,
                words,
            )
        )
    return ColumnChart(tuple(columns))
