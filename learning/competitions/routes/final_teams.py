"""Who the teams of a live final are, and confirming its standings once it is over."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.competitions import queries, services
from learning.competitions.queries.finals import find_final, list_links
from learning.competitions.routes.blueprint import bp
from learning.competitions.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/final/<raw_room_id>")
@requires(Permission.COMPETITION_MANAGE)
def final_teams(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Show who the teams of a room are and where they stood."""
    return _page(raw_public_id, raw_room_id)


def _page(
    raw_public_id: str, raw_room_id: str, *, number: int = 0, problem: Problem | None = None
) -> ResponseReturnValue:
    """Show the page; with a problem beside the team of the number and what was typed there."""
    session, now = db_session(), utc_now()
    competition = queries.get_managed(session, current_actor(), raw_public_id, now)
    room = services.get_room(session, competition, raw_room_id)
    state, final = services.find_end(session, room), find_final(session, competition.id)
    placed = services.placed_teams(session, room, state) if state else ()
    is_confirmed = final is not None and final.room == room.public_id
    page = render_template(
        "competitions/final_teams.html",
        competition=competition,
        room=room,
        links=list_links(session, room),
        placed=placed,
        final=final if is_confirmed else None,
        other=None if is_confirmed else final,
        is_changed=is_confirmed and final is not None and final.teams != placed,
        number=number,
        error=problem_words(problem) if problem else "",
        error_at=problem.place if problem else "",
        typed={name: request.form.get(name, "") for name in ("unit", "members")},
    )
    return page, 400 if problem else 200


def problem_words(problem: Problem) -> str:
    """Say what is wrong with what was typed for a team."""
    typed = problem.message
    if problem.code == "many":
        return _("一队至多 %(n)s 人。", n=typed)
    if problem.code == "elsewhere":
        return _("已经在别的队里：%(who)s", who=typed)
    if problem.place == "unit":
        if problem.code == "several":
            return _("有几个单位叫“%(name)s”，请填单位编号。", name=typed)
        return _("单位榜上没有“%(name)s”。", name=typed)
    if problem.code == "several":
        return _("有几个人叫“%(name)s”，请填参赛编号。", name=typed)
    return _("没有“%(name)s”这个参赛者，或者参赛已作废。", name=typed)


@bp.post("/<raw_public_id>/final/<raw_room_id>/teams/<int:number>")
@requires(Permission.COMPETITION_MANAGE)
def set_final_team(raw_public_id: str, raw_room_id: str, number: int) -> ResponseReturnValue:
    """Say anew who a team is; form: `unit`, `members`."""
    try:
        services.set_team(
            db_session(),
            current_actor(),
            raw_public_id,
            raw_room_id,
            number,
            unit=request.form.get("unit", ""),
            members=request.form.get("members", ""),
            now=utc_now(),
        )
    except Invalid as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _page(raw_public_id, raw_room_id, number=number, problem=error.problems[0])
    flash(_("已保存。"), "success")
    return _to_page(raw_public_id, raw_room_id)


@bp.post("/<raw_public_id>/final/<raw_room_id>/confirm")
@requires(Permission.COMPETITION_MANAGE)
def confirm_final(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    """Let the standings of a room that is over be those of the final."""
    services.confirm_final(db_session(), current_actor(), raw_public_id, raw_room_id, now=utc_now())
    flash(_("决赛名次已确认，可以据此评奖。"), "success")
    return _to_page(raw_public_id, raw_room_id)


def _to_page(raw_public_id: str, raw_room_id: str) -> ResponseReturnValue:
    address = url_for(
        "competitions.final_teams", raw_public_id=raw_public_id, raw_room_id=raw_room_id
    )
    return redirect(address, 303)
