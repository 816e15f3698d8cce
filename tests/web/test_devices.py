"""The device cookie: made once, kept, never what a client makes up."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learning.web.devices import device_token
from learning.web.guards import public
from learning.web.transaction import TransactionalFlask


@pytest.fixture
def visitor(app: TransactionalFlask) -> FlaskClient:
    @public
    def view() -> str:
        return device_token() + device_token()

    app.add_url_rule("/device", "device", view)
    return app.test_client()


def cookie_in(response: TestResponse) -> str:
    return next((c for c in response.headers.getlist("Set-Cookie") if "qa_device=" in c), "")


def test_a_device_gets_one_token_and_keeps_it(visitor: FlaskClient) -> None:
    first = visitor.get("/device")
    second = visitor.get("/device")

    token = first.get_data(as_text=True)[:43]
    assert first.get_data(as_text=True) == second.get_data(as_text=True) == token * 2
    assert token in cookie_in(first)
    assert cookie_in(second) == ""


def test_the_cookie_is_kept_a_year_and_hidden_from_scripts(visitor: FlaskClient) -> None:
    cookie = cookie_in(visitor.get("/device"))

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=31536000" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_made_up_token_is_replaced(visitor: FlaskClient) -> None:
    for made_up in ("", "x", "a" * 42, "a" * 44, "a" * 42 + "!", "a" * 3_000):
        visitor.set_cookie("qa_device", made_up)

        response = visitor.get("/device")

        assert response.get_data(as_text=True) != made_up * 2
        assert len(response.get_data(as_text=True)) == 86
        assert cookie_in(response)


def test_two_devices_have_two_tokens(app: TransactionalFlask, visitor: FlaskClient) -> None:
    other = app.test_client()

    assert visitor.get("/device").data != other.get("/device").data
