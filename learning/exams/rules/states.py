"""Who may do what when, and what a candidate sees of it all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a sitting stands; it only moves forward."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Phase(StrEnum):
    """What state and window mean together."""

    DRAFT = "draft"
    UPCOMING = "upcoming"  # open, answering has not begun
    RUNNING = "running"
    SETTLING = "settling"  # the window is over, the last papers are collected
    CLOSED = "closed"
    CANCELLED = "cancelled"  # closed before its window began


class CandidateState(StrEnum):
    """How a candidate stands in a sitting; passed and failed only once released."""

    UPCOMING = "upcoming"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    MARKING = "marking"  # people have yet to mark a part 待阅卷
    PASSED = "passed"
    FAILED = "failed"
    MISSED = "missed"


class RowState(StrEnum):
    """How a candidate stands in the examiner's table, release or not."""

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    MARKING = "marking"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Tries:
    """A person's attempts at a sitting: how many were begun, and whether one is still open."""

    used: int = 0
    is_open: bool = False


def phase_of(
    state: State,
    opens_at: datetime,
    closes_at: datetime,
    now: datetime,
    *,
    closed_at: datetime | None = None,
) -> Phase:
    """Return what state and window mean together at the instant."""
    if state is State.CLOSED and closed_at is not None and closed_at <= opens_at:
        return Phase.CANCELLED
    if state is not State.OPEN:
        return Phase(state.value)
    if now < opens_at:
        return Phase.UPCOMING
    return Phase.RUNNING if now < closes_at else Phase.SETTLING


def may_start(phase: Phase, tries: Tries, max_attempts: int) -> bool:
    """Tell whether the candidate can begin a (further) attempt now."""
    return phase is Phase.RUNNING and not tries.is_open and tries.used < max_attempts


def candidate_state(
    phase: Phase, tries: Tries, max_attempts: int, *, passed: bool | None
) -> CandidateState:
    """Return how a candidate stands; `passed` is None while nothing is released."""
    if tries.is_open:
        return CandidateState.IN_PROGRESS
    if passed:
        return CandidateState.PASSED
    if phase is Phase.UPCOMING:
        return CandidateState.UPCOMING
    if may_start(phase, tries, max_attempts):
        return CandidateState.OPEN
    if not tries.used:
        return CandidateState.MISSED
    return CandidateState.SUBMITTED if passed is None else CandidateState.FAILED


def row_state(phase: Phase, tries: Tries, *, passed: bool | None) -> RowState:
    """Return how a candidate stands for the examiner; absence is derived, never stored."""
    if passed is not None:
        return RowState.PASSED if passed else RowState.FAILED
    if tries.is_open:
        return RowState.IN_PROGRESS
    if tries.used:
        return RowState.SUBMITTED
    return RowState.ABSENT if counts_absent(phase) else RowState.WAITING


def counts_absent(phase: Phase) -> bool:
    """Tell whether who has not begun by now was absent 缺考."""
    return phase in {Phase.SETTLING, Phase.CLOSED}
