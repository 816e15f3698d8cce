"""Password work of a request: done at once when the line is short, else with a place in the line.

A request that has to wait long gets a ticket. The work stays in the process that took it and is
finished there in a transaction of its own; any process can tell how it stands, since the ticket's
row does. The token of the log-in session to come is in the signed cookie of the browser that
waits: nobody else can take the place, and nothing is written by asking.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Generic, TypeVar

from flask import Response, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.accounts import services
from learning.accounts.queries import TicketState, find_ticket
from learning.accounts.routes.blueprint import establish, password_pool
from learning.accounts.rules import Claim, safe_next
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.errors import DomainError
from learning.web import transaction
from learning.web.transaction import db_session

T = TypeVar("T")

COOKIE_KEY = "waiting"
TICKET_LIFETIME = timedelta(minutes=5)  # the line is shorter; older means its process is gone
MIN_REFRESH_S, MAX_REFRESH_S = 2, 15
BACK = {
    "login": "accounts.login",
    "activate": "accounts.activate",
    "reset": "accounts.reset_request",
    "password": "accounts.change_password",
    "register": "accounts.login",
    "close": "accounts.close",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """Slow work without database, then quick work with it.

    `compute()` runs in the pool; `apply(session, result, now)` returns "ok" or the code of what
    went wrong; its rows are committed in both cases.
    """

    compute: Callable[[], T]
    apply: Callable[[Session, T, datetime], str]
    claim: Claim
    source: str
    is_known_device: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """What the browser comes back for: `kind` is a key of BACK, `token` "" opens no log-in.

    `is_remembered` is whether the cookie is to outlive the browser's closing.
    """

    kind: str
    next_path: str
    token: str = ""
    is_remembered: bool = False


@dataclass(frozen=True, slots=True)
class InLine:
    """A place in the line: so many before it, to be asked again after so many seconds."""

    ticket: str
    place: int
    refresh_s: int


def do_in_line(work: Work[T], errand: Errand) -> str | InLine:
    """Do the work, or take a place in the line for it.

    Raises Throttled or Unavailable when the line does not take it. Must be called before the
    request's own session is used: on SQLite that would hold all writers meanwhile.
    """
    pool = password_pool()
    job = pool.submit(
        work.compute,
        # The last reading of the name: a made-up organisation code does not change it.
        name=f"{work.claim.name_hashes[-1]} {work.source}",
        network=work.claim.network,
        is_known_device=work.is_known_device,
    )
    if pool.wait_briefly(job):
        return work.apply(db_session(), job.result(), utc_now())
    store = transaction.database()
    with transaction.apart(store) as short:  # committed before the work can look for its ticket
        ticket = services.open_ticket(short, pool.line, number=job.number, now=utc_now())
    session[COOKIE_KEY] = {
        "ticket": ticket,
        "token": errand.token,
        "kind": errand.kind,
        "next": errand.next_path,
        "remembered": errand.is_remembered,
    }
    with store.session(write=False) as reading:
        state = find_ticket(reading, ticket)
    job.then(lambda result: _finish(store, ticket, work, result))
    return _in_line(ticket, state.place if state else 0)


def _finish(store: Database, ticket: str, work: Work[T], result: T) -> None:
    try:
        with transaction.apart(store) as own:
            outcome = work.apply(own, result, utc_now())
            services.finish_ticket(own, ticket, outcome)
    except DomainError as error:
        with transaction.apart(store) as own:
            services.finish_ticket(own, ticket, error.code)


def _in_line(ticket: str, place: int) -> InLine:
    expected_s = ceil(password_pool().estimate_s(place) / 2)
    return InLine(ticket, place, min(MAX_REFRESH_S, max(MIN_REFRESH_S, expected_s)))


def waiting_page(place: InLine) -> Response:
    """Return the page that says how many are before one and goes on by itself, without scripts."""
    html = render_template("accounts/waiting.html", place=place.place, refresh_s=place.refresh_s)
    response = make_response(html, 202)
    response.headers["Retry-After"] = str(place.refresh_s)
    return response


def find_errand() -> tuple[str, Errand] | None:
    """Return the ticket and the errand of the cookie, None when this browser waits for nothing."""
    kept = session.get(COOKIE_KEY)
    if not isinstance(kept, dict) or kept.get("kind") not in BACK:
        return None
    errand = Errand(
        kept["kind"],
        safe_next(kept.get("next")),
        kept.get("token") or "",
        is_remembered=bool(kept.get("remembered")),
    )
    return str(kept.get("ticket")), errand


def look_up(ticket: str, now: datetime) -> TicketState | InLine | None:
    """Return how the work behind a ticket ended, the place while it waits, None when it is lost."""
    with transaction.reading() as reading:
        state = find_ticket(reading, ticket)
    if state is None or (not state.outcome and state.created_at < now - TICKET_LIFETIME):
        return None
    return state if state.outcome else _in_line(ticket, state.place)


def forget_errand() -> None:
    """Stop waiting."""
    session.pop(COOKIE_KEY, None)


def finish_errand(errand: Errand) -> ResponseReturnValue:
    """Go on after work that ended well: the cookie takes the new log-in session."""
    if errand.token:
        establish(errand.token, is_remembered=errand.is_remembered)
    return redirect(errand.next_path)


def way_back(errand: Errand) -> ResponseReturnValue:
    """Go back to the form from which the errand came."""
    is_worth_naming = errand.kind == "login" and errand.next_path != "/"
    return redirect(url_for(BACK[errand.kind], next=errand.next_path if is_worth_naming else None))
