"""Editions of a series in words, and their figures beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from learning.competitions.queries.series import EditionLine
from learning.competitions.rules.series import EditionFigures, Sum, change_permille
from learning.competitions.words.charts import ColumnChart, column_chart
from learning.competitions.words.competition import _, phase_words
from learning.competitions.words.console import share_words

CHARTED = 6  # editions whose figures of seven digits still stand beside each other


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition in the list of its series."""

    line: EditionLine
    phase: str
    status: str


@dataclass(frozen=True, slots=True)
class YearRow:
    """An edition in the report; `growth` compares its participants with the year before it."""

    public_id: str
    title: str
    year: int
    entries: str
    participants: str
    growth: str
    coverage: str
    mean: str
    units: str


@dataclass(frozen=True, slots=True)
class CutRow:
    """A division or province: (participants, mean) for each year shown, the newest first."""

    name: str
    cells: tuple[tuple[str, str], ...]
    growth: str


def edition_view(line: EditionLine, now: datetime) -> EditionView:
    """Return an edition's line: archived, its dates to confirm, or its phase."""
    if line.sealed_at is not None:
        return EditionView(line, _("已归档"), "frozen")
    if line.dates_due:
        return EditionView(line, _("日期待确认"), "due")
    return EditionView(line, *phase_words(line.phase(now)))


def growth_words(before: int | None, after: int | None) -> str:
    """Return how much a number grew, with its sign; "—" where there is nothing to compare."""
    change = change_permille(before, after)
    return "—" if change is None else f"{change / 10:+.1f}%".replace("-", "−")


def mean_words(mean_centi: int | None) -> str:
    """Return a mean of hundredths of a point."""
    return "—" if mean_centi is None else f"{mean_centi / 100:.2f}"


def year_rows(figures: Sequence[EditionFigures]) -> list[YearRow]:
    """Return the rows of the report; `figures` oldest first, rows newest first."""
    rows = []
    for index, edition in enumerate(figures):
        before = figures[index - 1].total.participants if index else None
        rows.append(
            YearRow(
                public_id=edition.public_id,
                title=edition.title,
                year=edition.year,
                entries=f"{edition.entries:,}",
                participants=f"{edition.total.participants:,}",
                growth=growth_words(before, edition.total.participants),
                coverage=share_words(edition.coverage_permille),
                mean=mean_words(edition.mean_centi),
                units=f"{edition.units:,}",
            )
        )
    return rows[::-1]


def cut_rows(
    names: Mapping[str, str], cuts: Sequence[Mapping[str, Sum]], shown: int
) -> list[CutRow]:
    """Return a row for each code that has a result, most participants of the last year first.

    `cuts` are the sums by code of each edition, oldest first; the last `shown` are told.
    """
    codes = {code for cut in cuts[-shown:] for code in cut}
    last = cuts[-1] if cuts else {}
    ordered = sorted(codes, key=lambda code: (-last.get(code, Sum()).participants, code))
    rows = []
    for code in ordered:
        sums = [cut.get(code, Sum()) for cut in cuts]
        told = sums[-shown:][::-1]
        before = sums[-2].participants if len(sums) > 1 else None
        rows.append(
            CutRow(
                names.get(code, code),
                tuple((f"{s.participants:,}", mean_words(_mean(s))) for s in told),
                growth_words(before, sums[-1].participants),
            )
        )
    return rows


def _mean(found: Sum) -> int | None:
    return found.mean_centi if found.sum_milli else None


def participants_chart(figures: Sequence[EditionFigures]) -> ColumnChart:
    """Draw the participants of the last editions, oldest first."""
    told = figures[-CHARTED:]
    return column_chart(
        [(str(f.year), f.total.participants, f"{f.total.participants:,}") for f in told]
    )
