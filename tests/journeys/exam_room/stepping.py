"""The stub's items given one by one: their own seconds, a key told or kept back, an end by mistake."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response

from tests.journeys.exam_room.attempt import Attempt
from tests.journeys.exam_room.paper import ITEMS, KEYS
from tests.journeys.exam_room.specimen import drawn

View = Callable[[Attempt, Any], Response]
RECEIPT = {"sha256": "0f1e 2d3c", "answered": 1, "finished": "2026-11-22 10:42:00"}


def stepped(attempt: Attempt) -> dict[str, Any]:
    """Return what the state says of the rules of the items."""
    if attempt.delivery == "paper":
        return {}
    said: dict[str, Any] = {"tells_key": attempt.tells_key}
    if attempt.item_s:
        said |= {"item_s": attempt.item_s, "item_ends_ms": attempt.item_ends_ms}
    return said | ({"ends_at_mistake": True} if attempt.ends_at_mistake else {})


def is_item_over(attempt: Attempt, now_ms: float) -> bool:
    """Tell whether the seconds of the open item are over, and their grace."""
    return attempt.item_ends_ms is not None and now_ms > attempt.item_ends_ms + 2000


def add_stepwise(
    app: Flask,
    guarded: Callable[[View], Callable[[str], Response]],
    reply: Callable[..., Response],
    now_ms: Callable[[], float],
    mismatch: Callable[[Attempt, str], Response],
) -> None:
    """Add the addresses that reveal and commit an item."""

    def reveal(attempt: Attempt, body: Any) -> Response:
        attempt.open_position = body["position"]
        if attempt.item_s:
            attempt.item_ends_ms = now_ms() + attempt.item_s * 1000
        html = drawn(ITEMS[body["position"] - 1])
        return reply(200, position=body["position"], html=html, ends_ms=attempt.item_ends_ms)

    def commit(attempt: Attempt, body: Any) -> Response:
        position = body["position"]
        if attempt.open_position != position:
            return mismatch(attempt, "position_closed")
        told = _verdict(attempt, position)
        attempt.committed[str(position)] = told
        attempt.open_position = attempt.item_ends_ms = None
        if attempt.ends_at_mistake and told["outcome"] != "right":
            attempt.submitted, attempt.finish_kind = True, "submitted"
            told = {**told, "ended": "mistake", "receipt": RECEIPT}
        return reply(200, position=position, **told)

    app.add_url_rule("/attempts/<pid>/reveal", "reveal", guarded(reveal), methods=["POST"])
    app.add_url_rule("/attempts/<pid>/commit", "commit", guarded(commit), methods=["POST"])


def _verdict(attempt: Attempt, position: int) -> dict[str, Any]:
    response, key = attempt.answers().get(position), KEYS[position]
    given = [response or ""] if isinstance(response, str) else response or []
    right = sorted(given) == key.get("choices")
    outcome = "unanswered" if response is None else "right" if right else "wrong"
    if not attempt.tells_key:
        return {"outcome": outcome}
    return {
        "outcome": outcome,
        "points": "2" if right else "0",
        "of": "2",
        "key": key,
        "explanation_html": "<p>可靠度 <i>R</i>(500)=e<sup>−0.1</sup>≈0.905。</p>",
        "source": "GB/T 2900.99",
    }
