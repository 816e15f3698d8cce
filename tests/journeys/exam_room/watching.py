"""The stub's answers to what a room tells and asks: how the attempt stands, ended by its rules."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response

from tests.journeys.exam_room.attempt import Attempt

View = Callable[[Attempt, Any], Response]


def add_watching(
    app: Flask, guarded: Callable[[View], Callable[[str], Response]], reply: Callable[..., Response]
) -> None:
    """Add the two addresses that supervision uses."""

    def standing(attempt: Attempt, _body: Any) -> Response:
        return reply(
            200,
            epoch=attempt.epoch,
            deadline_ms=attempt.deadline_ms,
            paused_ms=attempt.paused_ms,
            submitted=attempt.submitted,
            finish_kind=attempt.finish_kind,
            departures=attempt.departures,
        )

    def tell(attempt: Attempt, body: Any) -> Response:
        attempt.told += [(event["kind"], event.get("lasted_ms")) for event in body["events"]]
        if attempt.integrity.ends(attempt.departures):
            attempt.submitted, attempt.finish_kind = True, "forced"
        return standing(attempt, body)

    app.add_url_rule("/attempts/<pid>/events", "tell", guarded(tell), methods=["POST"])
    app.add_url_rule("/attempts/<pid>/pulse", "pulse", guarded(standing))
