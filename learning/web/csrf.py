"""CSRF protection: Flask-WTF's tokens, checked header first and each signature once.

Scripts send the token in a header; looking for it in form data first would parse every body. That a
token is signed by our key is a pure fact and kept, bounded; that it belongs to this session is
compared on every request.
"""

import hmac
from functools import lru_cache

from flask import Flask, Request, current_app, session
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from learning.web.context import this_g, this_request

FIELD = "csrf_token"
UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SALT = "wtf-csrf-token"


@lru_cache(maxsize=20_000)
def signed_value(secret_key: str, token: str) -> str | None:
    """Return the session value that a token carries, or None when we did not sign it."""
    try:
        value = URLSafeTimedSerializer(secret_key, salt=SALT).loads(token)
    except BadData:
        return None
    return value if isinstance(value, str) else None


@lru_cache(maxsize=20_000)
def signed_token(secret_key: str, value: str) -> str:
    """Return a token of a session's value; each value is signed once a process.

    A token has no age of its own (WTF_CSRF_TIME_LIMIT is None), so that an old one is as good.
    """
    return str(URLSafeTimedSerializer(secret_key, salt=SALT).dumps(value))


def csrf_token() -> str:
    """Return the token for this page's forms and scripts; Flask-WTF's forms show the same one."""
    own = this_g()
    if FIELD not in own:
        value = session.get(FIELD)
        if not isinstance(value, str):
            return str(generate_csrf())  # the first one of a session, which it keeps
        own.csrf_token = signed_token(str(current_app.secret_key), value)
    return str(own.csrf_token)


class Csrf(CSRFProtect):
    """Flask-WTF's protection with a cheaper check for scripts; forms are checked as ever."""

    def init_app(self, app: Flask) -> None:
        """Install the check, and in templates a token that is signed once a session."""
        super().init_app(app)
        self._secret = str(app.secret_key)
        app.template_context_processors[None].pop()  # Flask-WTF's: the same as globals, each page
        app.jinja_env.globals[FIELD] = csrf_token

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002
        """Raise CSRFError for an unsafe request whose token is not this session's."""
        # What has no endpoint ends as 404 by itself.
        current = this_request()
        if current.method not in UNSAFE_METHODS or (apply_exemptions and not current.url_rule):
            return
        token = current.environ.get("HTTP_X_CSRFTOKEN") or self._get_csrf_token()
        held = session.get(FIELD)
        value = signed_value(self._secret, token) if token else None
        if value is None or held is None or not hmac.compare_digest(value, str(held)):
            if apply_exemptions and self._is_exempt():
                return  # the view checks for itself (renewing a log-in); asked for last, it is rare
            raise CSRFError
        self._check_referrer(current)
        this_g().csrf_valid = True

    def _check_referrer(self, current: Request) -> None:
        """Over TLS the page that sent the request must be one of ours."""
        if not current.is_secure:
            return
        if not (current.referrer or "").startswith(f"https://{current.host}/"):
            raise CSRFError
