"""The clock of open attempts: stopped, started again, given more; by people, never by itself.

All ways lead to seconds of extra time in the one deadline formula, and each leaves a row that says
why. An attempt's row is held against its saves for the length of a transaction: at most 100 a call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from learning.accounts.services import extend_sessions_of
from learning.attempts.models import Assessment, Attempt, StepwiseEntry, TimeGrant
from learning.attempts.rules import (
    GRACE,
    SESSION_MARGIN,
    AttemptRules,
    Sections,
    Span,
    deadline,
    item_loss_s,
    whole_seconds,
)
from learning.kernel import audit

MAX_HELD = 100
ADDED, PAUSE = "added", "pause"


@dataclass(frozen=True, slots=True)
class Grant:
    """Seconds given to an attempt: why, by which act, for which span, by whom."""

    cause: str
    cause_id: str
    extra_s: int
    span: Span | None
    reason: str
    made_by: int | None


@dataclass(frozen=True, slots=True)
class HeldAttempt:
    """An open attempt under its lock, with what its deadline is computed from."""

    attempt: Attempt
    limit: timedelta
    closes_at: datetime

    def give(self, session: Session, grant: Grant, now: datetime) -> None:
        """Add the seconds, move the deadline by the one formula, note why.

        Of sections the one that runs gets them, by a clock that stands while paused.
        """
        attempt = self.attempt
        attempt.extra_s += grant.extra_s
        extra = timedelta(seconds=attempt.extra_s)
        attempt.deadline_at = deadline(attempt.started_at, self.limit, self.closes_at, extra)
        if attempt.sections is not None:
            at = grant.span[0] if grant.span and grant.cause == PAUSE else attempt.paused_at or now
            sections = Sections.from_json(attempt.sections)
            self._time(sections.given(grant.extra_s, at, self.closes_at))
        if attempt.open_until is not None and grant.span is not None:
            self._give_item(session, attempt.open_until, grant.span, grant.extra_s)
        until = attempt.deadline_at + GRACE + SESSION_MARGIN
        extend_sessions_of(session, attempt.user_id, until, now=now)
        begin, end = grant.span or (None, None)
        session.execute(
            insert(TimeGrant).values(
                attempt_id=attempt.id,
                cause=grant.cause,
                cause_id=grant.cause_id,
                extra_s=grant.extra_s,
                from_at=begin,
                to_at=end,
                reason=grant.reason,
                made_by=grant.made_by,
                made_at=now,
            )
        )

    def _give_item(self, session: Session, ends_at: datetime, lost: Span, given_s: int) -> None:
        """Give the open item, whose time is its own, what it lost of a span that did not count."""
        attempt = self.attempt
        entry = session.get_one(StepwiseEntry, (attempt.id, attempt.open_position))
        seconds = item_loss_s(entry.revealed_at, ends_at, lost, given_s)
        attempt.open_until = ends_at + timedelta(seconds=seconds)
        session.execute(
            update(StepwiseEntry)
            .where(
                StepwiseEntry.attempt_id == attempt.id,
                StepwiseEntry.position == attempt.open_position,
            )
            .values(given_s=StepwiseEntry.given_s + seconds)
        )

    def follow_window(self, session: Session, now: datetime) -> bool:
        """Compute the deadline again after the window moved; tell whether it is later now."""
        attempt, before = self.attempt, self.attempt.deadline_at
        if attempt.sections is None:
            extra = timedelta(seconds=attempt.extra_s)
            attempt.deadline_at = deadline(attempt.started_at, self.limit, self.closes_at, extra)
        else:
            self._time(Sections.from_json(attempt.sections).given(0, now, self.closes_at))
        if attempt.deadline_at == before:
            return False
        until = attempt.deadline_at + GRACE + SESSION_MARGIN
        extend_sessions_of(session, attempt.user_id, until, now=now)
        return True

    def leave_section(self, sections: Sections, at: datetime) -> None:
        """Let its candidate go on to the next section before the running one ends."""
        self._time(sections.left(at, self.closes_at))

    def _time(self, sections: Sections) -> None:
        self.attempt.sections = sections.to_json()
        self.attempt.deadline_at = sections.ends_at


def hold_all(
    session: Session, attempt_ids: Sequence[int], *where: ColumnElement[bool]
) -> list[HeldAttempt]:
    """Lock open attempts in order of id, so that two calls cannot wait for each other."""
    if len(attempt_ids) > MAX_HELD:
        raise ValueError(f"at most {MAX_HELD} attempts a transaction")
    rows = session.execute(
        select(Attempt, Assessment.rules, Assessment.closes_at)
        .join(Assessment, Assessment.id == Attempt.assessment_id)
        .where(Attempt.id.in_(attempt_ids), Attempt.submitted_at.is_(None), *where)
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )
    return [
        HeldAttempt(attempt, AttemptRules.from_json(rules).limit, ends)
        for attempt, rules, ends in rows
    ]


def add_extra_time(
    session: Session,
    attempt_ids: Sequence[int],
    extra: timedelta,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
    act_id: str = "",
) -> int:
    """Give extra time to open attempts, by row id; return how many got it.

    At most 100 a call, in order of id: one transaction for a whole room would hold up its saves.
    Under an `act_id` the same act gives an attempt its time once, however often it is called.
    """
    held = hold_all(session, attempt_ids)
    already = list_given(session, attempt_ids, ADDED, act_id)  # seen under the locks
    held = [one for one in held if one.attempt.id not in already]
    grant = Grant(ADDED, act_id, int(extra.total_seconds()), None, reason, actor_id)
    for one in held:
        one.give(session, grant, now)
        log_act(session, one.attempt, "attempt.extended", actor_id, reason, now)
    session.flush()  # the caller's transaction ends here; sizes stay small
    return len(held)


def pause_attempts(
    session: Session,
    attempt_ids: Sequence[int],
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Stop the clock of running attempts, by row id; return how many were stopped.

    Saves go on, the sweep and the hand-in wait. One that has run out already is the sweep's: it is
    not stopped. At most 100 a call.
    """
    held = hold_all(
        session, attempt_ids, Attempt.paused_at.is_(None), Attempt.deadline_at >= now - GRACE
    )
    for one in held:
        one.attempt.paused_at = now
        log_act(session, one.attempt, "attempt.paused", actor_id, reason, now)
    session.flush()  # as above
    return len(held)


