"""The ranked list as far as it is out: a page for everybody, a workbook for the organiser."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView, EntryView, ShownList
from learning.competitions.routes.blueprint import bp, get_visible, may
from learning.competitions.routes.rulebook import printed_rules
from learning.competitions.rules import PROVINCES, Names, public_name
from learning.competitions.words import RankView, _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Permission
from learning.leaderboards import queries as boards
from learning.leaderboards.queries import BoardPage, BoardRow
from learning.leaderboards.rules import Scope, duration_text
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

EXPORT_SLICE = 5_000
MAX_SEARCH = 60
UNKNOWN = EntryView("", "", "", "", datetime.min)  # noqa: DTZ901 - never shown


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reader wants to see of the list: a division, a province, some words."""

    scope: Scope
    search: str

    def url(self, competition: CompetitionView, **changes: str | int) -> str:
        """Return the address of the list with some choices changed; "" leaves one out."""
        values: dict[str, str | int] = {
            "division": self.scope.group,
            "province": self.scope.area,
            "q": self.search,
            **changes,
        }
        kept: dict[str, Any] = {name: value for name, value in values.items() if value}
        return url_for("competitions.standings", raw_public_id=competition.public_id, **kept)


def _chosen(competition: CompetitionView) -> Chosen:
    """Read the query string; raise Invalid for a division or province that there is not."""
    division, province = request.args.get("division", ""), request.args.get("province", "")
    if division and division not in {d.code for d in competition.divisions}:
        raise Invalid([Problem("", None, "division", "division", "division")])
    if province and province not in PROVINCES:
        raise Invalid([Problem("", None, "province", "province", "province")])
    search = request.args.get("q", "").strip()[:MAX_SEARCH]
    return Chosen(Scope(division, province), search)


@bp.get("/<raw_public_id>/standings")
@public
def standings(raw_public_id: str) -> ResponseReturnValue:
    """Show a page of what is out of the list; before that nothing but when it will be."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    number = page_number(request.args)
    competition = get_visible(session, actor, raw_public_id, now)
    shown = {
        "competition": competition,
        "tab": "people",
        "tie_words": words.tie_words(competition.tie_rule),
    }
    chosen = _chosen(competition)
    found = queries.find_shown_list(session, competition, now, scope=chosen.scope)
    shown |= {
        "chosen": chosen,
        "is_partial": competition.shown(now).is_partial,
        "source_words": words.source_words(competition, now),
    }
    if found is None:
        return render_template("competitions/standings.html", **shown, is_published=False)
    own = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    may_export = may(session, actor, Permission.COMPETITION_EXPORT, competition, now)
    page = _get_page(session, competition, found, chosen, number, full_names=may_export)
    place = queries.find_shown_place(session, found, own.public_id) if own else None
    return render_template(
        "competitions/standings.html",
        **shown,
        is_published=True,
        rows=rank_views(session, competition, page.rows, own=own, full_names=may_export),
        page=page,
        own=own,
        place=place,
        place_page=-(-(place.position - found.hidden) // queries.PAGE_SIZE) if place else None,
        may_export=may_export,
        provinces=_provinces(session, competition, found, now),
        page_url=lambda n: chosen.url(competition, page=n),
    )


def _provinces(
    session: Session, competition: CompetitionView, shown: ShownList, now: datetime
) -> list[tuple[str, str]]:
    """Return the provinces to choose from; none while a reveal is under way."""
    if competition.shown(now).is_partial:
        return []
    codes = queries.list_provinces(session, shown.board_id)
    return [(code, words.province_words(code)) for code in codes]


def _get_page(
    session: Session,
    competition: CompetitionView,
    shown: ShownList,
    chosen: Chosen,
    number: int,
    *,
    full_names: bool,
) -> BoardPage:
    size = queries.PAGE_SIZE
    if not chosen.search:
        return queries.get_shown_page(session, shown, page=number, size=size)
    subjects = queries.matching_entries(
        competition.id, chosen.search, full_names=full_names, names=competition.showing.names
    )
    return queries.search_shown(session, shown, subjects, page=number, size=size)


@bp.get("/<raw_public_id>/standings/rules")
@public
def standings_rules(raw_public_id: str) -> ResponseReturnValue:
    """Show the rules by which the lists are made, beside them."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    return render_template(
        "competitions/rules.html",
        competition=competition,
        tab="rules",
        rule_lines=printed_rules(session, competition),
        figure_words=words.figure_words(),
    )


