"""The archive of a backup: a tar with `manifest.json` and the database's own dump.

The manifest holds what a restore must find again: the schema's revision, the rows of each table
and a SHA-256 over all answers and scores. That hash is canonical: equal data give the same hash on
SQLite and on PostgreSQL. It is computed as a stream, so that it needs no memory for millions of
answers.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from learning import __version__
from learning.attempts.models import ResponseRow, ScoreRow
from learning.kernel.db import to_us
from learning.models import metadata

FORMAT = 1
DIGEST = 2
"""Which columns the hash of answers covers: from 2 on, all of a score."""
MANIFEST = "manifest.json"
PAYLOAD = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
STREAMED_ROWS = 2000


class ArchiveError(Exception):
    """The archive cannot be used, or what was restored is not what was saved; says why."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds, as far as a restore is checked: compare two for equality.

    `digest` says over what the hash was taken; archives that do not say have the first form.
    """

    revision: str
    counts: dict[str, int]
    answers_sha256: str
    digest: int = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """The archive's label."""

    format: int
    product: str
    made_at: str
    database: str
    contents: Contents

    @classmethod
    def of(cls, contents: Contents, dialect_name: str, now: datetime) -> "Manifest":
        """Return the label of a new archive."""
        return cls(FORMAT, __version__, now.isoformat(), dialect_name, contents)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read a label; raise ArchiveError when it is not one."""
        try:
            raw = json.loads(text)
            if raw["format"] != FORMAT:
                raise ArchiveError(f"archive format {raw['format']}, this program reads {FORMAT}")
            return cls(**{**raw, "contents": Contents(**raw["contents"])})
        except (ValueError, KeyError, TypeError) as error:
            raise ArchiveError(f"no manifest: {error}") from error


def measure(connection: Connection, revision: str, digest: int = DIGEST) -> Contents:
    """Return what the database holds now; call it inside the snapshot that is saved."""
    counts = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
        if inspect(connection).has_table(table.name)
    }
    return Contents(revision, counts, answers_digest(connection, digest), digest)


def answers_digest(connection: Connection, digest: int = DIGEST) -> str:
    """Return the SHA-256 over all responses and scores, ordered by key, one JSON line each.

    `digest` is 1 or 2, as an archive's label says; ArchiveError for what a newer program wrote.
    """
    if digest not in {1, DIGEST}:
        raise ArchiveError(f"digest of form {digest}, this program knows 1 to {DIGEST}")
    found = hashlib.sha256()
    for line in _lines(connection, digest):
        found.update(line.encode())
    return found.hexdigest()


def _lines(connection: Connection, digest: int) -> Iterator[str]:
    r, s = ResponseRow, ScoreRow
    responses = (r.attempt_id, r.position, r.epoch, r.seq, r.answer, r.after_submit, r.saved_at)
    yield "responses\n"
    yield from _rows(connection, responses, 4)
    scores: tuple[Any, ...] = (
        s.attempt_id,
        s.version,
        s.points_milli,
        s.max_milli,
        s.answers,
        s.answers_sha256,
        s.items,
    )
    if digest > 1:
        scores += (s.cause, s.cause_id, s.made_by, s.excluded_milli, s.pending, s.marks)
    yield "scores\n"
    yield from _rows(connection, (*scores, s.scored_at), 2)


def _rows(connection: Connection, columns: Sequence[Any], key_length: int) -> Iterator[str]:
    query = select(*columns).order_by(*columns[:key_length])
    streamed = connection.execute(query, execution_options={"yield_per": STREAMED_ROWS})
    for *values, at in streamed:
        row = [*values, to_us(at)]
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_archive(path: Path, manifest: Manifest, payload: Path) -> None:
    """Write the archive whole or not at all, readable by its owner alone."""
    part = path.with_name(path.name + ".part")
    label = json.dumps(asdict(manifest), ensure_ascii=False, indent=2).encode()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(label), 0o600
            tar.addfile(entry, io.BytesIO(label))
            tar.add(payload, PAYLOAD[manifest.database])
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def read_manifest(path: Path) -> Manifest:
    """Read an archive's label; raise ArchiveError when the file is not an archive of ours."""
    try:
        with tarfile.open(path) as tar:
            member = tar.extractfile(MANIFEST)
            text = member.read().decode() if member else ""
    except (OSError, KeyError, tarfile.TarError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path}: not an archive: {error}") from error
    return Manifest.from_json(text)


def extract_payload(path: Path, manifest: Manifest, target: Path) -> None:
    """Write the database's own dump to the target."""
    with tarfile.open(path) as tar:
        try:
            member = tar.extractfile(PAYLOAD[manifest.database])
        except KeyError as error:
            raise ArchiveError(f"{path}: the database is missing") from error
        if member is None:
            raise ArchiveError(f"{path}: the database is missing")
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            while block := member.read(1 << 20):
                stream.write(block)


def compare(expected: Contents, found: Contents) -> None:
    """Raise ArchiveError naming every difference; answers first."""
    problems = []
    if expected.answers_sha256 != found.answers_sha256:
        problems.append(f"answers: {expected.answers_sha256} saved, {found.answers_sha256} found")
    if expected.revision != found.revision:
        problems.append(f"schema: {expected.revision} saved, {found.revision} found")
    problems += [
        f"{table}: {number} rows saved, {found.counts.get(table, 0)} found"
        for table, number in expected.counts.items()
        if found.counts.get(table, 0) != number
    ]
    if problems:
        raise ArchiveError("not what was saved:\n  " + "\n  ".join(problems))
