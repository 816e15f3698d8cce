"""Enterprises: enrol, the enterprise board, one's own people's results as a workbook."""

import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from flask import flash, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView, OwnResults
from learning.competitions.routes.blueprint import bp, get_visible, to_detail
from learning.competitions.rules import EnterpriseStanding, RankBy
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor, Permission
from learning.leaderboards.rules import duration_text
from learning.organisations.queries import units_in_reach
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session


@bp.post("/<raw_public_id>/enrol")
@requires(Permission.COMPETITION_ENROL)
def enrol(raw_public_id: str) -> ResponseReturnValue:
    """Enrol an organisation; a second time changes nothing."""
    is_new = services.enrol_enterprise(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_unit_id=request.form.get("unit", ""),
        now=utc_now(),
    )
    flash(
        _("单位已报名。接下来在“链接、名单与人数”里建报名链接发给员工，并核对申报的人数。")
        if is_new
        else _("这个单位已经报过名。"),
        "success",
    )
    return to_detail(raw_public_id)


@bp.get("/<raw_public_id>/standings/enterprises")
@public
def enterprise_standings(raw_public_id: str) -> ResponseReturnValue:
    """Show a page of the published enterprise board, one's own organisations always."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    number = page_number(request.args)
    competition = get_visible(session, actor, raw_public_id, now)
    first = queries.first_unit(competition, now)
    is_published = first is not None
    shown = {
        "competition": competition,
        "tab": "enterprises",
        "is_published": is_published,
        "is_weighted": competition.entry.ranking.by is RankBy.WEIGHTED,
        "ranking_words": words.ranking_words(competition.entry.ranking),
        "figure_words": words.figure_words(),
    }
    if first is None:
        return render_template("competitions/enterprises.html", **shown)
    page = queries.get_enterprise_page(session, competition.id, page=number, first=first)
    own = [
        row
        for row in _own_rows(session, actor, competition, now)
        if row.standing is None or row.standing >= first
    ]
    own_ids = {row.tally.unit_id for row in own}
    on_page = {row.tally.unit_id for row in page.rows}
    return render_template(
        "competitions/enterprises.html",
        **shown,
        page=page,
        rows=[words.enterprise_view(row, is_own=row.tally.unit_id in own_ids) for row in page.rows],
        pinned=[
            words.enterprise_view(row, is_own=True)
            for row in own
            if row.tally.unit_id not in on_page
        ],
        may_take_own=_may_take_own(session, actor, now),
        page_url=lambda n: url_for(
            "competitions.enterprise_standings", raw_public_id=competition.public_id, page=n
        ),
    )


def _own_rows(
    session: Session, actor: Actor | None, competition: CompetitionView, now: datetime
) -> list[EnterpriseStanding]:
    own = own_units(session, actor, competition, now)
    return [] if own is None else queries.list_enterprise_results(session, competition.id, own)


def own_units(
    session: Session, actor: Actor | None, competition: CompetitionView, now: datetime
) -> Select[int] | list[int] | None:
    """Return the organisation entered for, or those that the reader looks after; None: none."""
    if actor is None:
        return None
    if actor.holds(Permission.COMPETITION_ENROL):
        return units_in_reach(session, actor, Permission.COMPETITION_ENROL, now)
    entry = queries.find_entry(session, competition.id, actor.user_id)
    return [entry.unit_id] if entry and entry.unit_id else None


def _may_take_own(session: Session, actor: Actor | None, now: datetime) -> bool:
    if actor is None or not actor.holds(Permission.COMPETITION_ENROL):
        return False
    return queries.reaches_any(session, actor, Permission.COMPETITION_ENROL, now)


@bp.get("/<raw_public_id>/own-results.xlsx")
@requires(Permission.COMPETITION_ENROL)
def own_results_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give an enterprise the published results of its own people, by full name.

    The audit row is written and lasting before anything leaves.
    """
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_published(session, raw_public_id)
    if not _may_take_own(session, actor, now):
        raise NotFound("competition")
    if not competition.shown(now).is_final:
        raise Conflict("not_published")
    results = queries.list_own_results(session, actor, competition, now)
    with transaction.apart(transaction.database()) as writing:
        services.record_own_download(
            writing,
            actor,
            competition.public_id,
            units=[unit.public_id for unit in results.units],
            rows=len(results.rows),
            now=now,
        )
    data = write_workbook(
        _columns(),
        _rows(competition, results),
        sheet_name=_("本单位成绩"),
        notes=_notes(competition, results),
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"own-results-{competition.public_id}.xlsx",
    )


def _columns() -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("单位"), 28, is_text=True),
        Column(_("部门（报名时）"), 22, is_text=True),
        Column(_("部门（现在）"), 22, is_text=True),
        Column(_("组别"), 16, is_text=True),
        Column(_("状态"), 10, is_text=True),
        Column(_("名次"), 8),
        Column(_("得分"), 10),
        Column(_("用时"), 14, is_text=True),
        Column(_("交卷时间"), 20, is_text=True),
        Column(_("作答次数"), 10),
        Column(_("报名时间"), 20, is_text=True),
    ]


def _rows(
    competition: CompetitionView, results: OwnResults
) -> Iterator[tuple[int | str | Decimal | datetime | None, ...]]:
    for result in results.rows:
        row = result.row
        yield (
            result.name,
            result.staff_no,
            result.unit_name,
            result.department_then,
            result.department_now,
            words.division_title(competition.entry, result.division),
            _("已交卷") if row else _("未交卷"),
            row.standing if row else None,
            Decimal(row.points_milli) / 1000 if row else None,
            duration_text(row.duration_us) if row else "",
            row.finished_at if row else None,
            result.attempts,
            result.entered_at,
        )


def _notes(competition: CompetitionView, results: OwnResults) -> list[str]:
    closed = competition.closed_at
    return [
        competition.title,
        _("公布时间：%(at)s", at=words.instant_words(closed, competition.zone) if closed else ""),
        _("名次是全部参赛者中的名次。"),
        _("名次规则：%(words)s", words=words.tie_words(competition.tie_rule)),
        *(
            _(
                "%(name)s：现有 %(members)s 人，代表本单位报名 %(entries)s 人，"
                "没有报名 %(absent)s 人。",
                name=unit.name,
                members=unit.members,
                entries=unit.entries,
                absent=unit.absent,
            )
            for unit in results.units
        ),
    ]
