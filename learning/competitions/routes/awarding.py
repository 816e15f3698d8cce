"""Giving prizes: write, announce, draw, strike, answer, end; the list of winners as a workbook."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.forms import AwardsForm, rules_values
from learning.competitions.queries import CompetitionView
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.awards import PlanView
from learning.competitions.queries.printing import find_printing
from learning.competitions.queries.prize_lists import list_lists, round_titles
from learning.competitions.queries.regrades import list_names_of
from learning.competitions.queries.unit_awards import list_unit_awards
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules import State, to_local
from learning.competitions.rules.awards import AwardState
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.COMPETITION_MANAGE
EXPORT_SLICE = 5_000
IN_TWO_WEEKS = timedelta(days=14)


@bp.route("/<raw_public_id>/awards/edit", methods=["GET", "POST"])
@requires(MANAGE)
def edit_awards(raw_public_id: str) -> ResponseReturnValue:
    """Write the prizes, or change them before they are announced."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_managed(session, actor, raw_public_id, now)
        plan = award_queries.find_plan(session, competition.id)
        titles = round_titles(session, competition.id)
        lists = list_lists(session, competition.id)
    if plan is not None and plan.state is not AwardState.DRAFT:
        raise Conflict("awards_state")
    zone = competition.zone
    later = to_local(max(now, competition.closes_at) + IN_TWO_WEEKS, zone)
    start = (
        rules_values(plan.rules, zone)
        if plan
        else {"source_at": later.replace(minute=0, second=0, microsecond=0)}
    )
    form = AwardsForm(data=start)
    form.offer(competition.divisions, [(code, words.list_words(code, titles)) for code in lists])
    if not form.validate_on_submit():
        return _form_page(form, competition)
    try:
        services.write_awards(db_session(), actor, raw_public_id, rules=form.rules(zone), now=now)
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        form.show(error.problems)
        return _form_page(form, competition)
    flash(_("评奖方案已保存，尚未公布。"), "success")
    return _to_manage(raw_public_id)


def _form_page(form: AwardsForm, competition: CompetitionView) -> ResponseReturnValue:
    page = render_template("competitions/awards_edit.html", form=form, competition=competition)
    return page, 400 if request.method == "POST" else 200


