"""Learning outside: what may be handed in, what it looks like that HR must see. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from learning.kernel.errors import Problem
from learning.organisations.rules.corrections import Evidence
from learning.organisations.rules.names import clean_text
from learning.study.rules.hours import GRAIN_MILLI, Field

MAX_DAYS = 366
MAX_DAY_HOURS = 24
MAX_PENDING = 20  # claims of one person that wait: each brings a file
TEXT_LENGTH = 200  # twin of StudyClaim.title and .issuer
REASON_LENGTH = 500  # twin of StudyClaim.answer and StudyContra.reason


class ClaimState(StrEnum):
    """How a claim stands; twin of the CHECK constraint on `study_claims.state`."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Flag(StrEnum):
    """What HR should look at before deciding; never a reason to refuse by itself."""

    SAME_PAPER = "same_paper"  # the same file was handed in before
    SAME_TITLE = "same_title"  # the same person handed in the same training
    OTHER_CLAIM = "other_claim"  # days that another claim of the person has too
    CLASSROOM = "classroom"  # days on which the person was in a classroom here
    MUCH = "much"  # more than the rules count for so many days
    ONLINE = "online"  # more than that together with the online hours of these days


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody hands in; `hours_milli` thousandths, both days within."""

    title: str
    issuer: str
    field: Field
    first_day: date
    last_day: date
    hours_milli: int
    evidence: Evidence

    @property
    def days(self) -> int:
        """Return how many days it lasted."""
        return (self.last_day - self.first_day).days + 1


def problems_of(claim: Claim, today: date) -> list[Problem]:
    """Return everything wrong with a claim; `place` is the field."""
    found = []
    if not clean_text(claim.title):
        found.append(("title", "missing"))
    if not clean_text(claim.issuer):
        found.append(("issuer", "missing"))
    if claim.last_day < claim.first_day:
        found.append(("last_day", "turned_round"))
    elif claim.days > MAX_DAYS:
        found.append(("last_day", "too_long"))
    elif claim.last_day > today:
        found.append(("last_day", "future"))
    elif not 0 < claim.hours_milli <= claim.days * MAX_DAY_HOURS * 1000:
        found.append(("hours", "hours_range"))
    return [Problem("", None, place, code, code) for place, code in found]


def milli_of(hours: Decimal) -> int:
    """Return hours in thousandths, rounded down to hundredths."""
    milli = int(hours * 1000)
    return milli - milli % GRAIN_MILLI


def overlaps(a: tuple[date, date], b: tuple[date, date]) -> bool:
    """Tell whether two spans of whole days have a day in common."""
    return a[0] <= b[1] and b[0] <= a[1]
