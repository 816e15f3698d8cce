"""Tie rules as data, the packing of a result into one sort key, and shared standings.

Pure: no database, no web. A board compares nothing but sort keys, so that "same key", "same
standing" and "looks the same in print" are one and the same statement.

**Resolution.** A tie rule compares its second value in whole steps of `resolution_us`, rounded
down: a duration in milliseconds, a finish in seconds. Lists print exactly that resolution
(`duration_text`, or the finish to the second), so two rows that look alike share a standing and two
rows with different standings differ in print. Durations are measured by the server in microseconds;
what is below a millisecond is the network's.

**Sort key.** `(points_milli + 2**29) * 2**32 + (2**32 - 1 - steps)`: 30 bits of points, then 32
bits of the tie value turned round, so that a higher key is always better. It lies in [0, 2**62)
and fits a signed 64-bit column. Worked example: 90 points (90 000 thousandths) in 1 868.204 s under
`score_then_duration` is (90 000 + 536 870 912) * 4 294 967 296 + (4 294 967 295 - 1 868 204)
= 2 306 229 560 563 433 043.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from learning.kernel.translation import N_

POINTS_OFFSET = 2**29  # thousandths: points from -536 870.912 to 536 870.911 fit
TIE_BITS = 32
SHIFTS = (TIE_BITS, 14)  # buckets of equal points; of 16 s of duration, or 4.5 h of finish
WORST_TIE = (1 << TIE_BITS) - 1  # nothing measured: behind every measured value
FINISH_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # seconds from here fit until the year 2156
MICROSECOND = timedelta(microseconds=1)


class TieValue(StrEnum):
    """What decides between equal points."""

    NOTHING = "nothing"
    DURATION = "duration"  # shorter is better
    FINISH = "finish"  # earlier is better


class Counts(StrEnum):
    """Which of several results of one subject counts."""

    BEST = "best"  # the highest sort key; among equal ones the earliest result
    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class TieRule:
    """How equal points are ranked; `words` is what every list prints, to be translated."""

    code: str
    value: TieValue
    resolution_us: int
    words: str


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a subject (a person or a unit, by a public id).

    `number` counts the subject's results from 1 in order of time. `points_milli` are thousandths,
    `duration_us` microseconds, None where nothing was measured (paper). `group` and `area` say in
    which part of the list the subject also stands ("" none), `unit` for which unit the result
    counts ("" none); they decide nothing else.
    """

    subject: str
    number: int
    points_milli: int
    duration_us: int | None
    finished_at: datetime
    group: str = ""
    area: str = ""
    unit: str = ""


