"""The blueprint of the attempt engine, and how its conflicts read to a device.

A conflict must roll the transaction back, so it travels as an exception and becomes JSON here.
"""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Conflict
from learning.web import errors
from learning.web.responses import json_reply, wants_json

MAX_BODY_BYTES = 64 * 1024

bp = Blueprint("attempts", __name__, url_prefix="/attempts")


@bp.errorhandler(Conflict)
def conflict(error: Conflict) -> ResponseReturnValue:
    """Answer a device with what it needs to go on; a person with the attempt's page."""
    if not wants_json():
        if error.code == "already_submitted" and request.view_args:
            return redirect(
                url_for("attempts.result", raw_public_id=request.view_args["raw_public_id"])
            )
        return errors.domain_error(error)
    body: dict[str, Any] = {"error": error.code, "now_ms": to_ms(utc_now())}
    if error.code == "missing":
        body["missing"] = error.data["positions"]
    elif error.code == "epoch":
        body["epoch"] = error.data["epoch"]
    elif "position" in error.data:
        body["position"] = error.data["position"]
    return json_reply(body, 409)
