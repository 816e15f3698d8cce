"""The live final of a competition: who goes on, under which rules, and the rooms made for it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.routes.blueprint import bp
from learning.competitions.services.final_rooms import attach_room, detach_room
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.live_rounds.queries import list_free, list_owned
from learning.live_rounds.rules import MAX_TEAMS, PRESETS
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

PLACES = 10  # what is offered
MOST_OF_TITLE = 180  # of a contest's, so that a room's has its own words too


@bp.get("/<raw_public_id>/final")
@requires(Permission.COMPETITION_MANAGE)
def final(raw_public_id: str) -> ResponseReturnValue:
    """Show who would go on to a live final, and the rooms already made for it."""
    session, now = db_session(), utc_now()
    competition = queries.get_managed(session, current_actor(), raw_public_id, now)
    is_closed = competition.shown(now).is_final
    rows = queries.get_enterprise_page(session, competition.id, page=1).rows if is_closed else ()
    return render_template(
        "competitions/final.html",
        competition=competition,
        is_closed=is_closed,
        ranked=[row for row in rows if row.standing is not None][:MAX_TEAMS],
        promoted=queries.list_stage_promoted(session, competition.id),
        rooms=list_owned(session, services.owner_of(competition.public_id)),
        free_rooms=list_free(session, current_actor(), now),
        presets=[(preset.code, _(preset.title)) for preset in PRESETS.values()],
        places=PLACES,
        most=MAX_TEAMS,
    )


@bp.post("/<raw_public_id>/final")
@requires(Permission.COMPETITION_MANAGE)
def make_final(raw_public_id: str) -> ResponseReturnValue:
    """Make the room of a live final; its form comes next."""
    preset, places = request.form.get("preset", ""), request.form.get("places", "0")
    teams = request.form.get("teams", services.Teams.BOARD.value)
    if teams not in set(services.Teams):
        raise Invalid([Problem("", None, "teams", "teams", "teams")])
    if preset not in PRESETS or not (places.isascii() and places.isdigit() and len(places) <= 3):
        raise Invalid([Problem("", None, "places", "places", "places")])
    session, actor, now = db_session(), current_actor(), utc_now()
    contest = queries.get_managed(session, actor, raw_public_id, now).title[:MOST_OF_TITLE]
    room = services.create_final(
        session,
        actor,
        raw_public_id,
        preset=preset,
        places=int(places),
        title=_("%(contest)s · 现场决赛", contest=contest),
        now=now,
        teams=services.Teams(teams),
    )
    return redirect(url_for("live_rounds.edit", raw_public_id=room), 303)


@bp.post("/<raw_public_id>/final/rooms")
@requires(Permission.COMPETITION_MANAGE)
def attach_final_room(raw_public_id: str) -> ResponseReturnValue:
    """Let a room made elsewhere be one of the final; who its teams are is asked next."""
    room = request.form.get("room", "")
    attach_room(db_session(), current_actor(), raw_public_id, room, now=utc_now())
    flash(_("已接入。请填写各队代表哪家单位、有哪些人。"), "success")
    there = url_for("competitions.final_teams", raw_public_id=raw_public_id, raw_room_id=room)
    return redirect(there, 303)


@bp.post("/<raw_public_id>/final/rooms/<raw_room_id>/detach")
@requires(Permission.COMPETITION_MANAGE)
def detach_final_room(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Let a room be one of its own again."""
    detach_room(db_session(), current_actor(), raw_public_id, raw_room_id, now=utc_now())
    flash(_("已解除。现场还在，可以再接入。"), "success")
    return redirect(url_for("competitions.final", raw_public_id=raw_public_id), 303)
