"""Letting people into a running site by a log-in of their own, without typing a password."""

from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Browser
from sqlalchemy import select

from learning.accounts.models import User
from learning.web.devices import DEVICE_COOKIE
from tests.factories.people import make_login_session
from tests.faults.site import Cookies
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import World
from tests.journeys.steps import Person

DEVICE = "d" * 43
"""The device token of a browser that is let in: an attempt can be begun for it beforehand."""


@dataclass
class Entrance:
    """A running site, and a browser to look at it with."""

    world: World
    browser: Browser
    cookies: Cookies

    def enter(self, name: str, faults: list[str], device: str = DEVICE) -> Person:
        """Let somebody in on a device; what goes wrong on their pages is written into `faults`."""
        now = datetime.now(UTC)
        with self.world.database.transaction() as session:
            user = session.scalars(select(User).where(User.display_name == name)).one()
            token = make_login_session(session, now, user)
        cookie, value = self.cookies.headers(token)["Cookie"].split("=", 1)
        context = new_context(self.browser, faults)
        pairs = ((cookie, value), (DEVICE_COOKIE, device))
        context.add_cookies(
            [{"name": name, "value": text, "url": self.world.url} for name, text in pairs]
        )
        return Person(context, self.world)
