"""The blueprint of study hours, and the zone whose days count."""

from typing import cast

from flask import Blueprint, current_app, request

from learning.kernel.clock import utc_now
from learning.settings import Settings
from learning.study.queries import rule_in_force
from learning.study.queries.tracks import lacking_courses, list_course_documents
from learning.study.rules.hours import Prerequisites
from learning.study.words import clock_words, lock_words
from learning.web.forms import refuse_repeated
from learning.web.guards import find_current_actor
from learning.web.transaction import db_session

bp = Blueprint("study", __name__, url_prefix="/study")


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.app_context_processor
def _clock_of_lessons() -> dict[str, object]:
    """Give the pages of courses the words of the clock, and what a course has to wait for."""
    return {"study_clock_words": clock_words, "study_lock": study_lock}


def study_lock(course_code: str) -> str:
    """Return why a course of one's own track is to wait, "" when nothing comes before it."""
    session, actor = db_session(), find_current_actor()
    lacking = lacking_courses(session, actor.user_id, course_code) if actor else ()
    if not lacking:
        return ""
    documents = list_course_documents(session, lacking)
    rule = rule_in_force(session, utc_now())
    return lock_words(
        [documents[code] for code in lacking if code in documents],
        is_enforced=rule.prerequisites is Prerequisites.ENFORCED,
    )


def settings() -> Settings:
    """Return the settings of the installation."""
    return cast("Settings", current_app.extensions["settings"])


def zone() -> str:
    """Return the zone in which days and years are told apart."""
    return settings().default_timezone
