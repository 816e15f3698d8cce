"""While somebody answers a closed-book paper, every other page leads back to its room.

Public pages do so too for the log-in that answers: courses and boards hold what a paper asks. Who
is not logged in is nobody, and reads them. The account's own pages that need no log-in stay open
(log-in, log-out, the privacy notice), and so does what machines ask.

The person's row names the room, so that asking costs nothing where there is none, and no log-in or
device is a way around. The attempt engine hands in the finder, which has the last word: an attempt
that is over closes nothing.
"""

from collections.abc import Callable

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.kernel.permissions import Actor
from learning.web.responses import json_reply, wants_json
from learning.web.transaction import reading

Finder = Callable[[Session, Actor], str | None]
# What a room itself needs: its pictures, its service worker, and the way out of the log-in.
_STAY_OPEN = frozenset({"media.picture", "attempts.service_worker", "accounts.logout_everywhere"})
_OPEN_BLUEPRINTS = frozenset({"accounts", "health", "metrics"})  # of their public pages


def init_app(app: Flask, finder: Finder) -> None:
    """Install the finder of an actor's running closed room: the path of its page, or None."""
    app.extensions["closed_rooms"] = finder


def stays_open() -> bool:
    """Tell whether the request is for a public page that no closed room closes."""
    return request.endpoint in _STAY_OPEN or request.blueprint in _OPEN_BLUEPRINTS


def lead_back(actor: Actor) -> ResponseReturnValue | None:
    """Return the way back to the room for a request that leaves it; None where it may go on."""
    current = f"{request.path}/"
    if not actor.closed_room or request.endpoint in _STAY_OPEN:
        return None
    if f"/{actor.closed_room}/" in current and request.blueprint == "attempts":
        return None
    finder: Finder = current_app.extensions["closed_rooms"]
    with reading() as session:
        path = finder(session, actor)
    if path is None:
        return None
    if wants_json():
        return json_reply({"error": "closed_book", "room": path}, 409)
    return redirect(path, 303)
