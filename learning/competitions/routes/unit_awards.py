"""Prizes for organisations and provinces: who holds them, for everybody and for the organiser."""

import io
from collections.abc import Iterator
from datetime import datetime

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.presentation import prize_pdf
from learning.competitions.queries import CompetitionView
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import unit_awards as unit_queries
from learning.competitions.queries.awards import PAGE_SIZE, PlanView
from learning.competitions.queries.printing import Winner
from learning.competitions.queries.unit_awards import UnitAwardLine
from learning.competitions.routes.awards import csv_attachment
from learning.competitions.routes.blueprint import bp, get_visible, may
from learning.competitions.routes.printing import certificate_address
from learning.competitions.rules.awards import AwardState
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import units_in_reach
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE
ENROL = Permission.COMPETITION_ENROL
EXPORT_SLICE = 5_000


@bp.get("/<raw_public_id>/awards/units")
@public
def unit_awards(raw_public_id: str) -> ResponseReturnValue:
    """Show which organisations and provinces hold a prize; those of the reader's with the paper."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    plan = _get_drawn(session, competition)
    return render_template(
        "competitions/unit_awards.html",
        competition=competition,
        tab="awards",
        plan=plan,
        state_words=words.award_state_words(plan.state),
        may_manage=may(session, actor, MANAGE, competition, now),
        own={line.public_id for line in own_unit_awards(session, plan, actor, now)},
        prizes=[words.unit_prize_view(prize, competition) for prize in plan.rules.unit_prizes],
        **_winners(session, plan, "competitions.unit_awards", raw_public_id),
    )


def own_unit_awards(
    session: Session, plan: PlanView, actor: Actor | None, now: datetime
) -> list[UnitAwardLine]:
    """Return the prizes of the organisations that the reader enrols for."""
    if actor is None or not actor.holds(ENROL):
        return []
    reach = units_in_reach(session, actor, ENROL, now)
    return unit_queries.list_held_by(session, plan.id, reach)


def _get_drawn(session: Session, competition: CompetitionView) -> PlanView:
    plan = award_queries.get_announced(session, competition.id)
    if plan.state is AwardState.ANNOUNCED or not plan.rules.unit_prizes:
        raise NotFound("awards")
    return plan


def _winners(
    session: Session, plan: PlanView, endpoint: str, raw_public_id: str
) -> dict[str, object]:
    """Return a page of the units that hold one prize, or any."""
    chosen, page, titles = request.args.get("prize", ""), page_number(request.args), _titles(plan)
    if chosen and chosen not in titles:
        raise NotFound("prize")
    lines, total = unit_queries.list_unit_awards(
        session, plan, prize=chosen, offset=(page - 1) * PAGE_SIZE
    )
    return {
        "winners": [words.unit_award_view(plan, line) for line in lines],
        "chosen": chosen,
        "page": page,
        "pages": max(1, -(-total // PAGE_SIZE)),
        "total": total,
        "page_url": lambda n: url_for(
            endpoint, raw_public_id=raw_public_id, prize=chosen or None, page=n
        ),
    }


def _titles(plan: PlanView) -> dict[str, str]:
    return {prize.code: prize.title for prize in plan.rules.unit_prizes}


@bp.get("/<raw_public_id>/awards/units.csv")
@public
def award_units(raw_public_id: str) -> ResponseReturnValue:
    """Give the frozen list of units byte by byte as it was hashed."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    plan = award_queries.get_announced(session, competition.id)
    text = unit_queries.read_unit_list(session, plan.id)
    return csv_attachment(text, f"units-{competition.public_id}.csv")


