"""The evening as the host sees it: console, acts, keys, and the log as evidence."""

import json

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.live_rounds import queries, services
from learning.live_rounds.routes.blueprint import bp, read_act
from learning.live_rounds.rules import standing_entries
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session


@bp.get("/<raw_public_id>/console")
@requires(Permission.COMPETITION_MANAGE)
def console(raw_public_id: str) -> ResponseReturnValue:
    """Show the host's console."""
    room = queries.get_managed(db_session(), current_actor(), raw_public_id, utc_now())
    if not room.is_open:
        raise Conflict("room_draft")
    return render_template("live_rounds/console.html", room=room)


@bp.post("/<raw_public_id>/acts")
@requires(Permission.COMPETITION_MANAGE)
def act(raw_public_id: str) -> Response:
    """Do one act of the host."""
    now = utc_now()
    kind, raw = read_act()
    seq = services.act_as_host(
        db_session(), current_actor(), raw_public_id, act=kind, raw=raw, now=now
    )
    return json_reply({"seq": seq, "now_ms": to_ms(now)})


@bp.post("/<raw_public_id>/key")
@requires(Permission.COMPETITION_MANAGE)
def key(raw_public_id: str) -> Response:
    """Give the host the right answer of the item on the stage; each use is written down."""
    number, found = services.show_key_to_host(
        db_session(), current_actor(), raw_public_id, now=utc_now()
    )
    return json_reply(
        {"item": number, "choices": list(found.choices), "explanation": found.explanation}
    )


@bp.get("/<raw_public_id>/log")
@requires(Permission.COMPETITION_MANAGE)
def log(raw_public_id: str) -> ResponseReturnValue:
    """Show everything that was written down, with what has been gone back on."""
    session = db_session()
    room = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    entries = queries.list_entries(session, room.id)
    kept = {entry.seq for entry in standing_entries(entries)}
    return render_template(
        "live_rounds/log.html",
        room=room,
        names={team.number: team.name for team in room.teams},
        entries=[
            {
                "seq": entry.seq,
                "at": entry.at,
                "actor": entry.actor,
                "act": entry.act.value,
                "data": json.dumps(entry.data, ensure_ascii=False),
                "is_kept": entry.seq in kept,
            }
            for entry in entries
        ],
    )
