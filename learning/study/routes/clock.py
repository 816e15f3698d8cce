"""The clock as a lesson page reports to it each minute."""

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.study import services
from learning.study.routes.blueprint import bp, zone
from learning.study.rules.clock import parse_beat
from learning.study.rules.hours import MINUTE_MS
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.transaction import db_session

MAX_REPORT_BYTES = 1024


@bp.post("/clock/<raw_course>/<raw_lesson>")
@requires(Permission.SELF_COURSE_LEARN)
def beat(raw_course: str, raw_lesson: str) -> Response:
    """Take a beat of a lesson page; answer with the clock as it is now."""
    if (request.content_length or 0) > MAX_REPORT_BYTES:
        raise RequestEntityTooLarge
    report = parse_beat(request.get_json(silent=True))
    clock = services.beat(
        db_session(),
        current_actor(),
        raw_course,
        raw_lesson,
        report=report,
        zone=zone(),
        now=utc_now(),
    )
    return json_reply(
        {
            "why": clock.why.value,
            "minutes": clock.lesson_ms // MINUTE_MS,
            "need": -(-clock.need_ms // MINUTE_MS),
            "is_enough": clock.lesson_ms >= clock.need_ms,
            "idle_limit_ms": clock.idle_limit_ms,
        }
    )
