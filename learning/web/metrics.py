"""`/metrics` for Prometheus: requests, saves, the queue for password checks, the worker's lag.

Counters of all web processes meet in memory-mapped files in `DATA_DIR/metrics`; gunicorn's
configuration names that folder before this module is imported. What lives in the database (lag,
heartbeat) is read at the scrape. Counting must stay far below the cost of a save: children are
looked up in plain dictionaries, not in the library's label maps.
"""

import hmac
import os
import time
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.errors import NotFound
from learning.kernel.events import lag_s
from learning.kernel.jobs import last_beat_at
from learning.settings import Settings
from learning.web.context import this_g, this_request
from learning.web.guards import public
from learning.web.health import HealthSource, health_source
from learning.web.transaction import database

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# p99 of a save is promised at 80 ms under load: the bounds are dense around it.
SECONDS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)

bp = Blueprint("metrics", __name__)
REGISTRY = CollectorRegistry()
_requests = Counter(
    "academy_requests", "Requests answered.", ["endpoint", "status"], registry=REGISTRY
)
_seconds = Histogram(
    "academy_request_seconds",
    "Time to answer, seconds.",
    ["endpoint"],
    buckets=SECONDS,
    registry=REGISTRY,
)
_saves = Counter(
    "academy_saves", "Answers by result: saved, late, rejected, …", ["result"], registry=REGISTRY
)
_waiting = Gauge(
    "academy_password_queue",
    "People waiting for their password check.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_request_children: dict[tuple[str, int], Counter] = {}
_seconds_children: dict[str, Histogram] = {}
_save_children: dict[str, Counter] = {}


def init_app(app: Flask) -> None:
    """Count every request from now on and add the endpoint."""
    app.register_blueprint(bp)
    app.after_request(_count)


def count_saves(result: str, number: int = 1) -> None:
    """Count answers that came to the given result; the results are a small fixed set of words."""
    child = _save_children.get(result)
    if child is None:
        child = _save_children[result] = _saves.labels(result)
    child.inc(number)


def set_password_queue(length: int) -> None:
    """Note how many people wait for a password check in this process."""
    _waiting.set(length)


def _count(response: Response) -> Response:
    endpoint = this_request().endpoint or "none"
    key = (endpoint, response.status_code)
    child = _request_children.get(key)
    if child is None:
        child = _request_children[key] = _requests.labels(endpoint, str(response.status_code))
    child.inc()
    started = this_g().get("started")
    if started is not None:
        timer = _seconds_children.get(endpoint)
        if timer is None:
            timer = _seconds_children[endpoint] = _seconds.labels(endpoint)
        timer.observe(time.perf_counter() - started)
    return response


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Return the figures to whoever holds the token or, without one, to this machine alone."""
    if not _may_read(current_app.extensions["settings"]):
        raise NotFound("metrics")
    body = _render(database(), health_source(), utc_now())
    return Response(body, content_type=CONTENT_TYPE)


def _may_read(settings: Settings) -> bool:
    if settings.metrics_token:
        given = request.headers.get("Authorization", "")
        wanted = f"Bearer {settings.metrics_token}"
        return hmac.compare_digest(given.encode(), wanted.encode())
    # Behind a proxy that is not configured as trusted, everybody seems to come from loopback.
    if not settings.proxy_hops and "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _render(store: Database, source: HealthSource, now: datetime) -> bytes:
    registry = REGISTRY
    if os.environ.get(FOLDER_VARIABLE):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    from_database = CollectorRegistry()
    from_database.register(_WorkerFigures(store, source, now))
    return generate_latest(registry) + generate_latest(from_database)


class _WorkerFigures(Collector):
    """Lag and heartbeat as the database tells them; absent while it cannot be asked."""

    def __init__(self, store: Database, source: HealthSource, now: datetime) -> None:
        self._store, self._source, self._now = store, source, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures of this moment."""
        try:
            with self._store.session(write=False) as session:
                lag = lag_s(session, self._source.consumers, self._now)
                beat_at = last_beat_at(session)
        except (DBAPIError, PoolTimeoutError):
            return
        yield GaugeMetricFamily(
            "academy_event_lag_seconds", "Age of the oldest undelivered event.", value=lag
        )
        if beat_at is not None:
            age = (self._now - beat_at).total_seconds()
            yield GaugeMetricFamily(
                "academy_worker_heartbeat_age_seconds", "Since a worker's loop turned.", value=age
            )
