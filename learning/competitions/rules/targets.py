"""The plan of a competition 工作计划: how many are to take part, as typed or imported. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise

from learning.competitions.rules.desks import number_of
from learning.competitions.rules.entry import PROVINCES
from learning.kernel.errors import Problem
from learning.kernel.translation import N_

MAX_TARGET = 100_000_000
MAX_DAYS = 800


class TargetKind(StrEnum):
    """Of what a number is planned."""

    TOTAL = "total"
    PROVINCE = "province"
    UNIT = "unit"
    DAY = "day"


KIND_WORDS: dict[TargetKind, str] = {
    TargetKind.TOTAL: N_("合计"),
    TargetKind.PROVINCE: N_("省份"),
    TargetKind.UNIT: N_("单位"),
    TargetKind.DAY: N_("日期"),
}
Target = tuple[TargetKind, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The targets of a competition: participants in all, by province, by unit (row id), by day.

    Those of days are cumulative: that many by the end of the day.
    """

    total: int | None = None
    provinces: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[int, int] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)

    @property
    def in_all(self) -> int | None:
        """Return the total as written, else the sum of provinces, else of units, else None."""
        if self.total is not None:
            return self.total
        return sum(self.provinces.values()) or sum(self.units.values()) or None


@dataclass(frozen=True, slots=True)
class TypedTarget:
    """A row as typed: kind in words or code, what it is of, the number ("" takes it away).

    `place` names the cell or field of the last column; `row` the row where there is one.
    """

    kind: str
    of: str
    target: str
    row: int | None = None
    places: tuple[str, str, str] = ("kind", "of", "target")


@dataclass(frozen=True, slots=True)
class UnitKeys:
    """By what the units of a competition may be named: enrolment number, code, credit code."""

    by_enrolment: Mapping[int, int]
    by_code: Mapping[str, int]


def check_targets(
    typed: Sequence[TypedTarget], units: UnitKeys, held: Plan
) -> tuple[dict[Target, int | None], list[Problem]]:
    """Return the changes (None takes a target away), or all that is wrong with any row.

    A later day has at least the target of an earlier one, those held already among them.
    """
    changes: dict[Target, int | None] = {}
    problems: list[Problem] = []
    rows: dict[Target, TypedTarget] = {}
    for one in typed:
        kind = _kind(one.kind)
        if kind is None:
            problems.append(_problem(one, 0, "target_kind"))
            continue
        code = _code(kind, one.of, units)
        if code is None:
            problems.append(_problem(one, 1, f"target_{kind.value}"))
        elif (kind, code) in changes:
            problems.append(_problem(one, 1, "target_twice"))
        else:
            rows[(kind, code)] = one
            changes[(kind, code)] = _number(one, problems)
    problems += _order(changes, rows, held)
    return changes, problems


def _kind(raw: str) -> TargetKind | None:
    text = raw.strip()
    found = (k for k in TargetKind if text in {k.value, KIND_WORDS[k]})
    return next(found, None)


def _code(kind: TargetKind, raw: str, units: UnitKeys) -> str | None:
    text = raw.strip()
    if kind is TargetKind.TOTAL:
        return ""
    if kind is TargetKind.PROVINCE:
        named = (c for c, name in PROVINCES.items() if text in {c, name, f"{c}0000"})
        return next(named, None)
    if kind is TargetKind.DAY:
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            return None
    number = number_of(text)
    unit = units.by_enrolment.get(number) if number else None
    unit = unit or units.by_code.get(text.upper())
    return None if unit is None else str(unit)


def _number(one: TypedTarget, problems: list[Problem]) -> int | None:
    text = one.target.strip().replace(",", "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= MAX_TARGET:
        return int(text)
    problems.append(_problem(one, 2, "target_number"))
    return None


def _order(
    changes: Mapping[Target, int | None], rows: Mapping[Target, TypedTarget], held: Plan
) -> list[Problem]:
    days: dict[str, int | None] = {day.isoformat(): n for day, n in held.days.items()}
    days |= {code: n for (kind, code), n in changes.items() if kind is TargetKind.DAY}
    planned = sorted((day, n) for day, n in days.items() if n is not None)
    found = []
    for (before, fewer), (after, more) in pairwise(planned):
        if more < fewer:
            day = after if (TargetKind.DAY, after) in rows else before
            one = rows.get((TargetKind.DAY, day))
            if one is not None:
                found.append(_problem(one, 2, "target_falls"))
    return found


def _problem(one: TypedTarget, column: int, code: str) -> Problem:
    return Problem("", one.row, one.places[column], code, code)
