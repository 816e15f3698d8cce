"""What looks unfair in an attempt: reasons for a person to look, never a verdict. Pure.

**Speed.** Seconds an item on average below `item_seconds` while the share of points is at least
`share`: who is fast and wrong guesses or gives up. The default is far below the time in which an
item with its options can be read at all; what is right for a paper the organiser sets.

**Rhythm.** Of the seconds between one item's first answer and the next one's, at least `gaps` of
them, the standard deviation over the mean lies below `variation`. Times of people on items are
close to log-normal (van der Linden 2006): even a spread of the logarithm of only 0.3 would be a
coefficient of variation of sqrt(exp(0.09) - 1) = 0.31, three times the default.

**Devices.** The attempt was taken over by another device `takeovers` times or more. One tablet may
serve forty workers, so that what is shared by many people is no reason.

**Sharing.** `shared` wrong answers or more are the same as somebody else's of the unit, and so many
are for two who worked alone less likely than `chance`; how that is computed is in `rules.sharing`.

**Phones.** `phones` consecutive phone numbers or more entered, 0 not to look; see `rules.phones`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

MAX_REASON = 300  # twin of FairnessFlag.reason
LEAST_RUN, MAX_RUN = 2, 1_000  # consecutive phone numbers


class FlagKind(StrEnum):
    """Why an attempt is looked at; twin of the CHECK constraint."""

    SPEED = "speed"
    RHYTHM = "rhythm"
    DEVICES = "devices"
    SHARING = "sharing"
    PHONES = "phones"


@dataclass(frozen=True, slots=True)
class FairnessRules:
    """The thresholds, as above."""

    item_seconds: float = 2.0
    share: float = 0.6
    gaps: int = 10
    variation: float = 0.1
    takeovers: int = 4
    shared: int = 4
    chance: float = 0.001
    phones: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as they are stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> "FairnessRules":
        """Read stored rules."""
        return cls(**raw)


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """What is looked at: seconds of the attempt, when items got their first answers, devices.

    `answered_s` are seconds from the start, in any order; `epoch` is 1 plus the times that another
    device took over.
    """

    items: int
    points_milli: int
    max_milli: int
    duration_s: float | None
    answered_s: tuple[float, ...]
    epoch: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Why to look at an attempt, with the figures."""

    kind: FlagKind
    evidence: dict[str, float]


def problem_places(rules: FairnessRules) -> list[str]:
    """Return the fields of what is wrong with thresholds."""
    checks = {
        "item_seconds": 0 < rules.item_seconds <= 60,
        "share": 0 < rules.share <= 1,
        "gaps": 5 <= rules.gaps <= 300,
        "variation": 0 < rules.variation <= 1,
        "takeovers": 1 <= rules.takeovers <= 100,
        "shared": 2 <= rules.shared <= 100,
        "chance": 0 < rules.chance <= 0.05,
        "phones": rules.phones == 0 or LEAST_RUN <= rules.phones <= MAX_RUN,
    }
    return [place for place, holds in checks.items() if not holds]


def look_at(rules: FairnessRules, facts: AttemptFacts) -> list[Finding]:
    """Return the reasons to look at an attempt."""
    found = [_speed(rules, facts), _rhythm(rules, facts), _devices(rules, facts)]
    return [finding for finding in found if finding is not None]


def _speed(rules: FairnessRules, facts: AttemptFacts) -> Finding | None:
    if facts.duration_s is None or not facts.items or facts.max_milli <= 0:
        return None
    each, share = facts.duration_s / facts.items, facts.points_milli / facts.max_milli
    if each >= rules.item_seconds or share < rules.share:
        return None
    figures = {"seconds_each": round(each, 2), "share": round(share, 3), "items": facts.items}
    return Finding(FlagKind.SPEED, figures)


def _rhythm(rules: FairnessRules, facts: AttemptFacts) -> Finding | None:
    gaps = gaps_of(facts.answered_s)
    if len(gaps) < rules.gaps:
        return None
    mean = fmean(gaps)
    variation = pstdev(gaps) / mean if mean > 0 else 0.0
    if variation >= rules.variation:
        return None
    figures = {"gaps": len(gaps), "mean": round(mean, 2), "variation": round(variation, 4)}
    return Finding(FlagKind.RHYTHM, figures)


def _devices(rules: FairnessRules, facts: AttemptFacts) -> Finding | None:
    takeovers = facts.epoch - 1
    if takeovers < rules.takeovers:
        return None
    return Finding(FlagKind.DEVICES, {"takeovers": takeovers})


def gaps_of(answered_s: Sequence[float]) -> list[float]:
    """Return the seconds between first answers in the order in which they came.

    What came in one parcel (a device that was offline) has no time of its own and is left out.
    """
    ordered = sorted(answered_s)
    return [after - before for before, after in pairwise(ordered) if after > before]