def resume_attempts(
    session: Session,
    attempt_ids: Sequence[int],
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Let stopped attempts run again, each with the time it had left; return how many.

    The deadline moves by the pause, whole seconds rounded up. At most 100 a call.
    """
    held = hold_all(session, attempt_ids, Attempt.paused_at.is_not(None))
    for one in held:
        end_pause(session, one, actor_id=actor_id, reason=reason, now=now)
        log_act(session, one.attempt, "attempt.resumed", actor_id, reason, now)
    session.flush()  # as above
    return len(held)


def end_pause(
    session: Session, held: HeldAttempt, *, actor_id: int | None, reason: str, now: datetime
) -> None:
    """Give a stopped attempt the time of its pause and let it run."""
    attempt = held.attempt
    if attempt.paused_at is None:
        return
    span = (attempt.paused_at, now)
    attempt.paused_at = None
    held.give(
        session, Grant(PAUSE, "", whole_seconds(span[1] - span[0]), span, reason, actor_id), now
    )


def log_act(
    session: Session, attempt: Attempt, act: str, actor_id: int | None, reason: str, now: datetime
) -> None:
    """Note what was done to an attempt's time, with all that it has got by now."""
    details = {"extra_s": attempt.extra_s, "reason": reason}
    audit.log(session, act, attempt.public_id, actor_id=actor_id, now=now, details=details)


def hold_open(session: Session, attempt_id: int) -> HeldAttempt | None:
    """Lock an attempt that is still open; None when it is finished or there is none."""
    return next(iter(hold_all(session, [attempt_id])), None)


def list_given(session: Session, attempt_ids: Sequence[int], cause: str, act_id: str) -> set[int]:
    """Return who has this act's time already."""
    if not act_id:
        return set()
    return set(
        session.scalars(
            select(TimeGrant.attempt_id).where(
                TimeGrant.attempt_id.in_(attempt_ids),
                TimeGrant.cause == cause,
                TimeGrant.cause_id == act_id,
            )
        )
    )
