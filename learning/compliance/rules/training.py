"""Who could still earn what a post asks before too few are left, and what stands in the way. Pure.

It promises nothing: to pass is up to them. Only what is known to be impossible, or to be missing,
is told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from learning.certification.rules.terms import NeedKind, Standing


class Chance(StrEnum):
    """How near a person is, the nearest first."""

    READY = "ready"  # all that is asked is there: only the decision is missing
    ADMITTED = "admitted"  # only the exam is missing, and a place in a sitting is there
    SITTING = "sitting"  # only the exam is missing, and a sitting ends in time
    OTHER = "other"  # more than the exam is missing; no exam stands in the way
    OUTSIDE = "outside"  # others issue it: nothing is known here
    NO_SITTING = "no_sitting"  # an exam is missing, and no sitting ends in time


ORDER = tuple(Chance)


@dataclass(frozen=True, slots=True)
class Exam:
    """A sitting of the scheme that ends in time."""

    title: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """What of the groups of a scheme's needs a person has met, and what is missing.

    `missing` has the ways of each group that is not met.
    """

    met: int
    asked: int
    missing: tuple[tuple[NeedKind, ...], ...]

    @property
    def lacks_exam(self) -> bool:
        """Tell whether an exam is the only way of a group that is not met."""
        return any(set(ways) == {NeedKind.EXAM} for ways in self.missing)

    @property
    def lacks_more(self) -> bool:
        """Tell whether anything but an exam is missing."""
        return any(set(ways) != {NeedKind.EXAM} for ways in self.missing)


def progress_of(standing: Standing, *, has_passed: bool) -> Progress:
    """Return what is met; a pass that was not decided on yet counts as the exam."""
    missing = []
    for group in standing.groups:
        ways = tuple(dict.fromkeys(one.need.kind for one in group))
        is_met = any(one.met_by for one in group) or (has_passed and NeedKind.EXAM in ways)
        if not is_met:
            missing.append(ways)
    asked = len(standing.groups)
    return Progress(asked - len(missing), asked, tuple(missing))


def chance_of(progress: Progress, own: Sequence[Exam], others: Sequence[Exam]) -> Chance:
    """Return how near a person is; `own` are sittings to which they are admitted already."""
    if progress.lacks_exam and not own and not others:
        return Chance.NO_SITTING
    if progress.lacks_more:
        return Chance.OTHER
    if not progress.lacks_exam:
        return Chance.READY
    return Chance.ADMITTED if own else Chance.SITTING
