"""What other points do to the lists of a contest: standings before and after. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from learning.leaderboards.rules import Result, Scope, TieRule, scopes_of, sort_key, standings


class RankEffectKind(StrEnum):
    """What a regrade does to an entry. Twin: the CHECK of `rank_effects`."""

    RESULT = "result"  # its own result is another one
    SHIFT = "shift"  # others moved past it


@dataclass(frozen=True, slots=True)
class Ranks:
    """An entry's points and standings: on the whole list, in its division, in its province."""

    points_milli: int
    whole: int
    group: int | None
    area: int | None


@dataclass(frozen=True, slots=True)
class RankChange:
    """An entry whose result or standing changes; None where it has no result."""

    subject: str
    kind: RankEffectKind
    before: Ranks | None
    after: Ranks | None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """An organisation whose standing on the enterprise board changes; None: not ranked."""

    name: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class PrizeChange:
    """An entry that gains (or else loses) a prize, by its code."""

    prize: str
    entry: str
    gains: bool


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What a regrade does beside the list of people.

    `prizes_state` is where the prizes stand ("" for none). `going`, `staying` are the entries that
    should have gone on to the next round and did not, and the other way round. `unequal` counts the
    papers whose maximum would be less than others' through an item that does not count.
    """

    units: tuple[UnitChange, ...] = ()
    prizes: tuple[PrizeChange, ...] = ()
    prizes_state: str = ""
    going: tuple[str, ...] = ()
    staying: tuple[str, ...] = ()
    unequal: int = 0

    def to_json(self) -> str:
        """Return it as it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "ListChanges":
        """Read what `to_json` wrote."""
        told = json.loads(text)
        if not told:
            return cls()
        return cls(
            units=tuple(UnitChange(**each) for each in told["units"]),
            prizes=tuple(PrizeChange(**each) for each in told["prizes"]),
            prizes_state=told["prizes_state"],
            going=tuple(told["going"]),
            staying=tuple(told["staying"]),
            unequal=told["unequal"],
        )


def ranks_of(rule: TieRule, due: Mapping[str, Result]) -> dict[str, Ranks]:
    """Return where each counting result stands on every list, by subject."""
    keys = {subject: sort_key(rule, result) for subject, result in due.items()}
    lists: dict[Scope, list[str]] = defaultdict(list)
    for subject, result in due.items():
        for scope in scopes_of(result):
            lists[scope].append(subject)
    placed = {scope: dict(_placed(subjects, keys)) for scope, subjects in lists.items()}
    return {
        subject: Ranks(
            points_milli=result.points_milli,
            whole=placed[Scope()][subject],
            group=placed[Scope(group=result.group)][subject] if result.group else None,
            area=placed[Scope(area=result.area)][subject] if result.area else None,
        )
        for subject, result in due.items()
    }


def _placed(subjects: Iterable[str], keys: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    ordered = sorted(subjects, key=lambda subject: -keys[subject])
    return zip(ordered, standings([keys[subject] for subject in ordered]), strict=True)


def rank_changes(
    rule: TieRule, before: Mapping[str, Result], after: Mapping[str, Result]
) -> list[RankChange]:
    """Return every entry that two sets of counting results place differently, best first after."""
    was, will = ranks_of(rule, before), ranks_of(rule, after)
    changes = [
        RankChange(subject, _kind(before.get(subject), after.get(subject)), old, new)
        for subject in was.keys() | will.keys()
        if (old := was.get(subject)) != (new := will.get(subject))
        or before.get(subject) != after.get(subject)
    ]
    return sorted(changes, key=_order)


def _kind(before: Result | None, after: Result | None) -> RankEffectKind:
    return RankEffectKind.SHIFT if before == after else RankEffectKind.RESULT


def _order(change: RankChange) -> tuple[int, int, str]:
    ranks = change.after or change.before
    return (int(change.after is None), ranks.whole if ranks else 0, change.subject)
