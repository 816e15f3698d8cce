"""The one place that writes when people hold what schemes certify."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from learning.certification.models import (
    Certificate,
    CertificateReplacement,
    Holding,
    Revocation,
    Suspension,
)
from learning.certification.rules.holdings import FOREVER, HeldSpan, held_spans
from learning.kernel.bulk import insert_many


def refresh_holdings(session: Session, certificate_id: int, now: datetime) -> None:
    """Let the holdings of a certificate be what its facts and acts say; after each act call this.

    What counts: its term, its revocation, its replacement, its suspensions. Holds the certificate
    against another act until the end of the transaction.
    """
    held = select(Certificate.id).where(Certificate.id == certificate_id)
    session.execute(held.with_for_update(key_share=True))
    row = session.execute(
        select(
            Certificate.user_id,
            Certificate.scheme_id,
            Certificate.valid_from,
            Certificate.valid_until,
            Revocation.revoked_at,
            CertificateReplacement.replaced_at,
        )
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(CertificateReplacement, CertificateReplacement.certificate_id == Certificate.id)
        .where(Certificate.id == certificate_id)
    ).one()
    pauses = session.execute(
        select(Suspension.suspended_at, Suspension.lifted_at).where(
            Suspension.certificate_id == certificate_id
        )
    )
    ends = [end for end in (row.revoked_at, row.replaced_at) if end is not None]
    keep_holdings(
        session,
        source_kind="certificate",
        source_id=certificate_id,
        user_id=row.user_id,
        scheme_id=row.scheme_id,
        spans=held_spans(
            row.valid_from,
            row.valid_until,
            ended_at=min(ends, default=None),
            pauses=[(since, until) for since, until in pauses],
        ),
        now=now,
    )


def keep_holdings(
    session: Session,
    *,
    source_kind: str,
    source_id: int,
    user_id: int,
    scheme_id: int,
    spans: Sequence[HeldSpan],
    now: datetime,
) -> None:
    """Let what is known of a source be these spans from now on; the same spans change nothing.

    What was known before stays readable: its rows end now. An empty `spans`: nothing is held.
    """
    known = session.execute(
        select(Holding.id, Holding.held_from, Holding.held_until).where(
            Holding.source_kind == source_kind,
            Holding.source_id == source_id,
            Holding.user_id == user_id,
            Holding.known_until == FOREVER,
        )
    ).all()
    wanted = set(spans)
    stale = [row.id for row in known if HeldSpan(row.held_from, row.held_until) not in wanted]
    if stale:
        session.execute(update(Holding).where(Holding.id.in_(stale)).values(known_until=now))
    new = wanted - {HeldSpan(row.held_from, row.held_until) for row in known}
    if new:
        session.execute(
            insert(Holding),
            [
                {
                    "user_id": user_id,
                    "scheme_id": scheme_id,
                    "source_kind": source_kind,
                    "source_id": source_id,
                    "held_from": span.held_from,
                    "held_until": span.held_until,
                    "known_from": now,
                    "known_until": FOREVER,
                }
                for span in sorted(new)
            ],
        )


def begin_holdings(
    session: Session,
    source_kind: str,
    entries: Sequence[tuple[int, int, int, HeldSpan]],
    now: datetime,
) -> None:
    """Write the holdings of many new sources: (source id, person, scheme, span) each."""
    rows = [
        {
            "user_id": user_id,
            "scheme_id": scheme_id,
            "source_kind": source_kind,
            "source_id": source_id,
            "held_from": span.held_from,
            "held_until": span.held_until,
            "known_from": now,
            "known_until": FOREVER,
        }
        for source_id, user_id, scheme_id, span in entries
    ]
    insert_many(session, Holding, rows)


def end_holdings(
    session: Session, source_kind: str, source_ids: Select[int], now: datetime
) -> None:
    """Let nothing be held by many sources from what is known now on; what was known stays."""
    session.execute(
        update(Holding)
        .where(
            Holding.source_kind == source_kind,
            Holding.source_id.in_(source_ids),
            Holding.known_until == FOREVER,
        )
        .values(known_until=now)
        .execution_options(synchronize_session=False)
    )
