"""A candidate starts, once nothing stands in the way."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.rules import Claim
from learning.accounts.rules.throttling import FailureCount, retry_after_s
from learning.accounts.services.logins import record_failure
from learning.attempts.services import start_attempt
from learning.exams.queries import CODE_SOURCE, Ticket, code_hash, get_ticket
from learning.exams.rules import Hindrance, State, hindrance_of, is_same_code
from learning.kernel.errors import Conflict, Throttled
from learning.kernel.permissions import Actor


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who comes to start: from which address, and the access code as typed."""

    address: str = ""
    access_code: str = ""


def start_sitting(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    device_token: str,
    now: datetime,
    arrival: Arrival = Arrival(),
) -> str:
    """Start an attempt, or go on with the open one; return the attempt's public id.

    One read, which the attempt engine goes on with, and its insert. Raises NotFound for who is not
    admitted; Conflict("closed" | "attempts_used"), or with the code of what else stands in the way
    (see `rules.Hindrance`); Throttled after wrong access codes, Conflict("access_code") for one:
    the caller counts it then with `note_wrong_code`, since this transaction is lost.
    """
    ticket = get_ticket(session, actor.user_id, raw_public_id, address=arrival.address, now=now)
    if ticket.state is State.CLOSED:
        raise Conflict("closed")
    if ticket.opening is None:
        raise ValueError("a start reads what it opens")
    if not ticket.has_open:
        _check_entry(ticket, arrival, now)
    return start_attempt(
        session,
        actor,
        ticket.opening,
        device_token=device_token,
        now=now,
        extra=ticket.extra,
        seat=ticket.seat,
    )


def _check_entry(ticket: Ticket, arrival: Arrival, now: datetime) -> None:
    hindrance = hindrance_of(ticket.door, now)
    if hindrance is Hindrance.RESIT:
        raise Conflict(hindrance.value, refusal=ticket.door.resit, zone=ticket.zone)
    if hindrance is not None:
        raise Conflict(hindrance.value)
    code = ticket.door.settings.access_code
    if not code:
        return
    wait_s = retry_after_s(ticket.wrong_codes, FailureCount(), now)
    if wait_s:
        raise Throttled("wait", retry_after_s=wait_s)
    if not is_same_code(arrival.access_code, code):
        raise Conflict("access_code")


def note_wrong_code(session: Session, actor: Actor, raw_public_id: str, *, now: datetime) -> None:
    """Count a wrong access code of the person at the sitting, for the throttle."""
    claim = Claim((), (code_hash(actor.user_id, raw_public_id),), CODE_SOURCE, "")
    record_failure(session, claim, CODE_SOURCE, now=now)
