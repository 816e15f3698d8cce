"""Events reach each consumer exactly once in effect, whatever order they commit in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from learning.kernel.events import (
    Consumer,
    EventDelivery,
    EventFloor,
    EventRow,
    advance_floor,
    deliver,
    find_pending,
    lag_s,
    record,
)


@pytest.fixture
def seen() -> list[int]:
    return []


@pytest.fixture
def consumer(seen) -> Consumer:
    return Consumer(
        "test.consumer",
        frozenset({"test.kind"}),
        lambda _s, event, _n: seen.append(event.payload["n"]),
    )


def put(database, now, number: int, kind: str = "test.kind") -> None:
    with database.transaction() as session:
        record(session, kind, {"n": number}, now)


def test_events_are_delivered_once_in_order(database, now, consumer, seen) -> None:
    for number in range(3):
        put(database, now, number)

    assert deliver(database, consumer, now) == 3
    assert deliver(database, consumer, now) == 0
    assert seen == [0, 1, 2]


def test_what_takes_long_is_made_ready_before_the_transaction(database, now, seen) -> None:
    def prepare(base, event):
        with base.transaction() as session:  # on SQLite it would wait for a writer for ever
            assert len(find_pending(session, consumer, 10)) == 1
        return replace(event, payload={"n": event.payload["n"] + 10})

    consumer = Consumer(
        "test.prepared",
        frozenset({"test.kind"}),
        lambda _s, event, _n: seen.append(event.payload["n"]),
        prepare=prepare,
    )
    put(database, now, 1)

    assert deliver(database, consumer, now) == 1
    assert seen == [11]


def test_other_kinds_are_left_alone(database, now, consumer, seen) -> None:
    put(database, now, 1, kind="other.kind")

    assert deliver(database, consumer, now) == 0


def test_an_event_with_a_lower_id_that_commits_later_is_still_delivered(
    database, now, consumer, seen
) -> None:
    with database.transaction() as session:
        session.add(
            EventRow(
                id=20, public_id="later", kind="test.kind", occurred_at=now, payload='{"n": 20}'
            )
        )
    deliver(database, consumer, now)
    with database.transaction() as session:
        advance_floor(session, consumer, now)
        session.add(
            EventRow(
                id=10, public_id="earlier", kind="test.kind", occurred_at=now, payload='{"n": 10}'
            )
        )

    assert deliver(database, consumer, now) == 1
    assert seen == [20, 10]


def test_effect_and_delivery_stand_or_fall_together(database, now) -> None:
    def fail(session, _event, _now) -> None:
        session.execute(text("DELETE FROM event_floors"))
        raise RuntimeError("down")

    put(database, now, 1)
    failing = Consumer("test.failing", frozenset({"test.kind"}), fail)

    with pytest.raises(RuntimeError, match="down"):
        deliver(database, failing, now)

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(EventDelivery)) == 0
        assert len(find_pending(session, failing, 10)) == 1


def test_the_floor_moves_over_old_events_only_and_never_over_a_pending_one(
    database, now, consumer
) -> None:
    for number in range(3):
        put(database, now - timedelta(hours=1), number)
    put(database, now, 4)
    with database.transaction() as session:
        assert advance_floor(session, consumer, now) == 0
    deliver(database, consumer, now)

    with database.transaction() as session:
        advance_floor(session, consumer, now)

    with database.session(write=False) as session:
        old = session.scalars(select(EventRow.id).where(EventRow.occurred_at < now)).all()
        assert session.get_one(EventFloor, consumer.name).event_id == max(old)


def test_lag_is_the_age_of_the_oldest_pending_event(database, now, consumer) -> None:
    with database.session(write=False) as session:
        assert lag_s(session, [consumer], now) == 0.0
    put(database, now - timedelta(seconds=90), 1)

    with database.session(write=False) as session:
        assert lag_s(session, [consumer], now) == 90.0
