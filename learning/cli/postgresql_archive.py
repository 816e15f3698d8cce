"""Backup and restore of PostgreSQL by its own pg_dump and pg_restore.

The hash and the dump see the same exported snapshot, so they agree while saves go on. A restore
moves the old tables aside and drops them only when what was restored has been checked.
"""

import os
import re
import shutil
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from learning import migrations
from learning.cli.archive import (
    ArchiveError,
    Contents,
    Manifest,
    compare,
    extract_payload,
    measure,
    write_archive,
)
from learning.kernel.db import Database

ASIDE = "before_restore"
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') ORDER BY c.relkind = 'p', 1"
)


def find_tool(name: str, server_major: int) -> Path:
    """Return the pg tool of the server's major version, or the next newer one.

    Raises ArchiveError when there is none: an older pg_dump refuses a newer server.
    """
    candidates = set(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    on_path = shutil.which(name)
    if on_path:
        candidates.add(Path(on_path))
    versions = sorted((_major_of(tool), str(tool)) for tool in candidates)
    fitting = [tool for major, tool in versions if major >= server_major]
    if not fitting:
        raise ArchiveError(
            f"{name} of PostgreSQL {server_major} or newer is missing: "
            f"apt-get install postgresql-client-{server_major}"
        )
    return Path(fitting[0])


def _major_of(tool: Path) -> int:
    words = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)", words)
    return int(found.group(1)) if found else 0


def backup(database: Database, path: Path, now: datetime) -> Contents:
    """Write an archive of one consistent moment; saves go on meanwhile."""
    with tempfile.TemporaryDirectory(dir=path.parent or None) as folder:
        dump = Path(folder) / "database.dump"
        with database.engine.connect() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            contents = measure(connection, migrations.current(database))
            options = ["-Fc", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
            options += ["--exclude-table=huey_*", "-f", str(dump)]  # wakes are not worth keeping
            _run(database, connection, "pg_dump", options)
        write_archive(path, Manifest.of(contents, "postgresql", now), dump)
    return contents


def restore(database: Database, path: Path, manifest: Manifest) -> Contents:
    """Replace all tables by the archive's; on any failure the old ones are back in place."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "database.dump"
        extract_payload(path, manifest, dump)
        _move_tables(database, "public", ASIDE)
        try:
            with database.autocommit.connect() as connection:
                options = ["--no-owner", "--no-privileges", "--exit-on-error"]
                options += ["--single-transaction", str(dump)]
                _run(database, connection, "pg_restore", options)
            found = _contents(database, manifest.contents.digest)
            compare(manifest.contents, found)
        except BaseException:
            _drop_tables(database, "public")
            _move_tables(database, ASIDE, "public")
            raise
        _drop_tables(database, ASIDE)
    return found


def _contents(database: Database, digest: int) -> Contents:
    with database.session(write=False) as session:
        return measure(session.connection(), migrations.current(database), digest)


def _move_tables(database: Database, source: str, target: str) -> None:
    with database.transaction() as session:
        session.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{target}"'))
        for name in _list_tables(session.connection(), source):
            session.execute(text(f'ALTER TABLE "{source}"."{name}" SET SCHEMA "{target}"'))
        if source == ASIDE:
            session.execute(text(f'DROP SCHEMA "{ASIDE}"'))


def _drop_tables(database: Database, schema: str) -> None:
    with database.transaction() as session:
        for name in _list_tables(session.connection(), schema):
            session.execute(text(f'DROP TABLE IF EXISTS "{schema}"."{name}" CASCADE'))
        if schema == ASIDE:
            session.execute(text(f'DROP SCHEMA "{ASIDE}"'))


def _list_tables(connection: Connection, schema: str) -> list[str]:
    return list(connection.execute(text(_TABLES), {"schema": schema}).scalars())


def _run(database: Database, connection: Connection, tool: str, options: list[str]) -> None:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    program = find_tool(tool, version // 10_000)
    url = database.url.set(drivername="postgresql")
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)  # a command line is for all eyes
    target = url.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        [program, "-d", target, *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ArchiveError(f"{tool} failed: {done.stderr.strip()}")
