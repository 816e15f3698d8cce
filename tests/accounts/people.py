"""People with log-in names and passwords, and the browser's side of the log-in pages."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from learning.accounts.models import User
from learning.accounts.password_hashing import hash_password
from learning.accounts.rules import Claim, make_claim
from learning.accounts.services import NewLogin, add_login_name, create_user
from learning.kernel.clock import utc_now
from learning.kernel.db import Database

PASSWORD = "质量 is no accident"
SECRET = "test-secret-test-secret-test-secret"
HOME_NETWORK = "203.0.113.0/24"


@lru_cache
def hashed(password: str) -> str:
    return hash_password(password)


def make_person(
    session: Session,
    now: datetime,
    *,
    phone: str = "",
    email: str = "",
    staff: str = "",
    password: str = PASSWORD,
) -> User:
    user = create_user(session, display_name="示例员工", now=now)
    for kind, raw in (("phone", phone), ("email", email), ("staff", staff)):
        if raw:
            add_login_name(session, user, kind, raw, now=now)
    if password:
        user.password_hash = hashed(password)
    session.flush()
    return user


def commit_person(database: Database, **names: str) -> User:
    with database.transaction() as session:
        return make_person(session, utc_now(), **names)


def claim(
    raw_name: str,
    *,
    network: str = HOME_NETWORK,
    device: str = "device",
    organisation_code: str = "",
    purpose: str = "login",
) -> Claim:
    return make_claim(
        raw_name,
        organisation_code=organisation_code,
        network=network,
        device_token=device,
        secret=SECRET,
        purpose=purpose,
    )


def new_login(opened: str = "token", replaced_token: str = "") -> NewLogin:
    return NewLogin(opened, "Chrome · Windows", timedelta(hours=12), replaced_token)


def csrf_of(client: FlaskClient, path: str = "/login") -> str:
    """Return the CSRF token of the form on a page."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def post(client: FlaskClient, path: str, form_at: str = "", **fields: str) -> TestResponse:
    """Fill in the form on a page and send it."""
    token = csrf_of(client, form_at or path)
    return client.post(path, data={"csrf_token": token, **fields})


def log_in_by_page(
    client: FlaskClient, login_name: str, password: str = PASSWORD, path: str = "/login"
) -> TestResponse:
    return post(client, path, login_name=login_name, password=password)


def is_logged_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200
