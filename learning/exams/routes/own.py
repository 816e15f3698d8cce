"""A candidate's pages: one's own sittings, one sitting, the start."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.queries import CandidatePage
from learning.exams.routes.blueprint import bp, to_detail
from learning.exams.rules import CandidateState, Phase
from learning.exams.words import OwnView, _
from learning.kernel.clock import utc_now
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

NOW_STATES = frozenset({CandidateState.OPEN, CandidateState.IN_PROGRESS})


@bp.get("")
@requires(Permission.SELF_SITTING)
def index() -> ResponseReturnValue:
    """List one's own sittings: what can be done now, what comes, what came of the others."""
    now, actor = utc_now(), current_actor()
    views = [
        words.own_view(own) for own in queries.list_sittings_for(db_session(), actor.user_id, now)
    ]
    upcoming = [view for view in views if view.own.phase is Phase.UPCOMING]
    return render_template(
        "exams/index.html",
        current=[view for view in views if view.own.state in NOW_STATES],
        upcoming=sorted(upcoming, key=lambda view: view.own.opens_at),
        past=[view for view in views if _is_past(view)],
    )


def _is_past(view: OwnView) -> bool:
    return view.own.state not in NOW_STATES and view.own.phase is not Phase.UPCOMING


@bp.get("/<raw_public_id>")
@requires(Permission.SELF_SITTING)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a candidate one sitting: its rules in words, the device check, the one next step."""
    now, actor = utc_now(), current_actor()
    page = queries.get_for_candidate(db_session(), actor.user_id, raw_public_id, now)
    sitting = page.sitting
    return render_template(
        "exams/detail.html",
        page=page,
        sitting=sitting,
        view=words.own_view(page.own),
        step=_next_step(page),
        rule_lines=words.rule_lines(sitting.plan, sitting.zone),
        description_html=render(sitting.description),
    )


def _next_step(page: CandidatePage) -> str:
    """Return the one thing a candidate can do: go_on, start, wait, result, cancelled, missed."""
    if page.own.phase is Phase.CANCELLED:
        return "cancelled"
    if page.own.state is CandidateState.IN_PROGRESS:
        return "go_on"
    if page.may_start:
        return "start"
    by_state = {CandidateState.UPCOMING: "wait", CandidateState.MISSED: "missed"}
    return by_state.get(page.own.state, "result")


@bp.post("/<raw_public_id>/start")
@requires(Permission.SELF_SITTING)
def start(raw_public_id: str) -> ResponseReturnValue:
    """Start an attempt, or go on with the open one, once the candidate has confirmed the clock."""
    if request.form.get("confirm") != "y":
        flash(_("请先勾选“我已知道，点开始后立即计时”。"), "warning")
        return to_detail(raw_public_id)
    attempt = services.start_sitting(
        db_session(), current_actor(), raw_public_id, device_token=device_token(), now=utc_now()
    )
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)
