"""What is overdue by team, made to be printed and signed: for HR, and for managers of their own."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.compliance.queries.tasks import TaskLine, iterate_overdue, list_overdue
from learning.compliance.routes.blueprint import bp, zone
from learning.compliance.words import _
from learning.compliance.words import assignments as words
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.permissions import Permission
from learning.organisations.queries import get_unit_in_reach, list_units, units_in_reach
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import db_session, reading

CHOICES = 500
SHOWN = 3000


@bp.get("/overdue")
@requires(Permission.ASSIGNMENT_MANAGE)
def overdue() -> ResponseReturnValue:
    """Show what is overdue by team, a page each when printed; choose the unit first."""
    back = (url_for("compliance.assignments"), _("返回培训任务"))
    return _sheet(Permission.ASSIGNMENT_MANAGE, back, url_for("compliance.overdue_xlsx"))


@bp.post("/overdue.xlsx")
@requires(Permission.ASSIGNMENT_MANAGE)
def overdue_xlsx() -> Response:
    """Give what is overdue in a unit as .xlsx."""
    return _file(Permission.ASSIGNMENT_MANAGE)


@bp.get("/team/overdue")
@requires(Permission.TEAM_READ)
def team_overdue() -> ResponseReturnValue:
    """Show a manager what is overdue among the own people, to be printed."""
    back = (url_for("compliance.team"), _("返回我的班组"))
    return _sheet(Permission.TEAM_READ, back, url_for("compliance.team_overdue_xlsx"))


@bp.post("/team/overdue.xlsx")
@requires(Permission.TEAM_READ)
def team_overdue_xlsx() -> Response:
    """Give a manager what is overdue among the own people as .xlsx."""
    return _file(Permission.TEAM_READ)


def _file(permission: Permission) -> Response:
    now, actor, raw_unit = utc_now(), current_actor(), request.form.get("unit", "")
    with reading() as session:
        unit = get_unit_in_reach(session, actor, permission, raw_unit, now)
    file = ListFile(
        "overdue",
        _("逾期清单"),
        [
            Column(_("部门"), 28, is_text=True),
            Column(_("姓名"), 16, is_text=True),
            Column(_("工号"), 14, is_text=True),
            Column(_("任务"), 40, is_text=True),
            Column(_("截止"), 12, is_text=True),
            Column(_("逾期"), 14, is_text=True),
        ],
        [unit.name],
        _("说明"),
        zone(),
    )
    return send_list(
        file,
        lambda session: (
            words.overdue_row(title, line, zone(), now)
            for _unit, title, line in iterate_overdue(session, unit.id, now)
        ),
        act="overdue.downloaded",
        subject=unit.public_id,
        details={},
        now=now,
    )


def _sheet(permission: Permission, back: tuple[str, str], file_address: str) -> str:
    session, now, actor = db_session(), utc_now(), current_actor()
    reach = units_in_reach(session, actor, permission, now)
    units = sorted(
        list_units(session, reach, now, limit=CHOICES), key=lambda unit: unit.is_department
    )
    raw_unit = request.args.get("unit", "")
    lines, unit = [], None
    if raw_unit or units:
        unit = get_unit_in_reach(session, actor, permission, raw_unit or units[0].public_id, now)
        lines = list_overdue(session, unit.id, now, limit=SHOWN)
    teams: dict[tuple[int, str], list[tuple[str, TaskLine, str]]] = {}
    for unit_id, title, line in lines:
        day = words.day_text(line.due_at, zone())
        teams.setdefault((unit_id, line.unit_name), []).append((title, line, day))
    return render_template(
        "compliance/overdue.html",
        units=units,
        unit=unit,
        teams=teams,
        is_cut=len(lines) == SHOWN,
        now=now,
        back=back,
        file_address=file_address,
    )
