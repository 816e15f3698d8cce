"""The blueprint of sittings, and what its views share."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams.queries import find_owner_of, find_ticket_no
from learning.exams.rules import State
from learning.exams.words import _
from learning.web.forms import refuse_repeated
from learning.web.ways_back import WayBack

bp = Blueprint("exams", __name__, url_prefix="/sittings")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


def to_detail(public_id: str) -> ResponseReturnValue:
    """Send the browser to the candidate's page after a POST."""
    return redirect(url_for("exams.detail", raw_public_id=public_id), 303)


def to_desk(public_id: str) -> ResponseReturnValue:
    """Send the browser to the examiner's page after a POST."""
    return redirect(url_for("exams.desk", raw_public_id=public_id), 303)


def way_back(session: Session, assessment_id: int) -> WayBack | None:
    """Return the sitting that an assessment is of, and what of it decides on the result's page."""
    found = find_owner_of(session, assessment_id)
    if found is None:
        return None
    public_id, cut_score_milli, state = found
    url = url_for("exams.detail", raw_public_id=public_id)
    return WayBack(
        _("回到考试"),
        url,
        cut_milli=cut_score_milli,
        is_official=True,
        is_closed=state is State.CLOSED,
        appeal_url=url_for("exams.own_appeals", raw_public_id=public_id),
    )


def ticket_number(session: Session, assessment_id: int, user_id: int) -> str:
    """Return the 准考证号 of a candidate at the sitting that an assessment is of, "" for none."""
    return find_ticket_no(session, assessment_id, user_id)
