"""People who sit a paper without a browser: the requests that the exam room sends, and no others."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from learning.accounts.models import User
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services import give_consent
from learning.attempts.models import Attempt
from learning.attempts.rules import Form
from learning.kernel.clock import utc_now
from learning.question_bank.queries import get_keys
from learning.web.devices import DEVICE_COOKIE
from tests.factories.people import make_login_session
from tests.faults.site import Cookies
from tests.journeys.entering import DEVICE
from tests.journeys.site import World

TIMEOUT_S = 60


@dataclass
class Caller:
    """Somebody who is logged in at the running site, and has agreed to its notice."""

    world: World
    headers: dict[str, str]

    def post(self, path: str, body: str, kind: str) -> tuple[int, str, bytes]:
        """Post a body; return the status, where it leads to ("" for nowhere), and the answer."""
        port = self.world.site.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", path, body, {**self.headers, "Content-Type": kind})
            reply = connection.getresponse()
            return reply.status, reply.headers.get("Location", ""), reply.read()
        finally:
            connection.close()

    def post_json(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, _to, answer = self.post(path, json.dumps(body), "application/json")
        assert status == 200, (path, status, answer[:200])
        told: dict[str, Any] = json.loads(answer)
        return told


def let_in(world: World, cookies: Cookies, user_id: int) -> Caller:
    now = utc_now()
    with world.database.transaction() as session:
        give_consent(session, user_id, CURRENT_NOTICE, now=now)
        token = make_login_session(session, now, session.get_one(User, user_id))
    headers = cookies.headers(token)
    headers["Cookie"] += f"; {DEVICE_COOKIE}={DEVICE}"
    headers["Host"] = f"localhost:{world.site.port}"
    return Caller(world, headers)


def sit_and_pass_over_http(caller: Caller, sitting: str) -> str:
    """Start the paper, save every right option by itself, hand in; return the attempt's id."""
    form = urlencode({"confirm": "y"})
    status, room, answer = caller.post(
        f"/sittings/{sitting}/start", form, "application/x-www-form-urlencoded"
    )
    assert status == 303, (status, answer[:200])
    attempt = room.rsplit("/", 1)[1]
    with caller.world.database.session(write=False) as session:
        row = session.scalars(select(Attempt).where(Attempt.public_id == attempt)).one()
        epoch, versions = row.epoch, Form.from_json(row.form).version_ids
        keys = get_keys(session, versions)
        right = {n: keys[version].choices[0] for n, version in enumerate(versions, start=1)}
    for position, option in right.items():
        entry = {"position": position, "seq": 1, "response": option}
        told = caller.post_json(
            f"/attempts/{attempt}/responses", {"epoch": epoch, "responses": [entry]}
        )
        assert told["saved"] == [[position, 1]]
    seqs = {str(position): 1 for position in right}
    end = {"epoch": epoch, "responses": [], "last_seq": seqs}
    told = caller.post_json(f"/attempts/{attempt}/submit", end)
    assert told["result_url"].endswith("/result")
    return attempt
