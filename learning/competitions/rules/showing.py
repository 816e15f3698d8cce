"""What of a round's lists may be shown at an instant: live, frozen, revealed step by step.

`shown_at` alone decides; pages, documents, workbooks and big screens all ask it.

**Freeze.** From the instant on, lists show the results that were finished by then, and nothing
later, until the close. **Reveal.** With stages, the close publishes nothing: each stage, taken by
the organiser, shows one list from a standing downwards; who ties across the border stays hidden.
A list without a stage of its own is shown after the last stage. Provinces are shown with the whole
alone: a standing within one tells how many of the hidden are from there.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from learning.competitions.rules.contest import State
from learning.competitions.rules.entry import mask_name

PEOPLE = ""  # the list of all people, as a stage names it; a division by its code
UNITS = "units"
MAX_STAGES = 30
MAX_STANDING = 1_000_000
STAGE = re.compile(r"(?:(?P<of>[A-Za-z0-9-]{1,20})\s+)?(?P<first>[0-9]{1,7})")


class Source(StrEnum):
    """From which list is shown."""

    NOTHING = "nothing"
    LIVE = "live"
    FROZEN = "frozen"
    FINAL = "final"


class Names(StrEnum):
    """How strangers see names."""

    CHOICE = "choice"  # masked, unless the person shows it
    MASKED = "masked"  # masked, whatever the person chose


def listed_name(names: Names, name: str, public_name: str) -> str:
    """Return a name as lists show it to strangers; `public_name` is what its person chose."""
    return public_name if names is Names.CHOICE else mask_name(name)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the reveal: of a list (PEOPLE, UNITS, a division) who stands at `first` or below.

    "Below" is further down: a higher number.
    """

    of: str
    first: int


@dataclass(frozen=True, slots=True)
class Showing:
    """What the organiser decides about showing the lists; the defaults publish at the close."""

    is_live: bool = False
    freeze_at: datetime | None = None
    stages: tuple[Stage, ...] = ()
    names: Names = Names.CHOICE

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as JSON holds it."""
        said = {
            "is_live": self.is_live,
            "freeze_at": self.freeze_at.isoformat() if self.freeze_at else "",
            "stages": [[stage.of, stage.first] for stage in self.stages],
            "names": "" if self.names is Names.CHOICE else self.names.value,
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Showing":
        """Read what `to_dict` wrote."""
        freeze = data.get("freeze_at")
        return cls(
            is_live=data.get("is_live", False),
            freeze_at=datetime.fromisoformat(freeze) if freeze else None,
            stages=tuple(Stage(of, first) for of, first in data.get("stages", ())),
            names=Names(data.get("names", Names.CHOICE)),
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a round's lists stand: `revealed` counts the stages taken.

    `is_frozen_ready` tells that the list of what was finished by the freeze has been made.
    """

    state: State
    closed_at: datetime | None
    revealed: int
    is_frozen_ready: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown now. `heads`: of which list from which standing on, where not the whole."""

    source: Source
    is_whole: bool = False
    heads: tuple[tuple[str, int], ...] = ()

    @property
    def is_published(self) -> bool:
        """Tell whether there is a list of people at all."""
        return self.source is not Source.NOTHING

    @property
    def is_partial(self) -> bool:
        """Tell whether a reveal is under way."""
        return self.source is Source.FINAL and not self.is_whole

    @property
    def is_final(self) -> bool:
        """Tell whether everything is out: what rests on final standings may be public."""
        return self.source is Source.FINAL and self.is_whole

    def first(self, of: str, *, area: str = "") -> int | None:
        """Return the first standing of a list that may be shown, None where none may be."""
        if self.source is Source.NOTHING:
            return None
        if self.source is not Source.FINAL:
            return None if of == UNITS else 1
        if self.is_whole:
            return 1
        return None if area else dict(self.heads).get(of)


NOTHING = Shown(Source.NOTHING)


def shown_at(showing: Showing, progress: Progress, now: datetime) -> Shown:
    """Return what of a round's lists may be shown at an instant."""
    if progress.state is State.DRAFT:
        return NOTHING
    if progress.state is State.CLOSED:
        if progress.revealed >= len(showing.stages):
            return Shown(Source.FINAL, is_whole=True)
        if progress.revealed:
            heads: dict[str, int] = {}
            for stage in showing.stages[: progress.revealed]:
                heads[stage.of] = min(stage.first, heads.get(stage.of, stage.first))
            return Shown(Source.FINAL, heads=tuple(sorted(heads.items())))
    if not showing.is_live:
        return NOTHING
    if not is_frozen(showing, progress.closed_at, now):
        # Closed before the freeze, with stages to come: what stood there live was the final list.
        return NOTHING if progress.state is State.CLOSED else Shown(Source.LIVE)
    return Shown(Source.FROZEN) if progress.is_frozen_ready else NOTHING


