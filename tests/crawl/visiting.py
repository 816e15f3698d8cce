"""Sends visits as a persona, by test client or over HTTP, with nothing remembered between requests.

Every request carries the cookie of the persona's log-in and a valid CSRF token, so that two requests
differ only in what the test makes differ.
"""

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from itsdangerous import URLSafeTimedSerializer

from learning.kernel.clock import utc_now
from learning.web.transaction import TransactionalFlask
from tests.crawl.visits import Visit, missing_id
from tests.factories.people import make_login_session
from tests.world import DEVICE, Persona, World

FORM = "application/x-www-form-urlencoded"
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Reply:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def is_page(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html") and bool(self.body)


class Door(Protocol):
    """How a request reaches the product."""

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply: ...


class ClientDoor:
    """Through Flask's test client, which keeps no cookies."""

    def __init__(self, app: TransactionalFlask) -> None:
        self._client = app.test_client(use_cookies=False)

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        got = self._client.open(url, method=method, headers=dict(headers), data=body)
        with got:
            return Reply(
                got.status_code, {k.lower(): v for k, v in got.headers.items()}, got.get_data()
            )


class HttpDoor:
    """Over the wire to a running server."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, url, body, dict(headers))
            got = connection.getresponse()
            return Reply(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()


class Crawl:
    """The personas of a world at the door of the product."""

    def __init__(self, world: World, app: TransactionalFlask, door: Door) -> None:
        self.world, self.app, self.door = world, app, door
        self._urls = app.url_map.bind("localhost")
        self._headers: dict[str, dict[str, str]] = {}
        self.cookies: dict[str, dict[str, str]] = {}
        for persona in world.personas.values():
            self.log_in(persona)

    def log_in(self, persona: Persona) -> None:
        """Give a persona a new log-in session, with the cookie that the product would set."""
        raw = secrets.token_hex(20)
        cookie = {"csrf_token": raw}
        if persona.user is not None:
            with self.world.database.transaction() as session:
                token = make_login_session(session, utc_now(), persona.user)
            cookie |= {"_user_id": token, "_fresh": True}
        signer = self.app.session_interface.get_signing_serializer(self.app)
        assert signer is not None
        name = self.app.config["SESSION_COOKIE_NAME"]
        csrf = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token")
        self.cookies[persona.name] = {name: signer.dumps(cookie), "qa_device": DEVICE}
        self._headers[persona.name] = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies[persona.name].items()),
            "X-CSRFToken": csrf.dumps(raw),
        }

    def methods(self, endpoint: str) -> list[str]:
        """Return the methods of an endpoint that are worth a visit, reading ones first."""
        found = {m for rule in self.app.url_map.iter_rules(endpoint) for m in rule.methods or ()}
        return sorted(found - {"HEAD", "OPTIONS"})

    def fill(
        self, visit: Visit, objects: Mapping[str, str], *, missing: frozenset[str] = frozenset()
    ) -> dict[str, str]:
        """Return the ids for a visit's references; those named `missing` are of nothing."""
        return {
            name: missing_id(kind) if name in missing else objects[kind]
            for name, kind in visit.references.items()
        }

    def url(self, visit: Visit, method: str, ids: Mapping[str, str]) -> str:
        """Return the address of a visit."""
        values = {name: ids.get(name, value) for name, value in visit.path.items()}
        built = self._urls.build(visit.endpoint, values, method=method)
        query = {name: ids.get(name, value) for name, value in visit.query.items()}
        return f"{built}?{urlencode(query)}" if query else str(built)

    def send(self, persona: Persona, visit: Visit, method: str, ids: Mapping[str, str]) -> Reply:
        """Make one request; redirects are not followed."""
        headers, body = dict(self._headers[persona.name]), b""
        if method not in READING and visit.json is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(visit.json).encode()
        elif method not in READING:
            headers["Content-Type"] = FORM
            form = {name: ids.get(name, value) for name, value in visit.form.items()}
            body = urlencode(form).encode()
        return self.door.send(method, self.url(visit, method, ids), headers, body)

    def get(self, persona: Persona, url: str) -> Reply:
        """Read an address, which may be absolute."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.door.send("GET", path, self._headers[persona.name], b"")


def owns(persona: Persona, visit: Visit, side: str) -> bool:
    """Tell whether the private objects of a side are the persona's own."""
    return persona.role in visit.owners and persona.side in {"", side}


def side_of(persona: Persona) -> str:
    """Return whose objects a persona is led to: their own, and A's for those without a side."""
    return persona.side or "A"
