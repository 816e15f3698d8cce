"""The blueprint of practice, and the way back from a session to where it was started."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from learning.practice.queries import find_mock, is_practice
from learning.web.forms import refuse_repeated
from learning.web.ways_back import WayBack

bp = Blueprint("practice", __name__, url_prefix="/practice")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


def way_back(session: Session, assessment_id: int) -> WayBack | None:
    """Return the page of practice for an assessment that practice made."""
    mock = find_mock(session, assessment_id)
    if mock is not None:
        url = url_for("practice.mock_result", raw_public_id=mock.attempt)
        return WayBack(_("看知识点和该学的课时"), url, cut_milli=mock.cut_milli)
    if not is_practice(session, assessment_id):
        return None
    return WayBack(_("回到练习"), url_for("practice.index"))
