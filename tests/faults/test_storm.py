"""200 candidates save 60 answers each while workers are killed and the database is stopped."""

import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import learning.models as all_models
from learning.attempts.rules import parse_batch
from learning.attempts.services import submit_attempt
from learning.kernel.db import Database
from tests.faults.candidates import make_candidates, missing_answers, save_all
from tests.faults.site import Cookies, Site, running_site
from tests.postgres import DURABLE, PostgresServer, running_postgres

pytestmark = pytest.mark.deep
CANDIDATES, SAVES, KILLS, STOPS = 200, 60, 20, 3


def storm(site: Site, server: PostgresServer | None) -> dict[str, int]:
    """Kill a worker every two seconds; stop PostgreSQL at once three times between."""
    counts = {"kills": 0, "stops": 0}
    number = 0
    while counts["kills"] < KILLS or (server and counts["stops"] < STOPS):
        time.sleep(2.0)
        number += 1
        counts["kills"] += site.kill_a_worker(number)
        if server is not None and number % 7 == 5 and counts["stops"] < STOPS:
            server.stop(signal.SIGQUIT)
            counts["stops"] += 1
            time.sleep(0.5)
            server.start()
    return counts


def run_storm(url: str, folder: Path, server: PostgresServer | None) -> None:
    database = Database(url)
    all_models.metadata.create_all(database.engine)
    begun = datetime.now(UTC) - timedelta(minutes=1)
    candidates = make_candidates(database, Cookies(url, folder), CANDIDATES, begun)
    database.dispose()
    stop = threading.Event()
    with running_site(url, folder, Site) as site, ThreadPoolExecutor(CANDIDATES + 1) as pool:
        chaos = pool.submit(storm, site, server)
        jobs = [pool.submit(save_all, c, site.port, SAVES, 0.25, stop) for c in candidates]
        timer = threading.Timer(300, stop.set)
        timer.start()
        for job in jobs:
            job.result()
        counts = chaos.result()
        timer.cancel()
    acknowledged = sum(len(c.ledger) for c in candidates)
    errors = sum(c.errors for c in candidates)
    print(f"\n{acknowledged} acknowledged, {errors} failed tries, {counts}")

    assert counts["kills"] >= KILLS
    assert server is None or counts["stops"] == STOPS
    assert [c.refused for c in candidates if c.refused] == []
    assert acknowledged == CANDIDATES * SAVES
    assert missing_answers(database, candidates) == []
    check_scores(database, candidates)
    database.dispose()


def check_scores(database: Database, candidates) -> None:
    """Every candidate submits; every acknowledged answer is the scored one or an older one."""
    import json

    from sqlalchemy import select

    from learning.attempts.models import ScoreRow

    empty = parse_batch({"epoch": 1, "responses": []})
    for candidate in candidates:
        last = {p: max(s for q, s, _ in candidate.ledger if q == p) for p, _, _ in candidate.ledger}
        with database.transaction() as session:
            submit_attempt(
                session,
                candidate.actor,
                candidate.attempt,
                batch=empty,
                last_seq=last,
                now=datetime.now(UTC),
            )
        with database.session(write=False) as session:
            answers = session.scalar(
                select(ScoreRow.answers).where(ScoreRow.attempt_id == candidate.attempt_id)
            )
        scored = {row[0]: (row[3], row[4]) for row in json.loads(answers)}
        newest = {p: max((s, a) for q, s, a in candidate.ledger if q == p) for p in last}
        assert scored == newest


def test_no_acknowledged_answer_is_lost_on_postgresql() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE storm")
            (folder / "data").mkdir()
            run_storm(server.url("storm"), folder / "data", server)


def test_no_acknowledged_answer_is_lost_on_sqlite() -> None:
    with tempfile.TemporaryDirectory() as name:
        run_storm(f"sqlite:///{name}/storm.db", Path(name), None)
