"""Flask's signed-cookie session, read once per cookie instead of once per request.

Decoding a cookie is a pure function of the cookie and the key, and a device sends the same cookie
with every answer it saves; so verified cookies are kept, bounded, with the instant they were
signed. Whether the log-in behind one still opens anything is the database's word, never this one's.
"""

import time
from collections.abc import Mapping
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
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        max_age = app.permanent_session_lifetime.total_seconds()
        held = self._verified.get(cookie) or self._verify(app, cookie)
        if held is None or time.time() - held[1] > max_age:
            return self.session_class()
        return self.session_class(held[0])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when the session changed; an unchanged one costs nothing."""
        if session.modified or app.config["SESSION_REFRESH_EACH_REQUEST"]:
            super().save_session(app, session, response)

    def _verify(self, app: Flask, cookie: str) -> tuple[Mapping[str, Any], float] | None:
        serializer = self.get_signing_serializer(app)
        if serializer is None:
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
            self._verified[cookie] = verified
        return verified
