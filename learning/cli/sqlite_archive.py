"""Backup and restore of SQLite through its online backup, beside running programs."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from learning import migrations
from learning.cli.archive import (
    DIGEST,
    ArchiveError,
    Contents,
    Manifest,
    compare,
    extract_payload,
    measure,
    write_archive,
)
from learning.kernel.db import Database


def backup(database: Database, path: Path, now: datetime) -> Contents:
    """Write an archive of one consistent moment; saves go on meanwhile."""
    copy = path.with_name(path.name + ".copy")
    try:
        _copy(_file_of(database), copy)
        contents = contents_of(copy)
        write_archive(path, Manifest.of(contents, "sqlite", now), copy)
    finally:
        _remove(copy)
    return contents


def restore(database: Database, path: Path, manifest: Manifest) -> Contents:
    """Replace the database by the archive's, checked before and after."""
    target = _file_of(database)
    copy = target.with_name(target.name + ".restoring")
    try:
        extract_payload(path, manifest, copy)
        compare(manifest.contents, contents_of(copy, manifest.contents.digest))
        with _turn(database):
            _copy(copy, target)
    finally:
        _remove(copy)
    found = contents_of(target, manifest.contents.digest)
    compare(manifest.contents, found)
    return found


def contents_of(file: Path, digest: int = DIGEST) -> Contents:
    """Measure a database file; raise ArchiveError when it is damaged."""
    with contextlib.closing(sqlite3.connect(file)) as raw:
        try:
            verdict = raw.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise ArchiveError(f"{file.name} is damaged: {verdict}")
    database = Database(f"sqlite:///{file}")
    try:
        with database.session(write=False) as session:
            return measure(session.connection(), migrations.current(database), digest)
    finally:
        database.dispose()


def _copy(source: Path, target: Path) -> None:
    # All pages in one step: a backup in steps begins anew at each save of another process.
    with (
        contextlib.closing(sqlite3.connect(source, timeout=30)) as origin,
        contextlib.closing(sqlite3.connect(target, timeout=30)) as copy,
    ):
        origin.backup(copy, pages=-1)


@contextlib.contextmanager
def _turn(database: Database) -> Iterator[None]:
    if database.writer_queue is None:
        raise ArchiveError("the database is not SQLite")
    database.dispose()  # our own pooled readers would be in the way
    with database.writer_queue.held():
        yield


def _file_of(database: Database) -> Path:
    return Path(database.url.database or "academy.db")


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.with_suffix(".writers.lock").unlink(missing_ok=True)
