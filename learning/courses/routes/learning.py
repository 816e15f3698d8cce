"""What learners do: enrol, report how far they read, start a self-check."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from learning.courses import services
from learning.courses.queries import find_revision
from learning.courses.routes.blueprint import bp, lesson_url
from learning.courses.rules import parse_reading, version_shown
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.devices import device_token
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session

MAX_REPORT_BYTES = 1024


@bp.post("/<raw_course>/enrol")
@requires(Permission.SELF_COURSE_LEARN)
def enrol(raw_course: str) -> ResponseReturnValue:
    """Enrol, and open the lesson to go on with."""
    code = services.enrol(db_session(), current_actor(), raw_course, now=utc_now())
    return redirect(lesson_url(raw_course, code), 303)


@bp.post("/<raw_course>/lessons/<raw_lesson>/progress")
@requires(Permission.SELF_COURSE_LEARN)
def progress(raw_course: str, raw_lesson: str) -> Response:
    """Take a report of the lesson page; answer with the state as it is now."""
    if (request.content_length or 0) > MAX_REPORT_BYTES:
        raise RequestEntityTooLarge
    reading = parse_reading(request.get_json(silent=True))
    mine, check, revision = services.record_progress(
        db_session(), current_actor(), raw_course, raw_lesson, reading=reading, now=utc_now()
    )
    return json_reply(
        {
            "percent": mine.read_percent,
            "check_done": check.done,
            "completed": mine.completed_at is not None,
            "revised": revision,
        }
    )


@bp.get("/<raw_course>/lessons/<raw_lesson>/revision")
@requires(Permission.SELF_COURSE_LEARN)
def revision(raw_course: str, raw_lesson: str) -> Response:
    """Tell a page that is not moved whether the lesson was revised; writes nothing."""
    shown = version_shown(request.args.get("version", ""))
    found = find_revision(db_session(), current_actor().user_id, raw_course, raw_lesson, shown)
    return json_reply({"revised": found})


@bp.post("/<raw_course>/lessons/<raw_lesson>/check")
@requires(Permission.SELF_COURSE_LEARN)
def start_check(raw_course: str, raw_lesson: str) -> ResponseReturnValue:
    """Start the self-check, or go on with the open one, in the exam room."""
    attempt = services.start_check(
        db_session(),
        current_actor(),
        raw_course,
        raw_lesson,
        device_token=device_token(),
        now=utc_now(),
    )
    return redirect(url_for("attempts.room", raw_public_id=attempt), 303)
