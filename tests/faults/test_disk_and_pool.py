"""No false acknowledgement: a full disk or no free connection is never a 2xx, and it heals unaided."""

import contextlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

import learning.models as all_models
from learning.kernel.db import Database
from tests.faults.candidates import Candidate, make_candidates, missing_answers, save_all
from tests.faults.site import Cookies, Site, running_site
from tests.postgres import DURABLE, running_postgres

pytestmark = pytest.mark.deep


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own of 96 MB; mounting needs root."""
    if os.getuid() != 0:
        pytest.skip("mounting a small disk needs root")
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", name], check=True
        )
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk to its last byte; return the file that does it."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    for block in (b"x" * 65536, b"x"):
        with contextlib.suppress(OSError):
            while os.write(descriptor, block):
                pass
    os.close(descriptor)
    return ballast


def prepare(url: str, folder: Path, count: int) -> tuple[Database, list[Candidate]]:
    database = Database(url)
    all_models.metadata.create_all(database.engine)
    candidates = make_candidates(
        database, Cookies(url, folder), count, datetime.now(UTC) - timedelta(minutes=1)
    )
    database.dispose()
    return database, candidates


def save_through(port: int, candidates: list[Candidate], saves: int, seconds: float) -> None:
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    with ThreadPoolExecutor(len(candidates)) as pool:
        list(pool.map(lambda c: save_all(c, port, saves, 0.02, stop), candidates))
    timer.cancel()


def check_full_disk(
    url: str, data: Path, disk: Path, database: Database, candidates: list[Candidate]
) -> None:
    with running_site(url, data, Site) as site:
        save_through(site.port, candidates, 10, 120)
        assert [len(c.ledger) for c in candidates] == [10] * len(candidates)

        ballast = fill(disk)
        save_through(site.port, candidates, 2000, 8)
        failed = sum(c.errors for c in candidates)
        ballast.unlink()
        assert failed > 0, "the disk was never full"

        healed = [len(c.ledger) for c in candidates]
        save_through(site.port, candidates, 10, 120)
        gained = [len(c.ledger) - n for c, n in zip(candidates, healed, strict=True)]
        assert gained == [10] * len(candidates), "it heals unaided"
        assert [c.refused for c in candidates if c.refused] == []
    assert missing_answers(database, candidates) == []
    database.dispose()


def test_a_full_disk_is_never_acknowledged_on_sqlite(small_disk: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        url = f"sqlite:///{small_disk / 'full.db'}"
        database, candidates = prepare(url, Path(data), 8)
        check_full_disk(url, Path(data), small_disk, database, candidates)


def test_a_full_disk_is_never_acknowledged_on_postgresql(small_disk: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "data").mkdir()
        options = (*DURABLE, "min_wal_size=32MB", "max_wal_size=32MB")
        with running_postgres(folder / "pg", options) as server:
            # Tables on the small disk, the log of writes elsewhere: extending a table is what fails.
            space = small_disk / "space"
            space.mkdir()
            os.chown(space, server_uid(), -1)
            server.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
            server.execute("CREATE DATABASE fullness TABLESPACE small")
            url = server.url("fullness")
            database, candidates = prepare(url, folder / "data", 8)
            check_full_disk(url, folder / "data", small_disk, database, candidates)


def server_uid() -> int:
    import pwd

    return pwd.getpwnam("postgres").pw_uid


def test_with_all_connections_taken_a_save_is_503_and_nothing_is_lost() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "data").mkdir()
        with running_postgres(
            folder / "pg", (*DURABLE, "superuser_reserved_connections=0")
        ) as server:
            server.execute("CREATE DATABASE pooled")
            url = server.url("pooled")
            database, candidates = prepare(url, folder / "data", 4)
            with running_site(
                url, folder / "data", Site, DB_POOL_SIZE="1", DB_POOL_TIMEOUT_S="1"
            ) as site:
                taken: list[psycopg.Connection[tuple[object, ...]]] = []
                try:
                    while True:
                        taken.append(psycopg.connect(server.dsn("pooled"), connect_timeout=2))
                except psycopg.OperationalError:
                    pass
                stop = threading.Event()
                threading.Timer(6, lambda: [c.close() for c in taken]).start()
                threading.Timer(120, stop.set).start()
                with ThreadPoolExecutor(4) as pool:
                    list(pool.map(lambda c: save_all(c, site.port, 20, 0.01, stop), candidates))
            assert sum(c.errors for c in candidates) > 0, "connections were never short"
            assert [len(c.ledger) for c in candidates] == [20] * 4
            assert missing_answers(database, candidates) == []
            database.dispose()