def rank_views(
    session: Session,
    competition: CompetitionView,
    rows: tuple[BoardRow, ...],
    *,
    own: EntryView | None,
    full_names: bool,
) -> list[RankView]:
    """Return rows as printed; names are masked unless `full_names`, chosen so, or one's own."""
    entries = queries.entries_of(session, [row.subject for row in rows])
    views = []
    for row in rows:
        entry = entries.get(row.subject, UNKNOWN)
        is_own = own is not None and row.subject == own.public_id
        chose = entry.shows_name and competition.showing.names is Names.CHOICE
        is_shown = full_names or is_own or chose
        views.append(
            words.rank_view(
                row,
                competition,
                name=public_name(entry.participant_name, is_shown=is_shown),
                unit=entry.unit_name,
                is_own=is_own,
            )
        )
    return views


@bp.get("/<raw_public_id>/standings.xlsx")
@requires(Permission.COMPETITION_EXPORT)
def standings_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the organiser what is out of the list, with full names.

    The audit row is written and lasting before anything leaves.
    """
    session, now, actor = db_session(), utc_now(), current_actor()
    permission = Permission.COMPETITION_EXPORT
    competition = queries.get_managed(session, actor, raw_public_id, now, permission)
    shown = queries.find_shown_list(session, competition, now)
    if shown is None:
        raise Conflict("not_published")
    total = boards.count_entries(session, shown.board_id) - shown.hidden
    with transaction.apart(transaction.database()) as writing:
        services.record_download(writing, actor, competition.public_id, rows=total, now=now)
    columns = [
        Column(_("名次"), 8),
        Column(_("姓名"), 16, is_text=True),
        Column(_("单位"), 32, is_text=True),
        Column(_("地区代码"), 10, is_text=True),
        Column(_("得分"), 10),
        Column(_("用时"), 14, is_text=True),
        Column(_("交卷时间"), 20, is_text=True),
    ]
    by_division = bool(competition.divisions) and not competition.shown(now).is_partial
    if by_division:
        columns += [Column(_("组别"), 16, is_text=True), Column(_("组内名次"), 10)]
    data = write_workbook(
        columns,
        _export_rows(session, competition, shown, total, by_division=by_division),
        sheet_name=_("名次"),
        notes=_notes(competition, total, now),
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"standings-{competition.public_id}.xlsx",
    )


def _export_rows(
    session: Session,
    competition: CompetitionView,
    shown: ShownList,
    total: int,
    *,
    by_division: bool,
) -> Iterator[tuple[int | str | Decimal | datetime, ...]]:
    within = _Within()
    for offset in range(0, total, EXPORT_SLICE):
        size = min(EXPORT_SLICE, total - offset)
        rows = boards.list_rows(session, shown.board_id, offset=offset + shown.hidden, limit=size)
        entries = queries.entries_of(session, [row.subject for row in rows])
        for row in rows:
            entry = entries.get(row.subject, UNKNOWN)
            yield (
                row.standing,
                entry.participant_name,
                entry.unit_name,
                entry.region,
                Decimal(row.points_milli) / 1000,
                duration_text(row.duration_us),
                row.finished_at,
                *(_division_cells(competition, row, within) if by_division else ()),
            )


class _Within:
    """Counts standings within each division while the whole list is walked best first."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int, int]] = {}  # division: rows, last key, its standing

    def standing(self, row: BoardRow) -> int:
        """Return the row's standing in its division: 1, 2, 2, 4."""
        count, key, standing = self.seen.get(row.group, (0, -1, 0))
        standing = standing if row.sort_key == key else count + 1
        self.seen[row.group] = (count + 1, row.sort_key, standing)
        return standing


def _division_cells(
    competition: CompetitionView, row: BoardRow, within: _Within
) -> tuple[int | str, ...]:
    return words.division_title(competition.entry, row.group), within.standing(row)


def _notes(competition: CompetitionView, total: int, now: datetime) -> list[str]:
    closed = competition.closed_at if competition.shown(now).is_final else None
    return [
        competition.title,
        _("名次规则：%(words)s", words=words.tie_words(competition.tie_rule)),
        _("人数：%(n)s", n=total),
        _("公布时间：%(at)s", at=words.instant_words(closed, competition.zone))
        if closed
        else words.source_words(competition, now),
    ]
