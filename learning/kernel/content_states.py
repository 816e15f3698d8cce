"""What content files were when they were last brought into the database.

An unchanged set is not read again. It knows files and hashes; it must not know items or lessons.
Contents decide, never a file's size or times: a checkout, a copy or an unpacked archive sets times
as it likes, and to hash a thousand lessons takes some hundredths of a second.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.db import Base

_PROGRAM = Path(__file__).parent.parent


class ContentState(Base):
    """The last sync: the hash of what was read, of the rows it left, and how much was found.

    `found` is a JSON object of numbers by name. One row, by the name of the kind of files.
    """

    __tablename__ = "content_states"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    files_hash: Mapped[str] = mapped_column(String(64))
    rows_hash: Mapped[str] = mapped_column(String(64))
    found: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The hashes of files, with the program that reads them, and of the rows made from them."""

    files: str
    rows: str


def hash_files(paths: Iterable[Path]) -> str:
    """Return the hash of files and folders, everything below these included, and of the program.

    The name of each counts as its content does, and so does a file that cannot be read.
    """
    hashed = hashlib.sha256(_program_hash().encode())
    for path in paths:
        _add(hashed, path.as_posix(), path)
        for inner in sorted(path.rglob("*")) if path.is_dir() else ():
            _add(hashed, inner.as_posix(), inner)
    return hashed.hexdigest()


def hash_rows(rows: Iterable[Iterable[object]]) -> str:
    """Return the hash of rows of plain values, in their order."""
    hashed = hashlib.sha256()
    for row in rows:
        hashed.update(json.dumps([str(value) for value in row]).encode())
    return hashed.hexdigest()


def find_known(session: Session, name: str, fingerprint: Fingerprint) -> Mapping[str, int] | None:
    """Return how much was found the last time, or None when anything is not as it was then."""
    state = session.get(ContentState, name)
    if state is None or Fingerprint(state.files_hash, state.rows_hash) != fingerprint:
        return None
    found: dict[str, int] = json.loads(state.found)
    return found


def note_state(
    session: Session,
    name: str,
    fingerprint: Fingerprint,
    found: Mapping[str, int],
    now: datetime,
) -> None:
    """Note what was brought in, in place of what was before."""
    session.merge(
        ContentState(
            name=name,
            files_hash=fingerprint.files,
            rows_hash=fingerprint.rows,
            found=json.dumps(found, ensure_ascii=False),
            noted_at=now,
        )
    )


def _add(hashed: "hashlib._Hash", name: str, path: Path) -> None:
    try:
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except OSError:
        content = "unreadable"
    hashed.update(f"{len(name)}:{name}={content};".encode("utf-8", "surrogateescape"))


@cache
def _program_hash() -> str:
    """Return the hash of our code and of the versions of what it uses: each may read otherwise."""
    hashed = hashlib.sha256()
    for path in sorted(_PROGRAM.rglob("*.py")):
        hashed.update(path.read_bytes())
    used = sorted(f"{one.name} {one.version}" for one in distributions())
    hashed.update("\n".join(used).encode())
    return hashed.hexdigest()
