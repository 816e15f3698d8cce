"""A test client that behaves like a browser: it takes CSRF tokens from the pages it sees."""

import re
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from learning.accounts.models import User
from learning.kernel.db import Database
from learning.web.transaction import TransactionalFlask
from tests.factories.people import log_in

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """One person's browser; nobody is logged in when `user` is None."""

    def __init__(
        self, app: TransactionalFlask, database: Database, now: datetime, user: User | None = None
    ) -> None:
        self.client: FlaskClient = app.test_client()
        if user is not None:
            log_in(self.client, database, user, now)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def token(self, path: str = "/account") -> str:
        found = TOKEN.search(self.client.get(path).text)
        assert found, path
        return found.group(1)

    def post(self, path: str, data: Any = None, *, token: str | None = None) -> TestResponse:
        """Post a form with the token of one's own account page (or of the log-in page)."""
        sent = list((data or {}).items()) if isinstance(data or {}, dict) else list(data)
        if token is None:
            token = self.token()
        return self.client.post(path, data=MultiDict([*sent, ("csrf_token", token)]))
