"""Going on to the next section over HTTP."""

from flask import Response

from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.saving import read_json, read_last_seq
from learning.attempts.rules.batch import MAX_POSITION, MAX_SEQ, is_integer
from learning.attempts.services import leave_section
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Invalid
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session


@bp.post("/<raw_public_id>/leave")
@requires(Permission.SELF_ATTEMPT)
def leave(raw_public_id: str) -> Response:
    """End the running section; a repeated call answers the same. The room asks anew."""
    raw = read_json()
    last_seq = read_last_seq(raw)
    if last_seq is None:
        raise Invalid([])
    number, epoch = raw.get("section"), raw.get("epoch")
    if not is_integer(number, 1, MAX_POSITION) or not is_integer(epoch, 1, MAX_SEQ):
        raise Invalid([])
    now = utc_now()
    leave_section(
        db_session(),
        current_actor(),
        raw_public_id,
        number,
        epoch=epoch,
        last_seq=last_seq,
        now=now,
    )
    return json_reply({"now_ms": to_ms(now)})
