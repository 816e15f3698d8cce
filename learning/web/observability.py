"""Request ids and the access log: one JSON line a request, never names, answers or tokens."""

import json
import logging
import os
import re
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from learning.settings import Settings

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_access = logging.getLogger("learning.access")


def configure_logging(settings: Settings) -> None:
    """Send all logs to standard error as JSON lines."""
    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    access = logging.StreamHandler(sys.stdout)
    access.setFormatter(logging.Formatter("%(message)s"))
    _access.handlers[:] = [access]
    _access.propagate = False
    _access.setLevel("INFO")


def _add_request_id(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    if g:
        event["request_id"] = g.get("request_id", "")
    return event


def init_app(app: Flask) -> None:
    """Give each request an id and write its line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.match(given) else os.urandom(8).hex()
    g.started = time.perf_counter()


def _end(response: Response) -> Response:
    request_id = g.get("request_id", "")
    response.headers["X-Request-ID"] = request_id
    if _access.isEnabledFor(logging.INFO):
        actor = g.get("actor")
        person = actor.public_id if actor else ""
        elapsed = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
        # The endpoint instead of the path: a path may carry what the log must not keep.
        _access.info(
            '{"at":%.3f,"request_id":"%s","method":"%s","endpoint":%s,"status":%d,"ms":%.1f,'
            '"person":"%s"}',
            time.time(),
            request_id,
            request.method if request.method.isalpha() else "?",
            json.dumps(request.endpoint),
            response.status_code,
            elapsed,
            person,
        )
    return response