@bp.get("/<raw_public_id>/awards/units-corrected.csv")
@public
def corrected_units(raw_public_id: str) -> ResponseReturnValue:
    """Give the list of units as it was corrected after the draw, byte by byte as it was hashed."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    plan = award_queries.get_announced(session, competition.id)
    text = unit_queries.read_corrected_units(session, plan.id)
    return csv_attachment(text, f"units-corrected-{competition.public_id}.csv")


@bp.get("/<raw_public_id>/awards/units/<raw_award_id>/certificate.pdf")
@requires(ENROL)
def unit_certificate(raw_public_id: str, raw_award_id: str) -> ResponseReturnValue:
    """Give who looks after an organisation the certificate of its final prize."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_published(session, raw_public_id)
    plan = award_queries.get_announced(session, competition.id)
    lines = own_unit_awards(session, plan, actor, now)
    own = next((line for line in lines if line.public_id == raw_award_id), None)
    if plan.state is not AwardState.FINAL or own is None:
        raise NotFound("award")
    winner = Winner(own.id, own.public_id, own.prize, own.name)
    address = certificate_address(raw_public_id)
    [sheet] = services.sheets_of(session, competition, plan, [winner], address=address)
    return send_file(
        io.BytesIO(prize_pdf(sheet)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{own.public_id}.pdf",
    )


@bp.get("/<raw_public_id>/awards/units/manage")
@requires(MANAGE)
def manage_unit_awards(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser the prizes for units, and what a corrected board makes of them."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_managed(session, actor, raw_public_id, now)
    plan = _get_drawn(session, competition)
    titles = _titles(plan)
    changes = services.list_unit_changes(session, competition, plan, now)
    return render_template(
        "competitions/unit_awards_manage.html",
        competition=competition,
        plan=plan,
        state_words=words.award_state_words(plan.state),
        **_winners(session, plan, "competitions.manage_unit_awards", raw_public_id),
        struck=[
            words.unit_award_view(plan, line)
            for line in unit_queries.list_struck_units(session, plan)
        ],
        due=[
            (titles[each.prize], each.subject, each.prize, each.name)
            for each in changes
            if each.gains
        ],
        undue={(each.prize, each.subject) for each in changes if not each.gains},
    )


@bp.post("/<raw_public_id>/awards/units/<raw_award_id>/strike")
@requires(MANAGE)
def strike_unit_award(raw_public_id: str, raw_award_id: str) -> ResponseReturnValue:
    """Take a prize away from a unit; the reserve follows."""
    follower = services.strike_unit_award(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_award_id,
        reason=request.form.get("reason", ""),
        follows="stays" not in request.form,
        now=utc_now(),
    )
    said = _("已取消，由%(name)s递补。", name=follower) if follower else _("已取消，没有单位递补。")
    flash(said, "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/units/settle")
@requires(MANAGE)
def settle_unit_awards(raw_public_id: str) -> ResponseReturnValue:
    """Let proposed prizes follow the corrected board; form: `reason`."""
    reason = request.form.get("reason", "")
    services.settle_unit_awards(
        db_session(), current_actor(), raw_public_id, reason=reason, now=utc_now()
    )
    flash(_("已按更正后的榜重新评定，公示重新计天数。"), "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/units/grant")
@requires(MANAGE)
def grant_unit_award(raw_public_id: str) -> ResponseReturnValue:
    """Give a final prize to a unit that the corrected board gives it to."""
    services.grant_unit_award(
        db_session(),
        current_actor(),
        raw_public_id,
        prize=request.form.get("prize", ""),
        subject=request.form.get("unit", ""),
        reason=request.form.get("reason", ""),
        now=utc_now(),
    )
    flash(_("已补发。"), "success")
    return _to_manage(raw_public_id)


@bp.get("/<raw_public_id>/awards/units.xlsx")
@requires(Permission.COMPETITION_EXPORT)
def unit_awards_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the organiser all units that hold a prize; the audit row lasts before they leave."""
    session, now, actor = db_session(), utc_now(), current_actor()
    permission = Permission.COMPETITION_EXPORT
    competition = queries.get_managed(session, actor, raw_public_id, now, permission)
    plan = _get_drawn(session, competition)
    total = unit_queries.list_unit_awards(session, plan, limit=1)[1]
    with transaction.apart(transaction.database()) as writing:
        services.record_awards_download(writing, actor, competition, rows=total, now=now)
    columns = [
        Column(_("奖项"), 20, is_text=True),
        Column(_("顺序"), 8),
        Column(_("获奖单位"), 40, is_text=True),
        Column(_("补发原因"), 30, is_text=True),
        Column(_("证书编号"), 30, is_text=True),
    ]
    notes = words.award_lines(plan.rules, plan, competition.zone)
    data = write_workbook(
        columns,
        _export_rows(session, plan, total),
        sheet_name=_("组织奖名单"),
        notes=[competition.title, *(f"{a}{_('：')}{b}" for a, b in notes)],
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"unit-awards-{competition.public_id}.xlsx",
    )


def _export_rows(
    session: Session, plan: PlanView, total: int
) -> Iterator[tuple[str | int | datetime | None, ...]]:
    for offset in range(0, total, EXPORT_SLICE):
        lines, _total = unit_queries.list_unit_awards(
            session, plan, offset=offset, limit=EXPORT_SLICE
        )
        for line in lines:
            view = words.unit_award_view(plan, line)
            yield view.title, line.place, view.name, line.reason, line.public_id


def _to_manage(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.manage_unit_awards", raw_public_id=raw_public_id), 303)
