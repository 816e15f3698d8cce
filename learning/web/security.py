"""Addresses that no page of ours has, and headers that keep a browser from what we did not ask.

The content security policy names everything a page may load: nothing by default, scripts only by
the nonce of this reply, the rest from our own address. The nonce is made at first use, since an
early abort (a missing CSRF token) must still find one.
"""

import secrets

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

from learning.kernel.errors import NotFound
from learning.settings import Settings
from learning.web.context import this_request
from learning.web.responses import JsonReply

HSTS = "max-age=31536000; includeSubDomains"


def csp_nonce() -> str:
    """Return the nonce of this reply."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def content_security_policy(nonce: str) -> str:
    """Return the exact policy of an HTML page."""
    return (
        "default-src 'none'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; "
        "style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
        "connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "manifest-src 'self'; worker-src 'self'"
    )


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse what cannot be an address, and add the headers to every reply."""
    app.before_request(_refuse_nul)
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def _headers(response: Response) -> Response:
        if isinstance(response, JsonReply):  # its headers are final
            return response
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        if "Content-Security-Policy" not in headers:  # a served file may bring a stricter one
            headers["Content-Security-Policy"] = content_security_policy(csp_nonce())
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if settings.is_https:
            headers["Strict-Transport-Security"] = HSTS
        # Flask's send_file says "no-cache" by itself, which still lets a cache keep the file.
        if request.endpoint != "static" and headers.get("Cache-Control", "no-cache") == "no-cache":
            headers["Cache-Control"] = "private, no-store"
        return response


def _refuse_nul() -> None:
    """Find nothing at an address with a NUL, and refuse one in a question: no database takes it."""
    environ = this_request().environ
    if "\0" in environ["PATH_INFO"]:
        raise NotFound("page")
    if "%00" in environ.get("QUERY_STRING", ""):
        raise BadRequest


def cookie_name(settings: Settings, name: str) -> str:
    """Return a cookie's name; over https with the __Host- prefix, which browsers then enforce."""
    return f"__Host-{name}" if settings.is_https else name
