"""Giving back what a failure took: one act over everybody who was answering, in batches."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.attempts.events import OUTAGE, OutageDeclared
from learning.attempts.models import Assessment, Attempt, Outage, TimeGrant
from learning.attempts.rules import Span, lost_time, whole_seconds
from learning.attempts.services.making_up import SWEPT, give_make_ups
from learning.attempts.services.timing import (
    MAX_HELD,
    Grant,
    HeldAttempt,
    hold_all,
    list_given,
    log_act,
)
from learning.kernel import audit, events
from learning.kernel.errors import Conflict, NotFound

LOST = "outage"


def declare_outage(
    session: Session,
    assessment_id: int,
    lost: Span,
    *,
    outage_id: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> bool:
    """Give the minutes of an outage back to everybody who was answering then; the worker does it.

    `outage_id` is the caller's own id: declaring it again changes nothing and returns False. Raises
    NotFound; Conflict("outage_span") unless it began, ended after that, and is over.
    """
    if not lost[0] < lost[1] <= now:
        raise Conflict("outage_span")
    if session.scalar(select(Assessment.id).where(Assessment.id == assessment_id)) is None:
        raise NotFound("assessment")
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    number = session.scalar(
        dialect.insert(Outage)
        .values(
            assessment_id=assessment_id,
            public_id=outage_id,
            lost_from=lost[0],
            lost_to=lost[1],
            reason=reason,
            made_by=actor_id,
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["assessment_id", "public_id"])
        .returning(Outage.id)
    )
    if number is None:
        return False
    audit.log(
        session,
        "assessment.outage",
        outage_id,
        actor_id=actor_id,
        now=now,
        details={
            "assessment": assessment_id,
            "from": lost[0].isoformat(),
            "to": lost[1].isoformat(),
            "reason": reason,
        },
    )
    events.record(session, OUTAGE, OutageDeclared(number).payload(), now)
    return True


def give_back(session: Session, told: OutageDeclared, now: datetime) -> int:
    """Give an outage's minutes to the next 100 attempts; return how many got some.

    Asks for the following ones by another event. Each gets its own overlap, less what a pause or an
    earlier outage has given back of it, and gets it once. Whom the clock took in before has no
    minutes to get, but a further attempt (`making_up`).
    """
    outage = session.get_one(Outage, told.outage_id)
    ids = list(
        session.scalars(
            select(Attempt.id)
            .where(
                Attempt.assessment_id == outage.assessment_id,
                Attempt.id > told.after_id,
                Attempt.submitted_at.is_(None) | (Attempt.finish_kind == SWEPT),
                Attempt.started_at < outage.lost_to,
            )
            .order_by(Attempt.id)
            .limit(MAX_HELD)
        )
    )
    held = hold_all(session, ids)
    already = list_given(session, ids, LOST, outage.public_id)  # seen under the locks
    held = [one for one in held if one.attempt.id not in already]
    spans = _spans(session, [one.attempt.id for one in held])
    given = sum(
        _give_lost(session, one, outage, spans.get(one.attempt.id, []), now) for one in held
    )
    # Read under the locks of the open ones: what the sweep took in meanwhile is among these.
    given += give_make_ups(session, outage, ids, now)
    if len(ids) == MAX_HELD:
        following = OutageDeclared(told.outage_id, ids[-1])
        events.record(session, OUTAGE, following.payload(), now)
    return given


def _give_lost(
    session: Session, held: HeldAttempt, outage: Outage, given: list[Span], now: datetime
) -> bool:
    attempt = held.attempt
    if attempt.paused_at is not None:
        given = [*given, (attempt.paused_at, now)]  # given back when it runs again
    found = lost_time(
        (outage.lost_from, outage.lost_to),
        started_at=attempt.started_at,
        deadline_at=attempt.deadline_at,
        given=given,
    )
    if found is None:
        return False
    span, lost = found
    seconds = whole_seconds(lost)
    held.give(
        session,
        Grant(LOST, outage.public_id, seconds, span, outage.reason, outage.made_by),
        now,
    )
    log_act(session, attempt, "attempt.extended", outage.made_by, outage.reason, now)
    return True


def _spans(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Span]]:
    rows = session.execute(
        select(TimeGrant.attempt_id, TimeGrant.from_at, TimeGrant.to_at).where(
            TimeGrant.attempt_id.in_(attempt_ids), TimeGrant.from_at.is_not(None)
        )
    )
    found: dict[int, list[Span]] = {}
    for attempt_id, begin, end in rows:
        if begin is not None and end is not None:
            found.setdefault(attempt_id, []).append((begin, end))
    return found
