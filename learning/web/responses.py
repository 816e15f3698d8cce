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


HOME_PATH = "/"  # where everybody begins; the page itself belongs to the domain `home`
JSON_TYPE = "application/json; charset=utf-8"
# What every JSON reply carries, put on at once: the save path feels each header set singly.
JSON_HEADERS = (
    ("Content-Type", JSON_TYPE),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_reply(body: Any, status: int = 200) -> Response:
    """Return a JSON response that no cache keeps."""
    return Response(_ENCODER.encode(body), status, headers=JSON_HEADERS)
