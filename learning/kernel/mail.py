"""Messages to people: an outbox in the database, channels that carry them away.

A message is written in the transaction of its cause; the worker sends it. Mail goes by SMTP or,
by default, into a local folder; SMS is another channel behind the same interface. A channel that
is down delays messages and never fails a request. Mail that a hundred thousand get at once is
`BULK`: it leaves as other mail does, after all that somebody may be waiting for. A message that
can wait carries the hours in which it may leave: a hundred thousand are still leaving hours later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from sqlalchemy import Index, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.db import WAKES, Base, Database
from learning.kernel.hours import Hours, parse_hours
from learning.kernel.ids import new_public_id

MAIL = "mail"
BULK = "digest"  # a channel by name alone: what carries mail carries it
MAX_TRIES = 21
BACKOFF_S = 30
LONGEST_WAIT = timedelta(hours=6)
"""Between two tries: 1, 2, 4 … 256 minutes, then this. All tries fill some three days."""
PUT_OFF_AT_ONCE = 500  # in one transaction


class OutboxMessage(Base):
    """A message on its way; kept after sending until the retention rule removes it."""

    __tablename__ = "outbox_messages"
    __table_args__ = (Index(None, "sent_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(200), default="")
    hours: Mapped[str] = mapped_column(String(80), default="", server_default="")  # "": at any hour


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel carries."""

    public_id: str
    recipient: str
    subject: str
    body: str
    created_at: datetime


class Channel(Protocol):
    """Carries messages of one kind; raises OSError when it cannot now."""

    def send(self, message: Message) -> None:
        """Carry one message away, or raise OSError."""


class FolderChannel:
    """Writes each message as a file: the default for mail, and for SMS in development."""

    def __init__(self, folder: Path, suffix: str = ".eml") -> None:
        self._folder = folder
        self._suffix = suffix

    def send(self, message: Message) -> None:
        """Write the message to `<public id><suffix>`, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        letter = EmailMessage()
        letter["To"] = message.recipient.replace("\r", " ").replace("\n", " ")
        letter["Subject"] = message.subject.replace("\r", " ").replace("\n", " ")
        letter["Message-ID"] = f"<{message.public_id}@quality-academy.invalid>"
        letter.set_content(message.body)
        target = self._folder / f"{message.public_id}{self._suffix}"
        temporary = target.with_suffix(".part")
        temporary.write_bytes(letter.as_bytes())
        temporary.replace(target)


def enqueue(
    session: Session,
    channel: str,
    recipient: str,
    subject: str,
    body: str,
    *,
    now: datetime,
    hours: Hours | None = None,
) -> str:
    """Put a message into the outbox with the caller's transaction; return its public id.

    It leaves at any hour, or within the hours alone, however long it has waited and failed.
    """
    public_id = new_public_id()
    session.info[WAKES] = True
    session.execute(
        insert(OutboxMessage).values(
            public_id=public_id,
            channel=channel,
            recipient=recipient,
            subject=subject,
            body=body,
            created_at=now,
            next_try_at=now,
            tries=0,
            last_error="",
            hours=str(hours or ""),
        )
    )
    return public_id


def send_pending(
    database: Database, channels: Mapping[str, Channel], now: datetime, limit: int = 50
) -> int:
    """Send what is due; return how many left or were put off. A failure waits longer, `MAX_TRIES`.

    Bulk goes last: a code that is asked for does not wait for the digests of a whole enterprise.
    What is due outside its hours is put off until they begin, and that is no failure.
    """
    with database.session(write=False) as session:
        due = _list_due(session, now, limit)
    given = {row.hours: parse_hours(row.hours) for row in due}
    closed = {text: hours for text, hours in given.items() if hours and not hours.are_open(now)}
    sent = sum(_put_off(database, hours, now) for hours in closed.values())
    for row in due:
        if row.hours in closed:
            continue
        error = _try_to_send(channels.get(MAIL if row.channel == BULK else row.channel), row)
        with database.transaction() as session:
            fresh = session.get_one(OutboxMessage, row.id)
            fresh.tries += 1
            if error is None:
                fresh.sent_at = now
                sent += 1
            else:
                fresh.last_error = error[:200]
                wait = timedelta(seconds=BACKOFF_S * 2**fresh.tries)
                fresh.next_try_at = now + min(wait, LONGEST_WAIT)
    return sent


def _put_off(database: Database, hours: Hours, now: datetime) -> int:
    """Let the next messages of some hours wait until these begin; return how many."""
    row = OutboxMessage
    due = select(row.id).where(
        row.sent_at.is_(None),
        row.tries < MAX_TRIES,
        row.next_try_at <= now,
        row.hours == str(hours),
    )
    with database.transaction() as session:
        put_off = session.scalars(
            update(row)
            .where(row.id.in_(due.order_by(row.id).limit(PUT_OFF_AT_ONCE)))
            .values(next_try_at=hours.next_opening(now))
            .returning(row.id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(put_off)


def _list_due(session: Session, now: datetime, limit: int) -> list[OutboxMessage]:
    row = OutboxMessage
    waiting = (
        select(row)
        .where(row.sent_at.is_(None), row.tries < MAX_TRIES, row.next_try_at <= now)
        .order_by(row.id)
    )
    due = list(session.scalars(waiting.where(row.channel != BULK).limit(limit)))
    if len(due) < limit:
        due += session.scalars(waiting.where(row.channel == BULK).limit(limit - len(due)))
    return due


def _try_to_send(channel: Channel | None, row: OutboxMessage) -> str | None:
    if channel is None:
        return f"no channel {row.channel}"
    try:
        channel.send(Message(row.public_id, row.recipient, row.subject, row.body, row.created_at))
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return None
