"""What the worker does for organisations: places end with the account."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.events import CLOSED
from learning.kernel.events import Consumer, Event
from learning.organisations.services.leaving import end_places


def _take(session: Session, event: Event, now: datetime) -> None:
    end_places(session, event.payload["user_id"], now=now)


LEAVING = Consumer("organisations.leaving", frozenset({CLOSED}), _take)
