"""What a unit sets for the practice of its people, by who may set it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.organisations.queries.reach import get_unit_in_reach
from learning.organisations.queries.units import list_path
from learning.practice import queries, services
from learning.practice.routes.blueprint import bp
from learning.practice.words import _
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

CHOICES = {"above": None, "on": True, "off": False}


@bp.get("/units/<raw_public_id>")
@requires(Permission.PRACTICE_SETTINGS)
def settings(raw_public_id: str) -> ResponseReturnValue:
    """Show what a unit has set, and what holds above it."""
    session, now = db_session(), utc_now()
    unit = get_unit_in_reach(
        session, current_actor(), Permission.PRACTICE_SETTINGS, raw_public_id, now
    )
    path = [each.id for each in reversed(list_path(session, unit.id, now))]
    own = queries.find_setting(session, unit.id)
    return render_template(
        "practice/settings.html",
        unit=unit,
        own={"streaks": own.streaks, "ladder": own.ladder} if own else {},
        above=queries.get_settings(session, path[1:]),
    )


@bp.post("/units/<raw_public_id>")
@requires(Permission.PRACTICE_SETTINGS)
def set_practice(raw_public_id: str) -> ResponseReturnValue:
    """Take what a unit sets."""
    services.set_practice(
        db_session(),
        current_actor(),
        raw_public_id,
        streaks=_choice("streaks"),
        ladder=_choice("ladder"),
        now=utc_now(),
    )
    flash(_("练习设置已保存。"), "success")
    return redirect(url_for("practice.settings", raw_public_id=raw_public_id), 303)


def _choice(name: str) -> bool | None:
    raw = request.form.get(name, "")
    if raw not in CHOICES:
        raise BadRequest
    return CHOICES[raw]
