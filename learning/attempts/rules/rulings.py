"""What people decide about items and answers after the machine: rulings and marks. Pure.

A ruling is about an item version at an assessment and holds for everybody: its key is replaced,
everybody gets its points, or it does not count. A mark is what a person gave one answer, whole or
by the sub-items of a case. A ruling that gives or takes everybody's points stands above a mark.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from learning.attempts.rules.batch import canonical
from learning.question_bank.item_types import is_answered, is_scored, normalise
from learning.question_bank.rules import AnswerKey, ItemDocument, ResponseInvalid
from learning.question_bank.scoring import Outcome


class Treatment(StrEnum):
    """What a ruling does with an item version."""

    REKEY = "rekey"  # another key is right
    FULL_MARKS = "full_marks"  # everybody who was asked gets all points
    EXCLUDED = "excluded"  # it counts for nobody, and the maximum is less by it


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling on an item version; `key` is what a rekey puts in place, None for the others.

    `explanation` is the corrected one, in Markdown, "" for none.
    """

    version_id: int
    treatment: Treatment
    key: AnswerKey | None = None
    explanation: str = ""


def explained(key: AnswerKey, own: AnswerKey, ruling: Ruling) -> AnswerKey:
    """Return the key that holds with the explanation that holds; `own` is the key of the bank.

    What argued for a key that was replaced goes with it, of a case in the sub-items that were
    rekeyed and in what is said of the whole; a corrected explanation stands in its place.
    """
    if ruling.key is None:
        if not ruling.explanation:
            return key
        return replace(key, explanation=ruling.explanation, source="")
    parts = tuple(
        part if was == now else replace(part, explanation="", source="")
        for part, was, now in zip(key.parts, own.parts, ruling.key.parts, strict=True)
    )
    return replace(key, explanation=ruling.explanation, source="", parts=parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person gave an answer, in thousandths of a point.

    `parts` gives points to single sub-items of a case, by their number from 1; the others stay as
    the machine scored them. Without parts `points_milli` is for the whole answer.
    """

    points_milli: int = 0
    parts: tuple[tuple[int, int], ...] = ()

    def merged(self, newer: "Mark") -> "Mark":
        """Return both marks of an answer as one; where both speak the newer holds."""
        if not newer.parts:
            return newer
        return Mark(
            self.points_milli, tuple(sorted({**dict(self.parts), **dict(newer.parts)}.items()))
        )


def marks_to_json(marks: Mapping[int, Mark]) -> str:
    """Return marks by position as canonical JSON: {"3": 2500, "7": {"2": 1000}}."""
    return canonical(
        {
            str(position): {str(part): points for part, points in mark.parts}
            if mark.parts
            else mark.points_milli
            for position, mark in marks.items()
        }
    )


def marks_from_json(text: str) -> dict[int, Mark]:
    """Read what `marks_to_json` wrote."""
    return {int(position): _mark(raw) for position, raw in json.loads(text).items()}


def _mark(raw: Any) -> Mark:
    if isinstance(raw, int):
        return Mark(raw)
    return Mark(parts=tuple(sorted((int(part), points) for part, points in raw.items())))


def pending_parts(document: ItemDocument, response: Any) -> frozenset[int]:
    """Return the numbers of a case's sub-items that were answered and wait for a person."""
    try:
        answers = normalise(document, response)
    except ResponseInvalid:
        return frozenset()
    if not isinstance(answers, list):
        return frozenset()
    return frozenset(
        number
        for number, (part, answer) in enumerate(zip(document.parts, answers, strict=False), 1)
        if not is_scored(part) and is_answered(part, answer)
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked at a position, what was answered (decoded), and what it is worth."""

    document: ItemDocument
    response: Any
    points_milli: int


def mark_fault(asked: Asked, mark: Mark, *, is_markable: bool, may_all: bool) -> str:
    """Return why an answer cannot be given this mark, "" where it can.

    `is_markable`: the answer waits for a person or was marked by one; `may_all`: sub-items that a
    machine scored may be given points too. Codes: not_pending, no_part, range.
    """
    if not is_markable:
        return "not_pending"
    if not mark.parts:
        return "" if 0 <= mark.points_milli <= asked.points_milli else "range"
    waiting = pending_parts(asked.document, asked.response)
    for part, points in mark.parts:
        most = most_of(asked.document, asked.points_milli, part)
        if most is None:
            return "no_part"
        if part not in waiting and not may_all:
            return "not_pending"
        if not 0 <= points <= most:
            return "range"
    return ""


def most_of(document: ItemDocument, points_milli: int, part: int) -> int | None:
    """Return the most thousandths that a sub-item of a case may be given, None if there is none.

    Rounded up, so that all parts together reach the whole.
    """
    if not 1 <= part <= len(document.parts):
        return None
    total = sum((Fraction(each.weight) for each in document.parts), Fraction(0))
    return math.ceil(points_milli * Fraction(document.parts[part - 1].weight) / total)


def apply_mark(
    document: ItemDocument, response: Any, machine_milli: int, max_milli: int, mark: Mark
) -> tuple[int, Outcome]:
    """Return points and outcome of an answer that a person marked, wholly or in parts."""
    if not mark.parts:
        points = min(mark.points_milli, max_milli)
        return points, _outcome(points, max_milli)
    points = min(machine_milli + sum(given for _part, given in mark.parts), max_milli)
    waiting = pending_parts(document, response) - {part for part, _given in mark.parts}
    return points, Outcome.PENDING if waiting else _outcome(points, max_milli)


def _outcome(points: int, most: int) -> Outcome:
    if points >= most:
        return Outcome.RIGHT
    return Outcome.PARTIAL if points > 0 else Outcome.WRONG
