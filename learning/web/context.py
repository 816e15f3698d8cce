"""The objects behind Flask's proxies, for what runs in every request.

A look-up through a proxy costs as much as several of those through an object; the hooks around
every saved answer made some ninety of them. Elsewhere the proxies are fine and read better.
"""

from typing import cast

from flask import Request, g, request
from flask.ctx import _AppCtxGlobals


def this_request() -> Request:
    """Return the request itself."""
    return cast("Request", request._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


def this_g() -> _AppCtxGlobals:
    """Return the request's own namespace itself."""
    return cast("_AppCtxGlobals", g._get_current_object())  # noqa: SLF001
