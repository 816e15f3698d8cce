"""Saving and submitting: JSON in, JSON out. Saving is the hottest view of the product.

It touches neither the request's session nor Flask-Login: its one statement checks the log-in.
"""

import json
from typing import Any

from flask import Request, Response, session, url_for

from learning.attempts.routes.blueprint import MAX_BODY_BYTES, bp
from learning.attempts.routes.receipt import hand_over
from learning.attempts.rules import Batch, Rejected, parse_batch
from learning.attempts.rules.batch import MAX_POSITION, MAX_SEQ, is_integer
from learning.attempts.saving import Refused, Saved, save_responses
from learning.attempts.services import submit_attempt
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Unavailable
from learning.kernel.ids import digest
from learning.kernel.permissions import Permission
from learning.web.context import this_request
from learning.web.guards import current_actor, requires, requires_in_statement
from learning.web.metrics import count_saves
from learning.web.responses import json_reply, json_text
from learning.web.transaction import database, db_session, single_statement

_STATUS = {"login": 401, "not_found": 404, "position": 400}


@bp.post("/<raw_public_id>/responses")
@requires_in_statement(Permission.SELF_ATTEMPT)
def save(raw_public_id: str) -> Response:
    """Save a batch of answers; 200 means durable."""
    token = session.get("_user_id")
    if not isinstance(token, str):
        return json_reply({"error": "login"}, 401)
    batch = parse_batch(read_json())
    if batch is None or not batch.entries:
        return _unusable(batch)
    now = utc_now()
    outcome = single_statement(
        lambda connection: save_responses(
            connection,
            database().dialect_name,
            public_id=raw_public_id,
            login_session_id=digest(token),
            batch=batch,
            now=now,
        )
    )
    if isinstance(outcome, Saved):
        count_saves("saved", len(outcome.saved))
        if outcome.late:
            count_saves("late", len(outcome.late))
        return _acknowledgement(outcome, batch, to_ms(now))
    count_saves(outcome.reason, len(batch.entries))
    return _refusal(outcome, batch, to_ms(now))


@bp.post("/<raw_public_id>/submit")
@requires(Permission.SELF_ATTEMPT)
def submit(raw_public_id: str) -> Response:
    """Finish the attempt with what the device still had; a repeated call answers 200 again."""
    raw = read_json()
    batch = parse_batch(raw)
    last_seq = read_last_seq(raw)
    if batch is None or last_seq is None or batch.rejected:
        return _unusable(batch)
    submission = submit_attempt(
        db_session(),
        current_actor(),
        raw_public_id,
        batch=batch,
        last_seq=last_seq,
        now=utc_now(),
    )
    target = url_for("attempts.result", raw_public_id=submission.attempt)
    return json_reply({"result_url": target, "now_ms": to_ms(utc_now()), **hand_over(submission)})


def read_json() -> Any:
    """Return the decoded body, or None when it is too long or no JSON."""
    data = _read_body(this_request())
    if data is None or len(data) > MAX_BODY_BYTES:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _read_body(current: Request) -> bytes | None:
    """Return the body, None when it is announced as too long or comes to an end too early."""
    announced = current.environ.get("CONTENT_LENGTH", "")
    if not announced.isdecimal():  # in chunks, or nonsense: as for any other view
        return current.get_data(cache=False)
    length = int(announced)
    if length > MAX_BODY_BYTES:
        return None
    # The server's own stream: the one around it that guards against a second reader costs a tenth
    # of the view, and nobody reads on.
    try:
        data: bytes = current.environ["wsgi.input"].read(length)
    except OSError:  # the device is gone
        return None
    return data if len(data) == length else None


def read_last_seq(raw: Any) -> dict[int, int] | None:
    """Return the highest seq that a device knows per position, None where it is none."""
    given = raw.get("last_seq", {}) if isinstance(raw, dict) else None
    if not isinstance(given, dict) or len(given) > MAX_POSITION:
        return None
    result = {}
    for position, seq in given.items():
        if not position.isascii() or not position.isdigit() or len(position) > 4:
            return None
        if not is_integer(seq, 0, MAX_SEQ):
            return None
        result[int(position)] = seq
    return result


def _acknowledgement(outcome: Saved, batch: Batch, now_ms: int) -> Response:
    """Return what is durable: all numbers, so that their text needs no encoder."""
    rejected = json.dumps(_rejected(batch.rejected)) if batch.rejected else "[]"
    return json_text(
        f'{{"saved":{_pairs(outcome.saved)},"late":{_pairs(outcome.late)},'
        f'"rejected":{rejected},"now_ms":{now_ms}}}'
    )


def _pairs(pairs: list[tuple[int, int]]) -> str:
    return f"[{','.join(f'[{position},{seq}]' for position, seq in pairs)}]"


def _rejected(rejected: tuple[Rejected, ...]) -> list[list[Any]]:
    return [[item.position, item.seq, item.code] for item in rejected]


def _unusable(batch: Batch | None) -> Response:
    rejected = _rejected(batch.rejected) if batch else []
    return json_reply({"error": "invalid", "rejected": rejected}, 400)


def _refusal(outcome: Refused, batch: Batch, now_ms: int) -> Response:
    if outcome.reason == "retry":
        raise Unavailable("race")
    status = _STATUS.get(outcome.reason, 409)
    if outcome.reason == "position":
        rejected = [
            [entry.position, entry.seq, "position"]
            for entry in batch.entries
            if entry.position >= outcome.position
        ]
        return json_reply({"error": "invalid", "rejected": rejected}, 400)
    body: dict[str, Any] = {"error": outcome.reason}
    if status == 409:
        body["now_ms"] = now_ms
        body["epoch"] = outcome.epoch
        body["state"] = {str(p): list(order) for p, order in outcome.state.items()}
    return json_reply(body, status)
