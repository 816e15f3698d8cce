"""Geometry of the charts of item analysis: figures in, coordinates and paths of an SVG out."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram with its count and the lower end of its band in per cent."""

    x: float
    y: float
    width: float
    height: float
    count: int
    begins: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: the path, its points, and the value at the top of the scale."""

    path: str
    points: tuple[tuple[float, float], ...]
    top: float


def bars(counts: Sequence[int]) -> list[Bar]:
    """Lay out the bars of a histogram over the whole width, the fullest as high as the chart."""
    step = (WIDTH - LEFT - RIGHT) / max(len(counts), 1)
    most = max([*counts, 1])
    high = HEIGHT - TOP - BOTTOM
    return [
        Bar(
            round(LEFT + place * step + 1, 1),
            round(HEIGHT - BOTTOM - high * count / most, 1),
            round(step - 2, 1),
            round(high * count / most, 1),
            count,
            round(place * 100 / len(counts)),
        )
        for place, count in enumerate(counts)
    ]


def curve(points: Sequence[tuple[float | None, float | None]], top: float | None = None) -> Curve:
    """Draw a line through points (x from least to most, y from 0 to `top`), gaps left out."""
    known = [(x, y) for x, y in points if x is not None and y is not None]
    if not known:
        return Curve("", (), top or 1.0)
    least, most = known[0][0], known[-1][0]
    highest = top or max(y for _, y in known) or 1.0
    spread = (most - least) or 1.0
    placed = tuple(
        (
            round(LEFT + (WIDTH - LEFT - RIGHT) * (x - least) / spread, 1),
            round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / highest, 1),
        )
        for x, y in known
    )
    return Curve("M" + "L".join(f"{x} {y}" for x, y in placed), placed, highest)


def fifths(shares: Sequence[float | None]) -> Curve:
    """Draw the shares of the five fifths of candidates, lowest first, on a scale from 0 to 1."""
    return curve([(place, share) for place, share in enumerate(shares, 1)], 1.0)
