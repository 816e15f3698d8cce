"""Small replies: JSON with the right headers, and whether a request wants JSON at all."""

import json
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


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


class _JsonHeaders(Headers):
    """The headers of a JSON reply, copied instead of being checked one by one each time."""

    def __init__(self) -> None:
        self._list = list(JSON_HEADERS)


class JsonReply(Response):
    """A reply of known length that never redirects: its headers are final as they stand."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:  # noqa: ARG002
        """Return the headers without the search for what has to be made absolute or counted."""
        return self.headers


def json_reply(body: Any, status: int = 200) -> Response:
    """Return a JSON response that no cache keeps."""
    return json_text(_ENCODER.encode(body), status)


def json_text(text: str, status: int = 200) -> Response:
    """Return a response of JSON that is text already, which no cache keeps."""
    return JsonReply(text.encode(), status, headers=_JsonHeaders())
