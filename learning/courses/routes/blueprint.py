"""The blueprint of courses, and the way back from a self-check to its lesson."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.courses.queries import find_place_of_check
from learning.web.forms import refuse_repeated
from learning.web.ways_back import WayBack

bp = Blueprint("courses", __name__, url_prefix="/courses")
authoring_bp = Blueprint("authoring", __name__, url_prefix="/authoring")
SEVERAL = frozenset({"substantial"})  # fields of several values


@bp.before_request
def _each_field_once() -> None:
    if request.method != "GET":  # a page brings no form, and to look for one costs
        refuse_repeated(request.form)


@authoring_bp.before_request
def _each_authoring_field_once() -> None:
    given = [pair for pair in request.form.items(multi=True) if pair[0] not in SEVERAL]
    refuse_repeated(MultiDict(given))


def lesson_url(course_code: str, lesson_code: str, anchor: str | None = None) -> str:
    """Return the address of a lesson, at a place of its page if one is given."""
    return url_for("courses.lesson", raw_course=course_code, raw_lesson=lesson_code, _anchor=anchor)


def files_url(course_code: str, lesson_code: str) -> str:
    """Return the address of a lesson's files, without the hash that ends it."""
    return url_for(
        "courses.lesson_file", raw_course=course_code, raw_lesson=lesson_code, raw_sha256="x"
    )[:-1]


def way_back(session: Session, assessment_id: int) -> WayBack | None:
    """Return the lesson that an assessment is the self-check of, for the attempt's result."""
    place = find_place_of_check(session, assessment_id)
    if place is None:
        return None
    return WayBack(_("回到课时"), lesson_url(place.course_code, place.lesson_code, "check"))
