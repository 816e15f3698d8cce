"""The one place that writes when people hold what schemes certify."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from learning.certification.models import Holding
from learning.certification.rules.holdings import FOREVER, HeldSpan


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
