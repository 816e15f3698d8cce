"""Places in the line before password work, and the upkeep of what throttling leaves behind."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from learning.accounts.models import LoginFailure, LoginTicket
from learning.accounts.rules.throttling import WINDOW
from learning.kernel.ids import new_public_id

TICKET_KEPT = timedelta(hours=1)
PRUNE_SLICE = 2_000


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
