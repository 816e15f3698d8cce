"""Appeals and complaints: what follows what, until when, and who may not decide. Pure.

After ISO/IEC 17024 (9.8, 9.9) whoever decides was not involved in what is complained of. Appeals
are kept for ever, and so is what they are about (scores, rulings, the audit): longer than any cycle
of a certificate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_TEXT = 2000  # twin of SittingAppeal.text
MAX_REPLY = 2000  # twin of SittingAppeal.answer
MAX_APPEALS = 50  # of one person at one sitting
MAX_DAYS = 366


class AppealKind(StrEnum):
    """What is appealed or complained of. Twin: the CHECK of `sitting_appeals`."""

    ITEM = "item"
    RESULT = "result"
    VOID = "void"
    APPLICATION = "application"
    ENTRY = "entry"
    INCIDENT = "incident"
    OTHER = "other"


class AppealState(StrEnum):
    """How an appeal stands. Twin: the CHECK of `sitting_appeals`."""

    LODGED = "lodged"
    REVIEW = "review"
    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a handler decides; the value is the state that follows."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


UNANSWERED = frozenset({AppealState.LODGED, AppealState.REVIEW})


class Involvement(StrEnum):
    """Why somebody may not decide on an appeal."""

    SELF = "self"
    WRITER = "writer"
    REVIEWER = "reviewer"
    MARKER = "marker"
    DECIDED = "decided"
    CONFLICT = "conflict"
    TRAINER = "trainer"


@dataclass(frozen=True, slots=True)
class Involved:
    """Who had a part in what is complained of, as user ids."""

    appellant: int
    writers: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    markers: frozenset[int] = frozenset()
    deciders: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()
    trainers: frozenset[int] = frozenset()


def involvements(selves: frozenset[int], involved: Involved) -> tuple[Involvement, ...]:
    """Return why a person may not decide, () where they may.

    `selves` are the ids of the person's record and of those that were merged into it.
    """
    parts = (
        (Involvement.SELF, frozenset({involved.appellant})),
        (Involvement.WRITER, involved.writers),
        (Involvement.REVIEWER, involved.reviewers),
        (Involvement.MARKER, involved.markers),
        (Involvement.DECIDED, involved.deciders),
        (Involvement.CONFLICT, involved.conflicts),
        (Involvement.TRAINER, involved.trainers),
    )
    return tuple(why for why, people in parts if selves & people)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a candidate may appeal on or complain of, until an instant.

    `code` names it in the candidate's form. `told_at` is when it was released or decided, None for
    what is decided all along; `changed_at` is when an act made another score of it, None for none.
    `count` is how many items an attempt has, or the attempt's number for a result. `reason` is the
    code of an incident.
    """

    code: str
    kind: AppealKind
    told_at: datetime | None
    until: datetime
    attempt_id: int | None = None
    number: int = 0
    count: int = 0
    incident_id: int | None = None
    reason: str = ""
    changed_at: datetime | None = None


def lodge_until(told_at: datetime, days: int) -> datetime:
    """Return until when one may appeal on what was told at the instant."""
    return told_at + timedelta(days=days)


def answer_until(lodged_at: datetime, days: int) -> datetime:
    """Return until when an appeal is to be answered."""
    return lodged_at + timedelta(days=days)


def is_appealed(state: AppealState, lodged_at: datetime, changed_at: datetime | None) -> bool:
    """Tell whether an appeal leaves no room for another one on the same (`Subject.changed_at`).

    One that waits does, and so does one on what holds still; one that was lodged before the score
    became another one spoke of what is no more.
    """
    if state is AppealState.WITHDRAWN:
        return False
    return state in UNANSWERED or changed_at is None or lodged_at >= changed_at


def appeal_number(year: int, sitting_id: int, serial: int) -> str:
    """Return the number of an appeal as it is told: 26-7-0003, the third at sitting 7."""
    return f"{year % 100:02d}-{sitting_id}-{serial:04d}"


def lodge_refusal(subject: Subject, position: int | None, now: datetime) -> str | None:
    """Return why an appeal cannot be lodged, or None: a code for Conflict."""
    if now > subject.until:
        return "appeal_late"
    if subject.kind is AppealKind.ITEM and not 1 <= (position or 0) <= subject.count:
        return "appeal_position"
    return None


def decide_refusal(
    state: AppealState, *, is_handler: bool, why: tuple[Involvement, ...]
) -> str | None:
    """Return why somebody cannot decide on an appeal, or None: a code for Conflict."""
    if state not in UNANSWERED:
        return "appeal_over"
    if why:
        return "involved"
    return None if is_handler and state is AppealState.REVIEW else "not_handler"


def is_overdue(state: AppealState, answer_by: datetime, now: datetime) -> bool:
    """Tell whether an answer is late. Twin: `queries.appeals._overdue`."""
    return state in UNANSWERED and now > answer_by
