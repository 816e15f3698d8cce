"""Prizes as anybody sees them: rules, the frozen list, who won, objections."""

from dataclasses import replace

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.queries import CompetitionView
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.awards import AwardLine, PlanView
from learning.competitions.queries.finals import find_final, list_shown
from learning.competitions.queries.prize_lists import round_titles
from learning.competitions.queries.unit_awards import list_left_out_units, list_unit_awards
from learning.competitions.routes.blueprint import bp, get_visible, may
from learning.competitions.rules import listed_name
from learning.competitions.rules.awards import AwardState
from learning.competitions.rules.finals import Placed
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web.forms import page_number
from learning.web.guards import current_actor, find_current_actor, public, requires
from learning.web.transaction import db_session

FIRST_UNITS = 20  # on the page of all prizes; the others have a page of their own


@bp.get("/<raw_public_id>/awards")
@public
def awards(raw_public_id: str) -> ResponseReturnValue:
    """Show how prizes are given and, once drawn, who won; names masked as on every list."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    competition = get_visible(session, actor, raw_public_id, now)
    manages = may(session, actor, Permission.COMPETITION_MANAGE, competition, now)
    plan = award_queries.find_plan(session, competition.id)
    if plan is not None and plan.state is AwardState.DRAFT and not manages:
        plan = None
    shown = {"competition": competition, "tab": "awards", "may_manage": manages, "plan": plan}
    if plan is None:
        return render_template("competitions/awards.html", **shown)
    entry = queries.find_entry(session, competition.id, actor.user_id) if actor else None
    units, unit_total = list_unit_awards(session, plan, limit=FIRST_UNITS)
    return render_template(
        "competitions/awards.html",
        **shown,
        **_winners(session, competition, plan),
        state_words=words.award_state_words(plan.state),
        prizes=words.prize_views(plan.rules, competition, round_titles(session, competition.id)),
        unit_prizes=[words.unit_prize_view(p, competition) for p in plan.rules.unit_prizes],
        unit_winners=[words.unit_award_view(plan, line) for line in units],
        unit_total=unit_total,
        final=_final(session, competition, plan),
        lines=words.award_lines(plan.rules, plan, competition.zone),
        left_out=award_queries.list_left_out(session, plan.id) if plan.corrected_hash else [],
        left_out_units=list_left_out_units(session, plan.id) if plan.corrected_unit_hash else [],
        own_entry=entry.public_id if entry else "",
        own=award_queries.find_own_award(session, plan.id, actor.user_id) if actor else None,
        takes_objections=plan.takes_objections(now),
        own_objections=[
            (line, words.objection_words(line.outcome))
            for line in award_queries.list_objections(session, plan.id, user_id=actor.user_id)
        ]
        if actor
        else [],
        login_url=url_for("accounts.login", next=request.path),
    )


def _final(session: Session, competition: CompetitionView, plan: PlanView) -> list[Placed]:
    """Return the confirmed standings of the live final, where prizes go by them."""
    final = find_final(session, competition.id) if plan.rules.needs_final else None
    return list_shown(session, final, competition.showing.names) if final else []


def _winners(session: Session, competition: CompetitionView, plan: PlanView) -> dict[str, object]:
    """Return a page of the winners of one prize, or of all."""
    chosen, page = request.args.get("prize", ""), page_number(request.args)
    titles = {prize.code: prize.title for prize in plan.rules.prizes}
    if chosen and chosen not in titles:
        raise NotFound("prize")
    size = award_queries.PAGE_SIZE
    lines: list[AwardLine] = []
    total = 0
    if plan.state in {AwardState.PROPOSED, AwardState.FINAL}:
        lines, total = award_queries.list_awards(
            session, plan, prize=chosen, offset=(page - 1) * size
        )
    names = competition.showing.names
    shown = [
        replace(line, public_name=listed_name(names, line.participant_name, line.public_name))
        for line in lines
    ]
    return {
        "winners": [(titles.get(line.prize, line.prize), line) for line in shown],
        "titles": titles,
        "chosen": chosen,
        "page": page,
        "pages": max(1, -(-total // size)),
        "total": total,
        "page_url": lambda n: url_for(
            "competitions.awards",
            raw_public_id=competition.public_id,
            prize=chosen or None,
            page=n,
        ),
    }


@bp.get("/<raw_public_id>/awards/entries.csv")
@public
def award_entries(raw_public_id: str) -> ResponseReturnValue:
    """Give the frozen list byte by byte as it was hashed: ids that say nothing of persons."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    plan = award_queries.get_announced(session, competition.id)
    text = award_queries.read_entry_list(session, plan.id)
    return csv_attachment(text, f"entries-{competition.public_id}.csv")


@bp.get("/<raw_public_id>/awards/corrected.csv")
@public
def corrected_entries(raw_public_id: str) -> ResponseReturnValue:
    """Give the list as a regrade corrected it after the draw, byte by byte as it was hashed."""
    session, now = db_session(), utc_now()
    competition = get_visible(session, find_current_actor(), raw_public_id, now)
    plan = award_queries.get_announced(session, competition.id)
    text = award_queries.read_corrected_list(session, plan.id)
    return csv_attachment(text, f"corrected-{competition.public_id}.csv")


def csv_attachment(text: str, name: str) -> Response:
    """Return a text as a file to keep, byte by byte."""
    response = Response(text.encode(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.post("/<raw_public_id>/awards/objections")
@requires(Permission.SELF_COMPETITION_ENTER)
def object_to_awards(raw_public_id: str) -> ResponseReturnValue:
    """Lodge an objection while the prizes are open to it."""
    session, actor, now = db_session(), current_actor(), utc_now()
    competition = get_visible(session, actor, raw_public_id, now)
    text = request.form.get("text", "")
    services.object_to_awards(session, actor, competition, text=text, now=now)
    flash(_("异议已提交，答复会显示在本页。"), "success")
    return redirect(url_for("competitions.awards", raw_public_id=raw_public_id), 303)
