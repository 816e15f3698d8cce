"""Public documents that many ask for again and again, answered before Flask is.

A route that made such a reply keeps it here for a moment (`keep`); until then whoever asks for the
same address without a query gets it, or "nothing has changed", from memory: no session, no query,
no log line. Only what is the same for everybody may be kept.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

from learning.web.responses import JSON_TYPE, JsonReply

FRESH_S = 1.0  # so long a process answers without looking
MOST_KEPT = 500
_kept: dict[str, "_Kept"] = {}


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    etag: str
    body: bytes


def keep(path: str, etag: str, body: bytes) -> None:
    """Answer an address from memory for a moment."""
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[path] = _Kept(time.monotonic() + FRESH_S, etag, body)


def forget_all() -> None:
    """Forget every kept document; for tests, which move the clock."""
    _kept.clear()


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
    """Answer a request from memory, or return None: then it is the application's."""
    kept = _kept.get(environ["PATH_INFO"])
    if (
        kept is None
        or environ["REQUEST_METHOD"] != "GET"
        or environ.get("QUERY_STRING")
        or time.monotonic() >= kept.until
    ):
        return None
    if environ.get("HTTP_IF_NONE_MATCH") == kept.etag:
        start_response("304 Not Modified", _headers(kept.etag))
        return []
    length = ("Content-Length", str(len(kept.body)))
    start_response("200 OK", [*_headers(kept.etag), length])
    return [kept.body]


def reply(etag: str, body: bytes, asked: str | None) -> Response:
    """Return the reply to whoever has the version `asked`."""
    if asked == etag:
        return JsonReply(b"", 304, headers=_headers(etag))
    return JsonReply(body, headers=_headers(etag))


def _headers(etag: str) -> list[tuple[str, str]]:
    return [
        ("Content-Type", JSON_TYPE),
        # A proxy may serve it on while it fetches the next one: never two readers at once.
        ("Cache-Control", "public, max-age=2, stale-while-revalidate=8, stale-if-error=60"),
        ("ETag", etag),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
