"""Saving answers: the hottest path of the product.

The route opens a single-statement connection and hands it in; nothing here knows of requests or
sessions. What is acknowledged is durable; what is refused is refused for a reason that the device
can act on.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from learning.attempts.rules import Batch
from learning.attempts.statements import (
    POSTGRESQL_ASIDE,
    POSTGRESQL_EXPLAIN,
    POSTGRESQL_SAVE_MANY,
    POSTGRESQL_SAVE_ONE,
    SQLITE_ASIDE,
    SQLITE_EXPLAIN,
    SQLITE_SAVE,
)
from learning.kernel.db import instant_param


class DriverConnection(Protocol):
    """What is used of a driver's connection in autocommit."""

    def cursor(self) -> Any:
        """Return a new cursor."""


@dataclass(frozen=True, slots=True)
class Saved:
    """All entries of the batch are durable.

    `late` came after the end, of the attempt or of their section, and are kept aside.
    """

    saved: list[tuple[int, int]]
    late: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Refused:
    """The batch, or part of it, was not stored.

    `reason`: "login" (nobody is logged in), "not_found" (missing or foreign), "epoch" (another
    device has taken over), "conflict" (same seq, other content), "position" (the form has no
    `position`), "position_closed" (stepwise: not the open one), "section_closed" (its section has
    not opened yet), "retry" (lost a race; send again).
    `state` is the highest (epoch, seq) stored per position.
    """

    reason: str
    epoch: int = 0
    state: dict[int, tuple[int, int]] = field(default_factory=dict)
    position: int = 0


def save_responses(
    connection: DriverConnection,
    dialect_name: str,
    *,
    public_id: str,
    login_session_id: str,
    batch: Batch,
    now: datetime,
) -> Saved | Refused:
    """Store a batch with one statement; on fewer rows than sent, one read tells why.

    What a device that was taken over from brings after the end is kept aside, as all that is late:
    nobody answers any more whom it could overtake.
    """
    postgresql = dialect_name == "postgresql"
    who = {
        "pid": public_id,
        "sid": login_session_id,
        "now": instant_param(now, dialect_name),
    }
    statement, what = _save_statement(batch, postgresql=postgresql)
    cursor = connection.cursor()
    try:
        cursor.execute(statement, who | what)
        # To the end, always: after one row of several SQLite has neither committed nor unlocked.
        rows = cursor.fetchall()
        if len(rows) == len(batch.entries):
            return _acknowledge((row[0], row[1], row[2]) for row in rows)
        explain = POSTGRESQL_EXPLAIN if postgresql else SQLITE_EXPLAIN
        cursor.execute(explain, who)
        found = cursor.fetchall()
        if found and _is_left_over(batch, found[0]):
            cursor.execute(POSTGRESQL_ASIDE if postgresql else SQLITE_ASIDE, who | _many(batch))
            cursor.execute(explain, who)
            found = cursor.fetchall()
        return _explain(batch, found)
    finally:
        cursor.close()


def _save_statement(batch: Batch, *, postgresql: bool) -> tuple[str, dict[str, Any]]:
    if postgresql and len(batch.entries) == 1:
        [entry] = batch.entries
        one = {"epoch": batch.epoch, "p": entry.position, "s": entry.seq, "r": entry.answer}
        return POSTGRESQL_SAVE_ONE, one
    return (POSTGRESQL_SAVE_MANY if postgresql else SQLITE_SAVE), _many(batch)


def _many(batch: Batch) -> dict[str, Any]:
    rows = [{"p": entry.position, "s": entry.seq, "r": entry.answer} for entry in batch.entries]
    return {"epoch": batch.epoch, "batch": json.dumps(rows)}


def _is_left_over(batch: Batch, row: Sequence[Any]) -> bool:
    """Tell whether a batch comes after the end from a device that was taken over from."""
    attempt_id, epoch, is_submitted = row[0], row[1], row[5]
    return attempt_id is not None and bool(is_submitted) and bool(batch.epoch < epoch)


def _acknowledge(rows: Iterable[tuple[int, int, Any]]) -> Saved:
    saved: list[tuple[int, int]] = []
    late: list[tuple[int, int]] = []
    for position, seq, after_submit in rows:
        (late if after_submit else saved).append((position, seq))
    return Saved(saved, late)


def _explain(batch: Batch, rows: Sequence[Sequence[Any]]) -> Saved | Refused:
    """Decide from the state: everything is there (a duplicate), or why it is not."""
    if not rows:
        return Refused("login")
    if rows[0][0] is None:
        return Refused("not_found")
    epoch, item_count, open_position, sections = rows[0][1:5]
    stored = {(r[6], r[7], r[8]): (r[9], r[10]) for r in rows if r[6] is not None}
    state = _state(stored)
    if epoch != batch.epoch and not _is_left_over(batch, rows[0]):
        return Refused("epoch", epoch, state)
    acknowledged: list[tuple[int, int, Any]] = []
    missing: list[int] = []
    for entry in batch.entries:
        held = stored.get((entry.position, batch.epoch, entry.seq))
        if held is None:
            missing.append(entry.position)
        elif held[0] != entry.answer:
            return Refused("conflict", epoch, state)
        else:
            acknowledged.append((entry.position, entry.seq, held[1]))
    if missing:
        reason = _why_missing(missing, item_count, open_position, is_timed=bool(sections))
        return Refused(reason, epoch, state, max(missing))
    return _acknowledge(acknowledged)


def _why_missing(
    missing: Sequence[int], item_count: int, open_position: int | None, *, is_timed: bool
) -> str:
    if max(missing) > item_count:
        return "position"
    if open_position is not None:
        return "position_closed"
    # Else nothing speaks against a position: the statement lost a race; the device tries again.
    return "section_closed" if is_timed else "retry"


def _state(stored: Iterable[tuple[int, int, int]]) -> dict[int, tuple[int, int]]:
    highest: dict[int, tuple[int, int]] = {}
    for position, epoch, seq in stored:
        highest[position] = max(highest.get(position, (0, 0)), (epoch, seq))
    return highest
