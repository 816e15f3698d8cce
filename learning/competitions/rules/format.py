"""How a round is played, as data: how often, what of it counts, how an answer earns points.

What these settings do is in `competitions.formats`; here they only stand, with their limits. The
defaults are the plain contest: a paper, its points, the counting attempt by `ContestRules.counts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

MAX_PER_DAY = 50
MAX_ITEM_SECONDS = 3600
MAX_RATE = Decimal(1000)  # points for an answer, or for a second
MAX_RUNGS = 10


class Act(StrEnum):
    """What earns a bonus, once a day."""

    SIGN_IN = "sign_in"
    SHARE = "share"


class Play(StrEnum):
    """How an answer earns points."""

    PAPER = "paper"  # as the paper says
    SPEED = "speed"  # a right answer in time: a base, and more for every second left
    SURVIVAL = "survival"  # the first answer that is not right ends the count


@dataclass(frozen=True, slots=True)
class Speed:
    """Speed scoring: base + (seconds allowed − whole seconds taken) × rate for a right answer."""

    base: Decimal = Decimal(100)
    rate: Decimal = Decimal(30)


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of a survival ladder: so many right in a row are worth so many points in all."""

    right: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Bonus:
    """Points for an act, once a day; they add to the points of attempts."""

    act: Act
    points: Decimal


@dataclass(frozen=True, slots=True)
class Format:
    """How a round is played; the time zone of "a day" is the organiser's.

    `per_day` limits the attempts begun on a day, `day_cap` the points that a day adds (0: no
    limit). With `adds_up` the points of all attempts add up. With `until_right` a person tries
    again until one attempt is all right, and only that counts; played as SURVIVAL without a ladder
    each attempt ends at its first mistake, and one begins anew. `item_seconds` is the time for one
    item under SPEED and SURVIVAL (0 under SURVIVAL: none). Without a ladder every right item of a
    survival run is worth its own points. Bonuses go with points that add up.
    """

    per_day: int = 0
    adds_up: bool = False
    day_cap: Decimal = Decimal(0)
    until_right: bool = False
    play: Play = Play.PAPER
    item_seconds: int = 0
    speed: Speed = field(default_factory=Speed)
    ladder: tuple[Rung, ...] = ()
    bonuses: tuple[Bonus, ...] = ()

    @property
    def limits_starts(self) -> bool:
        """Tell whether it decides who may begin, beyond a number of attempts in all."""
        return bool(self.per_day or self.until_right)

    @property
    def changes_results(self) -> bool:
        """Tell whether what stands on the board is something else than an attempt's score."""
        return self.adds_up or self.until_right or self.is_stepwise

    @property
    def is_stepwise(self) -> bool:
        """Tell whether items are answered one by one, each closed before the next."""
        return self.play is not Play.PAPER

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the plain contest, as JSON holds it."""
        is_speed = self.play is Play.SPEED
        said = {
            "per_day": self.per_day,
            "adds_up": self.adds_up,
            "day_cap": str(self.day_cap) if self.day_cap else "",
            "until_right": self.until_right,
            "play": self.play.value if self.is_stepwise else "",
            "item_seconds": self.item_seconds if self.is_stepwise else 0,
            "base": str(self.speed.base) if is_speed else "",
            "rate": str(self.speed.rate) if is_speed else "",
            "ladder": [[rung.right, str(rung.points)] for rung in self.ladder],
            "bonuses": [[bonus.act.value, str(bonus.points)] for bonus in self.bonuses],
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Format":
        """Read what `to_dict` wrote."""
        plain = Speed()
        return cls(
            per_day=data.get("per_day", 0),
            adds_up=data.get("adds_up", False),
            day_cap=Decimal(data.get("day_cap", 0)),
            until_right=data.get("until_right", False),
            play=Play(data.get("play", Play.PAPER)),
            item_seconds=data.get("item_seconds", 0),
            speed=Speed(
                Decimal(data.get("base", plain.base)), Decimal(data.get("rate", plain.rate))
            ),
            ladder=tuple(Rung(right, Decimal(points)) for right, points in data.get("ladder", ())),
            bonuses=tuple(
                Bonus(Act(act), Decimal(points)) for act, points in data.get("bonuses", ())
            ),
        )


PLAIN = Format()


def problem_fields(chosen: Format, max_attempts: int) -> list[str]:
    """Return the form fields of what is wrong with a format; `max_attempts` 0 is without limit."""
    is_timed = chosen.play is Play.SPEED
    checks = {
        "per_day": 0 <= chosen.per_day <= MAX_PER_DAY,
        "day_cap": _in_range(chosen.day_cap, least=Decimal(0)) and _capped(chosen),
        "until_right": not chosen.until_right or _may_try_until_right(chosen),
        "item_seconds": int(is_timed) <= chosen.item_seconds <= MAX_ITEM_SECONDS,
        "speed_base": _in_range(chosen.speed.base, least=Decimal(0)),
        "speed_rate": _in_range(chosen.speed.rate, least=Decimal(0)),
        "ladder": _is_ladder(chosen),
        "bonuses": _are_bonuses(chosen),
        # A sum without any limit would be won by whoever never sleeps.
        "counts": not chosen.adds_up or bool(chosen.per_day or chosen.day_cap or max_attempts),
    }
    return [name for name, holds in checks.items() if not holds]


def _capped(chosen: Format) -> bool:
    return not chosen.day_cap or chosen.adds_up


def _may_try_until_right(chosen: Format) -> bool:
    """All right is what a paper tells, or a run without a mistake; never a sum or a race."""
    is_run = chosen.play is Play.SURVIVAL and not chosen.ladder
    return not chosen.adds_up and (is_run or not chosen.is_stepwise)


def _in_range(points: Decimal, *, least: Decimal) -> bool:
    # The range first: arithmetic on a hostile exponent would overflow.
    is_bounded = points.is_finite() and least <= points <= MAX_RATE
    return is_bounded and points * 1000 == int(points * 1000)


def _is_ladder(chosen: Format) -> bool:
    rungs = chosen.ladder
    if not rungs:
        return True
    if chosen.play is not Play.SURVIVAL or len(rungs) > MAX_RUNGS:
        return False
    counts, points = [rung.right for rung in rungs], [rung.points for rung in rungs]
    return (
        counts[0] > 0
        and all(_in_range(worth, least=Decimal(0)) for worth in points)
        and all(a < b for a, b in pairwise(counts))
        and all(a < b for a, b in pairwise(points))
    )


def _are_bonuses(chosen: Format) -> bool:
    acts = [bonus.act for bonus in chosen.bonuses]
    return (
        (chosen.adds_up or not acts)
        and len(set(acts)) == len(acts)
        and all(_in_range(b.points, least=Decimal(0)) and b.points > 0 for b in chosen.bonuses)
    )
