"""`/healthz`: the process answers. `/readyz`: the installation may serve, finding by finding."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue

from learning.kernel import health
from learning.kernel.clock import utc_now
from learning.kernel.events import Consumer
from learning.web.guards import public
from learning.web.responses import json_reply
from learning.web.transaction import database

bp = Blueprint("health", __name__)


class HealthSource:
    """What the frame is told: the consumers whose lag counts, and the schema it was written for."""

    def __init__(self, consumers: Sequence[Consumer], read_head: Callable[[], str]) -> None:
        self.consumers = tuple(consumers)
        self.head = cache(read_head)  # reading the scripts takes a moment: once a process


def init_app(app: Flask, source: HealthSource) -> None:
    """Add the endpoints."""
    app.extensions["health_source"] = source
    app.register_blueprint(bp)


def health_source() -> HealthSource:
    """Return what the composition root handed in."""
    return cast("HealthSource", current_app.extensions["health_source"])


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Answer without touching anything else: a restart helps when this fails."""
    return json_reply({"ok": True})


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Answer 200 when every check passes, else 503 with the same document naming what failed."""
    source = health_source()
    found = health.measure(database(), utc_now, head=source.head(), consumers=source.consumers)
    body = {
        "ready": found.ok,
        "failing": [check.name for check in found.checks if not check.ok],
        "checks": {c.name: {"ok": c.ok, "detail": c.detail} for c in found.checks},
        "lag_s": None if found.lag_s is None else round(found.lag_s, 3),
    }
    return json_reply(body, 200 if found.ok else 503)
