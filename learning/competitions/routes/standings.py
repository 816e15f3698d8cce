"""The ranked list: a page for everybody after the close, a workbook for the organiser."""

import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, words
from learning.competitions.queries import CompetitionView, EntryView
from learning.competitions.routes.blueprint import bp, get_visible, may
from learning.competitions.rules import State, mask_name
from learning.competitions.words import RankView, _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.leaderboards import queries as boards
from learning.leaderboards.queries import BoardRow
from learning.leaderboards.rules import duration_text
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

EXPORT_SLICE = 5_000
UNKNOWN = EntryView("", "", "", "", datetime.min)  # noqa: DTZ901 - never shown


@bp.get("/<raw_public_id>/standings")
@public
def standings(raw_public_id: str) -> ResponseReturnValue:
    """Show a page of the published list; before the close nothing but when it will be."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    number = page_number(request.args)
    competition = get_visible(session, actor, raw_public_id, now)
    shown = {"competition": competition, "tie_words": words.tie_words(competition.tie_rule)}
    if competition.state is not State.CLOSED:
        return render_template("competitions/standings.html", **shown, is_published=False)
    own = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    page = boards.get_page(session, competition.board_id, page=number, size=queries.PAGE_SIZE)
    place = boards.find_place(session, competition.board_id, own.public_id) if own else None
    may_export = may(session, actor, Permission.COMPETITION_EXPORT, competition, now)
    return render_template(
        "competitions/standings.html",
        **shown,
        is_published=True,
        rows=_rank_views(session, competition, page.rows, own=own, full_names=may_export),
        page=page,
        place=place,
        place_page=-(-place.position // queries.PAGE_SIZE) if place else None,
        may_export=may_export,
        page_url=lambda n: url_for(
            "competitions.standings", raw_public_id=competition.public_id, page=n
        ),
    )


def _rank_views(
    session: Session,
    competition: CompetitionView,
    rows: tuple[BoardRow, ...],
    *,
    own: EntryView | None,
    full_names: bool,
) -> list[RankView]:
    entries = queries.entries_of(session, [row.subject for row in rows])
    views = []
    for row in rows:
        entry = entries.get(row.subject, UNKNOWN)
        is_own = own is not None and row.subject == own.public_id
        name = entry.participant_name
        views.append(
            words.rank_view(
                row,
                competition,
                name=name if full_names or is_own else mask_name(name),
                unit=entry.unit_name,
                is_own=is_own,
            )
        )
    return views


@bp.get("/<raw_public_id>/standings.xlsx")
@requires(Permission.COMPETITION_EXPORT)
def standings_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the organiser the whole published list with full names."""
    session, now, actor = db_session(), utc_now(), current_actor()
    permission = Permission.COMPETITION_EXPORT
    competition = queries.get_managed(session, actor, raw_public_id, now, permission)
    if competition.state is not State.CLOSED:
        raise Conflict("not_published")
    total = boards.count_entries(session, competition.board_id)
    columns = [
        Column(_("名次"), 8),
        Column(_("姓名"), 16, is_text=True),
        Column(_("单位"), 32, is_text=True),
        Column(_("地区代码"), 10, is_text=True),
        Column(_("得分"), 10),
        Column(_("用时"), 14, is_text=True),
        Column(_("交卷时间"), 20, is_text=True),
    ]
    data = write_workbook(
        columns,
        _export_rows(session, competition, total),
        sheet_name=_("名次"),
        notes=_notes(competition, total),
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
    session: Session, competition: CompetitionView, total: int
) -> Iterator[tuple[int | str | Decimal | datetime, ...]]:
    for offset in range(0, total, EXPORT_SLICE):
        rows = boards.list_rows(session, competition.board_id, offset=offset, limit=EXPORT_SLICE)
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
            )


def _notes(competition: CompetitionView, total: int) -> list[str]:
    closed = competition.closed_at
    return [
        competition.title,
        _("名次规则：%(words)s", words=words.tie_words(competition.tie_rule)),
        _("人数：%(n)s", n=total),
        _("公布时间：%(at)s", at=words.instant_words(closed, competition.zone) if closed else ""),
    ]
