"""What may be seen when: one decision, asked before any score, key or explanation leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from learning.attempts.rules.timing import GRACE


class Release(StrEnum):
    """When the result of an attempt may be seen by its person."""

    AT_SUBMIT = "at_submit"
    AT_CLOSE = "at_close"
    NEVER = "never"


class Part(StrEnum):
    """What of a result is told; in this order each tells more than the one before."""

    SCORE = "score"
    RESPONSES = "responses"  # the items, what was answered, what it earned
    KEYS = "keys"
    EXPLANATIONS = "explanations"

    def reaches(self, other: "Part") -> bool:
        """Tell whether who is told this is told the other as well."""
        parts = list(Part)
        return parts.index(self) >= parts.index(other)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """How far a released result is told, and the instant before which each part is not.

    `depth` is the last part told of items, where they are told at all. An instant None is that of
    the part before. `items_at_close`: items wait until nobody answers any more, also where the
    score is told at hand-in: their keys would travel to who has yet to begin.
    """

    depth: Part = Part.EXPLANATIONS
    score_from: datetime | None = None
    responses_from: datetime | None = None
    keys_from: datetime | None = None
    explanations_from: datetime | None = None
    items_at_close: bool = False

    def own_instant(self, part: Part) -> datetime | None:
        """Return the instant that is set for the part itself."""
        return {
            Part.SCORE: self.score_from,
            Part.RESPONSES: self.responses_from,
            Part.KEYS: self.keys_from,
            Part.EXPLANATIONS: self.explanations_from,
        }[part]

    def since(self, part: Part) -> datetime | None:
        """Return before which instant the part is not told: the latest up to it, None for none."""
        instants = [self.own_instant(each) for each in Part if part.reaches(each)]
        return max((each for each in instants if each is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the default, as JSON has it."""
        said: dict[str, Any] = {
            f"{part.value}_from": instant.isoformat()
            for part in Part
            if (instant := self.own_instant(part)) is not None
        }
        if self.depth is not Part.EXPLANATIONS:
            said["depth"] = self.depth.value
        if self.items_at_close:
            said["items_at_close"] = True
        return said

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Disclosure":
        """Read what `to_dict` wrote."""
        instants = {
            name: datetime.fromisoformat(data[name])
            for name in (f"{part.value}_from" for part in Part)
            if name in data
        }
        return cls(
            depth=Part(data.get("depth", Part.EXPLANATIONS)),
            items_at_close=data.get("items_at_close", False),
            **instants,
        )


TOGETHER = Disclosure()


def is_released(
    release: Release,
    *,
    finished: bool,
    closes_at: datetime,
    others_still_open: bool,
    now: datetime,
    is_closed: bool = False,
) -> bool:
    """Tell whether the result may be seen.

    At close means: the window and its grace are over, and nobody with extra time is still
    answering the same assessment; or it was closed for good (`is_closed`), which the domain above
    does only when nobody answers any more.
    """
    if not finished or release is Release.NEVER:
        return False
    if release is Release.AT_SUBMIT:
        return True
    return is_closed or (now > closes_at + GRACE and not others_still_open)
