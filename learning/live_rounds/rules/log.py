"""What is written down of a contest on a stage: entries of a log, numbered in order of arrival."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    """What an entry says."""

    STAGE = "stage"  # {stage, order}: a stage begins, the teams in this order
    VALUE = "value"  # {team, value}: a team chooses its risk; 0 declines
    SHOW = "show"  # {item, value, team}: the next item can be read; team None: of nobody alone
    START = "start"  # {}: the clock runs
    BUZZ = "buzz"  # {team}
    ANSWER = "answer"  # {team, response}
    JUDGE = "judge"  # {verdicts: {team: is right}}
    UNCLAIMED = "unclaimed"  # {}: nobody buzzed
    GIVE = "give"  # {team}: the audience's item is over, its points go to a team or nobody (None)
    VOID = "void"  # {reason}: the item does not count
    REVEAL = "reveal"  # {}: the right answer is shown
    ADJUST = "adjust"  # {team, points, reason}: the judges change a score
    OVERRULE = "overrule"  # {seq, verdicts, reason}: the judges replace an earlier verdict
    UNDO = "undo"  # {seq, reason}: back to before that entry
    FINISH = "finish"  # {}: the standings are final


BY_TEAMS = frozenset({Act.BUZZ, Act.ANSWER})


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log; `seq` counts from 1 within the room, `actor` is who did it."""

    seq: int
    at: datetime
    actor: str
    act: Act
    data: Mapping[str, Any] = field(default_factory=dict)


def needs_refold(entry: Entry) -> bool:
    """Tell whether an entry changes what earlier ones mean."""
    return entry.act in {Act.UNDO, Act.OVERRULE}


def standing_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that hold, without those gone back on, with overruled verdicts replaced.

    Going back takes everything from the named entry on, the teams' own included: a buzz that came
    after a start must not become an early one because the start is gone.
    """
    kept: list[Entry] = []
    for entry in entries:
        if entry.act is Act.UNDO:
            while kept and kept[-1].seq >= entry.data["seq"]:
                kept.pop()
        else:
            kept.append(entry)
    replaced: dict[int, dict[str, bool]] = {}
    for entry in kept:
        if entry.act is Act.OVERRULE:
            replaced.setdefault(entry.data["seq"], {}).update(entry.data["verdicts"])
    return [
        replace(entry, data={"verdicts": {**entry.data["verdicts"], **replaced[entry.seq]}})
        if entry.seq in replaced
        else entry
        for entry in kept
    ]
