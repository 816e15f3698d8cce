"""How an organisation's people are reminded, and its robot in a group: HR's settings."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.compliance.forms.reminders import ReminderForm
from learning.compliance.queries import reminders as queries
from learning.compliance.routes.blueprint import bp, settings
from learning.compliance.services import reminders as services
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.organisations.queries import get_unit_in_reach, list_units, units_in_reach
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.ASSIGNMENT_MANAGE
CHOICES = 500


@bp.get("/reminders")
@requires(MANAGE)
def reminders() -> ResponseReturnValue:
    """List the organisations in reach with how their people are reminded."""
    session, now = db_session(), utc_now()
    reach = units_in_reach(session, current_actor(), MANAGE, now)
    units = [
        unit for unit in list_units(session, reach, now, limit=CHOICES) if not unit.is_department
    ]
    known = queries.list_settings(session)
    return render_template(
        "compliance/reminders.html",
        rows=[(unit, queries.preferences_of(known, unit.id), known.get(unit.id)) for unit in units],
    )


@bp.route("/reminders/<raw_public_id>", methods=["GET", "POST"])
@requires(MANAGE)
def reminder_settings(raw_public_id: str) -> ResponseReturnValue:
    """Show and change how an organisation's people are reminded."""
    session, now, actor = db_session(), utc_now(), current_actor()
    unit = get_unit_in_reach(session, actor, MANAGE, raw_public_id, now)
    view = queries.find_settings(session, unit.id)
    form = ReminderForm()
    form.allow_private = bool(settings().webhook_private)
    if request.method == "GET":
        form.fill(view)
        return render_template("compliance/reminder_settings.html", form=form, unit=unit, view=view)
    if not form.validate():
        page = render_template("compliance/reminder_settings.html", form=form, unit=unit, view=view)
        return page, 400
    services.change_settings(session, actor, unit.public_id, form.plan(), now=now)
    flash(_("已保存，从下一次提醒起生效。"), "success")
    return redirect(url_for("compliance.reminders"), 303)