class TallyOf(StrEnum):
    """Of what the results of a board are added up."""

    UNIT = "unit"
    GROUP = "group"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a list with standings of its own: a group, an area, both; "" takes all."""

    group: str = ""
    area: str = ""


WHOLE = Scope()


def scope_text(scope: Scope) -> str:
    """Return the scope as tables name it."""
    return f"{scope.group}/{scope.area}"


def scopes_of(result: Result) -> set[Scope]:
    """Return every list on which a result stands: one, two or four."""
    return scopes_with(result.group, result.area)


def scopes_with(group: str, area: str) -> set[Scope]:
    """Return every list on which stands what has a group and an area."""
    return {Scope(g, a) for g in {"", group} for a in {"", area}}


def tallies_of(result: Result) -> list[tuple[TallyOf, str]]:
    """Return everything to which a result adds."""
    codes = (
        (TallyOf.UNIT, result.unit),
        (TallyOf.GROUP, result.group),
        (TallyOf.AREA, result.area),
    )
    return [(kind, code) for kind, code in codes if code]


SCORE_THEN_DURATION = TieRule(
    "score_then_duration",
    TieValue.DURATION,
    1_000,
    N_(
        "得分高者在前；同分者用时短者在前，用时计至毫秒，纸笔作答没有计时，排在有计时的之后；"
        "仍相同者名次并列，下一名次顺延。"
    ),
)
SCORE_THEN_EARLIER_FINISH = TieRule(
    "score_then_earlier_finish",
    TieValue.FINISH,
    1_000_000,
    N_(
        "得分高者在前；同分者交卷早者在前，交卷时间计至秒，纸笔作答没有计时，排在有计时的之后；"
        "仍相同者名次并列，下一名次顺延。"
    ),
)
SCORE_ONLY = TieRule(
    "score_only", TieValue.NOTHING, 1, N_("得分高者在前；同分者名次并列，下一名次顺延。")
)
TIE_RULES: dict[str, TieRule] = {
    rule.code: rule for rule in (SCORE_THEN_DURATION, SCORE_THEN_EARLIER_FINISH, SCORE_ONLY)
}


def tie_steps(rule: TieRule, duration_us: int | None, finished_at: datetime) -> int:
    """Return the tie value in whole steps of the rule's resolution; lower is better.

    What was not measured, on paper, gives WORST_TIE: neither its duration nor its finish is known
    to the second. Raises ValueError outside [0, WORST_TIE - 1].
    """
    if rule.value is TieValue.NOTHING:
        return 0
    if duration_us is None:
        return WORST_TIE
    is_finish = rule.value is TieValue.FINISH
    microseconds = (finished_at - FINISH_EPOCH) // MICROSECOND if is_finish else duration_us
    steps = microseconds // rule.resolution_us
    if not 0 <= steps < WORST_TIE:
        raise ValueError(f"tie value out of range: {microseconds} us")
    return steps


def sort_key(rule: TieRule, result: Result) -> int:
    """Pack a result into one integer in [0, 2**62): higher is better, equal means tied.

    The order of keys is the order of (points descending, tie steps ascending). Raises ValueError
    when the points lie outside ±536 870 or the tie value outside its range.
    """
    points = result.points_milli + POINTS_OFFSET
    if not 0 <= points < 2 * POINTS_OFFSET:
        raise ValueError(f"points out of range: {result.points_milli} thousandths")
    steps = tie_steps(rule, result.duration_us, result.finished_at)
    return (points << TIE_BITS) + (WORST_TIE - steps)


def duration_text(duration_us: int | None) -> str:
    """Return a duration as lists print it, to the millisecond rounded down: 31:08.204, 1:02:03.000.

    "" when nothing was measured.
    """
    if duration_us is None:
        return ""
    seconds, milliseconds = divmod(duration_us // 1_000, 1_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
    return f"{clock}.{milliseconds:03d}"


def standings(
    keys: Sequence[int], *, first_position: int = 1, first_standing: int = 1
) -> list[int]:
    """Return the standing of each key of a list sorted best first: 1, 2, 2, 4.

    A standing is one more than the number of better keys. For a page cut out of a longer list give
    the position of its first row (from 1) and that row's standing, which is smaller when the row
    shares it with the page before. Raises ValueError when the keys are not sorted.
    """
    found: list[int] = []
    for index, key in enumerate(keys):
        if index == 0:
            found.append(first_standing)
        elif key == keys[index - 1]:
            found.append(found[-1])
        elif key > keys[index - 1]:
            raise ValueError("keys are not sorted, best first")
        else:
            found.append(first_position + index)
    return found


def counting(rule: TieRule, results: Sequence[Result], counts: Counts) -> dict[str, Result]:
    """Return the result that counts for each subject, by subject."""
    chosen: dict[str, tuple[tuple[int, int], Result]] = {}
    for result in results:
        rank = preference(rule, result, counts)
        held = chosen.get(result.subject)
        if held is None or rank > held[0]:
            chosen[result.subject] = (rank, result)
    return {subject: result for subject, (_, result) in chosen.items()}


def preference(rule: TieRule, result: Result, counts: Counts) -> tuple[int, int]:
    """Return a value by which the counting one of a subject's results is the greatest."""
    if counts is Counts.LAST:
        return (result.number, 0)
    if counts is Counts.FIRST:
        return (-result.number, 0)
    return (sort_key(rule, result), -result.number)
