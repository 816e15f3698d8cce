"""Small replies: JSON with the right headers, and whether a request wants JSON at all."""

import json
from typing import Any

from flask import Response, request


def wants_json() -> bool:
    """Tell whether the caller is a script that sent or expects JSON."""
    if request.mimetype == "application/json":
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def json_reply(body: Any, status: int = 200) -> Response:
    """Return a JSON response that no cache keeps."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(data, status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
