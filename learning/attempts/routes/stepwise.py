"""Stepwise delivery over HTTP: reveal a position, commit it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from sqlalchemy.orm import Session

from learning.attempts.models import StepwiseEntry
from learning.attempts.queries import AttemptView, get_attempt, list_responses
from learning.attempts.routes import views
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.saving import read_json
from learning.attempts.rules.batch import MAX_POSITION, MAX_SEQ, is_integer
from learning.attempts.rules.folding import highest_seq
from learning.attempts.services import commit_position, reveal_position
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.markdown import render
from learning.kernel.permissions import Permission
from learning.question_bank.queries import get_keys
from learning.question_bank.rules import AnswerKey
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply
from learning.web.templating import points_text
from learning.web.transaction import db_session


@bp.post("/<raw_public_id>/reveal")
@requires(Permission.SELF_ATTEMPT)
def reveal(raw_public_id: str) -> Response:
    """Open a position and answer with its item; the server's time of it is noted."""
    session, actor = db_session(), current_actor()
    position = _position(read_json())
    revealed_at = reveal_position(session, actor, raw_public_id, position, now=utc_now())
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    [item] = views.item_views(session, attempt, [position])
    html = render_template("attempts/item.html", item=item, attempt=views.heading(attempt))
    return json_reply(
        {
            "position": position,
            "html": html,
            "revealed_ms": to_ms(revealed_at),
            "now_ms": to_ms(utc_now()),
        }
    )


@bp.post("/<raw_public_id>/commit")
@requires(Permission.SELF_ATTEMPT)
def commit(raw_public_id: str) -> Response:
    """Close a position; answer with its outcome and, now, its key."""
    session, actor = db_session(), current_actor()
    raw = read_json()
    position = _position(raw)
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    seq = raw.get("seq", 0)
    if not is_integer(seq, 0, MAX_SEQ):
        raise Invalid([])
    if highest_seq(list_responses(session, attempt.id)).get(position, 0) < seq:
        raise Conflict("missing", positions=[position])
    done = commit_position(session, actor, raw_public_id, position, now=utc_now())
    place = attempt.form.positions[position - 1]
    body = verdict(done.outcome, done.points_milli, place.points_milli, done.key)
    return json_reply({"position": position, "now_ms": to_ms(utc_now()), **body})


def committed_replies(
    session: Session, attempt: AttemptView, entries: Mapping[int, StepwiseEntry]
) -> dict[str, dict[str, Any]]:
    """Return again what the commits of an attempt answered, by position."""
    places = {
        position: attempt.form.positions[position - 1]
        for position, entry in entries.items()
        if entry.committed_at is not None
    }
    keys = get_keys(session, [place.version_id for place in places.values()])
    return {
        str(position): verdict(
            entries[position].outcome or "",
            entries[position].points_milli or 0,
            place.points_milli,
            keys[place.version_id],
        )
        for position, place in places.items()
    }


def verdict(outcome: str, points_milli: int, max_milli: int, key: AnswerKey) -> dict[str, Any]:
    """Return a released key with what the answer earned."""
    released: dict[str, Any] = {}
    if key.choices:
        released["choices"] = list(key.choices)
    elif key.blanks:
        released["blanks"] = [list(alternatives) for alternatives in key.blanks]
    else:
        released["value"] = str(key.value)
        if key.tolerance:
            released["tolerance"] = str(key.tolerance)
    return {
        "outcome": outcome,
        "points": points_text(points_milli),
        "of": points_text(max_milli),
        "key": released,
        "explanation_html": str(render(key.explanation)),
        "source": key.source,
    }


def _position(raw: Any) -> int:
    position = raw.get("position") if isinstance(raw, dict) else None
    if not is_integer(position, 1, MAX_POSITION):
        raise Invalid([])
    return int(position)  # type: ignore[arg-type]
