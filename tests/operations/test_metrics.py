"""Figures are for the token's holder or this machine, and counting them costs next to nothing."""

import time

from flask.testing import FlaskClient

from learning.app import create_app
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.jobs import beat
from learning.settings import Settings
from learning.web import metrics
from tests.conftest import SECRET

REMOTE = {"REMOTE_ADDR": "203.0.113.9"}


def test_requests_saves_and_the_worker_are_figures(client: FlaskClient, database: Database) -> None:
    client.get("/healthz")
    metrics.count_saves("saved", 3)
    metrics.set_password_queue(2)
    with database.transaction() as session:
        beat(session, "test", utc_now())

    body = client.get("/metrics").get_data(as_text=True)

    assert 'academy_requests_total{endpoint="health.healthz",status="200"}' in body
    assert 'academy_request_seconds_bucket{endpoint="health.healthz",le="0.08"}' in body
    assert 'academy_saves_total{result="saved"}' in body
    assert "academy_password_queue 2.0" in body
    assert "academy_event_lag_seconds 0.0" in body
    assert "academy_worker_heartbeat_age_seconds" in body


def test_without_a_token_only_this_machine_reads(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert client.get("/metrics", environ_base=REMOTE).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": ""}).status_code == 404


def test_a_forwarded_request_is_not_taken_for_this_machine(client: FlaskClient) -> None:
    reply = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})

    assert reply.status_code == 404


def test_with_a_token_the_token_decides(settings: Settings, database: Database) -> None:
    guarded = Settings(
        secret_key=SECRET,
        environment="test",
        data_dir=settings.data_dir,
        database_url=settings.database_url,
        metrics_token="figures",
    )
    client = create_app(guarded, database).test_client()

    right = client.get("/metrics", headers={"Authorization": "Bearer figures"}, environ_base=REMOTE)

    assert right.status_code == 200
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404


def test_counting_a_request_takes_less_than_fifteen_microseconds(app) -> None:
    from flask import Response, g

    with app.test_request_context("/healthz"):
        response = Response("")
        g.started = time.perf_counter()
        metrics._count(response)
        best = min(_seconds_of(response, 500) for _ in range(5))

    assert best < 15e-6


def _seconds_of(response, times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        metrics._count(response)
    return (time.perf_counter() - begin) / times
