"""Messages of the exams to people, by the outbox."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.queries import find_contact
from learning.exams.queries import get_by_id, has_released_results
from learning.exams.rules.letters import (
    Letter,
    result_changed,
)
from learning.kernel import mail
from learning.kernel.events import Event

BY_RULING = frozenset({"regraded", "corrected"})
"""Causes of a new score of which its person cannot know."""


def tell(session: Session, user_id: int, letter: Letter, now: datetime) -> bool:
    """Put a message to a person into the outbox; tell whether there is an address for it."""
    contact = find_contact(session, user_id)
    if contact is None:
        return False
    mail.enqueue(session, contact.channel, contact.recipient, letter.subject, letter.body, now=now)
    return True


def tell_result(session: Session, event: Event, now: datetime) -> None:
    """Tell somebody that their result is another one after a ruling or a correction.

    Nothing is told of results that are not released: their person sees the new one alone.
    """
    told = event.payload
    if told.get("cause") not in BY_RULING:
        return
    sitting = get_by_id(session, told["sitting_id"])
    if not has_released_results(session, sitting, now):
        return
    letter = result_changed(
        sitting.title, had_passed=bool(told.get("had_passed")), passes=bool(told["passed"])
    )
    tell(session, told["user_id"], letter, now)
