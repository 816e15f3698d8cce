"""Readiness is read back from the database in use, and says which check fails."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from learning import migrations
from learning.kernel import events, health, jobs
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.events import Consumer
from learning.web.transaction import TransactionalFlask


def ready(database: Database) -> None:
    migrations.stamp(database)
    with database.transaction() as session:
        jobs.beat(session, "test", utc_now())


def test_the_process_answers_without_any_database(client: FlaskClient, database: Database) -> None:
    database.dispose()

    reply = client.get("/healthz")

    assert (reply.status_code, reply.json) == (200, {"ok": True})


def test_a_sound_installation_is_ready(client: FlaskClient, database: Database) -> None:
    if not database.is_sqlite:
        pytest.importorskip("psycopg")
        with database.autocommit.connect() as connection:
            if connection.execute(text("SHOW fsync")).scalar() == "off":
                # The tests' own server runs without fsync: the one finding left must be this.
                ready(database)
                assert client.get("/readyz").json["failing"] == ["durability"]
                return
    ready(database)

    reply = client.get("/readyz")

    assert (reply.status_code, reply.json["failing"]) == (200, [])
    assert reply.json["ready"] is True
    assert reply.json["lag_s"] == 0.0


def test_an_unmigrated_database_and_a_missing_worker_are_named(client: FlaskClient) -> None:
    reply = client.get("/readyz")

    assert reply.status_code == 503
    assert {"migrations", "worker"} <= set(reply.json["failing"])
    assert reply.json["checks"]["worker"]["detail"] == "never seen"


def test_an_unreachable_database_is_the_one_finding(tmp_path) -> None:
    from learning.app import create_app
    from learning.settings import Settings

    settings = Settings(
        secret_key="x" * 32,
        environment="test",
        data_dir=tmp_path,
        database_url="postgresql+psycopg://nobody@127.0.0.1:1/none",
    )

    reply = create_app(settings).test_client().get("/readyz")

    assert reply.status_code == 503
    assert reply.json["failing"] == ["database"]


def test_a_heartbeat_older_than_thirty_seconds_fails(now) -> None:
    assert health.check_worker(now - timedelta(seconds=30), now).ok
    assert not health.check_worker(now - timedelta(seconds=31), now).ok


def test_a_database_clock_off_by_more_than_a_second_fails(database: Database) -> None:
    if database.is_sqlite:
        return  # no clock of its own

    with database.autocommit.connect() as connection:
        assert health.check_clock(connection, utc_now).ok
        assert not health.check_clock(connection, lambda: utc_now() + timedelta(seconds=1.5)).ok


def test_weakened_durability_is_found_on_the_connection_that_saves(database: Database) -> None:
    weak = "PRAGMA synchronous=NORMAL" if database.is_sqlite else "SET synchronous_commit = 'off'"
    with database.autocommit.connect() as connection:
        connection.execute(text(weak))

        found = health.check_durability(connection)

        connection.invalidate()
    assert not found.ok
    assert ("synchronous=1" if database.is_sqlite else "synchronous_commit=off") in found.detail


def test_commits_that_a_failover_may_forget_are_refused(database: Database) -> None:
    if database.is_sqlite:
        return
    with database.autocommit.connect() as connection:
        for weak in ("local", "remote_write"):
            connection.execute(text(f"SET synchronous_commit = '{weak}'"))
            assert f"synchronous_commit={weak}" in health.check_durability(connection).detail
            assert not health.check_durability(connection).ok
        connection.invalidate()


def test_an_unlogged_table_is_found(database: Database) -> None:
    if database.is_sqlite:
        return
    with database.autocommit.connect() as connection:
        connection.execute(text("ALTER TABLE outbox_messages SET UNLOGGED"))
        found = health.check_durability(connection)
        connection.execute(text("ALTER TABLE outbox_messages SET LOGGED"))  # the next test's too
    assert "unlogged_tables=1" in found.detail


def test_the_lag_is_the_age_of_the_oldest_undelivered_event(
    client: FlaskClient, app: TransactionalFlask, database: Database
) -> None:
    consumer = Consumer("boards", frozenset({"thing.happened"}), lambda _s, _e, _n: None)
    app.extensions["health_source"].consumers = (consumer,)
    with database.transaction() as session:
        events.record(session, "thing.happened", {}, utc_now() - timedelta(seconds=90))

    lag = client.get("/readyz").json["lag_s"]

    assert 90 <= lag < 120
