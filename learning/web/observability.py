"""Request ids and the access log: one JSON line a request, never names, answers or tokens."""

import contextlib
import logging
import os
import re
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g

from learning.settings import Settings
from learning.web.context import this_g, this_request

STDOUT = 1
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")


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


def _add_request_id(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    if g:
        event["request_id"] = g.get("request_id", "")
    return event


def init_app(app: Flask) -> None:
    """Give each request an id and write its line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = this_request().environ.get("HTTP_X_REQUEST_ID", "")
    own = this_g()
    own.request_id = given if _REQUEST_ID.match(given) else os.urandom(8).hex()
    own.started = time.perf_counter()


def _end(response: Response) -> Response:
    own = this_g()
    current = this_request()
    request_id = own.get("request_id", "")
    response.headers.add("X-Request-ID", request_id)
    actor = own.get("actor")
    now = time.perf_counter()
    # The endpoint instead of the path: a path may carry what the log must not keep.
    write_line(
        f'{{"at":{time.time():.3f},"request_id":"{request_id}",'
        f'"method":"{current.method if current.method.isalpha() else "?"}",'
        f'"endpoint":"{current.endpoint or ""}","status":{response.status_code},'
        f'"ms":{(now - own.get("started", now)) * 1000:.1f},'
        f'"person":"{actor.public_id if actor else ""}"}}\n'
    )
    return response


def write_line(line: str) -> None:
    """Write a line of the access log to standard output, whole and at once.

    One system call without the logging module's locks: it is part of every saved answer.
    """
    with contextlib.suppress(OSError):
        os.write(STDOUT, line.encode())
