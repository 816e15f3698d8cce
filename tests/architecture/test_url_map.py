"""Every endpoint declares who may call it; a forgotten one fails here and answers nothing."""

from flask import Flask

from learning.web.guards import declared_access, public
from learning.web.transaction import TransactionalFlask

# Served before the application is asked (WhiteNoise); the route itself answers 404.
EXEMPT = {"static"}


def undeclared(app: Flask) -> list[str]:
    """Return the endpoints that declare neither a permission nor that they are public."""
    return sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.endpoint not in EXEMPT
            and declared_access(app.view_functions[rule.endpoint]) is None
        }
    )


def test_every_endpoint_declares_its_permission_or_that_it_is_public(
    app: TransactionalFlask,
) -> None:
    assert undeclared(app) == []


def test_an_undeclared_view_is_found_and_does_not_answer(app: TransactionalFlask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    assert undeclared(app) == ["forgotten"]
    reply = app.test_client().get("/forgotten")
    assert reply.status_code == 500
    assert b"secret" not in reply.data


def test_a_declared_view_answers(app: TransactionalFlask) -> None:
    app.add_url_rule("/open", "open", public(lambda: "hello"))

    assert undeclared(app) == []
    assert app.test_client().get("/open").data == b"hello"


def test_static_files_are_not_served_by_the_exempt_route(app: TransactionalFlask) -> None:
    inner = Flask.__call__.__get__(app)  # through WhiteNoise as every request
    assert inner is not None
    assert app.test_client().get("/static/../../settings.py").status_code == 404
    assert app.test_client().get("/static/nothing.css").status_code == 404
