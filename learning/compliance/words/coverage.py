"""Coverage, gaps and forecasts in words, translated; statuses as shape, word and colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import get_locale

from learning.compliance.queries.gaps import Gap
from learning.compliance.queries.names import Named
from learning.compliance.rules.coverage import Figures
from learning.compliance.rules.forecast import Key, Shortage
from learning.compliance.words import Mark, _
from learning.study.rules.hours import local_day

Names = tuple[Mapping[int, Named], Mapping[int, Named], Mapping[int, Named]]
UNNAMED = Named("", "")
_TICK = timedelta(microseconds=1)


def ratio_text(figures: Figures) -> str:
    """Return a coverage as "97.3 %", rounded down; "—" when nothing is required."""
    permille = figures.permille
    if permille is None:
        return "—"
    return "100%" if permille == 1000 else f"{permille // 10}.{permille % 10}%"


def in_language(named: Named) -> Named:
    """Return it called as the reader's language has it, Chinese where there is no English."""
    is_english = str(get_locale()) == "en" and named.name_en
    return Named(named.public_id, named.name_en if is_english else named.name)


def all_in_language(named: Mapping[int, Named]) -> dict[int, Named]:
    """Return each called as the reader's language has it."""
    return {row: in_language(one) for row, one in named.items()}


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap as printed."""

    gap: Gap
    unit: Named
    post: Named
    scheme: Named
    mark: Mark


def gap_words(gap: Gap, names: Names, zone: str) -> GapView:
    """Return a gap with its names and why the scheme is not held."""
    units, posts, schemes = names
    return GapView(
        gap,
        units.get(gap.unit_id, UNNAMED),
        posts.get(gap.post_id, UNNAMED),
        schemes.get(gap.scheme_id, UNNAMED),
        _why(gap, zone),
    )


def month_row(month: "Month") -> tuple[str | int, ...]:
    """Return a month of the forecast as a row of the .xlsx."""
    figures = month.figures
    return (month.day, ratio_text(figures), figures.required, figures.held, month.drops)


def shortage_row(one: "ShortageView") -> tuple[str | int, ...]:
    """Return a place that runs short as a row of the .xlsx."""
    names = (one.unit.name, one.post.name, one.scheme.name)
    return (*names, one.mark.text, one.needed, one.left, one.spare)


def _why(gap: Gap, zone: str) -> Mark:
    if gap.held_until is None:
        return Mark(_("从未持有"), "none")
    day = local_day(gap.held_until, zone).isoformat()
    last = local_day(gap.held_until - _TICK, zone).isoformat()
    return {
        "revoked": Mark(_("%(day)s 撤销", day=day), "over"),
        "suspended": Mark(_("%(day)s 起暂停", day=day), "frozen"),
        "review": Mark(_("%(day)s 起复审逾期", day=day), "over"),
        "withdrawn": Mark(_("%(day)s 撤下", day=day), "over"),
    }.get(gap.cause, Mark(_("%(day)s 到期", day=last), "over"))


def gap_row(view: GapView) -> tuple[str, ...]:
    """Return a gap as a row of the .xlsx."""
    return (
        view.gap.name,
        view.gap.staff_no,
        view.gap.public_id,
        view.unit.name,
        view.post.name,
        view.scheme.name,
        view.mark.text,
        _("是") if view.gap.is_contractor else "",
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the forecast: its last day, what is met then, how many drop out in it.

    `bar` is the height of its bar in the chart, of 100.
    """

    day: str
    figures: Figures
    drops: int
    bar: int


def month_rows(
    months: Sequence[tuple[int, int]], drops: Sequence[int], ends: Sequence[datetime], zone: str
) -> list[Month]:
    """Return the months after today; `months` begins with today's figures."""
    rows = []
    for (required, held), dropped, end in zip(months[1:], drops, ends, strict=True):
        figures = Figures(required, held)
        day = local_day(end - _TICK, zone).isoformat()
        rows.append(Month(day, figures, dropped, (figures.permille or 0) // 10))
    return rows


@dataclass(frozen=True, slots=True)
class ShortageView:
    """A place with too few holders, as printed; `spare` people there could be trained."""

    unit: Named
    post: Named
    scheme: Named
    mark: Mark
    needed: int
    left: int
    spare: int


def shortage_words(one: Shortage, names: Names, zone: str) -> ShortageView:
    """Return a shortage with its names, and from when on there are too few."""
    key: Key = one.key
    mark = Mark(_shortage_now(one), "over") if one.at is None else Mark(_later(one, zone), "due")
    return ShortageView(
        names[0].get(key[0], UNNAMED),
        names[1].get(key[1], UNNAMED),
        names[2].get(key[2], UNNAMED),
        mark,
        one.needed,
        one.left,
        max(0, one.people - one.left),
    )


def _shortage_now(one: Shortage) -> str:
    if not one.people:
        return _("现在岗位空缺")
    return _("现在无人持证") if one.left == 0 else _("现在不足")


def _later(one: Shortage, zone: str) -> str:
    day = local_day(one.at, zone).isoformat() if one.at else ""
    if not one.people:
        return _("%(day)s 起岗位空缺", day=day)
    return _("%(day)s 起无人持证", day=day) if one.left == 0 else _("%(day)s 起不足", day=day)
