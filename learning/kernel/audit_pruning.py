"""Removing what the audit trail has kept for its time, as an act that verifying understands.

Only a whole beginning of the chain goes, and only up to a link that an anchor of before the term
holds: the file of anchors, not the database, says that what goes is old, so that nobody who writes
to the database passes a fresh deletion off as this. The part is verified before it goes; what is
broken is evidence and stays. A checkpoint tells where the chain begins now, an entry of the trail
that so many went; `audit_chain.verify` asks for the anchor and for the entry.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from learning.kernel import audit
from learning.kernel.audit import (
    AUDIT_KEPT,
    GENESIS,
    PRUNED,
    AuditCheckpoint,
    AuditEntry,
    AuditSeal,
)
from learning.kernel.audit_chain import Anchor

SLICE = 1000  # entries a call, or to the next anchor: ten minutes of acts at most
CHUNK = 500  # parameters of one statement


class BrokenTrailError(RuntimeError):
    """What would be removed is not what was sealed: nothing is, until somebody has looked."""


def prune(
    session: Session, anchors: Sequence[Anchor], now: datetime, *, waits_since: datetime | None
) -> int:
    """Remove the oldest entries whose term is over; return how many, a slice a call.

    While an appeal waits, what was there when it was lodged stays: `waits_since` is that instant.
    Raises BrokenTrailError naming the link where the part that would go is not what was sealed.
    """
    begin = audit.newest_checkpoint(session)
    first, chain = (begin.number, begin.chain_hash) if begin else (0, GENESIS)
    before = min(now, waits_since or now) - AUDIT_KEPT
    newest = session.scalar(select(func.max(AuditSeal.number))) or 0
    end = _end(anchors, first, newest, before)
    if end is None:
        return 0
    gone = list(_verified(session, first, end, chain))
    session.execute(delete(AuditSeal).where(AuditSeal.number <= end.number))
    for start in range(0, len(gone), CHUNK):
        chunk = gone[start : start + CHUNK]
        session.execute(
            delete(AuditEntry)
            .where(AuditEntry.id.in_(chunk))
            .execution_options(synchronize_session=False)
        )
    session.add(
        AuditCheckpoint(
            number=end.number, chain_hash=end.chain_hash, entries=len(gone), pruned_at=now
        )
    )
    details = {"entries": len(gone), "hash": end.chain_hash, "before": before.isoformat()}
    audit.log(session, PRUNED, str(end.number), actor_id=None, now=now, details=details)
    return len(gone)


def _end(anchors: Sequence[Anchor], first: int, newest: int, before: datetime) -> Anchor | None:
    """Return the anchor up to which to remove, None for nothing.

    The newest link always stays: the sealer goes on from it.
    """
    fit = [each for each in anchors if first < each.number < newest and each.at <= before]
    near = [each for each in fit if each.number <= first + SLICE]
    if near:
        return max(near, key=lambda each: each.number)
    return min(fit, key=lambda each: each.number, default=None)


def _verified(session: Session, first: int, end: Anchor, chain: str) -> Iterator[int]:
    """Yield the ids of the entries up to the anchor, each found to be what was sealed."""
    rows = session.execute(
        select(
            AuditSeal.number,
            AuditSeal.chain_hash,
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.act,
            AuditEntry.subject,
            AuditEntry.details,
        )
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(AuditSeal.number <= end.number)
        .order_by(AuditSeal.number)
    )
    number = first
    for row in rows:
        number += 1
        if row.number != number or row.id is None:
            raise BrokenTrailError(f"link {number} is missing")
        chain = audit.link(chain, row)
        if chain != row.chain_hash:
            raise BrokenTrailError(f"link {number} is not what was sealed")
        yield row.id
    if (number, chain) != (end.number, end.chain_hash):
        raise BrokenTrailError(f"link {end.number} is not what its anchor knows")
