"""Verifying the audit trail: what was edited, deleted, moved, put in or cut off.

The chain alone tells of everything but its own end: who deletes the newest entries with their
seals, or makes all seals anew, leaves a chain that is whole. Anchors tell of that: the newest link,
written every ten minutes where the database's writer does not reach (a file, the log). It must not
write to the database.

Where entries were removed because their term was over, the walk begins after the checkpoint; that
it was old is proved by an anchor of before the term alone, and an entry must declare it.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from learning.kernel.audit import (
    AUDIT_KEPT,
    GENESIS,
    PRUNED,
    AuditCheckpoint,
    AuditEntry,
    AuditSeal,
    link,
    newest_checkpoint,
)
from learning.kernel.db import to_us

SLICE = 5000
MOST_FINDINGS = 100  # named; the others are counted
# How long an end may be cut off unseen. At most some 8 MB a year, which a walk reads in a second.
ANCHOR_EVERY = timedelta(minutes=10)
TAIL = 1024  # bytes in which the last line of a file of anchors begins
SEALED_WITHIN = timedelta(hours=2)  # the thorough sealer looks at everything each hour


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest link of the chain as it was on an instant."""

    number: int
    chain_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong. `number` counts along the chain, `entry_id` is None without a row.

    Kinds: "changed" (the entry is not the one that was sealed, or stands elsewhere), "gone" (its
    row is missing), "gap" (its seal is missing), "cut" (an anchor knows a longer chain),
    "rewritten" (an anchor knows another link), "unsealed" (the sealer has never taken it), "left"
    (it stands before a checkpoint); of a checkpoint "unproved" (no anchor of before the term holds
    its link) and "undeclared" (no entry of the trail tells of it).
    """

    kind: str
    number: int | None
    entry_id: int | None


@dataclass(slots=True)
class Verdict:
    """What a walk along the chain found; `late` entries were sealed long after later ones.

    `removed` is how many links went before the walk's beginning because their term was over.

    Late is no proof: a long outage of the worker does it, or somebody put in an old entry.
    """

    entries: int = 0
    removed: int = 0
    number: int = 0
    newest_at: datetime | None = None
    last_hash: str = GENESIS
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    late: list[int] = field(default_factory=list)

    def add_gap(self, first: int, end: int) -> None:
        """Note that the links from `first` to before `end` are missing, however many."""
        named = min(end, first + MOST_FINDINGS)
        for missing in range(first, named):
            self.add("gap", missing)
        self.found += max(0, end - named)

    def add(self, kind: str, number: int | None, entry_id: int | None = None) -> None:
        """Note something wrong."""
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, number, entry_id))


def verify(
    session: Session,
    now: datetime,
    *,
    anchors: Sequence[Anchor] = (),
    sealed_within: timedelta = SEALED_WITHIN,
) -> Verdict:
    """Walk the whole chain, a slice in memory at a time; name all that is wrong with it.

    After a link that is wrong the walk goes on from what is stored, so that each fault is named by
    itself. Entries older than `sealed_within` must have a seal.
    """
    verdict = Verdict()
    known = _known(anchors)
    _begin(session, verdict, anchors, now)
    if known.pop(verdict.removed, set()) - {verdict.last_hash}:
        verdict.add("rewritten", verdict.removed)
    for row in _links(session):
        if row.number <= verdict.removed:
            verdict.add("left", row.number, row.entry_id)
            continue
        _judge(verdict, row, sealed_within)
        if known.pop(row.number, set()) - {row.chain_hash}:
            verdict.add("rewritten", row.number, row.entry_id)
    for beyond in sorted(known):
        if beyond > verdict.number:
            verdict.add("cut", beyond)
    for entry_id in session.scalars(_never_sealed(now - sealed_within)):
        verdict.add("unsealed", None, entry_id)
    return verdict


def _known(anchors: Sequence[Anchor]) -> dict[int, set[str]]:
    """Return the hashes by link, all of them: a later anchor must not hide an earlier one."""
    known: dict[int, set[str]] = {}
    for anchor in anchors:
        known.setdefault(anchor.number, set()).add(anchor.chain_hash)
    return known


def _begin(session: Session, verdict: Verdict, anchors: Sequence[Anchor], now: datetime) -> None:
    """Let the walk begin after the newest checkpoint, and judge whether that may be one."""
    begin = newest_checkpoint(session)
    if begin is None:
        return
    verdict.number = verdict.removed = begin.number
    verdict.last_hash = begin.chain_hash
    held = (begin.number, begin.chain_hash)
    if not any(
        (each.number, each.chain_hash) == held and each.at <= now - AUDIT_KEPT for each in anchors
    ):
        verdict.add("unproved", begin.number)
    told = session.scalars(
        select(AuditEntry.details).where(
            AuditEntry.act == PRUNED, AuditEntry.subject == str(begin.number)
        )
    )
    if begin.chain_hash not in [json.loads(details).get("hash") for details in told]:
        verdict.add("undeclared", begin.number)


def _judge(verdict: Verdict, row: Any, sealed_within: timedelta) -> None:
    """Hold one link against what came before it, and go on from it."""
    verdict.add_gap(verdict.number + 1, row.number)
    follows = row.number == verdict.number + 1  # after a gap the hash before is not known
    if row.id is None:
        verdict.add("gone", row.number, row.entry_id)
    else:
        if follows and link(verdict.last_hash, row) != row.chain_hash:
            verdict.add("changed", row.number, row.id)
        newest = verdict.newest_at or row.at
        if row.at < newest - sealed_within:
            verdict.late.append(row.id)
        verdict.newest_at = max(newest, row.at)
    verdict.entries += 1
    verdict.number, verdict.last_hash = row.number, row.chain_hash


def _links(session: Session) -> Iterator[Any]:
    """Yield the seals in the order of their numbers, each with its entry or None."""
    after: int | None = None
    entry = AuditEntry
    query = (
        select(
            AuditSeal.number,
            AuditSeal.entry_id,
            AuditSeal.chain_hash,
            entry.id,
            entry.at,
            entry.actor_id,
            entry.act,
            entry.subject,
            entry.details,
        )
        .outerjoin(entry, entry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.number)
        .limit(SLICE)
    )
    while True:
        part = query if after is None else query.where(AuditSeal.number > after)
        rows = session.execute(part).all()
        yield from rows
        if len(rows) < SLICE:
            return
        after = rows[-1].number


def _never_sealed(before: datetime) -> Select[int]:
    sealed = exists().where(AuditSeal.entry_id == AuditEntry.id)
    return (
        select(AuditEntry.id).where(~sealed, AuditEntry.at < before).order_by(AuditEntry.id)
    ).limit(MOST_FINDINGS)


def newest_anchor(session: Session, now: datetime) -> Anchor | None:
    """Return the newest link as an anchor, None while nothing is sealed."""
    row = session.execute(
        select(AuditSeal.number, AuditSeal.chain_hash).order_by(AuditSeal.number.desc()).limit(1)
    ).first()
    return Anchor(row.number, row.chain_hash, now) if row else None


def append_anchor(path: Path, anchor: Anchor) -> None:
    """Add an anchor to the file, a line of JSON each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        file.seek(max(0, file.tell() - 1))
        torn = file.read() not in {b"", b"\n"}  # a crash in the middle of a line
        file.write(("\n" * torn + anchor_line(anchor) + "\n").encode())


