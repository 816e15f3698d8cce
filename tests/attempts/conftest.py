"""A person at a device with an attempt under way, over HTTP with CSRF as in production."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learning.attempts.rules import AttemptRules
from tests.factories.attempts import Seat, make_seat

STATE = re.compile(r'<script type="application/json" id="attempt-state">(.*?)</script>', re.DOTALL)


@dataclass
class Device:
    """A browser of the person: keeps cookies and the CSRF token."""

    client: FlaskClient
    seat: Seat
    csrf: str = ""

    @property
    def base(self) -> str:
        return f"/attempts/{self.seat.attempt}"

    def open_room(self) -> TestResponse:
        """Open the room, taking over if another device holds it."""
        page = self.client.get(self.base)
        if "attempt-state" not in page.text:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
            assert token, page.text
            self.client.post(f"{self.base}/takeover", data={"csrf_token": token.group(1)})
            page = self.client.get(self.base)
        self.csrf = self.state_of(page)["csrf"]
        return page

    def state_of(self, page: TestResponse) -> dict[str, Any]:
        found = STATE.search(page.text)
        assert found, page.text[:2000]
        return json.loads(found.group(1))

    def state(self) -> dict[str, Any]:
        return self.client.get(f"{self.base}/state").json

    def post(self, what: str, body: Any, **headers: str) -> TestResponse:
        return self.client.post(
            f"{self.base}/{what}",
            data=body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={"X-CSRFToken": self.csrf, **headers},
        )

    def save(self, position: int, seq: int, response: Any = "b", epoch: int = 2) -> TestResponse:
        entries = [{"position": position, "seq": seq, "response": response}]
        return self.post("responses", {"epoch": epoch, "responses": entries})

    def submit(self, epoch: int = 2, **last_seq: int) -> TestResponse:
        return self.post("submit", {"epoch": epoch, "responses": [], "last_seq": last_seq})


@pytest.fixture
def rules() -> AttemptRules:
    return AttemptRules(limit_s=3600)


@pytest.fixture
def bank() -> dict[str, Any]:
    return {}


@pytest.fixture
def seat_now(database, rules, bank) -> Seat:
    """An attempt begun a minute ago by the real clock, which routes read."""
    begun = datetime.now(UTC) - timedelta(minutes=1)
    return make_seat(database, begun, rules=rules, bank=bank)


@pytest.fixture
def device(app, seat_now: Seat) -> Device:
    """A device in its room; it took over from the device of the factory: epoch 2."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat_now.token
        cookie["_fresh"] = True
    device = Device(client, seat_now)
    device.open_room()
    return device


@pytest.fixture
def shared_seats(database, now):
    """Return a maker of fresh seats at one assessment, cheap enough for thousands of histories."""
    first = make_seat(database, now)

    def make() -> Seat:
        return make_seat(database, now, assessment_id=first.assessment_id)

    return make