@bp.get("/<raw_public_id>/awards/manage")
@requires(MANAGE)
def manage_awards(raw_public_id: str) -> ResponseReturnValue:
    """Show the organiser where the prizes stand and what can be done next."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_managed(session, actor, raw_public_id, now)
    plan = award_queries.find_plan(session, competition.id)
    return render_template(
        "competitions/awards_manage.html",
        competition=competition,
        plan=plan,
        **(_plan_values(session, competition, plan) if plan else {}),
        is_closed=competition.state is State.CLOSED,
        takes_objections=plan.takes_objections(now) if plan else False,
        number_due=plan is not None and plan.rules.source_at <= now,
    )


def _plan_values(
    session: Session, competition: CompetitionView, plan: PlanView
) -> dict[str, object]:
    size, page = award_queries.PAGE_SIZE, page_number(request.args)
    lines, total = award_queries.list_awards(session, plan, offset=(page - 1) * size)
    titles = {prize.code: prize.title for prize in plan.rules.prizes}
    return {
        "state_words": words.award_state_words(plan.state),
        "prizes": [
            *words.prize_views(plan.rules, competition, round_titles(session, competition.id)),
            *(words.unit_prize_view(prize, competition) for prize in plan.rules.unit_prizes),
        ],
        "unit_total": list_unit_awards(session, plan, limit=1)[1],
        "lines": words.award_lines(plan.rules, plan, competition.zone),
        "winners": [(titles.get(line.prize, line.prize), line) for line in lines],
        "struck": [
            (titles.get(line.prize, line.prize), line, words.struck_words(line.reason))
            for line in award_queries.list_struck(session, plan)
        ],
        **_corrections(session, competition, plan, titles),
        "objections": [
            (line, words.objection_words(line.outcome))
            for line in award_queries.list_objections(session, plan.id)
        ],
        "printing": find_printing(session, plan.id),
        "page": page,
        "pages": max(1, -(-total // size)),
        "total": total,
        "page_url": lambda n: url_for(
            "competitions.manage_awards", raw_public_id=competition.public_id, page=n
        ),
    }


def _corrections(
    session: Session, competition: CompetitionView, plan: PlanView, titles: dict[str, str]
) -> dict[str, object]:
    """Return who is due a final prize after a correction, and who holds one without being due."""
    changes = services.list_prize_changes(session, competition, plan)
    names = list_names_of(session, {each.entry for each in changes})
    return {
        "due": [
            (titles[each.prize], each.entry, each.prize, names.get(each.entry, each.entry))
            for each in changes
            if each.gains
        ],
        "undue": {(each.prize, each.entry) for each in changes if not each.gains},
    }


@bp.post("/<raw_public_id>/awards/announce")
@requires(MANAGE)
def announce_awards(raw_public_id: str) -> ResponseReturnValue:
    """Freeze the list and publish its hash with the commitment."""
    services.announce_awards(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("评奖方案和名单散列值已公布，不能再改。"), "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/draw")
@requires(MANAGE)
def draw_awards(raw_public_id: str) -> ResponseReturnValue:
    """Give the prizes by the public number."""
    number = request.form.get("number", "")
    services.draw_awards(db_session(), current_actor(), raw_public_id, number=number, now=utc_now())
    flash(_("已抽取，拟获奖名单开始公示。"), "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/<raw_award_id>/strike")
@requires(MANAGE)
def strike_award(raw_public_id: str, raw_award_id: str) -> ResponseReturnValue:
    """Take a prize away, or note that it was given up; the reserve follows."""
    follower = services.strike_award(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_award_id,
        reason=request.form.get("reason", ""),
        follows="stays" not in request.form,
        now=utc_now(),
    )
    said = _("已取消，递补一人，并通知了本人。") if follower else _("已取消，没有人递补。")
    flash(said, "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/grant")
@requires(MANAGE)
def grant_award(raw_public_id: str) -> ResponseReturnValue:
    """Give a final prize to whom the corrected list gives it; form: `prize`, `entry`, `reason`."""
    services.grant_award(
        db_session(),
        current_actor(),
        raw_public_id,
        prize=request.form.get("prize", ""),
        raw_entry_id=request.form.get("entry", ""),
        reason=request.form.get("reason", ""),
        now=utc_now(),
    )
    flash(_("已补发，并通知了本人。"), "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/objections/<raw_objection_id>")
@requires(MANAGE)
def answer_objection(raw_public_id: str, raw_objection_id: str) -> ResponseReturnValue:
    """Answer an objection."""
    services.answer_objection(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_objection_id,
        is_upheld=request.form.get("outcome") == "upheld",
        answer=request.form.get("answer", ""),
        now=utc_now(),
    )
    flash(_("已答复。"), "success")
    return _to_manage(raw_public_id)


@bp.post("/<raw_public_id>/awards/finalise")
@requires(MANAGE)
def finalise_awards(raw_public_id: str) -> ResponseReturnValue:
    """Make the prizes final once the days of objection are over."""
    if services.finalise_awards(db_session(), current_actor(), raw_public_id, now=utc_now()):
        flash(_("获奖名单已确定。"), "success")
    else:
        flash(_("榜更正过，名单已按更正后的榜重新评定，公示重新计天数。"), "warning")
    return _to_manage(raw_public_id)


@bp.get("/<raw_public_id>/awards.xlsx")
@requires(Permission.COMPETITION_EXPORT)
def awards_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the organiser all winners with full names; the audit row lasts before they leave."""
    session, now, actor = db_session(), utc_now(), current_actor()
    permission = Permission.COMPETITION_EXPORT
    competition = queries.get_managed(session, actor, raw_public_id, now, permission)
    plan = award_queries.get_announced(session, competition.id)
    total = award_queries.list_awards(session, plan, limit=1)[1]
    with transaction.apart(transaction.database()) as writing:
        services.record_awards_download(writing, actor, competition, rows=total, now=now)
    columns = [
        Column(_("奖项"), 16, is_text=True),
        Column(_("抽取顺序"), 10),
        Column(_("姓名"), 16, is_text=True),
        Column(_("单位"), 32, is_text=True),
        Column(_("参赛编号"), 30, is_text=True),
        Column(_("证书编号"), 30, is_text=True),
        Column(_("领奖截止"), 20, is_text=True),
        Column(_("领奖时间"), 20, is_text=True),
    ]
    is_posted = any(prize.is_posted for prize in plan.rules.prizes)
    if is_posted:
        columns += [
            Column(_("收件人"), 16, is_text=True),
            Column(_("电话"), 18, is_text=True),
            Column(_("地址"), 48, is_text=True),
        ]
    data = write_workbook(
        columns,
        _export_rows(session, plan, total, is_posted=is_posted),
        sheet_name=_("获奖名单"),
        notes=[competition.title, *(f"{a}{_('：')}{b}" for a, b in _notes(plan, competition))],
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"awards-{competition.public_id}.xlsx",
    )


def _notes(plan: PlanView, competition: CompetitionView) -> list[tuple[str, str]]:
    return [
        *words.award_lines(plan.rules, plan, competition.zone),
        (_("名单散列值"), plan.list_hash),
        (_("种子"), plan.seed),
        (_("公开随机数"), plan.number),
    ]


def _export_rows(
    session: Session, plan: PlanView, total: int, *, is_posted: bool
) -> Iterator[tuple[str | int | datetime | None, ...]]:
    titles = {prize.code: prize.title for prize in plan.rules.prizes}
    for offset in range(0, total, EXPORT_SLICE):
        lines, _total = award_queries.list_awards(session, plan, offset=offset, limit=EXPORT_SLICE)
        ids = [line.id for line in lines] if is_posted else []
        claims = award_queries.list_claims(session, ids) if ids else {}
        for line in lines:
            claim = claims.get(line.id)
            sent = (claim.recipient, claim.phone, claim.address) if claim else ("", "", "")
            yield (
                titles.get(line.prize, line.prize),
                line.place,
                line.participant_name,
                line.unit_name,
                line.entry,
                line.public_id,
                line.claim_by,
                line.claimed_at,
                *(sent if is_posted else ()),
            )


def _to_manage(raw_public_id: str) -> ResponseReturnValue:
    return redirect(url_for("competitions.manage_awards", raw_public_id=raw_public_id), 303)
