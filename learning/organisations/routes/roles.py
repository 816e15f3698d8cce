"""Who leads and who trains in a unit, and every other role: given and ended on a person's page."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.organisations.routes.blueprint import bp
from learning.organisations.services.roles import appoint, dismiss
from learning.organisations.words import _
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

APPOINT = Permission.ORG_MANAGERS_APPOINT


@bp.post("/<raw_public_id>/people/<raw_person_id>/roles")
@requires(APPOINT)
def give_role(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Give a role; form: `role`, `scope` (`platform`, or "" for the unit and what is below)."""
    appoint(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_person_id,
        raw_role=request.form.get("role", ""),
        raw_scope=request.form.get("scope", ""),
        now=utc_now(),
    )
    flash(_("已授予角色。本人下次打开页面就能使用。"), "success")
    return _back(raw_public_id, raw_person_id)


@bp.post("/<raw_public_id>/people/<raw_person_id>/roles/end")
@requires(APPOINT)
def end_role(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """End a role; form: `role` and the `scope` for which it is held."""
    dismiss(
        db_session(),
        current_actor(),
        raw_public_id,
        raw_person_id,
        raw_role=request.form.get("role", ""),
        raw_scope=request.form.get("scope", ""),
        now=utc_now(),
    )
    flash(_("已结束角色。"), "success")
    return _back(raw_public_id, raw_person_id)


def _back(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    return redirect(
        url_for("organisations.person", raw_public_id=raw_public_id, raw_person_id=raw_person_id),
        303,
    )
