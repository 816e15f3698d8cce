"""Domain events, kept in the database, and their idempotent consumers.

An event is written in the transaction of what it tells. Consumers run in the worker; the effect
and the row (consumer, event) commit together, so that an effect happens exactly once however often
delivery is tried. Pending events are found by the *missing* row, never by `id > last`: ids do not
commit in order. A floor per consumer, moved only over events older than `FLOOR_AGE`, keeps that
search short.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, String, Table, Text, exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.bulk import insert_many
from learning.kernel.db import WAKES, Base, Database
from learning.kernel.ids import new_public_id

FLOOR_AGE = timedelta(minutes=15)


class EventRow(Base):
    """One thing that happened; append-only."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "occurred_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    occurred_at: Mapped[datetime]
    payload: Mapped[str] = mapped_column(Text)


class EventDelivery(Base):
    """A consumer has acted on an event; written with the effect."""

    __tablename__ = "event_deliveries"

    consumer: Mapped[str] = mapped_column(String(60), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    delivered_at: Mapped[datetime]


class EventFloor(Base):
    """All events up to `event_id` are delivered to the consumer or are not its kind."""

    __tablename__ = "event_floors"

    consumer: Mapped[str] = mapped_column(String(60), primary_key=True)
    event_id: Mapped[int]


_RECORD = insert(cast("Table", EventRow.__table__))  # of the table: no mapped objects are made


@dataclass(frozen=True, slots=True)
class Event:
    """An event as consumers see it; `payload` is plain JSON data."""

    id: int
    public_id: str
    kind: str
    occurred_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named reaction to some kinds of event; `handle(session, event, now)` must not commit.

    `prepare` makes what takes long, a picture say, before the transaction begins, and returns the
    event with it in the payload; it may run again for the same event, and reads only.
    `is_derived` when all it writes follows from other rows: a crash may take its last effects with
    their deliveries, and they are made again.
    """

    name: str
    kinds: frozenset[str]
    handle: Callable[[Session, Event, datetime], None]
    is_derived: bool = False
    prepare: Callable[[Database, Event], Event] | None = None


def record(session: Session, kind: str, payload: Mapping[str, Any], now: datetime) -> str:
    """Write an event with the caller's transaction; return its public id."""
    public_id = new_public_id()
    session.info[WAKES] = True
    session.execute(
        _RECORD,
        {
            "public_id": public_id,
            "kind": kind,
            "occurred_at": now,
            "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
        },
    )
    return public_id


def record_many(
    session: Session, kind: str, payloads: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Write events of one kind with the caller's transaction, in their order."""
    session.info[WAKES] = True
    insert_many(
        session,
        EventRow,
        [
            {
                "public_id": new_public_id(),
                "kind": kind,
                "occurred_at": now,
                "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
            }
            for payload in payloads
        ],
    )


def find_pending(session: Session, consumer: Consumer, limit: int) -> list[Event]:
    """Return the oldest events that the consumer has not acted on."""
    floor = session.scalar(select(EventFloor.event_id).where(EventFloor.consumer == consumer.name))
    delivered = exists().where(
        EventDelivery.consumer == consumer.name, EventDelivery.event_id == EventRow.id
    )
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.id > (floor or 0), EventRow.kind.in_(consumer.kinds), ~delivered)
        .order_by(EventRow.id)
        .limit(limit)
    )
    return [
        Event(row.id, row.public_id, row.kind, row.occurred_at, json.loads(row.payload))
        for row in rows
    ]


def deliver(database: Database, consumer: Consumer, now: datetime, limit: int = 200) -> int:
    """Hand pending events to a consumer, one transaction each; return how many took effect.

    An event whose handler raises stays pending and stops this round for this consumer, so that
    the order of its events is kept; the exception is raised for the worker to log.
    """
    with database.session(write=False) as session:
        pending = find_pending(session, consumer, limit)
    done = 0
    for found in pending:
        event = consumer.prepare(database, found) if consumer.prepare else found
        try:
            with database.transaction(is_derived=consumer.is_derived) as session:
                session.execute(
                    insert(EventDelivery).values(
                        consumer=consumer.name, event_id=event.id, delivered_at=now
                    )
                )
                consumer.handle(session, event, now)
        except IntegrityError:
            if not _is_delivered(database, consumer, event):
                raise
            continue  # another worker was faster
        done += 1
    return done


def _is_delivered(database: Database, consumer: Consumer, event: Event) -> bool:
    with database.session(write=False) as session:
        return session.get(EventDelivery, (consumer.name, event.id)) is not None


def advance_floor(session: Session, consumer: Consumer, now: datetime) -> int:
    """Move the consumer's floor up to the last old event before any pending one; return it."""
    pending = find_pending(session, consumer, 1)
    old = select(func.max(EventRow.id)).where(EventRow.occurred_at < now - FLOOR_AGE)
    if pending:
        old = old.where(EventRow.id < pending[0].id)
    floor = session.scalar(old) or 0
    row = session.get(EventFloor, consumer.name)
    if row is None:
        session.add(EventFloor(consumer=consumer.name, event_id=floor))
    else:
        row.event_id = max(row.event_id, floor)
    return floor


def lag_s(session: Session, consumers: Sequence[Consumer], now: datetime) -> float:
    """Return the age in seconds of the oldest undelivered event, 0.0 when none waits."""
    ages = [
        (now - pending[0].occurred_at).total_seconds()
        for consumer in consumers
        if (pending := find_pending(session, consumer, 1))
    ]
    return max(ages, default=0.0)
