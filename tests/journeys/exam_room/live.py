"""The product itself behind a browser: one person, one attempt with every kind of item."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, make_server

from learning.attempts.rules import AttemptRules, Blueprint, ByHand, Delivery, Release
from learning.kernel.db import Database
from learning.question_bank.rules import ItemKind, Pool
from learning.web.transaction import TransactionalFlask
from tests.factories.attempts import Seat, make_seat
from tests.factories.items import ALL_KINDS, make_all_kinds, make_parametric, section

COOKIE = "qa_session"
# The two numeric items are named, so that each stands where a journey answers it.
BOTH_NUMERIC = replace(section(ItemKind.NUMERIC, 2), items=("all-numeric", "p-001"))
EVERYTHING = Blueprint(
    "sample",
    Pool.CONTEST,
    tuple(BOTH_NUMERIC if kind is ItemKind.NUMERIC else section(kind, 1) for kind in ALL_KINDS),
)


def take_seat(database: Database, delivery: Delivery = Delivery.PAPER) -> Seat:
    """Start an attempt with an item of every kind, the numbers of one drawn."""
    return make_seat(
        database,
        datetime.now(UTC) - timedelta(minutes=1),
        rules=AttemptRules(
            limit_s=3600,
            delivery=delivery,
            release=Release.AT_SUBMIT,
            review=True,
            by_hand=ByHand.UNMARKED,
        ),
        bank={"singles": 0, "multiples": 0, "extra": [*make_all_kinds(), make_parametric()]},
        blueprint=EVERYTHING,
    )


class Live:
    """The product's server, which can be away and come back at the same address."""

    def __init__(self, app: TransactionalFlask) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.app, self.port = app, 0
        self._server: BaseWSGIServer | None = None
        self.come()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def come(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def go(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def served(app: TransactionalFlask) -> Iterator[Live]:
    """Serve the product for as long as the block lasts."""
    live = Live(app)
    try:
        yield live
    finally:
        live.go()


def enter_live(context: BrowserContext, live: Live, seat: Seat) -> Page:
    """Open the room as the person of the seat, taking over from where it was started."""
    client = live.app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = seat.token
        kept["_fresh"] = True
    cookie = client.get_cookie(COOKIE)
    assert cookie
    context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": live.url}])
    page = context.new_page()
    page.goto(f"{live.url}/attempts/{seat.attempt}")
    page.get_by_role("button", name="在这台设备上继续").click()
    page.wait_for_selector("html[data-ready]")
    return page
