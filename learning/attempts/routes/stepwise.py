"""Stepwise delivery over HTTP: reveal a position, commit it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, render_template
from sqlalchemy.orm import Session

from learning.attempts.models import StepwiseEntry
from learning.attempts.queries import (
    AttemptView,
    get_attempt,
    list_items,
    list_responses,
    list_rulings,
)
from learning.attempts.routes import views
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.receipt import short
from learning.attempts.routes.review import Reviewed, released_key, review_of
from learning.attempts.routes.saving import read_json
from learning.attempts.rules import StoredResponse, fold
from learning.attempts.rules.batch import MAX_POSITION, MAX_SEQ, is_integer
from learning.attempts.rules.folding import highest_seq
from learning.attempts.rules.scoring import Worth, score_position
from learning.attempts.services import Committed, commit_position, reveal_position
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Permission
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
    revealed = reveal_position(session, actor, raw_public_id, position, now=utc_now())
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    [html] = views.items_html(session, attempt, [position])
    return json_reply(
        {
            "position": position,
            "html": html,
            "revealed_ms": to_ms(revealed.revealed_at),
            "ends_ms": to_ms(revealed.ends_at) if revealed.ends_at else None,
            "now_ms": to_ms(utc_now()),
        }
    )


@bp.post("/<raw_public_id>/commit")
@requires(Permission.SELF_ATTEMPT)
def commit(raw_public_id: str) -> Response:
    """Close a position; answer with its outcome and, where the rules release it now, its key.

    Where this mistake ended the attempt, that is all there is besides the receipt.
    """
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
    body = verdict(attempt, done)
    if done.ended is not None:
        body |= {"ended": "mistake", "receipt": short(done.ended)}
    return json_reply({"position": position, "now_ms": to_ms(utc_now()), **body})


def committed_replies(
    session: Session,
    attempt: AttemptView,
    entries: Mapping[int, StepwiseEntry],
    responses: Iterable[StoredResponse],
) -> dict[str, dict[str, Any]]:
    """Return again what the commits of an attempt answered, by position.

    Where an item was ruled on since, what it earns now stands in the place of what was said then.
    """
    current = fold(responses, attempt.due)
    numbers = sorted(n for n, entry in entries.items() if entry.committed_at is not None)
    places = [attempt.form.positions[number - 1] for number in numbers]
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    replies = {}
    for number, place, item in zip(
        numbers, places, list_items(session, places, rulings), strict=True
    ):
        entry, held = entries[number], current.get(number)
        answer = held.answer if held else None
        points, outcome = entry.points_milli or 0, entry.outcome or ""
        if ruling := rulings.get(place.version_id):
            marking = attempt.blueprint.sections[place.section].marking
            now = score_position(item, answer, Worth(place.points_milli, marking), ruling)
            points, outcome = now.points_milli, now.outcome
        response = json.loads(answer) if answer is not None else None
        told = item if attempt.rules.tells_key else None
        replies[str(number)] = verdict(attempt, Committed(number, points, outcome, told, response))
    return replies


def verdict(attempt: AttemptView, done: Committed) -> dict[str, Any]:
    """Return a released key with what the answer earned; only whether it was right without one.

    `answer_html` sets the answer against the key where the item's own fields cannot.
    """
    if done.item is None:
        return {"outcome": done.outcome}
    place = attempt.form.positions[done.position - 1]
    view = views.item_view(done.item.document, place, done.position)
    marking = attempt.blueprint.sections[place.section].marking
    review = review_of(Reviewed(view, done.item, done.response, marking))
    told = review["rows"] or review["rubric"] or review["parts"]
    return {
        "outcome": done.outcome,
        "points": points_text(done.points_milli),
        "of": points_text(place.points_milli),
        "key": released_key(view, done.item.key),
        "answer_html": render_template("attempts/review/told.html", review=review) if told else "",
        "explanation_html": str(review["explanation_html"]),
        "source": review["source"],
        "report_url": views.report_url(attempt, done.position),
    }


def _position(raw: Any) -> int:
    position = raw.get("position") if isinstance(raw, dict) else None
    if not is_integer(position, 1, MAX_POSITION):
        raise Invalid([])
    return int(position)  # type: ignore[arg-type]
