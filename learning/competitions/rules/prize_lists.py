"""By which list a prize for people goes: a round's, who went on, or the live final's. Pure.

A list has a code, which is stored and printed: `round-2` is the published list of the second round,
`reached-2` those who went on to it, `reached-stage` those who went on to the live final, `stage`
the members of its teams by the final's standings. `days` is the first round's list once more,
parted by the day on which each result was finished.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

FIRST_LIST = "round-1"
STAGE = "stage"
DAYS = "days"
REACHED_STAGE = "reached-stage"
_ROUND = re.compile(r"(round|reached)-([1-9][0-9]?)")


class PrizeKind(StrEnum):
    """How the winners of a prize are found."""

    RANK = "rank"
    LOT = "lot"
    ALL = "all"  # all who are on the list, within the bounds 都得


def round_of(code: str) -> int | None:
    """Return the round by whose list a prize goes; None for another kind of list."""
    return 1 if code == DAYS else _number(code, "round")


def reached_of(code: str) -> int | None:
    """Return the round to which those on the list went on; None for another kind of list."""
    return _number(code, "reached")


def is_reached(code: str) -> bool:
    """Tell whether a list is of those who went on, to a round or onto the stage."""
    return code == REACHED_STAGE or reached_of(code) is not None


def _number(code: str, kind: str) -> int | None:
    found = _ROUND.fullmatch(code)
    return int(found[2]) if found is not None and found[1] == kind else None


def lists_of_rounds(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return the codes of all lists that a contest of these rounds has, in the order of events.

    Training (0) has none.
    """
    counted = sorted(number for number in numbers if number > 0)
    codes: list[str] = []
    for number in counted:
        codes += [f"reached-{number}"] if number > 1 else []
        codes += [f"round-{number}"] + ([DAYS] if number == 1 else [])
    return (*codes, REACHED_STAGE, STAGE)


def kinds_of(code: str) -> tuple[PrizeKind, ...]:
    """Return how prizes may be given by a list.

    Everybody who merely took part in the first round is no prize; who went on stands on no list
    of its own, so nobody is first there; a team on the stage is not divided by lot.
    Of a day so many are drawn.
    """
    if code == FIRST_LIST:
        return (PrizeKind.RANK, PrizeKind.LOT)
    if code == STAGE:
        return (PrizeKind.RANK, PrizeKind.ALL)
    if code == DAYS:
        return (PrizeKind.LOT,)
    if round_of(code) is None:
        return (PrizeKind.LOT, PrizeKind.ALL)
    return tuple(PrizeKind)


def has_points(code: str) -> bool:
    """Tell whether a list has points by which a prize can be bounded: a round's own."""
    return round_of(code) is not None


def keeps_parts(code: str) -> bool:
    """Tell whether those on a list stand there in parts: the teams of a stage, days."""
    return code in {STAGE, DAYS}
