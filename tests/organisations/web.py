"""A browser for tests: logs in, reads the CSRF token of a page, posts forms."""

import re
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learning.accounts.models import User
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Role
from learning.organisations.models import Unit
from tests.factories.people import grant_role, log_in, make_user

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def present() -> datetime:
    """Pages read the real clock."""
    return utc_now()


class Browser:
    """A person at work."""

    def __init__(self, client: FlaskClient, database: Database, user: User) -> None:
        self.client, self.user = client, user
        log_in(client, database, user, present())
        found = _TOKEN.search(self.page("/account"))
        assert found is not None
        self.token = found.group(1)

    def get(self, path: str, **query: str) -> TestResponse:
        return self.client.get(path, query_string=query)

    def page(self, path: str, **query: str) -> str:
        response = self.get(path, **query)
        assert response.status_code == 200, response.status_code
        return response.get_data(as_text=True)

    def post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **(data or {})})


def make_browser(
    client: FlaskClient, database: Database, role: Role | None = None, unit: Unit | None = None
) -> Browser:
    with database.transaction() as session:
        user = make_user(session, present(), "管理员")
        if role is not None:
            grant_role(session, present(), user, role, unit)
    return Browser(client, database, user)
