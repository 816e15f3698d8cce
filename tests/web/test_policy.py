"""The content security policy of pages, word for word, and pages that keep to it."""

import re

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.sqlite  # no header depends on the database

POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)


def test_scripts_run_by_the_nonce_of_their_own_reply_alone(client: FlaskClient) -> None:
    nonces = set()
    for path in ("/login", "/login", "/nowhere"):
        reply = client.get(path)
        [nonce] = set(re.findall(r'<script[^>]* nonce="([^"]+)"', reply.text))
        assert reply.headers["Content-Security-Policy"] == POLICY.replace("NONCE", nonce)
        code = re.sub(r'type="application/json"', "nonce", reply.text)
        assert all("nonce" in tag for tag in re.findall(r"<script[^>]*>", code))
        assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", reply.text)
        nonces.add(nonce)

    assert len(nonces) == 3