def shown_until(showing: Showing, progress: Progress, now: datetime) -> datetime | None:
    """Return up to which instant one may look back at the lists, None where one may not.

    That is what was, or would have been, on show by then: live lists up to now, frozen ones up to
    the freeze, all of them once everything is out. While a reveal is under way its heads alone are
    new; where nothing was live before it, there is nothing to look back at.
    """
    shown = shown_at(showing, progress, now)
    if shown.source is Source.NOTHING:
        return None
    if shown.source is Source.LIVE or shown.is_final:
        return now
    was_shown = showing.is_live and is_frozen(showing, progress.closed_at, now)
    return showing.freeze_at if was_shown else None


def is_frozen(showing: Showing, closed_at: datetime | None, now: datetime) -> bool:
    """Tell whether the freeze came, before the close."""
    freeze = showing.freeze_at
    return freeze is not None and freeze <= now and (closed_at is None or freeze < closed_at)


def showing_problems(
    showing: Showing, divisions: Collection[str], window: tuple[datetime, datetime]
) -> list[str]:
    """Return the form fields of what is wrong."""
    found = []
    opens_at, closes_at = window
    if showing.freeze_at is not None and not opens_at < showing.freeze_at < closes_at:
        found.append("freeze_at")
    if showing.is_live and showing.stages and showing.freeze_at is None:
        found.append("freeze_at")  # who sees the list until the close has nothing to be revealed
    if not _are_stages(showing.stages, {PEOPLE, UNITS, *divisions}):
        found.append("stages")
    return found


def _are_stages(stages: tuple[Stage, ...], lists: Collection[str]) -> bool:
    seen: dict[str, int] = {}
    for stage in stages:
        is_step = 1 <= stage.first < seen.get(stage.of, MAX_STANDING + 1)
        if stage.of not in lists or not is_step:
            return False
        seen[stage.of] = stage.first
    return len(stages) <= MAX_STAGES


def showing_refusal(old: Showing, new: Showing, progress: Progress, now: datetime) -> str | None:
    """Return why a change is refused, or None: a code for Conflict.

    A freeze that came stays; after the close only the masking of names may change.
    """
    if progress.state is State.CLOSED and (old.is_live, old.freeze_at, old.stages) != (
        new.is_live,
        new.freeze_at,
        new.stages,
    ):
        return "closed"
    if old.freeze_at != new.freeze_at:
        if old.freeze_at is not None and old.freeze_at <= now:
            return "frozen"
        if new.freeze_at is not None and new.freeze_at <= now:
            return "freeze_past"
    return None


def read_stages(text: str) -> tuple[Stage, ...] | None:
    """Read stages as typed, one a line: `11`, `soe 3`, `units 1`; None when a line is no stage."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = STAGE.fullmatch(line)
        if match is None:
            return None
        found.append(Stage(match["of"] or PEOPLE, int(match["first"])))
    return tuple(found)


def stages_text(stages: tuple[Stage, ...]) -> str:
    """Return stages as they are typed."""
    return "\n".join(f"{stage.of} {stage.first}".strip() for stage in stages)
