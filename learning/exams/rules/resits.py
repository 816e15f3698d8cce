"""Resits 补考: who may sit an examination again in a later sitting, and from when. Pure.

A sitting may be a resit of an earlier one. The first sitting and all that name it are a series;
what somebody did in the series decides. Months are of the calendar: one month after 31 January is
the last day of February.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from learning.exams.rules.halls import IncidentReason
from learning.exams.rules.settings import SittingSettings

MAX_RESIT_DAYS = 3650
MAX_RESIT_MONTHS = 120
MAX_RESIT_ATTEMPTS = 99
MAX_LEAVE = 300  # twin of Admission.resit_reason
VIOLATIONS = frozenset(
    {
        IncidentReason.ITEMS,
        IncidentReason.PHONE,
        IncidentReason.TALKING,
        IncidentReason.COPYING,
        IncidentReason.IMPERSONATION,
        IncidentReason.DISTURBANCE,
        IncidentReason.LEFT,
    }
)
"""What an invigilator notes that breaks the rules of the hall 违纪."""


class ResitBar(StrEnum):
    """Why somebody may not resit."""

    NOT_BEFORE = "not_before"  # in none of the earlier sittings
    PASSED = "passed"
    VIOLATION = "violation"
    NOT_DECIDED = "not_decided"  # an earlier sitting goes on, or its result is not out
    FAILED = "failed"  # failed, and the resit is not for these
    ABSENT = "absent"  # no result, and no leave
    TOO_SOON = "too_soon"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stood in an earlier sitting of the series; `passed` None without a result.

    `has_begun`: there is an attempt that counts (it is not void). `allowed_at` is when the examiner
    gave leave to resit, None without.
    """

    title: str
    is_over: bool
    passed: bool | None
    has_begun: bool
    allowed_at: datetime | None
    violated_at: datetime | None

    @property
    def is_decided(self) -> bool:
        """Tell whether it is over, and no answers wait for their result."""
        waits = self.has_begun and self.passed is None and self.allowed_at is None
        return self.is_over and not waits


@dataclass(frozen=True, slots=True)
class History:
    """What a person did in a series.

    `begun` are the starts of all attempts that count, those of the resit itself among them;
    `last_ended` is the last hand-in in an earlier sitting.
    """

    standings: tuple[Standing, ...] = ()
    begun: tuple[datetime, ...] = ()
    last_ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResitRefusal:
    """Why not, what it counts from, and from when it would be otherwise; None where never.

    `number` is what the rule says: days to wait, months of a bar, attempts.
    """

    bar: ResitBar
    since: datetime | None = None
    until: datetime | None = None
    number: int = 0
    title: str = ""


def resit_refusal(
    settings: SittingSettings, history: History, when: datetime
) -> ResitRefusal | None:
    """Return why a person may not begin the resit at the instant, or None.

    What somebody must see to comes before what time mends.
    """
    found = _standing_refusal(settings, history.standings, when)
    if found is not None:
        return found
    last, days = history.last_ended, settings.resit_wait_days
    if days and last is not None and when < last + timedelta(days=days):
        return ResitRefusal(ResitBar.TOO_SOON, last, last + timedelta(days=days), days)
    return _often_refusal(settings, history.begun, when)


def _standing_refusal(
    settings: SittingSettings, standings: Sequence[Standing], when: datetime
) -> ResitRefusal | None:
    if not standings:
        return ResitRefusal(ResitBar.NOT_BEFORE)
    passed = next((one for one in standings if one.passed and one.is_over), None)
    if passed is not None:
        return ResitRefusal(ResitBar.PASSED, title=passed.title)
    barred = _violation_refusal(settings, standings, when)
    if barred is not None:
        return barred
    open_one = next((standing for standing in standings if not standing.is_decided), None)
    if open_one is not None:
        return ResitRefusal(ResitBar.NOT_DECIDED, title=open_one.title)
    is_allowed = settings.resit_absent and any(standing.allowed_at for standing in standings)
    has_failed = any(standing.passed is not None for standing in standings)
    if is_allowed or (has_failed and settings.resit_failed):
        return None
    return ResitRefusal(
        ResitBar.FAILED if has_failed else ResitBar.ABSENT, title=standings[-1].title
    )


def _violation_refusal(
    settings: SittingSettings, standings: Sequence[Standing], when: datetime
) -> ResitRefusal | None:
    """Refuse after a violation; a leave that was given later sets it aside."""
    noted = [
        standing.violated_at
        for standing in standings
        if standing.violated_at is not None
        and (standing.allowed_at is None or standing.allowed_at < standing.violated_at)
    ]
    months = settings.resit_barred_months
    if not noted or not months:
        return None
    until = months_after(max(noted), months)
    return ResitRefusal(ResitBar.VIOLATION, max(noted), until, months) if when < until else None


def _often_refusal(
    settings: SittingSettings, begun: Sequence[datetime], when: datetime
) -> ResitRefusal | None:
    most, months = settings.resit_attempts, settings.resit_months
    recent = sorted(at for at in begun if when < months_after(at, months))
    if not most or len(recent) < most:
        return None
    return ResitRefusal(ResitBar.TOO_OFTEN, recent[0], months_after(recent[-most], months), most)


def months_after(instant: datetime, months: int) -> datetime:
    """Return the instant so many calendar months later; a day that is not there is the last one."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    return instant.replace(
        year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1])
    )
