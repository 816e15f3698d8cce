"""How people mark written answers: who may take which, what the steps give, when it is settled.

An answer is marked once or, under double marking, by two people who do not see each other's mark.
Two marks that differ by no more than the tolerance (absolute points) give their mean; two that
differ by more go to a third person, whose mark alone decides. All points are exact: thousandths
of a point, a half rounded up, once, at the end.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

FIRST, SECOND, ADJUDICATION = 1, 2, 3
CLAIM = timedelta(minutes=30)
"""How long an answer is kept for who took it; after that it may go to somebody else."""
UNDO = timedelta(minutes=5)
"""How long one may take one's own last mark back."""
MAX_COMMENT = 1000
MAX_POINTS_TEXT = 12
MAX_REASON = 300
MAX_TOLERANCE = Decimal(100)


class TaskState(StrEnum):
    """Where an answer that people mark stands. Twin: the CHECK of `marking_tasks`."""

    OPEN = "open"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"  # the item counts no more, or the attempt is void


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the marks of an answer say: points, None while more marks are wanted, and how many."""

    points_milli: int | None
    wanted: int


def settle(given: Mapping[int, int], base: int, tolerance_milli: int) -> Settlement:
    """Return what marks by slot decide; `base` is 1, or 2 under double marking.

    Worked, tolerance 2 points: 6 and 8 give 7; 6 and 7.999 give 7 (6.9995 rounded up); 6 and 8.001
    wait for a third person, whose 7.5 holds.
    """
    if ADJUDICATION in given:
        return Settlement(given[ADJUDICATION], ADJUDICATION)
    if len(given) < base:
        return Settlement(None, base)
    if base == FIRST:
        return Settlement(given[FIRST], base)
    if abs(given[FIRST] - given[SECOND]) > tolerance_milli:
        return Settlement(None, ADJUDICATION)
    return Settlement(half_up(Fraction(given[FIRST] + given[SECOND], 2)), base)


def next_slot(wanted: int, taken: Collection[int]) -> int | None:
    """Return the first mark of an answer that nobody gave or is giving, None without any."""
    return next((slot for slot in range(1, wanted + 1) if slot not in taken), None)


def may_mark(
    marker: int, candidate: int, *, marked_by: Collection[int], conflicts: Collection[int]
) -> bool:
    """Tell whether somebody may mark an answer: not their own, not twice, no conflict.

    `marked_by` gave or are giving a mark of it; `conflicts` are the candidates the marker may not
    mark, whom they declared a conflict with or taught. Twin: `queries.marking.list_free`.
    """
    return marker != candidate and marker not in marked_by and candidate not in conflicts


def points_of(steps: Sequence[Decimal], most: Sequence[Decimal], most_milli: int) -> int:
    """Return the thousandths that steps of a rubric give of an answer's `most_milli`.

    A rubric that adds up to another total than the answer is worth is scaled. Worked: 4 of 6 steps'
    points of an answer worth 10 give 6.667.
    """
    total = sum((Fraction(each) for each in most), Fraction(0))
    return half_up(sum((Fraction(each) for each in steps), Fraction(0)) * most_milli / total)


def steps_fault(steps: Sequence[Decimal], most: Sequence[Decimal]) -> int | None:
    """Return the first step (from 1) without points that it can give, None where all fit.

    A step gives from 0 to its most, to the thousandth.
    """
    if len(steps) != len(most):
        return min(len(steps), len(most)) + 1
    for number, (given, limit) in enumerate(zip(steps, most, strict=True), 1):
        # The range first: arithmetic on a hostile exponent would overflow.
        if not (given.is_finite() and 0 <= given <= limit and given * 1000 == int(given * 1000)):
            return number
    return None


def parse_points(text: str) -> Decimal | None:
    """Return points as somebody typed them; None where it is no number from 0.

    A Chinese keyboard's digits of full width are digits, and its full stop is a decimal point.
    """
    text = unicodedata.normalize("NFKC", text[: 2 * MAX_POINTS_TEXT]).replace("。", ".").strip()
    if len(text) > MAX_POINTS_TEXT or not text.isascii() or not text.replace(".", "").isdigit():
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def half_up(value: Fraction) -> int:
    """Round a number that is not negative to a whole one, a half up."""
    return int(value + Fraction(1, 2))
