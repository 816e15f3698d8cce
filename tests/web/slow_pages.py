"""A WSGI application for tests of lanes: pages wait for the end of the test, answers do not."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer at once below /attempts, what is `?slow` a moment later; all else with the file."""
    until = time.monotonic() + 20
    if not environ["PATH_INFO"].startswith("/attempts/"):
        while not Path(os.environ["GO"]).exists() and time.monotonic() < until:
            time.sleep(0.01)
    if environ.get("QUERY_STRING") == "slow":
        time.sleep(0.1)
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
