"""What tests of reminders look at: ends of days, notices, letters."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice, User
from learning.kernel.mail import OutboxMessage

DAY = timedelta(days=1)
ZONE = "Asia/Shanghai"


def end(now: datetime, days: int) -> datetime:
    """The end of the day, in Shanghai, that is so many days after the instant."""
    return now.replace(hour=15, minute=59, second=59, microsecond=999999) + days * DAY


def notices(session: Session, user: User) -> list[str]:
    query = select(PersonalNotice.text).where(PersonalNotice.user_id == user.id)
    return list(session.scalars(query.order_by(PersonalNotice.id)))


def letters(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
