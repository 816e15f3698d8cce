"""The blueprint of organisations, and what its views share."""

from collections.abc import Callable
from datetime import datetime
from math import ceil
from typing import Any, cast

from flask import Blueprint, current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.kernel.permissions import Actor, Permission
from learning.organisations import queries
from learning.organisations.queries import UnitView
from learning.organisations.services.roster_leaves import LeaveDesk
from learning.organisations.words import _
from learning.settings import Settings
from learning.web.forms import refuse_repeated

PAGE_SIZE = 50
LEAVE_DESK = "leave_desk"
MAX_SEARCH = 100
_CHOSEN = "person"  # the one field that comes once for each ticked row

bp = Blueprint("organisations", __name__, url_prefix="/units")


@bp.before_request
def _each_field_once() -> None:
    single = [(name, value) for name, value in request.form.items(multi=True) if name != _CHOSEN]
    refuse_repeated(MultiDict(single))


@bp.teardown_request
def _close_uploads(_error: BaseException | None) -> None:
    """Close the temporary files of uploads at once instead of some time."""
    request.close()


def app_settings() -> Settings:
    """Return the settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def leave_desk() -> LeaveDesk | None:
    """Return whoever keeps the leave that rosters say; None where nobody does."""
    return cast("LeaveDesk | None", current_app.extensions.get(LEAVE_DESK))


def search_text() -> str:
    """Return what is searched for, bounded."""
    return request.args.get("q", "")[:MAX_SEARCH]


def pages_of(total: int) -> int:
    """Return the number of pages of a list, at least 1."""
    return max(1, ceil(total / PAGE_SIZE))


def page_link(endpoint: str, **values: Any) -> Callable[[int], str]:
    """Return what makes the address of a page from its number; empty values are left out."""
    kept = {name: value for name, value in values.items() if value}
    return lambda number: url_for(endpoint, **kept, page=number)


def is_in_reach(
    session: Session, actor: Actor, permission: Permission, unit: UnitView, now: datetime
) -> bool:
    """Tell whether the actor holds a permission for the unit, for what a page offers."""
    if not actor.grants_for(permission):
        return False
    reach = queries.units_in_reach(session, actor, permission, now)
    return session.scalar(reach.where(reach.selected_columns[0] == unit.id)) is not None


def offers(session: Session, actor: Actor, unit: UnitView, now: datetime) -> dict[str, bool]:
    """Return what the actor may do with the unit, as the pages ask for it."""
    return {
        "may_confirm": is_in_reach(session, actor, Permission.ORG_JOIN_CONFIRM, unit, now),
        "may_import": is_in_reach(session, actor, Permission.ORG_ROSTER_IMPORT, unit, now),
        "may_issue": is_in_reach(session, actor, Permission.ORG_CODES_ISSUE, unit, now),
        "may_manage": is_in_reach(session, actor, Permission.ORG_UNIT_MANAGE, unit, now),
        "may_set_practice": is_in_reach(session, actor, Permission.PRACTICE_SETTINGS, unit, now),
        "may_merge": is_in_reach(session, actor, Permission.ORG_PEOPLE_MERGE, unit, now),
    }


def trail_of(
    session: Session, actor: Actor, unit: UnitView, now: datetime, *more: tuple[str, str | None]
) -> list[tuple[str, str | None]]:
    """Return the crumbs of a unit's page: its ancestors (links within reach), itself, and more."""
    path = queries.list_path(session, unit.id, now)
    reach = queries.units_in_reach(session, actor, Permission.ORG_PEOPLE_READ, now)
    seen = set(session.scalars(reach.where(reach.selected_columns[0].in_([u.id for u in path]))))
    trail: list[tuple[str, str | None]] = [(_("单位与人员"), url_for("organisations.index"))]
    trail += [
        (ancestor.name, unit_url(ancestor) if ancestor.id in seen else None)
        for ancestor in path[:-1]
    ]
    if more:
        return [*trail, (unit.name, unit_url(unit)), *more]
    return [*trail, (unit.name, None)]


def unit_url(unit: UnitView) -> str:
    """Return the address of a unit's page."""
    return url_for("organisations.detail", raw_public_id=unit.public_id)
