"""CSRF protection: Flask-WTF's tokens, checked header first and each signature once.

Scripts send the token in a header; looking for it in form data first would parse every body. That a
token is signed by our key is a pure fact and kept, bounded; that it belongs to this session is
compared on every request.
"""

import hmac
from functools import lru_cache

from flask import Request, current_app, g, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer

from learning.web.context import this_request

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


class Csrf(CSRFProtect):
    """Flask-WTF's protection with a cheaper check for scripts; forms are checked as ever."""

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002
        """Raise CSRFError for an unsafe request whose token is not this session's."""
        # What has no endpoint ends as 404 by itself.
        current = this_request()
        if current.method not in UNSAFE_METHODS or (apply_exemptions and not current.url_rule):
            return
        token = current.environ.get("HTTP_X_CSRFTOKEN") or self._get_csrf_token()
        held = session.get("csrf_token")
        value = signed_value(str(current_app.secret_key), token) if token else None
        if value is None or held is None or not hmac.compare_digest(value, str(held)):
            if apply_exemptions and self._is_exempt():
                return  # the view checks for itself (renewing a log-in); asked for last, it is rare
            raise CSRFError
        self._check_referrer(current)
        g.csrf_valid = True

    def _check_referrer(self, current: Request) -> None:
        """Over TLS the page that sent the request must be one of ours."""
        if not current.is_secure:
            return
        if not (current.referrer or "").startswith(f"https://{current.host}/"):
            raise CSRFError