def anchor_line(anchor: Anchor) -> str:
    """Return an anchor as JSON."""
    given = {"number": anchor.number, "hash": anchor.chain_hash, "at": anchor.at.isoformat()}
    return json.dumps(given, separators=(",", ":"))


def read_anchors(path: Path) -> list[Anchor]:
    """Return the anchors of a file, oldest first; none without a file.

    Raises ValueError naming the line that is no anchor.
    """
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_anchor_of(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: no anchor: {line[:80]!r}") from error
    return found


def last_anchor(path: Path) -> Anchor | None:
    """Return the newest anchor of a file without reading the others; None without a whole one."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = file.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return _anchor_of(line)
    return None


def _anchor_of(line: str) -> Anchor:
    given = json.loads(line)
    at = datetime.fromisoformat(given["at"])
    return Anchor(int(given["number"]), str(given["hash"]), at)


def exported(row: Any) -> Mapping[str, Any]:
    """Return an entry as it is exported: what was hashed, the hash before it and its own.

    `hash` is SHA-256 over `previous` followed by the JSON of [id, at_us, actor_id, act, subject,
    details] without blanks; `details` is a text here as there.
    """
    return {
        "number": row.number,
        "previous": row.previous or (GENESIS if row.number == 1 else None),
        "hash": row.chain_hash,
        "id": row.id,
        "at_us": to_us(row.at),
        "actor_id": row.actor_id,
        "act": row.act,
        "subject": row.subject,
        "details": row.details,
    }


def select_exported() -> Select[*tuple[Any, ...]]:
    """Return the query of entries as `exported` reads them; without a seal the links are None."""
    before = aliased(AuditSeal)
    return (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.act,
            AuditEntry.subject,
            AuditEntry.details,
            AuditSeal.number,
            AuditSeal.chain_hash,
            func.coalesce(before.chain_hash, AuditCheckpoint.chain_hash).label("previous"),
        )
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .outerjoin(before, before.number == AuditSeal.number - 1)
        .outerjoin(AuditCheckpoint, AuditCheckpoint.number == AuditSeal.number - 1)
    )


def iterate_exported(
    session: Session, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield the sealed entries made in [since, until) in the order of the chain."""
    after = 0
    query = select_exported().where(AuditSeal.number.is_not(None))
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    query = query.order_by(AuditSeal.number).limit(SLICE)
    while True:
        rows = session.execute(query.where(AuditSeal.number > after)).all()
        yield from (exported(row) for row in rows)
        if len(rows) < SLICE:
            return
        after = rows[-1].number
