"""A candidate's pages: one's own sittings, one sitting, the start."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.exams import queries, services, words
from learning.exams.queries import CandidatePage
from learning.exams.queries.standards import list_judgings
from learning.exams.routes.blueprint import bp, to_detail
from learning.exams.rules import PASSING, CandidateState, Phase, State, hindrance_of, next_look_s
from learning.exams.services import Arrival
from learning.exams.words import OwnView, _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply, wants_json
from learning.web.transaction import db_session

MAX_CODE = 100
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
        duties=[
            (line, words.duty_words(line.duty))
            for line in queries.list_duties(db_session(), actor.user_id)
        ],
        judgings=list_judgings(db_session(), actor.user_id),
    )


def _is_past(view: OwnView) -> bool:
    return view.own.state not in NOW_STATES and view.own.phase is not Phase.UPCOMING


@bp.get("/<raw_public_id>")
@requires(Permission.SELF_SITTING)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show a candidate one sitting: its rules in words, the device check, the one next step."""
    now, actor = utc_now(), current_actor()
    page = queries.get_for_candidate(
        db_session(), actor.user_id, raw_public_id, now, address=_address()
    )
    sitting = page.sitting
    return render_template(
        "exams/detail.html",
        page=page,
        sitting=sitting,
        view=words.own_view(page.own),
        step=_next_step(page),
        rule_lines=[
            *words.rule_lines(sitting.plan, sitting.zone),
            *words.settings_lines(sitting.settings),
            *words.resit_lines(sitting),
            *words.conduct_lines(sitting.plan.rules),
        ],
        accommodation=words.accommodation_words(page.place.accommodation, page.place.extra),
        hindrance=_hindrance(page),
        settings=sitting.settings,
        description_html=render(sitting.description),
    )


def _address() -> str:
    """Return the client's address, as the trusted proxies tell it."""
    return request.remote_addr or ""


def _hindrance(page: CandidatePage) -> str:
    if page.hindrance is None:
        return ""
    if page.resit is not None:
        return words.resit_words(page.resit, page.sitting.zone)
    return words.hindrance_words(page.hindrance, page.retry_at, page.sitting.zone)


def _next_step(page: CandidatePage) -> str:
    """Return the one thing a candidate can do.

    go_on, start, wait (for the time), held (something else passes), barred, result, cancelled,
    missed.
    """
    if page.own.phase is Phase.CANCELLED:
        return "cancelled"
    if page.own.state is CandidateState.IN_PROGRESS:
        return "go_on"
    if page.may_start:
        if page.hindrance is None:
            return "start"
        return "held" if page.hindrance in PASSING else "barred"
    by_state = {CandidateState.UPCOMING: "wait", CandidateState.MISSED: "missed"}
    return by_state.get(page.own.state, "result")


@bp.get("/<raw_public_id>/lobby")
@requires(Permission.SELF_SITTING)
def lobby(raw_public_id: str) -> ResponseReturnValue:
    """Tell a waiting page whether it still has to wait, and when to ask again; one read."""
    now, actor = utc_now(), current_actor()
    ticket = queries.look_at_ticket(
        db_session(), actor.user_id, raw_public_id, address=_address(), now=now
    )
    hindrance = hindrance_of(ticket.door, now)
    spread = secrets.randbelow(1000) / 1000
    again_s = next_look_s(ticket.door, ticket.candidates, now, spread=spread)
    is_over = ticket.state is State.CLOSED
    return json_reply(
        {
            "state": "closed" if is_over else hindrance.value if hindrance else "open",
            "again_ms": int(again_s * 1000),
        }
    )


@bp.post("/<raw_public_id>/start")
@requires(Permission.SELF_SITTING)
def start(raw_public_id: str) -> ResponseReturnValue:
    """Start an attempt, or go on with the open one, once the candidate has confirmed the clock.

    JSON is answered with the address of the room: a page that waits in line asks so.
    """
    if request.form.get("confirm") != "y":
        flash(_("请先勾选“我已知道，点开始后立即计时”。"), "warning")
        return to_detail(raw_public_id)
    now, actor, session = utc_now(), current_actor(), db_session()
    code = request.form.get("access_code", "")[:MAX_CODE]
    try:
        attempt = services.start_sitting(
            session,
            actor,
            raw_public_id,
            device_token=device_token(),
            now=now,
            arrival=Arrival(_address(), code),
        )
    except Conflict as refused:
        if refused.code == "resit_refused":
            flash(words.refused_words(refused.data), "warning")
            return to_detail(raw_public_id)
        if refused.code != "access_code":
            raise
        session.rollback()  # the page answers; only the wrong try is kept
        services.note_wrong_code(session, actor, raw_public_id, now=now)
        flash(_("考场口令不对，请看考场里公布的口令。"), "warning")
        return to_detail(raw_public_id)
    room = url_for("attempts.room", raw_public_id=attempt)
    return json_reply({"room": room}) if wants_json() else redirect(room, 303)
