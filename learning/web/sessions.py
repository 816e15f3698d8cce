"""Flask's signed-cookie session, read once per cookie instead of once per request.

Decoding is a pure function of the Cookie header and the key, and a device sends the same header
with every answer it saves; so verified ones are kept, bounded, with the instant of signing. Whether
the log-in behind one still opens anything is the database's word, never this one's.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

CACHE_SIZE = 20_000
_SIMPLE = (str, bool, int, type(None))


class CachedCookieSessions(SecureCookieSessionInterface):
    """A session interface with a bounded store of verified cookies."""

    def __init__(self) -> None:
        self._verified: dict[str, tuple[Mapping[str, Any], float]] = {}
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer of the application's key, made once: the key never changes."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie; an empty one if there is none or it is bad."""
        header = request.environ.get("HTTP_COOKIE", "")
        held = self._verified.get(header) or self._verify(app, request, header)
        if held is None or time.time() - held[1] > _max_age_s(app):
            return self.session_class()
        return self.session_class(held[0])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when the session changed; an unchanged one costs nothing."""
        if session.modified or app.config["SESSION_REFRESH_EACH_REQUEST"]:
            super().save_session(app, session, response)

    def _verify(
        self, app: Flask, request: Request, header: str
    ) -> tuple[Mapping[str, Any], float] | None:
        cookie = request.cookies.get(self.get_cookie_name(app))
        serializer = self.get_signing_serializer(app)
        if not cookie or serializer is None:
            return None
        try:
            data, signed_at = serializer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        verified = (data, signed_at.timestamp())
        # What can be changed in place must not be shared between requests.
        if all(isinstance(value, _SIMPLE) for value in data.values()):
            if len(self._verified) >= CACHE_SIZE:
                self._verified.clear()
            self._verified[header] = verified
        return verified


def _max_age_s(app: Flask) -> float:
    lifetime: timedelta = app.config["PERMANENT_SESSION_LIFETIME"]
    return lifetime.total_seconds()
