"""The blueprint of competitions, and what its views share."""

from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions.queries import CompetitionView, get_managed, get_published, reaches
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, with_grants

bp = Blueprint("competitions", __name__, url_prefix="/competitions")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


def get_visible(
    session: Session, actor: Actor | None, raw_public_id: str, now: datetime
) -> CompetitionView:
    """Return a competition that this reader may see: a draft only within reach."""
    try:
        return get_published(session, raw_public_id)
    except NotFound:
        if actor is None or not actor.holds(Permission.COMPETITION_MANAGE):
            raise
    return get_managed(session, actor, raw_public_id, now)


def may(
    session: Session,
    actor: Actor | None,
    permission: Permission,
    competition: CompetitionView,
    now: datetime,
) -> bool:
    """Tell whether this reader holds the permission for the competition's organiser."""
    if actor is None:
        return False
    return reaches(session, actor, permission, competition.organiser_id, now)


def desk_actor() -> Actor:
    """Return who acts, with the roles held: a desk is HR's and the organiser's by role."""
    return with_grants(current_actor())


def to_detail(public_id: str) -> ResponseReturnValue:
    """Send the browser to the competition's page after a POST."""
    return redirect(url_for("competitions.detail", raw_public_id=public_id), 303)
