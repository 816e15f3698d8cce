"""A real PostgreSQL for tests: found on the machine, started in a folder of its own, as no root."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from glob import glob
from pathlib import Path

DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
# Nothing of it outlives the run: no care for a crash. Planner and autovacuum are left as they are in
# production: without fresh statistics a large import and the clearing after it take minutes.
FAST = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=on",
    "checkpoint_timeout=1h",
    "max_wal_size=8GB",
)


def find_binaries() -> Path | None:
    """Return the folder with initdb and postgres, or None."""
    folders = [str(Path(p).parent) for p in [shutil.which("initdb")] if p]
    folders += sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)
    folders += sorted(glob("/opt/homebrew/opt/postgresql*/bin"), reverse=True)
    for folder in folders:
        if (Path(folder) / "initdb").exists() and (Path(folder) / "postgres").exists():
            return Path(folder)
    return None


def free_port() -> int:
    """Return a TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PostgresServer:
    """One server process; `url` without a database name is a prefix."""

    def __init__(self, folder: Path, options: tuple[str, ...] = FAST) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
        self.binaries = binaries
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def _demote(self) -> dict[str, object]:
        if os.getuid() != 0:
            return {}
        try:
            entry = pwd.getpwnam("postgres")
        except KeyError:
            entry = pwd.getpwnam("nobody")
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def create(self) -> None:
        """Make the cluster; C.UTF-8, since trigrams of Chinese need a real character set."""
        self.folder.mkdir(parents=True, exist_ok=True)
        demoted = self._demote()
        if demoted:
            os.chown(self.folder, int(str(demoted["user"])), int(str(demoted["group"])))
            for parent in self.folder.parents:
                if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o011)
        subprocess.run(
            [
                str(self.binaries / "initdb"),
                "-D",
                str(self.folder / "data"),
                "-U",
                "academy",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **demoted,  # type: ignore[call-overload]
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            str(self.binaries / "postgres"),
            "-D",
            str(self.folder / "data"),
            "-p",
            str(self.port),
            "-k",
            str(self.folder),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=200",
            "-c",
            "timezone=UTC",
            "-c",
            "log_line_prefix=%m [%p] %d ",
        ]
        for option in self.options:
            command += ["-c", option]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd="/",
                **self._demote(),  # type: ignore[call-overload]
            )
        deadline = time.monotonic() + 30
        import psycopg

        while True:
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self, mode: int = signal.SIGINT) -> None:
        """Stop: SIGINT is fast, SIGQUIT immediate (as a crash)."""
        if self.process is not None:
            self.process.send_signal(mode)
            self.process.wait(30)
            self.process = None

    def dsn(self, name: str) -> str:
        """Return the libpq URL of a database."""
        return f"postgresql://academy@127.0.0.1:{self.port}/{name}"

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://academy@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str, name: str = "postgres") -> None:
        """Run a statement outside any transaction, in the maintenance database or a named one."""
        import psycopg

        with psycopg.connect(self.dsn(name), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def query(self, statement: str, name: str = "postgres") -> list[tuple[str, ...]]:
        """Return the rows of a query in a database."""
        import psycopg

        with psycopg.connect(self.dsn(name), autocommit=True) as connection:
            return list(connection.execute(statement).fetchall())  # type: ignore[call-overload]


@contextlib.contextmanager
def running_postgres(folder: Path, options: tuple[str, ...] = FAST) -> Iterator[PostgresServer]:
    """Give a running server in a new folder; stop it at the end."""
    server = PostgresServer(folder, options)
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()
