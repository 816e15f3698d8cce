"""The evening as everybody else sees it: the screen, a team's phone, the audience's phones."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Invalid, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.qr import qr_svg
from learning.live_rounds import queries, services
from learning.live_rounds.routes.blueprint import (
    bp,
    read_act,
    read_audience,
    read_team,
)
from learning.live_rounds.rules import audience_token
from learning.web.guards import public
from learning.web.responses import json_reply
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/screen")
@public
def screen(raw_public_id: str) -> ResponseReturnValue:
    """Show the big screen."""
    room = queries.get_open(db_session(), raw_public_id)
    join = url_for("live_rounds.join", code=room.code, _external=True)
    return render_template("live_rounds/screen.html", room=room, join_qr=qr_svg(join))


@bp.get("/<raw_public_id>/team/<raw_token>")
@public
def team(raw_public_id: str, raw_token: str) -> ResponseReturnValue:
    """Show a team's phone; a refresh or another phone with the same link goes on."""
    session = db_session()
    room = queries.get_open(session, raw_public_id)
    seat = read_team(room.secret, raw_token)
    services.get_seat(session, queries.get_frame(session, room), seat)
    return render_template(
        "live_rounds/team.html",
        room=room,
        number=seat.team,
        name=next(each.name for each in room.teams if each.number == seat.team),
        token=raw_token,
    )


@bp.post("/<raw_public_id>/team/<raw_token>/acts")
@public
def team_act(raw_public_id: str, raw_token: str) -> Response:
    """Do one act of a team; the instant of arrival is the server's."""
    now = utc_now()
    session = db_session()
    frame = queries.find_frame(session, queries.checked_id(raw_public_id))
    seat = read_team(frame.secret, raw_token)
    kind, raw = read_act()
    seq = services.act_as_team(session, frame.public_id, seat=seat, act=kind, raw=raw, now=now)
    return json_reply({"seq": seq, "now_ms": to_ms(now)})


@bp.route("/join", methods=["GET", "POST"])
@public
def join() -> ResponseReturnValue:
    """Take a seat in the audience by the room's code; no log-in is needed."""
    typed = request.values.get("code", "")
    if request.method == "GET":
        return render_template("live_rounds/join.html", code=typed[:20], is_wrong=False)
    public_id = queries.find_by_code(db_session(), typed)
    if public_id is None:
        return render_template("live_rounds/join.html", code=typed[:20], is_wrong=True), 404
    room = queries.get_open(db_session(), public_id)
    token = audience_token(room.secret, new_public_id())
    return redirect(url_for("live_rounds.seat", raw_public_id=public_id, raw_token=token), 303)


@bp.get("/<raw_public_id>/seat/<raw_token>")
@public
def seat(raw_public_id: str, raw_token: str) -> ResponseReturnValue:
    """Show the phone of one of the audience."""
    room = queries.get_open(db_session(), raw_public_id)
    read_audience(room.secret, raw_token)
    return render_template("live_rounds/seat.html", room=room, token=raw_token)


@bp.post("/<raw_public_id>/seat/<raw_token>/votes")
@public
def vote(raw_public_id: str, raw_token: str) -> Response:
    """Write down what one of the audience answers."""
    session = db_session()
    frame = queries.find_frame(session, queries.checked_id(raw_public_id))
    seat_id = read_audience(frame.secret, raw_token)
    raw = request.get_json(silent=True)
    if not isinstance(raw, dict):
        raise Invalid([Problem("", None, "response", "response", "response")])
    is_new = services.vote(session, frame.public_id, seat=seat_id, raw=raw, now=utc_now())
    return json_reply({"is_new": is_new})
