"""The device cookie: a random token by which a browser is known again for a year.

It proves nothing by itself and opens nothing. Log-in uses it to tell a person's own device from a
stranger's, the exam room to tell one device from another. Only its hash is ever stored.
"""

import re
from datetime import timedelta
from typing import cast

from flask import Response, after_this_request, current_app, g, request

from learning.kernel.ids import new_token
from learning.settings import Settings
from learning.web.security import cookie_name

DEVICE_COOKIE = "qa_device"
LIFETIME = timedelta(days=365)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\Z")  # what new_token makes


def device_token() -> str:
    """Return this device's token; one that is missing or malformed is replaced by a new one."""
    if "device_token" not in g:
        given = request.cookies.get(_cookie_name(), "")
        g.device_token = given if _TOKEN.match(given) else _issue()
    return cast("str", g.device_token)


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])


def _cookie_name() -> str:
    return cookie_name(_settings(), DEVICE_COOKIE)


def _issue() -> str:
    token = new_token()

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _cookie_name(),
            token,
            max_age=LIFETIME,
            path="/",
            secure=_settings().is_https,
            httponly=True,
            samesite="Lax",
        )
        return response

    return token
