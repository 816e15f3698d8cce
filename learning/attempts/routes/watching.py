"""The room's small talk: what it tells of conduct, and where its attempt stands. JSON both ways.

Like saving, both check the log-in in their own statement. A report is never worth a wait.
"""

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, session

from learning.attempts.queries import list_messages
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.saving import read_json
from learning.attempts.routes.views import section_rows
from learning.attempts.rules import clock_at, parse_report
from learning.attempts.rules.pacing import Pace
from learning.attempts.services import force_finish, record_events
from learning.attempts.watching import Pulse, find_pulse
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.ids import digest
from learning.kernel.permissions import Permission
from learning.web.guards import requires_in_statement
from learning.web.responses import json_reply
from learning.web.transaction import database, db_session, leisurely_statement, single_read

_PACE = Pace(time.monotonic())
LEFT = "left too often"  # the audit's reason; by the rules of the assessment, not by a person


@bp.post("/<raw_public_id>/events")
@requires_in_statement(Permission.SELF_ATTEMPT)
def tell(raw_public_id: str) -> Response:
    """Keep what the room tells; answer with where the attempt stands."""
    token = session.get("_user_id")
    if not isinstance(token, str):
        return json_reply({"error": "login"}, 401)
    now = utc_now()
    report = parse_report(read_json(), now)
    if report is None:
        return json_reply({"error": "invalid"}, 400)
    if report.events:
        leisurely_statement(
            lambda connection: record_events(
                connection,
                database().dialect_name,
                public_id=raw_public_id,
                login_session_id=digest(token),
                report=report,
                now=now,
            )
        )
    found = _find(raw_public_id, token)
    if found is not None and found.is_to_end:
        # What the page had unsaved it sent before it told; the rest goes aside, as after any end.
        force_finish(db_session(), found.attempt_id, actor_id=None, reason=LEFT, now=now)
        found = replace(found, submitted_at=now, paused_at=None, finish_kind="forced")
    return _answer(found)


@bp.get("/<raw_public_id>/pulse")
@requires_in_statement(Permission.SELF_ATTEMPT)
def pulse(raw_public_id: str) -> Response:
    """Answer with where the attempt stands, in one read, and with when to ask again."""
    token = session.get("_user_id")
    if not isinstance(token, str):
        return json_reply({"error": "login"}, 401)
    again_s = _PACE.count(time.monotonic())
    return _answer(_find(raw_public_id, token), again_ms=int(again_s * 1000))


def _find(raw_public_id: str, token: str) -> Pulse | None:
    return single_read(
        lambda connection: find_pulse(
            connection,
            database().dialect_name,
            public_id=raw_public_id,
            login_session_id=digest(token),
            now=utc_now(),
        )
    )


def _answer(found: Pulse | None, **more: int) -> Response:
    if found is None:
        return json_reply({"error": "login"}, 401)
    said = {"messages": _messages(found.attempt_id)} if found.last_message else {}
    now = utc_now()
    return json_reply({**standing(found, now), **said, **more, "now_ms": to_ms(now)})


def _messages(attempt_id: int) -> list[dict[str, Any]]:
    """Return what supervision said to the candidate; a second read, for the few who were told."""
    with database().session(write=False) as reading:
        messages = list_messages(reading, attempt_id)
    return [{"id": message.id, "text": message.text} for message in messages]


def standing(found: Pulse, now: datetime) -> dict[str, Any]:
    """Return what a room is told of its attempt."""
    timed: dict[str, Any] = {}
    if found.sections is not None:
        timed["sections"] = section_rows(found.sections)
        timed["section"] = found.sections.at(clock_at(now, found.paused_at))
    return {
        **timed,
        "epoch": found.epoch,
        "deadline_ms": to_ms(found.deadline_at),
        "paused_ms": to_ms(found.paused_at) if found.paused_at else None,
        "submitted": found.submitted_at is not None,
        "finish_kind": found.finish_kind,
        "departures": found.departures,
    }
