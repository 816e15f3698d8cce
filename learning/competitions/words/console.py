"""The enterprise console in words and coordinates, translated."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.competitions.rules.console import ComparedArea, Day, Rung
from learning.competitions.words.competition import _

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 30
LABELS = 6
FEWEST_DAYS = 3


@dataclass(frozen=True, slots=True)
class DayChart:
    """Two lines over the days; `ticks` are (x, anchor, words), `top` the value at the upper end."""

    entries: str
    finished: str
    ticks: tuple[tuple[float, str, str], ...]
    top: int


@dataclass(frozen=True, slots=True)
class RungView:
    """A department as shown; `permille` 0 to 1000 for its bar, `mean` "" before publication."""

    standing: int
    name: str
    members: int
    entries: int
    finished: int
    share: str
    permille: int
    mean: str


@dataclass(frozen=True, slots=True)
class AreaView:
    """A knowledge area as shown; shares in tenths of a percent for the bars."""

    area: str
    title: str
    answered: int
    own: str
    everyone: str
    gap: str
    own_permille: int
    everyone_permille: int
    is_weak: bool


def share_words(permille: int | None) -> str:
    """Return tenths of a percent as a percentage."""
    return "—" if permille is None else f"{permille / 10:.1f}%"


def day_chart(days: Sequence[Day], *, least_top: int = 1) -> DayChart | None:
    """Lay out the days of a contest; None for fewer than three, which a table tells better.

    The upper end is at least `least_top`.
    """
    if len(days) < FEWEST_DAYS:
        return None
    top = max(1, least_top, *(day.entries for day in days), *(day.finished for day in days))
    step = (WIDTH - LEFT - RIGHT) / (len(days) - 1)
    high = HEIGHT - TOP - BOTTOM

    def line(values: Sequence[int]) -> str:
        points = (
            f"{LEFT + index * step:.1f} {HEIGHT - BOTTOM - high * value / top:.1f}"
            for index, value in enumerate(values)
        )
        return "M" + " L".join(points)

    every = max(1, -(-(len(days) - 1) // LABELS))
    ticks = tuple(
        (round(LEFT + index * step, 1), _anchor(index, len(days)), f"{day.day:%m-%d}")
        for index, day in enumerate(days)
        if index % every == 0
    )
    return DayChart(line([d.entries for d in days]), line([d.finished for d in days]), ticks, top)


def _anchor(index: int, count: int) -> str:
    """Keep the words of the first and the last days within the chart."""
    if index == 0:
        return "start"
    return "end" if index >= count - 1 else "middle"


def rung_view(rung: Rung, *, is_published: bool) -> RungView:
    """Return a department's line; its mean only once the list is published."""
    department = rung.department
    mean = department.mean_centi if is_published else None
    return RungView(
        rung.standing,
        department.name or _("（不属于部门）"),
        department.members,
        department.entries,
        department.finished,
        share_words(department.share_permille),
        min(1000, department.share_permille),
        "" if mean is None else f"{mean / 100:.2f}",
    )


def area_title(area: str) -> str:
    """Return a knowledge area without the name of its bank, which all of a paper share."""
    return area.split(" · ", 1)[-1]


def area_view(compared: ComparedArea) -> AreaView:
    """Return an area's line: one's own share of the points beside everyone's."""
    own, everyone = compared.own.share_permille or 0, compared.everyone.share_permille or 0
    return AreaView(
        compared.own.area,
        area_title(compared.own.area),
        compared.own.answered,
        share_words(own),
        share_words(everyone),
        f"{compared.gap_permille / 10:+.1f}".replace("-", "−"),
        own,
        everyone,
        compared.is_weak,
    )
