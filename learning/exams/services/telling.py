"""Messages of the exams to people, by the outbox."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.queries import find_contact
from learning.exams.rules import Letter
from learning.kernel import mail


def tell(session: Session, user_id: int, letter: Letter, now: datetime) -> bool:
    """Put a message to a person into the outbox; tell whether there is an address for it."""
    contact = find_contact(session, user_id)
    if contact is None:
        return False
    mail.enqueue(session, contact.channel, contact.recipient, letter.subject, letter.body, now=now)
    return True
