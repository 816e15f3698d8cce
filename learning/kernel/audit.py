"""The audit trail: who did what to which thing, append-only, sealed by a hash chain.

Entries are inserted plainly in the transaction of the act, so that nothing hot is shared; one
sealer in the worker chains them afterwards. An edited, deleted or reordered entry then breaks the
chain (`audit_chain.verify`). What has been kept for its time goes from the beginning of the chain,
declared (`audit_pruning`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, exists, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from learning.kernel.db import Base, to_us

GENESIS = "0" * 64
AUDIT_KEPT = timedelta(days=3 * 365 + 1)  # three years, one of which may be a leap year
PRUNED = "audit.pruned"
SEAL_WINDOW = 2000  # no transaction stays open while so many other entries are written


class AuditEntry(Base):
    """One act. `actor_id` is the person's row id, None for the system itself."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[str] = mapped_column(Text)


class AuditSeal(Base):
    """The chain's link over one entry, in order of sealing."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id"), unique=True)
    chain_hash: Mapped[str] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """Where the chain begins since entries whose term was over were removed; the newest holds.

    `number` and `chain_hash` are those of the last link that went, `entries` how many went with it.
    """

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chain_hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int] = mapped_column(Integer)
    pruned_at: Mapped[datetime]


def newest_checkpoint(session: Session) -> Any:
    """Return where the chain begins, a row of number and chain_hash; None for the first link."""
    return session.execute(
        select(AuditCheckpoint.number, AuditCheckpoint.chain_hash)
        .order_by(AuditCheckpoint.number.desc())
        .limit(1)
    ).first()


def log(
    session: Session,
    act: str,
    subject: str,
    *,
    actor_id: int | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write an audit entry with the caller's transaction. No secrets and no answers in details."""
    session.execute(
        insert(AuditEntry).values(
            at=now,
            actor_id=actor_id,
            act=act,
            subject=subject,
            details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True),
        )
    )


def link(previous: str, entry: Any) -> str:
    """Return the chain hash of an entry after the previous hash, 64 hexadecimal characters.

    `entry` is an AuditEntry or a row with the same columns.
    """
    content = [entry.id, to_us(entry.at), entry.actor_id, entry.act, entry.subject, entry.details]
    text = previous + json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def find_unsealed(session: Session, limit: int, *, thorough: bool = False) -> Sequence[AuditEntry]:
    """Return the oldest entries not yet sealed.

    Ids do not commit in order, so entries are missed by no `id > last`; but looking at all of them
    each second would cost more each day: the search starts `SEAL_WINDOW` ids below the last sealed
    one, and a thorough one from the first.
    """
    sealed = exists().where(AuditSeal.entry_id == AuditEntry.id)
    query = select(AuditEntry).where(~sealed)
    if not thorough:
        newest = session.scalar(select(func.max(AuditSeal.entry_id))) or 0
        query = query.where(AuditEntry.id > newest - SEAL_WINDOW)
    return session.scalars(query.order_by(AuditEntry.id).limit(limit)).all()


def seal(session: Session, limit: int = 500, *, thorough: bool = False) -> int:
    """Chain the entries not yet sealed; return how many. Run by one worker at a time."""
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    number, chain = (last.number, last.chain_hash) if last else (0, GENESIS)
    entries = find_unsealed(session, limit, thorough=thorough)
    for entry in entries:
        number, chain = number + 1, link(chain, entry)
        session.add(AuditSeal(number=number, entry_id=entry.id, chain_hash=chain))
    return len(entries)
