"""The blueprint of rooms, and what its views share: seats signed into links."""

from typing import Any

from flask import Blueprint, request, url_for

from learning.kernel.errors import Invalid, NotFound, Problem
from learning.live_rounds.queries import Room, Team
from learning.live_rounds.rules import (
    Act,
    Seat,
    read_audience_token,
    read_team_token,
    team_token,
)
from learning.web.forms import refuse_repeated

bp = Blueprint("live_rounds", __name__, url_prefix="/live")


@bp.before_request
def _each_field_once() -> None:
    if not any(key.startswith("stages-") for key in request.form):
        refuse_repeated(request.form)


def team_url(room: Room, team: Team) -> str:
    """Return the absolute address of a team's seat; whoever has it plays for the team."""
    token = team_token(room.secret, Seat(team.number, team.epoch))
    return url_for(
        "live_rounds.team", raw_public_id=room.public_id, raw_token=token, _external=True
    )


def read_team(secret: str, raw_token: str) -> Seat:
    """Return the team's seat that a token is for; raise NotFound for any other token."""
    seat = read_team_token(secret, raw_token)
    if seat is None:
        raise NotFound("seat")
    return seat


def read_audience(secret: str, raw_token: str) -> str:
    """Return the seat of the audience that a token is for; raise NotFound for any other."""
    seat = read_audience_token(secret, raw_token)
    if seat is None:
        raise NotFound("seat")
    return seat


def read_act() -> tuple[Act, dict[str, Any]]:
    """Return what a script asks for: a JSON object with the name of an act."""
    raw = request.get_json(silent=True)
    if isinstance(raw, dict):
        try:
            return Act(str(raw.get("act"))), raw
        except ValueError:
            pass
    raise Invalid([Problem("", None, "act", "act", "act")])
