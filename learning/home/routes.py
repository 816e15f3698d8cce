"""The first page: one's own things when logged in, what is open to all otherwise."""

from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries as competitions
from learning.competitions import words
from learning.home.frame import frame
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import UnitView, list_units, units_in_reach
from learning.web.guards import ask_to_consent, find_current_actor, public
from learning.web.transaction import db_session

UNITS_SHOWN = 10
OPEN_SHOWN = 20

bp = Blueprint("home", __name__)
bp.app_context_processor(frame)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Show 我的学习, or to people not logged in the open competitions and the way in."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    lines = competitions.list_open(session, now, limit=OPEN_SHOWN)
    shown = [words.line_view(line, now) for line in lines]
    if actor is None:
        return render_template(
            "home/start.html", lines=shown, login_url=url_for("accounts.login", next="/")
        )
    asked = ask_to_consent(actor)
    if asked is not None:
        return asked
    own = competitions.list_own(session, actor.user_id, now)
    entered = {entry.competition for entry in own}
    return render_template(
        "home/index.html",
        lines=[line for line in shown if line.line.public_id not in entered],
        entries=[words.own_view(entry) for entry in own],
        units=_units(session, actor, now),
    )


def _units(session: Session, actor: Actor, now: datetime) -> list[UnitView]:
    if not actor.holds(Permission.ORG_PEOPLE_READ):
        return []
    reach = units_in_reach(session, actor, Permission.ORG_PEOPLE_READ, now)
    units = list_units(session, reach, now, limit=UNITS_SHOWN)
    return [unit for unit in units if not unit.is_department]
