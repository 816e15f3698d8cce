"""Places in the line before password work, and the upkeep of what log-ins leave behind."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginFailure, LoginSession, LoginTicket
from learning.accounts.rules.throttling import WINDOW
from learning.kernel.ids import new_public_id

TICKET_KEPT = timedelta(hours=1)
PRUNE_SLICE = 2_000
SESSIONS_KEPT = timedelta(days=90)  # after their end; twin of the notice's field "device"
SESSION_SLICE = 1_000


def open_ticket(session: Session, line: str, *, number: int, now: datetime) -> str:
    """Note a place in a line; return the ticket's public id."""
    ticket = LoginTicket(public_id=new_public_id(), line=line, number=number, created_at=now)
    session.add(ticket)
    return ticket.public_id


def finish_ticket(session: Session, ticket: str, outcome: str) -> None:
    """Note how the work behind a ticket ended: "ok" or the code of what went wrong."""
    session.execute(
        update(LoginTicket).where(LoginTicket.public_id == ticket).values(outcome=outcome[:40])
    )


def prune_failures(session: Session, now: datetime) -> int:
    """Remove failures that no longer count and tickets of an hour ago; return how many.

    At most 2,000 rows of each a call: the worker asks again while the answer is above 0.
    """
    removed = 0
    for table, column, before in (
        (LoginFailure, LoginFailure.failed_at, now - WINDOW),
        (LoginTicket, LoginTicket.created_at, now - TICKET_KEPT),
    ):
        old = session.scalars(select(table.id).where(column < before).limit(PRUNE_SLICE)).all()
        if old:
            session.execute(
                delete(table).where(table.id.in_(old)).execution_options(synchronize_session=False)
            )
        removed += len(old)
    return removed


def prune_login_sessions(session: Session, now: datetime) -> int:
    """Remove log-in sessions that expired or were revoked 90 days ago; return how many.

    At most 1,000 a call: the worker asks again while the answer is above 0. No row points at a
    log-in session: answers are checked against an open one, and that is all.
    """
    before = now - SESSIONS_KEPT
    old = session.scalars(
        select(LoginSession.id)
        .where(or_(LoginSession.expires_at < before, LoginSession.revoked_at < before))
        .limit(SESSION_SLICE)
    ).all()
    if old:
        session.execute(
            delete(LoginSession)
            .where(LoginSession.id.in_(old))
            .execution_options(synchronize_session=False)
        )
    return len(old)
