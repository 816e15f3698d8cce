"""Looking back at lists in words and coordinates: a line for each thing that is followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from learning.competitions.queries.history import History, OwnUnit
from learning.competitions.rules import Source
from learning.competitions.words.competition import _, province_words
from learning.leaderboards.queries import Place

WIDTH, HEIGHT = 400, 200  # of the drawing: what a phone shows without scrolling
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 30
LABELS = 4
FEW_DAYS = 32  # so many dots are still told apart


@dataclass(frozen=True, slots=True)
class LineChart:
    """A line over days, broken where nothing is known.

    `ticks` are (x, anchor, words); `upper` and `lower` the values at the ends of the scale, `last`
    is (x, y) of the newest dot, `told` says the line in words.
    """

    title: str
    told: str
    paths: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float]
    ticks: tuple[tuple[float, str, str], ...]
    upper: str
    lower: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A day in the table; "" where there is nothing to say, `is_counted` False while it waits."""

    label: str
    participants: str
    standing: str
    in_division: str
    in_province: str
    points_milli: int | None
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A day of an organisation in its table."""

    label: str
    standing: str
    participants: str
    mean: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """An organisation with its line, if it has one, and its table."""

    name: str
    chart: LineChart | None
    rows: tuple[UnitRow, ...]


Points = Sequence[tuple[str, int | None]]


def now_words(source: Source) -> str:
    """Return what the newest place is called beside the days."""
    words = {Source.LIVE: _("现在"), Source.FROZEN: _("封榜"), Source.FINAL: _("最终")}
    return words.get(source, "")


def own_charts(history: History, source: Source, division: str) -> list[LineChart]:
    """Return the lines of a person: among all, in their division and province where there are."""
    province = province_words(history.province)
    lines = [
        (_("我的名次"), "standing", history.place),
        (_("我的组内名次 · %(division)s", division=division), "in_division", history.in_division),
        (_("我的省内名次 · %(province)s", province=province), "in_province", history.in_province),
    ]
    charts = (
        standing_chart(title, _points(history, name, place, source)) for title, name, place in lines
    )
    return [chart for chart in charts if chart is not None]


def _points(history: History, name: str, place: Place | None, source: Source) -> Points:
    owns = [(_day(day.day), history.own.get(day.day)) for day in history.days]
    points = [(label, getattr(own, name) if own else None) for label, own in owns]
    return points if place is None else [*points, (now_words(source), place.standing)]


def standing_chart(title: str, points: Points) -> LineChart | None:
    """Return the line of a standing, the best at the top; None for fewer than two known ones."""
    known = [(label, value) for label, value in points if value is not None]
    if len(known) < 2:
        return None
    best, worst = min(value for _label, value in known), max(value for _label, value in known)
    told = _(
        "%(title)s：%(first)s 第 %(a)s 名，%(last)s 第 %(b)s 名，其间最好第 %(best)s 名。"
        "逐日的数在下面的表里。",
        title=title,
        first=known[0][0],
        a=known[0][1],
        last=known[-1][0],
        b=known[-1][1],
        best=best,
    )
    return _chart(title, told, points, at_top=best, at_bottom=worst)


def participation_chart(history: History) -> LineChart | None:
    """Return the line of how many had a result; None for fewer than two known days."""
    points = [(_day(day.day), day.entries if day.is_counted else None) for day in history.days]
    known = [(label, value) for label, value in points if value is not None]
    if len(known) < 2:
        return None
    title = _("有成绩的人数")
    told = _(
        "%(title)s：%(first)s %(a)s 人，%(last)s %(b)s 人。逐日的数在下面的表里。",
        title=title,
        first=known[0][0],
        a=f"{known[0][1]:,}",
        last=known[-1][0],
        b=f"{known[-1][1]:,}",
    )
    top = max(1, *(value for _label, value in known))
    return _chart(title, told, points, at_top=top, at_bottom=0)


def _chart(title: str, told: str, points: Points, *, at_top: int, at_bottom: int) -> LineChart:
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)
    high = HEIGHT - TOP - BOTTOM

    def place(index: int, value: int) -> tuple[float, float]:
        share = 0.5 if at_top == at_bottom else (value - at_bottom) / (at_top - at_bottom)
        return round(LEFT + index * step, 1), round(TOP + high * (1 - share), 1)

    known = [(index, value) for index, (_label, value) in enumerate(points) if value is not None]
    dots = tuple(place(index, value) for index, value in known)
    # What follows another without a gap keeps its distance from its rank among the known.
    runs = groupby(
        zip(range(len(known)), known, dots, strict=True), key=lambda each: each[1][0] - each[0]
    )
    paths = tuple(_path([dot for _n, _known, dot in run]) for _gap, run in runs)
    return LineChart(
        title,
        told,
        tuple(path for path in paths if path),
        dots if len(dots) <= FEW_DAYS else (),
        dots[-1],
        _ticks([label for label, _value in points], step),
        f"{at_top:,}",
        f"{at_bottom:,}" if at_bottom != at_top else "",
    )


def _path(dots: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x} {y}" for x, y in dots) if len(dots) > 1 else ""


def _ticks(labels: Sequence[str], step: float) -> tuple[tuple[float, str, str], ...]:
    """Return a few labels, the last one always."""
    every = max(1, -(-(len(labels) - 1) // LABELS))
    end = len(labels) - 1
    chosen = [n for n in range(0, end, every) if end - n >= every] + [end]
    return tuple(
        (
            round(LEFT + n * step, 1),
            "start" if n == 0 else "end" if n == end else "middle",
            labels[n],
        )
        for n in chosen
    )


def history_rows(history: History, source: Source) -> list[HistoryRow]:
    """Return the table of a person or of nobody, the newest day first."""
    rows = []
    if history.place is not None:
        place = history.place
        rows.append(
            HistoryRow(
                now_words(source),
                "",
                f"{place.standing:,}",
                _place_words(history.in_division),
                _place_words(history.in_province),
                place.points_milli,
            )
        )
    for day in reversed(history.days):
        own = history.own.get(day.day)
        rows.append(
            HistoryRow(
                f"{day.day}",
                f"{day.entries:,}" if day.is_counted else "",
                f"{own.standing:,}" if own else "",
                f"{own.in_division:,}" if own and own.in_division else "",
                f"{own.in_province:,}" if own and own.in_province else "",
                own.points_milli if own else None,
                day.is_counted,
            )
        )
    return rows


def _place_words(place: Place | None) -> str:
    return f"{place.standing:,}" if place else ""


def unit_views(units: Sequence[OwnUnit]) -> list[UnitView]:
    """Return organisations with their lines; the newest day of a table first."""
    return [_unit_view(unit) for unit in units]


def _unit_view(unit: OwnUnit) -> UnitView:
    points: list[tuple[str, int | None]] = [(_day(day.day), day.standing) for day in unit.days]
    rows = [
        UnitRow(
            f"{day.day}",
            "" if day.standing is None else f"{day.standing:,}",
            f"{day.participants:,}",
            "" if day.mean_centi is None else f"{day.mean_centi / 100:.2f}",
        )
        for day in reversed(unit.days)
    ]
    if unit.standing is not None:
        points.append((now_words(Source.FINAL), unit.standing))
    return UnitView(unit.name, standing_chart(_("单位名次"), points), tuple(rows))


def _day(day: date) -> str:
    return f"{day:%m-%d}"
